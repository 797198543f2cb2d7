"""An order that comes to nothing: refused by us, cancelled by the customer, or never confirmed. The
reason is one of a list, because how deposits end depends on whose reason it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from counter import deposits
from counter.deposits import EndedBy
from counter.models import NetworkOrder, OrderedPiece, OrderedState, OrderState
from counter.showroom import allotments, consents, production, steps
from inventory.ground import codes, nobody, settings_rows
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, NotAllowed, RuleBroken

S = OrderState


@dataclass(frozen=True)
class Reason:
    """Why an order ends, in words, and who withdrew."""

    words: str | Promise
    side: EndedBy
    as_state: OrderState


# whose reason decides: earnest money is lost by the customer's, doubled by ours
REASONS: Final[Mapping[str, Reason]] = {
    "not_makeable": Reason(gettext_lazy("it cannot be made so"), EndedBy.SHOP, S.REFUSED),
    "no_stone": Reason(gettext_lazy("no such stone can be had"), EndedBy.SHOP, S.REFUSED),
    "no_time": Reason(gettext_lazy("it cannot be ready in time"), EndedBy.SHOP, S.REFUSED),
    "made_wrong": Reason(
        gettext_lazy("the workshop could not make it well"), EndedBy.SHOP, S.REFUSED
    ),
    "not_reached": Reason(
        gettext_lazy("the customer cannot be reached"), EndedBy.CUSTOMER, S.REFUSED
    ),
    "details_missing": Reason(
        gettext_lazy("details are missing or contradict each other"), EndedBy.CUSTOMER, S.REFUSED
    ),
    "changed_mind": Reason(
        gettext_lazy("the customer does not want it any more"), EndedBy.CUSTOMER, S.CANCELLED
    ),
    "ordered_twice": Reason(gettext_lazy("it was ordered twice"), EndedBy.CUSTOMER, S.CANCELLED),
    "too_dear": Reason(
        gettext_lazy("it became too dear for the customer"), EndedBy.CUSTOMER, S.CANCELLED
    ),
    "we_are_late": Reason(gettext_lazy("we are later than we promised"), EndedBy.SHOP, S.CANCELLED),
    "not_as_ordered": Reason(
        gettext_lazy("what arrived is not as ordered"), EndedBy.SHOP, S.CANCELLED
    ),
}
# until here the customer ends it alone; later there is work or a stone to pay for, and we talk
BY_CUSTOMER: Final = frozenset({S.PLACED, S.REVIEWING, S.TRANSFERRED, S.CONFIRMED})
# what the customer may say by the link; our own delay is ours to admit
OF_CUSTOMER: Final = ("changed_mind", "ordered_twice", "too_dear")
# from here on the chief agrees
BEING_MADE: Final = frozenset({S.IN_PRODUCTION, S.ARRIVED, S.NOTIFIED})
GONE: Final = (OrderedState.HANDED_OVER, OrderedState.SHIPPED, OrderedState.DELIVERED)


class BadReason(BadField):
    code = "bad_reason"
    sentence = gettext_lazy("Choose a reason from the list.")


class BeingMade(RuleBroken):
    code = "order_being_made"
    sentence = gettext_lazy(
        "Your order is in work already. Please call the store: we look for a way together."
    )


def refuse(*, order: NetworkOrder, reason: str, remark: str, by: User) -> NetworkOrder:
    """We do not make it. Refused: to whoever does not work on this queue, once it is being made to
    everybody but the chief, for a reason that is not of the list, and when the order has moved on
    since it was looked at."""
    steps.refuse_unless_theirs(by, order)
    return _end(order, S.REFUSED, reason=reason, remark=remark, by=by)


def cancel(*, order: NetworkOrder, reason: str, remark: str, by: User) -> NetworkOrder:
    """The customer does not want it any more: by the link or a program until stones are chosen, by
    whoever works on the queue also later. Refused as `refuse` is; whoever cancels while somebody
    else confirms is told so (`order_moved`), as one of the two wins."""
    if consents.is_staff(by):
        steps.refuse_unless_theirs(by, order)
    else:
        is_own = order.by_id == by.pk and by.has_perm("place_orders")
        if not (nobody.is_customer(by) or is_own):
            raise NotAllowed
        if order.state not in BY_CUSTOMER and not order.is_over:
            raise BeingMade
        if reason not in OF_CUSTOMER:
            raise BadReason(field="reason")
    return _end(order, S.CANCELLED, reason=reason, remark=remark, by=by)


def reasons_for(state: OrderState) -> dict[str, str | Promise]:
    """The list to choose from when an order is refused or cancelled."""
    return {code: each.words for code, each in REASONS.items() if each.as_state == state}


def expire_due(*, at: datetime) -> int:
    """Orders that were never confirmed end; returns how many. Nothing was done for them yet."""
    ended = 0
    for order in NetworkOrder.objects.filter(state=S.PLACED).select_related("store", "queue"):
        days = settings_rows.number(order.store, "order_expire_days")
        if order.state_since + timedelta(days=days) > at:
            continue
        try:
            with steps.opened(order, by=nobody.system()) as (book, locked):
                steps.move(locked, S.EXPIRED, book=book)
                _let_go(locked, EndedBy.CUSTOMER, book=book)
        except steps.OrderMoved:
            continue  # confirmed at the last moment
        ended += 1
    return ended


def _end(
    order: NetworkOrder, new: OrderState, *, reason: str, remark: str, by: User
) -> NetworkOrder:
    told = REASONS.get(reason)
    if told is None or told.as_state != new:
        raise BadReason(field="reason")
    words = codes.one_line(remark)
    with steps.opened(order, by=by) as (book, locked):
        # the table allows it after the move of somebody else too; but whoever ends an order ends
        # what they have seen
        if locked.state != order.state:
            raise steps.OrderMoved(locked)
        if locked.state in BEING_MADE and not by.has_perm("agree_orders"):
            raise NotAllowed
        steps.move(locked, new, book=book, reason=reason, remark=words)
        _let_go(locked, told.side, book=book)
    return locked


def _let_go(order: NetworkOrder, side: EndedBy, *, book: Book) -> None:
    """Nothing is kept for the order any more: stones, pieces, price, deposit."""
    allotments.on_order_ended(order=order, book=book)
    production.on_order_ended(order=order, book=book)
    rows = OrderedPiece.objects.filter(line__order=order).exclude(state__in=GONE)
    rows.update(state=OrderedState.CANCELLED)
    deposits.on_order_ended(order=order, how=side, book=book)
