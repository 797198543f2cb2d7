"""Reads of the book of the day. Who may see a row is decided here, in the getter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.db.models import Count, QuerySet, Sum
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from counter import (
    acknowledgements,
    bills,
    deposits,
    gifts,
    memberships,
    settled_weights,
    tenders,
)
from counter.acknowledgements import How
from counter.models import (
    Deposit,
    DepositLine,
    Gift,
    Part,
    Sale,
    SaleLine,
    SaleState,
    ServiceLine,
    Shift,
    Tender,
    Tendered,
    TenderKind,
)
from counter.showroom import price_locks
from inventory import holds, prices, pricing
from inventory.ground import access, statements
from inventory.ground.measures import Tally
from inventory.models import Hold, MetalPrice, Place, Pricing, Store, StoreKind, SupplyItem
from inventory.queries import Who
from warranty.models import Card, HandOut

RECENT = 50
MINUTES_A_DAY = 24 * 60


def open_sale_for(user: Who, uuid: UUID) -> Sale:
    """An open bill of the person's own store; a completed one is found by its number."""
    along = ("store", "counter", "customer")
    found = statements.read_with(Sale, "counter_sale.uuid = %s", [uuid], along=along)
    if not found or not access.may_see(found[0].store_id, user):
        raise Http404
    return found[0]


def sale_for(user: Who, number: str) -> Sale:
    """A completed sale of the person's own store, with all that its page shows (5 queries)."""
    rows = access.visible(Sale.objects.filter(number__isnull=False), user)
    full = rows.select_related(
        "store", "counter", "customer", "completed_by", "shift", "void__approval__approved_by"
    ).prefetch_related(
        "lines__piece__stones",
        "lines__piece__certificates",
        "lines__piece__style",
        "lines__metal_price",
        "lines__reductions",
        "lines__gifts",
        "lines__sellers__user",
        "lines__cards__plan",
        "services__ticket",
        "payments__tender",
        "payments__trade_in",
    )
    return get_object_or_404(full, number=number)


def line_for(user: Who, uuid: UUID, line_id: int) -> SaleLine:
    """A line of an open bill of the person's own store."""
    rows = access.visible(SaleLine.objects.all(), user, store="sale__store")
    return get_object_or_404(
        rows.select_related("sale__store", "sale__counter", "piece"), sale__uuid=uuid, pk=line_id
    )


def gift_for(user: Who, uuid: UUID, gift_id: int) -> Gift:
    """A gift on an open bill of the person's own store."""
    rows = access.visible(Gift.objects.all(), user, store="line__sale__store")
    full = rows.select_related("line__sale__store", "line__sale__counter", "line__piece")
    return get_object_or_404(full, line__sale__uuid=uuid, pk=gift_id)


def tendered_for(user: Who, uuid: UUID, row_id: int) -> Tendered:
    rows = access.visible(Tendered.objects.all(), user, store="sale__store")
    return get_object_or_404(rows.select_related("sale__store"), sale__uuid=uuid, pk=row_id)


def service_for(user: Who, uuid: UUID, row_id: int) -> ServiceLine:
    """A fee on an open bill of the person's own store."""
    rows = access.visible(ServiceLine.objects.all(), user, store="sale__store")
    full = rows.select_related("sale__store", "sale__counter")
    return get_object_or_404(full, sale__uuid=uuid, pk=row_id)


def deposit_line_for(user: Who, uuid: UUID, row_id: int) -> DepositLine:
    """A deposit on an open bill of the person's own store."""
    rows = access.visible(DepositLine.objects.all(), user, store="sale__store")
    full = rows.select_related("sale__store", "sale__counter")
    return get_object_or_404(full, sale__uuid=uuid, pk=row_id)


def open_bills(counter: Place | None) -> QuerySet[Sale]:
    """The parked bills of a counter, oldest first; a colleague's too, to be taken over by a tap."""
    if counter is None:
        return Sale.objects.none()
    rows = Sale.objects.filter(counter=counter.pk, state=SaleState.OPEN)
    counted = rows.annotate(n=Count("lines"), goods_cents=Sum("lines__total_cents", default=0))
    return counted.select_related("opened_by", "customer").order_by("pk")


def recent_sales(user: Who, *, store: Store) -> QuerySet[Sale]:
    """Completed sales of a store, for head office of all stores; newest first."""
    rows = access.visible(Sale.objects.filter(number__isnull=False), user)
    if store.kind != StoreKind.HEAD_OFFICE:
        rows = rows.filter(store=store.pk)
    counted = rows.annotate(n=Count("lines")).select_related("store", "counter", "completed_by")
    return counted.order_by("-completed_at", "-pk")


