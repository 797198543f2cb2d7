"""Reads of orders. Who may see an order is decided here, in the getter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth.models import User
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.shortcuts import get_object_or_404
from django.utils import timezone

from counter.models import (
    ENDED_ORDERS,
    Clerk,
    Deposit,
    DepositState,
    NetworkOrder,
    OrderedPiece,
    OrderedState,
    OrderLine,
    OrderParcel,
    OrderQuestion,
    OrderState,
    OrderVersion,
    PriceLock,
    StoneAllotment,
)
from counter.showroom import allotments
from inventory.ground import access, codes, settings_rows
from inventory.models import Store, StoreKind
from inventory.queries import Who

ON_PAGE: Final = 50
S = OrderState
HERE: Final = (
    OrderedState.ARRIVED,
    OrderedState.HANDED_OVER,
    OrderedState.SHIPPED,
    OrderedState.DELIVERED,
)
# orders that stand in line for people of ours
IN_LINE: Final = (S.REVIEWING, S.TRANSFERRED, S.CONFIRMED, S.ALLOTTING)


@dataclass(frozen=True)
class BoardOrder:
    """One order of the board: what it is, how far, whose turn, and how long it may take."""

    order: NetworkOrder
    first: OrderLine
    more_lines: int
    pieces: int
    here: int
    since: timedelta
    allowed: timedelta | None
    is_mine: bool
    waits: bool  # for the customer's answer
    stones_missing: int
    paid_cents: int  # deposits that the shop holds for it
    held_until: datetime | None  # the first deposit or price lock that ends

    @property
    def is_late(self) -> bool:
        return self.allowed is not None and self.since > self.allowed


@dataclass(frozen=True)
class Load:
    """How many open orders somebody follows, and whether that is more than the house wants."""

    user_id: int | None
    name: str
    orders: int
    is_too_many: bool


@dataclass(frozen=True)
class Board:
    """The orders of a queue; `rows` are one page of them, in the order of the work."""

    rows: Sequence[BoardOrder]
    page: int
    has_more: bool
    mine: int
    open: int
    due_today: int
    waiting: int
    late: int
    load: Sequence[Load]

    @property
    def lightest(self) -> Load | None:
        """To whom the next order might go while somebody else has too many."""
        if not any(each.is_too_many for each in self.load):
            return None
        free = [each for each in self.load if each.user_id and not each.is_too_many]
        return min(free, key=lambda each: each.orders, default=None)


def orders_for(user: Who, *, store: Store | None = None) -> QuerySet[NetworkOrder]:
    """Orders in the queue of a store, or that it took in: numbered, or typed by its people; for
    head office all of them. With `store`: only those of its queue, and that it numbered."""
    rows = NetworkOrder.objects.all()
    ids = access.store_ids(user)
    if ids is not None:
        people = Clerk.objects.filter(store__in=ids).values("user")
        rows = rows.filter(Q(queue__in=ids) | Q(store__in=ids) | Q(by__in=people))
    if store is not None and store.kind != StoreKind.HEAD_OFFICE:
        rows = rows.filter(Q(queue=store) | Q(store=store))
    return rows.select_related("customer", "queue", "store", "account_clerk", "first_checked_by")


def order_for(user: Who, number: str) -> NetworkOrder:
    """An order that this person may see, else 404."""
    return get_object_or_404(orders_for(user), number=number)


def question_for(user: Who, number: str, pk: int) -> OrderQuestion:
    """A question about an order that this person may see, else 404."""
    order = order_for(user, number)
    return get_object_or_404(
        OrderQuestion.objects.select_related("order__queue"), pk=pk, order=order
    )


def version_for(user: Who, number: str, version: int) -> OrderVersion:
    """A version of an order that this person may see, else 404."""
    rows = OrderVersion.objects.select_related("order__queue", "order__store", "order__customer")
    return get_object_or_404(rows, order=order_for(user, number), version=version)


def ordered_for(user: Who, number: str, pk: int) -> OrderedPiece:
    """One of the pieces of an order that this person may see, else 404."""
    rows = OrderedPiece.objects.select_related("line__order__queue", "line__style", "piece")
    return get_object_or_404(rows, pk=pk, line__order=order_for(user, number))


def stone_for(user: Who, number: str, pk: int) -> StoneAllotment:
    """A stone of an order that this person may see, else 404."""
    rows = StoneAllotment.objects.select_related("ordered__line__order__queue", "stone")
    return get_object_or_404(rows, pk=pk, ordered__line__order=order_for(user, number))


def parcel_for(user: Who, number: str, pk: int) -> OrderParcel:
    """A parcel of an order that this person may see, else 404."""
    return get_object_or_404(OrderParcel, pk=pk, order=order_for(user, number))


def board(
    user: User, *, store: Store, state: str = "", text: str = "", page: int = 1, ended: bool = False
) -> Board:
    """The open orders of a queue: those of this person first, then by clock and by promise; of one
    state, or found by a text. `ended`: those that are over, newest first. The number of queries is
    the same for any number of orders (10)."""
    now = timezone.now()
    seen = orders_for(user, store=store)
    rows = seen.filter(state__in=ENDED_ORDERS) if ended else seen.exclude(state__in=ENDED_ORDERS)
    if state:
        rows = rows.filter(state=state)
    if text:
        rows = _found(rows if ended else seen, text)
    first = (page - 1) * ON_PAGE
    shown = list(_in_order(_with_facts(rows), user, ended=ended)[first : first + ON_PAGE + 1])
    sums = _sums(seen.exclude(state__in=ENDED_ORDERS), user=user, now=now)
    facts = _Facts(shown)
    return Board(
        rows=[_row(order, user=user, now=now, facts=facts) for order in shown[:ON_PAGE]],
        page=page,
        has_more=len(shown) > ON_PAGE,
        load=_load(seen.exclude(state__in=ENDED_ORDERS), store),
        **sums,
    )


def queue_length(store: Store) -> int:
    """How many orders stand in line at a store (1 query)."""
    return NetworkOrder.objects.filter(queue=store, state__in=IN_LINE).count()


def due_for(user: User, *, until: datetime) -> int:
    """How many orders wait for this person's next act until a moment (1 query)."""
    rows = NetworkOrder.objects.filter(account_clerk=user, due_at__lte=until)
    return rows.exclude(state__in=ENDED_ORDERS).count()


