"""What may become of an order: the table of moves, whose turn it is, and by when.

Whoever moves an order has the chain of the store open in whose queue it lies.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter.models import NetworkOrder, OrderState, OrderStep
from counter.showroom import order_notices
from inventory.ground import access, changes, settings_rows
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.models import Store

S = OrderState
MOVES: Final[dict[str, frozenset[OrderState]]] = {
    S.PLACED: frozenset({S.REVIEWING, S.CANCELLED, S.EXPIRED}),
    S.REVIEWING: frozenset({S.TRANSFERRED, S.REFUSED, S.CANCELLED}),
    S.TRANSFERRED: frozenset({S.CONFIRMED, S.REVIEWING, S.REFUSED, S.CANCELLED}),
    S.CONFIRMED: frozenset({S.ALLOTTING, S.IN_PRODUCTION, S.REFUSED, S.CANCELLED}),
    S.ALLOTTING: frozenset({S.IN_PRODUCTION, S.REFUSED, S.CANCELLED}),
    S.IN_PRODUCTION: frozenset({S.ARRIVED, S.REFUSED, S.CANCELLED}),
    S.ARRIVED: frozenset({S.NOTIFIED, S.IN_PRODUCTION, S.CANCELLED}),
    # a sale that is voided brings the pieces back to us
    S.NOTIFIED: frozenset({S.HANDED_OVER, S.SHIPPED, S.IN_PRODUCTION, S.CANCELLED}),
    S.SHIPPED: frozenset({S.DELIVERED, S.NOTIFIED}),
    S.HANDED_OVER: frozenset({S.NOTIFIED}),
    S.DELIVERED: frozenset(),
    S.REFUSED: frozenset(),
    S.CANCELLED: frozenset(),
    S.EXPIRED: frozenset(),
}
# whose turn it is, and what they do next
OWNERS: Final[Mapping[str, str | Promise]] = {
    S.PLACED: gettext_lazy("customer"),
    S.REVIEWING: gettext_lazy("network-showroom clerk"),
    S.TRANSFERRED: gettext_lazy("account clerk"),
    S.CONFIRMED: gettext_lazy("account clerk"),
    S.ALLOTTING: gettext_lazy("stone allotter"),
    S.IN_PRODUCTION: gettext_lazy("workshop"),
    S.ARRIVED: gettext_lazy("account clerk"),
    S.NOTIFIED: gettext_lazy("customer"),
    S.SHIPPED: gettext_lazy("carrier"),
}
# until when: the setting that says how many hours each state may last
CLOCKS: Final[Mapping[str, str]] = {
    S.PLACED: "order_confirm_hours",
    S.REVIEWING: "order_review_hours",
    S.TRANSFERRED: "order_second_check_hours",
    S.CONFIRMED: "order_allot_hours",
    S.ALLOTTING: "order_allot_hours",
    S.ARRIVED: "order_notify_hours",
    S.NOTIFIED: "order_collect_hours",
    S.SHIPPED: "order_sign_hours",
}


class OrderMoved(RuleBroken):
    """Somebody else was faster, or this does not come now."""

    code = "order_moved"

    def __init__(self, order: NetworkOrder) -> None:
        told = {"number": order.number, "state": order.get_state_display()}
        super().__init__(
            _("Order %(number)s is in the state: %(state)s. Nothing was changed.") % told
        )


def refuse_unless_theirs(by: User, order: NetworkOrder) -> None:
    """Refused to whoever does not work on the queue in which an order lies: the network showroom
    until the first check is done, then the store."""
    is_first = order.queue_id == order.store_id
    access.refuse_unless(by, "review_orders" if is_first else "work_orders", store=order.queue)


@contextmanager
def opened(order: NetworkOrder, *, by: User) -> Iterator[tuple[Book, NetworkOrder]]:
    """The chain of the store in whose queue an order lies, and the order locked."""
    with changes.opened(store=order.queue, by=by) as book:
        yield book, lock(order, book=book)


@contextmanager
def opened_both(order: NetworkOrder, *, to: Store, by: User) -> Iterator[tuple[Book, NetworkOrder]]:
    """The same for an order that goes to another store's queue: both chains, the lower id first, so
    that two orders in opposite directions never wait for each other. The book of the store that
    lets it go."""
    ends = sorted({order.queue, to}, key=lambda store: store.pk)
    with ExitStack() as stack:
        books = {
            store.pk: stack.enter_context(changes.opened(store=store, by=by)) for store in ends
        }
        book = books[order.queue.pk]
        # no chain tells a moment before what it has told already
        book.at = max(each.at for each in books.values())
        yield book, lock(order, book=book)


def lock(order: NetworkOrder, *, book: Book) -> NetworkOrder:
    """The order as it is now, locked. Refused when it went to another store's queue meanwhile:
    its chain is not the one that is open."""
    rows = NetworkOrder.objects.select_for_update(of=("self",))
    now = rows.select_related("queue", "store", "customer", "account_clerk").get(pk=order.pk)
    if now.queue_id != book.store.pk:
        raise OrderMoved(now)
    return now


def move(
    order: NetworkOrder,
    new: OrderState,
    *,
    book: Book,
    queue: Store | None = None,
    account_clerk: User | None = None,
    reason: str = "",
    remark: str = "",
) -> OrderStep:
    """Compare and set by the table of moves, and the step in the chain that is open. With `queue`
    and `account_clerk` the order goes to them. Refused for any other move, and when somebody else
    was faster."""
    old = OrderState(order.state)
    if new not in MOVES[old]:
        raise OrderMoved(order)
    to, clerk = queue or order.queue, account_clerk or order.account_clerk
    due_at = until(order, new, store=to, at=book.at)
    changed = {"state": new, "state_since": book.at, "due_at": due_at, "queue": to}
    rows = NetworkOrder.objects.filter(pk=order.pk, state=old, queue=order.queue)
    if rows.update(**changed, account_clerk=clerk) != 1:
        raise OrderMoved(order)
    order.state, order.state_since, order.due_at = new, book.at, due_at
    order.queue, order.account_clerk = to, clerk
    told = {"reason": reason, "remark": remark}
    step = write(order, old=old, kind="order_step", book=book, **told)
    order_notices.tell(step, book=book)
    return step


def hand(order: NetworkOrder, clerk: User, *, book: Book) -> OrderStep:
    """Another account clerk follows a locked order, which stays where it is."""
    NetworkOrder.objects.filter(pk=order.pk).update(account_clerk=clerk)
    order.account_clerk = clerk
    return write(order, old=order.state, kind="order_assigned", book=book)


def write(
    order: NetworkOrder, *, old: str, kind: str, book: Book, reason: str = "", remark: str = ""
) -> OrderStep:
    """The step of an order that is as it should be now."""
    step = OrderStep(
        order=order,
        old=old,
        new=order.state,
        queue=order.queue,
        account_clerk=order.account_clerk,
        reason=reason,
        remark=remark[:200],
        at=book.at,
        by=book.by,
    )
    book.write([step], kind=kind, number=order.number)
    return step


def until(order: NetworkOrder, state: OrderState, *, store: Store, at: datetime) -> datetime | None:
    """When the next act is due in this state; in production that is the promised day's end, and
    never for an order that is over."""
    if name := CLOCKS.get(state):
        return at + timedelta(hours=settings_rows.number(store, name))
    if state == OrderState.IN_PRODUCTION and order.promised_on is not None:
        return at.replace(hour=0, minute=0, second=0, microsecond=0) + (
            order.promised_on - at.date() + timedelta(days=1)
        )
    return None
