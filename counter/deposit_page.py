"""What the pages of deposits show: what is owed by store and age, one deposit with what became of
it, and what a deposit for an order or a piece would be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.shortcuts import get_object_or_404
from django.utils import timezone

from counter import credit_page, deposit_lines, deposit_papers, deposit_refunds, tenders
from counter.credit_page import StoreOwes
from counter.deposit_refunds import Reckoned
from counter.models import (
    Afterwards,
    Customer,
    Deposit,
    DepositEntry,
    DepositKind,
    DepositState,
    NetworkOrder,
    PriceLock,
    Sale,
    Tender,
)
from inventory import prices, pricing
from inventory import queries as stock
from inventory.ground import access
from inventory.models import Piece
from inventory.queries import Who

MOST_ROWS = 200
OWED = (DepositState.OPEN, DepositState.DUE_BACK)


@dataclass(frozen=True)
class Owed:
    """A deposit with what is left of it."""

    deposit: Deposit
    left_cents: int

    @property
    def is_late(self) -> bool:
        return self.deposit.state == DepositState.OPEN and timezone.now() > self.deposit.until


@dataclass(frozen=True)
class Liability:
    """All that is owed for deposits: what is to be paid back first, then the oldest."""

    rows: Sequence[Owed]
    by_store: Sequence[StoreOwes]

    @property
    def cents(self) -> int:
        return sum(each.cents for each in self.by_store)

    @property
    def due_back(self) -> list[Owed]:
        return [row for row in self.rows if row.deposit.state == DepositState.DUE_BACK]

    @property
    def kept(self) -> list[Owed]:
        return [row for row in self.rows if row.deposit.state == DepositState.OPEN][:MOST_ROWS]

    @property
    def hidden(self) -> int:
        return len(self.rows) - len(self.due_back) - len(self.kept)


@dataclass(frozen=True)
class DepositPage:
    """One deposit with its entries and what may be done."""

    deposit: Deposit
    entries: Sequence[DepositEntry]
    left_cents: int
    rule: Sequence[str]

    @property
    def is_late(self) -> bool:
        return timezone.now() > self.deposit.until

    @property
    def may_end(self) -> bool:
        """By hand: a deposit for a piece. That of an order ends with it."""
        return self.deposit.state == DepositState.OPEN and self.deposit.order_id is None

    @property
    def withdraw_back_cents(self) -> int:
        return self.deposit.cents - self.deposit.earnest_cents

    @property
    def fail_back_cents(self) -> int:
        return self.deposit.cents + self.deposit.earnest_cents

    @cached_property
    def back(self) -> Reckoned | None:
        if self.deposit.state != DepositState.DUE_BACK:
            return None
        return deposit_refunds.reckon(self.deposit)

    @property
    def ways_out(self) -> QuerySet[Tender]:
        return tenders.pay_out()


@dataclass(frozen=True)
class NewDeposit:
    """What a deposit would be for, and what is agreed when nothing else is chosen."""

    order: NetworkOrder | None
    piece: Piece | None
    sale: Sale | None
    price_cents: int
    paid_cents: int
    until: date

    @property
    def most_cents(self) -> int:
        return max(self.price_cents - self.paid_cents, 0)

    @property
    def kinds(self) -> Iterable[DepositKind]:
        return DepositKind

    @property
    def afterwards(self) -> Iterable[Afterwards]:
        return Afterwards

    @property
    def customer(self) -> Customer | None:
        if self.order is not None:
            return self.order.customer
        return self.sale.customer if self.sale else None


@dataclass(frozen=True)
class OfOrder:
    """The deposits and locks of one order, as its page shows them."""

    order: NetworkOrder
    rows: Sequence[Owed]
    locks: Sequence[PriceLock]

    @property
    def left_cents(self) -> int:
        return sum(row.left_cents for row in self.rows)

    @property
    def may_lock(self) -> bool:
        open_ones = [row for row in self.locks if row.ended_at is None]
        return self.order.price_mode == "locked" and not self.order.is_over and not open_ones


def deposit_for(user: Who, uuid: UUID) -> Deposit:
    """A deposit of the person's own store."""
    rows = access.visible(Deposit.objects.all(), user)
    along = rows.select_related("store", "line__sale__store", "sale", "customer", "order", "piece")
    return get_object_or_404(along, uuid=uuid)


def order_for(user: Who, number: str) -> NetworkOrder:
    """An order that lies in the queue of a store this person may see."""
    rows = access.visible(NetworkOrder.objects.all(), user, store="queue")
    return get_object_or_404(rows.select_related("customer", "store", "queue"), number=number)


def page_of(deposit: Deposit) -> DepositPage:
    """Reads one deposit (about 3 queries)."""
    entries = list(deposit.entries.select_related("by", "sale").order_by("pk"))
    return DepositPage(
        deposit=deposit,
        entries=entries,
        left_cents=sum(entry.cents for entry in entries),
        rule=deposit_papers.slip_of(deposit).rule,
    )


def liability(user: Who, *, at: datetime | None = None) -> Liability:
    """What the stores that this person may see owe for deposits, now (3 queries)."""
    rows = access.visible(Deposit.objects.filter(state__in=OWED), user)
    found = _with_left(rows.order_by("at"))
    found.sort(key=lambda row: (row.deposit.state != DepositState.DUE_BACK, row.deposit.at))
    stores = {row.deposit.store for row in found}
    sums = {store: StoreOwes(store) for store in sorted(stores, key=lambda store: store.pk)}
    now = at or timezone.now()
    for row in found:
        sums[row.deposit.store].by_age[credit_page.age_of(row.deposit.at, now)] += row.left_cents
    return Liability(found, list(sums.values()))


def new_deposit(user: Who, *, order: str, piece: str, sale: Sale | None) -> NewDeposit:
    """What stands on the form of a new deposit. Not found: what this person may not see, and
    neither an order nor a piece."""
    store = sale.store if sale else None
    if order:
        found = order_for(user, order)
        paid = deposit_lines.paid_before(order=found, piece=None)
        until = deposit_lines.propose_until(store or found.queue)
        return NewDeposit(found, None, sale, found.total_cents, paid, until)
    whole = get_object_or_404(stock.pieces_for(user).select_related("store"), number=piece)
    return NewDeposit(
        order=None,
        piece=whole,
        sale=sale,
        price_cents=_price_of(whole),
        paid_cents=deposit_lines.paid_before(order=None, piece=whole),
        until=deposit_lines.propose_until(whole.store),
    )


def of_order(order: NetworkOrder) -> OfOrder:
    """The deposits and price locks of an order, the oldest first (3 queries)."""
    locks = PriceLock.objects.filter(order=order).select_related("metal_price").order_by("pk")
    return OfOrder(order, _with_left(order.deposits.order_by("pk")), list(locks))


def _with_left(rows: QuerySet[Deposit]) -> list[Owed]:
    along = rows.select_related("store", "sale", "customer", "order", "piece")
    summed = along.annotate(left_cents=Sum("entries__cents", default=0))
    return [Owed(row, row.left_cents) for row in summed]


def _price_of(piece: Piece) -> int:
    row = None
    if pricing.needs_board(piece):
        row = prices.row_for(store=piece.store, metal=piece.metal, fineness=piece.fineness)
    return pricing.price(piece, row).total_cents