def _with_facts(rows: QuerySet[NetworkOrder]) -> QuerySet[NetworkOrder]:
    unanswered = OrderQuestion.objects.filter(order=OuterRef("pk"), reply__isnull=True)
    proposed = OrderVersion.objects.filter(
        order=OuterRef("pk"), version__gt=OuterRef("version"), answer__isnull=True
    )
    lines = OrderLine.objects.select_related("style")
    return rows.prefetch_related(Prefetch("lines", lines)).annotate(
        waits=Exists(unanswered) | Exists(proposed),
    )


def _in_order(rows: QuerySet[NetworkOrder], user: User, *, ended: bool) -> QuerySet[NetworkOrder]:
    if ended:
        return rows.order_by("-state_since", "-pk")
    mine = Case(When(account_clerk=user, then=Value(0)), default=Value(1))
    return rows.order_by(mine, F("due_at").asc(nulls_last=True), "promised_on", "pk")


class _Facts:
    """What other tables say of the orders of a page, by order id (4 queries)."""

    def __init__(self, orders: Sequence[NetworkOrder]) -> None:
        arrived = OrderedPiece.objects.filter(line__order__in=orders, state__in=HERE)
        self.here = dict(arrived.values_list("line__order").annotate(n=Count("pk")))
        self.stones = allotments.missing(orders)
        held = Deposit.objects.filter(order__in=orders, state=DepositState.OPEN)
        paid = held.values_list("order").annotate(cents=Sum("cents"), until=Min("until"))
        self.paid = {order: (cents, until) for order, cents, until in paid}
        locks = PriceLock.objects.filter(order__in=orders, ended_at__isnull=True)
        self.locked = dict(locks.values_list("order").annotate(until=Min("until")))

    def until(self, order_id: int) -> datetime | None:
        ends = [self.paid.get(order_id, (0, None))[1], self.locked.get(order_id)]
        return min((end for end in ends if end), default=None)


def _row(order: NetworkOrder, *, user: User, now: datetime, facts: _Facts) -> BoardOrder:
    lines = list(order.lines.all())
    return BoardOrder(
        order=order,
        first=lines[0],
        more_lines=len(lines) - 1,
        pieces=sum(line.pieces for line in lines),
        here=facts.here.get(order.pk, 0),
        since=now - order.state_since,
        # by the clock of its state, in production until the promised day
        allowed=order.due_at - order.state_since if order.due_at else None,
        is_mine=order.account_clerk_id == user.pk,
        waits=vars(order)["waits"],
        stones_missing=facts.stones.get(order.pk, 0),
        paid_cents=facts.paid.get(order.pk, (0, None))[0],
        held_until=facts.until(order.pk),
    )


def _sums(rows: QuerySet[NetworkOrder], *, user: User, now: datetime) -> dict[str, int]:
    """What the head of the board says (1 query)."""
    day_ends = timezone.localtime(now).replace(hour=23, minute=59, second=59)
    waiting = OrderQuestion.objects.filter(order=OuterRef("pk"), reply__isnull=True)
    told: dict[str, Any] = rows.annotate(asked=Exists(waiting)).aggregate(
        open=Count("pk"),
        mine=Count("pk", filter=Q(account_clerk=user)),
        due_today=Count("pk", filter=Q(due_at__lte=day_ends)),
        waiting=Count("pk", filter=Q(asked=True)),
        late=Count("pk", filter=Q(due_at__lt=now)),
    )
    return told


def _load(rows: QuerySet[NetworkOrder], store: Store) -> list[Load]:
    most = settings_rows.number(store, "order_most_per_clerk")
    counted = rows.values("account_clerk", "account_clerk__first_name").annotate(n=Count("pk"))
    return [
        Load(
            user_id=each["account_clerk"],
            name=each["account_clerk__first_name"] or "",
            orders=each["n"],
            is_too_many=each["n"] > most,
        )
        for each in counted.order_by("-n")
    ]


def _found(rows: QuerySet[NetworkOrder], text: str) -> QuerySet[NetworkOrder]:
    """By number, customer, end of a telephone number, style, or a piece that arrived."""
    plain = codes.half_width(text).strip()
    styles = OrderLine.objects.filter(style__code__iexact=plain).values("order")
    arrived = OrderedPiece.objects.filter(piece__number=plain).values("line__order")
    known = Q(number__iexact=plain) | Q(customer__name__icontains=plain) | Q(pk__in=styles)
    known |= Q(pk__in=arrived) | Q(outside_number__iexact=plain)
    if plain.isdigit() and len(plain) >= 4:
        known |= Q(customer__phone__endswith=plain)
    return rows.filter(known)
