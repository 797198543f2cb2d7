"""Whose turn it is with an order and what they do next, as board and page say it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from counter.models import NetworkOrder, OrderState
from counter.showroom import steps

S = OrderState


@dataclass(frozen=True)
class NextAct:
    """The one button of a state, and the right it asks for."""

    words: str | Promise
    permission: str


NEXT: Final[Mapping[str, NextAct]] = {
    S.PLACED: NextAct(_("Call"), "place_orders"),
    S.REVIEWING: NextAct(_("First check"), "review_orders"),
    S.TRANSFERRED: NextAct(_("Second check"), "work_orders"),
    S.CONFIRMED: NextAct(_("Choose stones"), "work_orders"),
    S.ALLOTTING: NextAct(_("Choose stones"), "work_orders"),
    S.IN_PRODUCTION: NextAct(_("Take in"), "work_orders"),
    S.ARRIVED: NextAct(_("Tell the customer"), "work_orders"),
    S.NOTIFIED: NextAct(pgettext_lazy("showroom", "Hand over"), "work_orders"),
    S.SHIPPED: NextAct(_("Signed for"), "work_orders"),
}
# what answers a question or a change is a call, whatever the state
CONTACT: Final = NextAct(_("Contact"), "see_orders")


def next_act(order: NetworkOrder, *, waits: bool) -> NextAct | None:
    """What is to be done next; None for an order that is over."""
    if order.is_over:
        return None
    return CONTACT if waits else NEXT.get(order.state)


def owner_of(order: NetworkOrder) -> str | Promise:
    """Whose turn it is: the account clerk by name, else the role."""
    if order.state in {S.TRANSFERRED, S.CONFIRMED, S.ARRIVED} and order.account_clerk:
        return order.account_clerk.first_name
    return steps.OWNERS.get(order.state, "")
