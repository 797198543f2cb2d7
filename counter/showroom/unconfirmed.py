"""Orders that their customers have not confirmed: a message the same day; after that they stand on
the board as late, and at last they end (`endings.expire_due`)."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef

from counter.models import NetworkOrder, OrderState
from counter.showroom import endings, order_notices, steps
from inventory.ground import nobody
from inventory.models import Notice

# who is asked at the counter may confirm within the hour
PATIENCE: Final = timedelta(hours=3)


def look_after(*, at: datetime) -> list[str]:
    """Ends what was never confirmed and reminds of the rest; returns what was done, in words."""
    ended, asked = endings.expire_due(at=at), remind_due(at=at)
    told = ((ended, "orders expired"), (asked, "orders reminded"))
    return [f"{number} {what}" for number, what in told if number]


def remind_due(*, at: datetime) -> int:
    """One message for each order that has waited for three hours; returns how many."""
    told = Notice.objects.filter(kind=order_notices.REMINDED, document=OuterRef("number"))
    waiting = NetworkOrder.objects.filter(
        ~Exists(told), state=OrderState.PLACED, state_since__lte=at - PATIENCE
    )
    reminded = 0
    for order in waiting.select_related("queue"):
        with steps.opened(order, by=nobody.system()) as (book, locked):
            if locked.state == OrderState.PLACED:
                order_notices.remind(locked, book=book)
                reminded += 1
    return reminded
