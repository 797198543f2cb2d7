"""What the customer is told of an order, step by step, with the private link. No message names a
price, a weight or a person."""

from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter.models import NetworkOrder, OrderQuestion, OrderState, OrderStep, OrderVersion
from inventory.ground import notices
from inventory.ground.changes import Book
from inventory.ground.house import house_name

S = OrderState
WORDS: Final[Mapping[str, str | Promise]] = {
    S.PLACED: gettext_lazy(
        "%(house)s: we have entered your order %(number)s. Please look at it and confirm: %(link)s"
    ),
    S.REVIEWING: gettext_lazy(
        "%(house)s: thank you, your order %(number)s is here. We check whether it can be made so: "
        "%(link)s"
    ),
    S.TRANSFERRED: gettext_lazy(
        "%(house)s: your order %(number)s can be made. %(store)s follows it from now on: %(link)s"
    ),
    S.CONFIRMED: gettext_lazy(
        "%(house)s: your order %(number)s is confirmed. We expect it on %(day)s: %(link)s"
    ),
    S.ALLOTTING: gettext_lazy(
        "%(house)s: the stones for your order %(number)s are being chosen: %(link)s"
    ),
    S.IN_PRODUCTION: gettext_lazy(
        "%(house)s: your order %(number)s is in the workshop. We expect it on %(day)s: %(link)s"
    ),
    S.NOTIFIED: gettext_lazy("%(house)s: your order %(number)s is ready at %(store)s: %(link)s"),
    S.SHIPPED: gettext_lazy("%(house)s: your order %(number)s is on its way to you: %(link)s"),
    S.HANDED_OVER: gettext_lazy(
        "%(house)s: your order %(number)s was handed over. Thank you: %(link)s"
    ),
    S.DELIVERED: gettext_lazy("%(house)s: your order %(number)s has reached you: %(link)s"),
    S.REFUSED: gettext_lazy(
        "%(house)s: we are sorry, your order %(number)s cannot be made. See why: %(link)s"
    ),
    S.CANCELLED: gettext_lazy("%(house)s: your order %(number)s is cancelled: %(link)s"),
    S.EXPIRED: gettext_lazy(
        "%(house)s: your order %(number)s was not confirmed and has ended: %(link)s"
    ),
}
# ways back, and into a state again, that change nothing for the customer
SILENT: Final = frozenset(
    {
        (S.TRANSFERRED, S.REVIEWING),
        (S.ARRIVED, S.IN_PRODUCTION),
        (S.NOTIFIED, S.IN_PRODUCTION),
        (S.HANDED_OVER, S.NOTIFIED),
        (S.SHIPPED, S.NOTIFIED),
    }
)


def address(order: NetworkOrder) -> str:
    """The private link of an order."""
    return f"{settings.PUBLIC_URL}/o/{order.link}/"


def tell(step: OrderStep, *, book: Book) -> None:
    """The step that was taken just now, to the customer where it concerns them."""
    if step.new not in WORDS or (step.old, step.new) in SILENT:
        return
    # each step once; the same state may come again
    document = f"{step.order.number}/{book.head.seq}"
    _queue(f"order_{step.new}", document, step.order, WORDS[step.new], book)


def remind(order: NetworkOrder, *, book: Book) -> None:
    """An order that its customer has not confirmed by the evening."""
    words = gettext_lazy(
        "%(house)s: your order %(number)s waits for your confirmation. We begin when you have "
        "confirmed: %(link)s"
    )
    _queue(REMINDED, order.number, order, words, book)


REMINDED: Final = "order_confirm"


def asked(question: OrderQuestion, *, book: Book) -> None:
    words = gettext_lazy(
        "%(house)s: we have a question about your order %(number)s. Please answer: %(link)s"
    )
    document = f"{question.order.number}/{book.head.seq}"
    _queue("order_question", document, question.order, words, book)


def proposed(version: OrderVersion, *, book: Book) -> None:
    words = gettext_lazy(
        "%(house)s: we propose a change of your order %(number)s. See it and answer: %(link)s"
    )
    document = f"{version.order.number}/{version.version}"
    _queue("order_change", document, version.order, words, book)


def partly_ready(order: NetworkOrder, here: int, pieces: int, *, book: Book) -> str:
    """Some pieces of an order are here, the others are still being made; returns what it says."""
    words = gettext_lazy(
        "%(house)s: %(here)d of %(pieces)d pieces of your order %(number)s are ready at %(store)s: "
        "%(link)s"
    )
    document = f"{order.number}/{here}"
    _queue("order_partly", document, order, words, book, here=here, pieces=pieces)
    return _("%(here)d of %(pieces)d pieces are ready.") % {"here": here, "pieces": pieces}


def _queue(
    kind: str,
    document: str,
    order: NetworkOrder,
    words: str | Promise,
    book: Book,
    **counts: int,
) -> None:
    def text() -> str:
        told = {
            "house": house_name(),
            "number": order.number,
            "link": address(order),
            "store": order.queue.name,
            "day": order.promised_on or _("a day that we tell you"),
            **counts,
        }
        return str(words) % told

    notices.queue(kind=kind, document=document, address=order.customer.phone, words=text, book=book)
