"""The report of a business day: sums of rows by their day, never by shift. A sale counts on the day
it was completed, a void on the day it was made, whatever was sold then."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from counter import day_returns
from counter.day_returns import ReturnRow
from counter.models import (
    DepositLine,
    Payment,
    Reduction,
    Sale,
    SaleLine,
    SaleVoid,
    ServiceLine,
    Shift,
    Tender,
    TenderKind,
)
from inventory import places
from inventory.ground.measures import Tally
from inventory.models import Category, Store

Plain = dict[str, Any]


@dataclass
class CategoryRow:
    """Pieces, grams by class and money of one category; what was voided is taken off."""

    category: Category
    tally: Tally = field(default_factory=Tally)
    cents: int = 0


@dataclass(frozen=True)
class ReductionRow:
    """What was taken off prices for one reason."""

    reason: str
    lines: int
    cents: int


@dataclass(frozen=True)
class VoidRow:
    """A sale that was taken back on this day, so many minutes after it was completed."""

    number: str
    cents: int
    clerk: str
    minutes: int
    reason: str


@dataclass(frozen=True)
class TenderRow:
    """Money in and out in one tender at one counter; refunds, and what was paid out for old gold,
    are below zero."""

    tender: Tender
    counter: str
    payments: int
    cents: int
    refunds: int
    refund_cents: int

    @property
    def total_cents(self) -> int:
        return self.cents + self.refund_cents


@dataclass(frozen=True)
class DayReport:
    """All figures of one business day of a store."""

    categories: list[CategoryRow]
    reductions: list[ReductionRow]
    voids: list[VoidRow]
    tenders: list[TenderRow]
    sales: int
    rounding_cents: int
    # fees of the service desk, apart from goods
    service_cents: int = 0
    # paid before the goods, which the shop owes; and paid back of it
    deposit_cents: int = 0
    deposit_back_cents: int = 0
    returns: list[ReturnRow] = field(default_factory=list)

    @property
    def tally(self) -> Tally:
        whole = Tally()
        for row in self.categories:
            for of, pieces, mg in row.tally.classes:
                whole.add(metal=of.metal, fineness=of.grade, net_mg=mg, pieces=pieces)
        return whole

    @property
    def cents(self) -> int:
        """What the goods come to, before rounding."""
        return sum(row.cents for row in self.categories)

    @property
    def sold_cents(self) -> int:
        """Goods and fees, less what went back for returns: turnover."""
        return self.cents + self.service_cents - self.rounding_cents - self.returned_cents

    @property
    def total_cents(self) -> int:
        """What was to be paid; the payments of the day come to the same. What was paid before the
        goods is owed, not sold."""
        return self.sold_cents + self.deposit_cents - self.deposit_back_cents

    @property
    def returned_cents(self) -> int:
        """What went back for pieces that were returned, whenever they were sold. What they paid for
        other goods stands among the tenders."""
        return sum(row.back_cents for row in self.returns)

    @property
    def paid_cents(self) -> int:
        return sum(row.total_cents for row in self.tenders)

    @property
    def reduced_cents(self) -> int:
        return sum(row.cents for row in self.reductions)

    @property
    def by_tender(self) -> list[TenderRow]:
        """One row a tender, over all counters."""
        summed: dict[Tender, TenderRow] = {}
        for row in self.tenders:
            before = summed.get(row.tender, TenderRow(row.tender, "", 0, 0, 0, 0))
            summed[row.tender] = TenderRow(
                row.tender,
                "",
                before.payments + row.payments,
                before.cents + row.cents,
                before.refunds + row.refunds,
                before.refund_cents + row.refund_cents,
            )
        return list(summed.values())


def report_of(*, store: Store, day: date) -> DayReport:
    """The figures of a business day as the books have them now (9 queries, whatever was
    sold; 1 more when something came back)."""
    sold = Sale.objects.filter(store=store, business_day=day, number__isnull=False)
    voids = _voids_of(store=store, day=day)
    voided = Sale.objects.filter(pk__in=voids.values("sale"))
    count = _with_fees(sold).aggregate(
        n=Count("pk", filter=Q(has_goods=True)),
        rounding=Sum("rounding_cents", default=0),
        fees=Sum("fee_cents", default=0),
        deposits=Sum("deposit_cents", default=0),
    )
    back = _with_fees(voided).aggregate(
        rounding=Sum("rounding_cents", default=0),
        fees=Sum("fee_cents", default=0),
        deposits=Sum("deposit_cents", default=0),
    )
    paid = payments_of(store=store, day=day)
    by_tender = _by_tender(paid)
    came_back = any(group["returned"] for group in by_tender)
    return DayReport(
        categories=_categories(sold, voided),
        reductions=_reductions(sold, voided),
        voids=list(_void_rows(voids)),
        tenders=list(_tenders(by_tender)),
        sales=count["n"],
        rounding_cents=count["rounding"] - back["rounding"],
        service_cents=count["fees"] - back["fees"],
        deposit_cents=count["deposits"] - back["deposits"],
        deposit_back_cents=-sum(group["deposit_back"] or 0 for group in by_tender),
        returns=list(day_returns.of_payments(paid)) if came_back else [],
    )


def payments_of(*, store: Store, day: date) -> QuerySet[Payment]:
    """Payments and refunds that moved on a business day, found by the shifts they belong to."""
    begin, end = places.day_bounds(store, day)
    rows = Payment.objects.filter(shift__in=_shifts_between(store, begin, end))
    return rows.filter(change__at__gte=begin, change__at__lt=end)


def _voids_of(*, store: Store, day: date) -> QuerySet[SaleVoid]:
    begin, end = places.day_bounds(store, day)
    rows = SaleVoid.objects.filter(shift__in=_shifts_between(store, begin, end))
    return rows.filter(change__at__gte=begin, change__at__lt=end)


def _shifts_between(store: Store, begin: datetime, end: datetime) -> QuerySet[Shift]:
    """Shifts that were open at some moment of a stretch; few, whatever the store has sold."""
    not_over = Q(closed_at__isnull=True) | Q(closed_at__gte=begin)
    return Shift.objects.filter(not_over, store=store, opened_at__lt=end)


# --- summing


def _with_fees(sales: QuerySet[Sale]) -> QuerySet[Sale]:
    """Each sale with what the service desk took on it and what was paid before the goods. A
    buy-back is a bill without lines, a fee or a deposit is no goods: nothing was sold."""
    fees = ServiceLine.objects.filter(sale=OuterRef("pk")).order_by().values("sale")
    before = DepositLine.objects.filter(sale=OuterRef("pk")).order_by().values("sale")
    return sales.annotate(
        deposit_cents=Subquery(before.annotate(sum=Sum("total_cents")).values("sum")),
        fee_cents=Subquery(fees.annotate(sum=Sum("total_cents")).values("sum")),
        has_goods=Exists(SaleLine.objects.filter(sale=OuterRef("pk"))),
    )


def _categories(sold: QuerySet[Sale], voided: QuerySet[Sale]) -> list[CategoryRow]:
    rows: dict[str, CategoryRow] = {}
    for sign, sales in ((1, sold), (-1, voided)):
        groups = (
            SaleLine.objects.filter(sale__in=sales)
            .order_by()
            .values("piece__category", "piece__metal", "piece__grade")
            .annotate(n=Count("pk"), mg=Sum("net_mg"), cents=Sum("total_cents"))
        )
        for group in groups:
            category = group["piece__category"]
            row = rows.setdefault(category, CategoryRow(Category(category)))
            row.cents += sign * group["cents"]
            row.tally.add(
                metal=group["piece__metal"],
                fineness=group["piece__grade"],
                net_mg=sign * group["mg"],
                pieces=sign * group["n"],
            )
    order = list(Category)
    return sorted(rows.values(), key=lambda row: order.index(row.category))


def _reductions(sold: QuerySet[Sale], voided: QuerySet[Sale]) -> list[ReductionRow]:
    """By reason, the largest first."""
    sums: dict[str, list[int]] = {}
    for sign, sales in ((1, sold), (-1, voided)):
        groups = (
            Reduction.objects.filter(line__sale__in=sales)
            .order_by()
            .values("reason")
            .annotate(n=Count("pk"), cents=Sum("cents"))
        )
        for group in groups:
            row = sums.setdefault(group["reason"], [0, 0])
            row[0] += sign * group["n"]
            row[1] += sign * group["cents"]
    rows = [ReductionRow(reason, n, cents) for reason, (n, cents) in sums.items() if n or cents]
    return sorted(rows, key=lambda row: (-row.cents, row.reason))


def _void_rows(voids: QuerySet[SaleVoid]) -> Iterator[VoidRow]:
    rows = voids.select_related("sale", "change__by").order_by("pk")
    for row in rows:
        sale, by = row.sale, row.change.by
        since = row.change.at - (sale.completed_at or row.change.at)
        yield VoidRow(
            number=sale.number or "",
            cents=sale.total_cents or 0,
            clerk=by.first_name or by.username,
            minutes=int(since.total_seconds() // 60),
            reason=row.reason,
        )


def _by_tender(payments: QuerySet[Payment]) -> list[dict[str, Any]]:
    """Sums by tender and counter, and how many of them belong to returns (1 query)."""
    refund = Q(amount_cents__lt=0)
    groups = (
        payments.order_by()
        .values("tender", counter=F("shift__counter__code"))
        .annotate(
            payments=Count("pk", filter=~refund),
            cents=Sum("amount_cents", filter=~refund),
            refunds=Count("pk", filter=refund),
            refund_cents=Sum("amount_cents", filter=refund),
            returned=Count("returned"),
            deposit_back=Sum(
                "amount_cents", filter=Q(deposit__isnull=False, reverses__isnull=False)
            ),
        )
        .order_by("tender__position", "counter")
    )
    return [dict(group) for group in groups]


def _tenders(groups: Iterable[dict[str, Any]]) -> Iterator[TenderRow]:
    tenders = Tender.objects.in_bulk()
    for group in groups:
        yield TenderRow(
            tender=tenders[group["tender"]],
            counter=group["counter"],
            payments=group["payments"],
            cents=group["cents"] or 0,
            refunds=group["refunds"],
            refund_cents=group["refund_cents"] or 0,
        )


def cash_of(report: DayReport, *, counters: Iterable[str]) -> int:
    """Cash that came in at these counters, less what went back, in cents."""
    codes = set(counters)
    rows = (row for row in report.tenders if row.tender.kind == TenderKind.CASH)
    return sum(row.total_cents for row in rows if row.counter in codes)


# --- kept with a closed day


def to_plain(report: DayReport) -> Plain:
    """The report as rows of codes and integers, in no language."""
    return {
        "sales": report.sales,
        "rounding_cents": report.rounding_cents,
        "service_cents": report.service_cents,
        "deposit_cents": report.deposit_cents,
        "deposit_back_cents": report.deposit_back_cents,
        "returns": [
            [row.number, row.sale, row.fault, row.back_cents, row.goods_cents, row.clerk]
            for row in report.returns
        ],
        "categories": [
            {
                "category": row.category.value,
                "cents": row.cents,
                "classes": [
                    [of.metal.value, of.grade, pieces, mg] for of, pieces, mg in row.tally.classes
                ],
            }
            for row in report.categories
        ],
        "reductions": [[row.reason, row.lines, row.cents] for row in report.reductions],
        "voids": [
            [row.number, row.cents, row.clerk, row.minutes, row.reason] for row in report.voids
        ],
        "tenders": [
            [
                row.tender.code,
                row.counter,
                row.payments,
                row.cents,
                row.refunds,
                row.refund_cents,
            ]
            for row in report.tenders
        ],
    }


def of_plain(plain: Plain) -> DayReport:
    """The report that was kept (1 query, for the names of the tenders)."""
    tenders = {tender.code: tender for tender in Tender.objects.all()}
    return DayReport(
        categories=[_category_of(row) for row in plain["categories"]],
        reductions=[ReductionRow(*row) for row in plain["reductions"]],
        voids=[VoidRow(*row) for row in plain["voids"]],
        tenders=[TenderRow(tenders[code], *figures) for code, *figures in plain["tenders"]],
        sales=plain["sales"],
        rounding_cents=plain["rounding_cents"],
        # days that were closed before there was a service desk have none
        service_cents=plain.get("service_cents", 0),
        deposit_cents=plain.get("deposit_cents", 0),
        deposit_back_cents=plain.get("deposit_back_cents", 0),
        returns=[ReturnRow(*row) for row in plain.get("returns", ())],
    )


def kept_cents(plain: Plain) -> int:
    """What was paid and paid back, as a kept report says."""
    return sum(row[3] + row[5] for row in plain.get("tenders", ()))


def _category_of(plain: Plain) -> CategoryRow:
    row = CategoryRow(Category(plain["category"]), cents=plain["cents"])
    for metal, grade, pieces, mg in plain["classes"]:
        row.tally.add(metal=metal, fineness=grade, net_mg=mg, pieces=pieces)
    return row