@dataclass(frozen=True)
class BillLine:
    """One line of an open bill as the clerk sees it."""

    row: SaleLine
    hold: Hold | None
    labour_per_gram: int | None
    effective_cents: int | None
    acknowledged: bool
    must_acknowledge: bool
    may_sign: bool
    is_settled: bool  # the scale's weight counts, and not the label's

    @property
    def is_reserved(self) -> bool:
        """For days, not minutes: with a deposit."""
        return self.hold is not None and self.minutes_left > MINUTES_A_DAY

    @property
    def lost(self) -> bool:
        """Another bill has taken the piece over."""
        return self.hold is None

    @property
    def minutes_left(self) -> int:
        if self.hold is None:
            return 0
        return max(int((self.hold.until - timezone.now()).total_seconds() // 60), 0)

    @property
    def parts(self) -> list[tuple[Part, int]]:
        """The price parts a hand may reduce, with their cents."""
        row = self.row
        both = ((Part.LABOUR, row.labour_cents), (Part.FIXED, row.fixed_cents))
        return [(part, cents) for part, cents in both if cents]


@dataclass(frozen=True)
class Bill:
    """An open bill with everything its page shows."""

    sale: Sale
    lines: list[BillLine]
    services: list[ServiceLine]
    deposits: list[DepositLine]
    ready: list[Deposit]  # deposits of its customer that may be credited on it
    tendered: list[Tendered]
    tally: Tally
    sum_cents: int
    reduced_cents: int
    total_cents: int
    new_total_cents: int  # with the board as it is now
    board: list[MetalPrice]

    @property
    def is_empty(self) -> bool:
        return not self.lines and not self.services and not self.deposits

    @property
    def paid_cents(self) -> int:
        return sum(row.amount_cents for row in self.tendered)

    @property
    def due_cents(self) -> int:
        return self.total_cents - self.paid_cents

    @property
    def back_cents(self) -> int:
        """Change for too much cash; what goes out for old gold or a return stands on its
        own row."""
        over = (row for row in self.tendered if not row.trade_in_id and not row.returned_id)
        return sum(row.back_cents for row in over)

    @property
    def price_changed(self) -> bool:
        return self.new_total_cents != self.total_cents

    @property
    def must_acknowledge(self) -> bool:
        return any(line.must_acknowledge for line in self.lines)

    @property
    def levels(self) -> list[str]:
        """The memberships its customer may have (1 query when it is asked for)."""
        return memberships.levels(self.sale.store)

    @cached_property
    def gift_items(self) -> list[SupplyItem]:
        """The supplies that may go with a piece (1 query when it is asked for)."""
        return list(gifts.choices(self.sale.store))

    @property
    def has_order(self) -> bool:
        """Whether a piece was made for this customer."""
        return any(line.row.made_to_order for line in self.lines)

    @property
    def may_sign(self) -> bool:
        """Whether a signature on the slip settles all that the customer must take note of."""
        return self.must_acknowledge and all(
            line.may_sign for line in self.lines if line.must_acknowledge
        )

    @property
    def odd_cents(self) -> int:
        """What rounding down to whole yuan would take off."""
        return (self.total_cents + self.sale.rounding_cents) % 100


def bill_of(sale: Sale) -> Bill:
    """Reads an open bill (about 10 queries, whatever the number of lines)."""
    rows = list(
        sale.lines.select_related("piece__style", "piece__place__parent", "metal_price", "photo")
        .prefetch_related(
            "reductions", "gifts", "sellers__user", "piece__stones", "piece__certificates"
        )
        .order_by("position")
    )
    held = holds.live_for(bill=sale.uuid, ids=[row.piece_id for row in rows])
    waiting = {
        row.pk: how
        for row, how in acknowledgements.waiting(lines=rows, store=sale.store)
        if how != How.NOTICE
    }
    services = list(sale.services.select_related("ticket"))
    before = list(sale.deposits.select_related("order", "piece"))
    apart = sum(line.total_cents for line in services)
    apart += sum(line.total_cents for line in before)
    total = bills.total_cents(sale, rows, services, before)
    tally = Tally()
    for row in rows:
        tally.add(metal=row.piece.metal, fineness=row.piece.grade, net_mg=row.net_mg)
    now = _now_prices(sale, rows)
    return Bill(
        sale=sale,
        lines=[_bill_line(row, held, waiting) for row in rows],
        services=services,
        deposits=before,
        ready=deposits.ready_for(sale),
        tendered=list(
            sale.tendered.select_related("tender", "back_by", "trade_in", "deposit__sale")
        ),
        tally=tally,
        sum_cents=sum(row.before_cents for row in rows) + apart,
        reduced_cents=sum(row.reduced_cents for row in rows),
        total_cents=total,
        new_total_cents=(
            sum(now) + apart - sale.rounding_cents if rows or services or before else 0
        ),
        board=_board_rows(rows),
    )


def _bill_line(row: SaleLine, held: dict[int, Hold], waiting: Mapping[int, How]) -> BillLine:
    fixed = row.piece.pricing == Pricing.FIXED
    per_gram = row.piece.labour_kind == "per_gram"
    return BillLine(
        row=row,
        hold=held.get(row.piece_id),
        labour_per_gram=row.piece.labour_value if per_gram else None,
        effective_cents=(
            pricing.effective_per_gram(total_cents=row.total_cents, net_mg=row.net_mg)
            if fixed
            else None
        ),
        acknowledged=row.acknowledged_at is not None,
        must_acknowledge=row.pk in waiting,
        may_sign=waiting.get(row.pk) == How.SIGNATURE,
        is_settled=settled_weights.is_settled(row),
    )


def _now_prices(sale: Sale, rows: Sequence[SaleLine]) -> list[int]:
    """Each line's total with today's board; as it stands where the board has no row any more."""
    board = prices.rows_for(store=sale.store, rows=[row.piece for row in rows])
    locked = price_locks.rows_of(rows)
    totals = []
    for row in rows:
        price = locked.get(row.piece_id) or board.get((row.piece.metal, row.piece.fineness))
        if pricing.needs_board(row.piece) and price is None:
            totals.append(row.total_cents)
        else:
            now = pricing.price(row.piece, price, net_mg=settled_weights.counting_mg(row))
            totals.append(now.total_cents - row.reduced_cents)
    return totals


def _board_rows(rows: Sequence[SaleLine]) -> list[MetalPrice]:
    used = {row.metal_price_id: row.metal_price for row in rows if row.metal_price}
    return list(used.values())


def ways_to_pay(*, credit_cents: int) -> list[Tender]:
    """The tenders of a bill whose customer has so much store credit; without any it is none."""
    ways = list(tenders.of_money())
    if credit_cents > 0:
        ways += Tender.objects.filter(active=True, kind=TenderKind.CREDIT)
    return ways


def cards_of(sale: Sale) -> list[Card]:
    """The cards that were issued with a sale, in the order of its lines."""
    return [line.card for line in sale.lines.all() if line.card is not None]


def printed_cards(cards: Sequence[Card]) -> list[Card]:
    """Those that the plan hands out on paper; the others are a number and QR on the receipt."""
    return [card for card in cards if card.plan.hand_out == HandOut.PRINTED]


def tally_of(lines: Sequence[SaleLine]) -> Tally:
    total = Tally()
    for line in lines:
        total.add(metal=line.piece.metal, fineness=line.piece.grade, net_mg=line.net_mg)
    return total


@dataclass(frozen=True)
class CounterDay:
    """What one counter, or a whole store, sold between two moments."""

    name: str
    cents: int
    tally: Tally


def sold_between(
    store: Store, begin: datetime, end: datetime, *, counter: Place | None = None
) -> CounterDay:
    """Money and pieces of completed sales; voided ones do not count (3 queries)."""
    rows = Sale.objects.filter(
        store=store.pk, state=SaleState.COMPLETED, completed_at__gte=begin, completed_at__lt=end
    )
    if counter is not None:
        rows = rows.filter(counter=counter.pk)
    cents = rows.aggregate(sum=Sum("total_cents"))["sum"] or 0
    # what was paid before the goods is owed, not sold
    owed = DepositLine.objects.filter(sale__in=rows)
    cents -= owed.aggregate(sum=Sum("total_cents"))["sum"] or 0
    groups = (
        SaleLine.objects.filter(sale__in=rows)
        .order_by()
        .values("piece__metal", "piece__grade")
        .annotate(n=Count("pk"), mg=Sum("net_mg"))
    )
    tally = Tally()
    for group in groups:
        tally.add(
            metal=group["piece__metal"],
            fineness=group["piece__grade"],
            net_mg=group["mg"],
            pieces=group["n"],
        )
    return CounterDay(name=str(counter or store), cents=cents, tally=tally)


def shifts_of(store: Store) -> QuerySet[Shift]:
    """The shifts of a store that nobody has closed, those that were set aside too, counter by
    counter and the older one first."""
    rows = Shift.objects.filter(store=store.pk, closed_at__isnull=True)
    full = rows.select_related("counter", "store", "opened_by")
    return full.order_by("counter__code", "opened_at")
