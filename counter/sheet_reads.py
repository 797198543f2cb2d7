"""Reads of signed sheets: one for its paper, many for the list, the chart of their differences.

Who may see a row is decided here. Of an open sheet nothing is told but that it is open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncMonth
from django.shortcuts import get_object_or_404

from counter.custody import PRESENT
from counter.models import (
    Handover,
    HandoverKind,
    HandoverState,
    Investigation,
    Payment,
    SaleLine,
    SaleState,
    Signature,
    Tender,
)
from inventory.ground import access
from inventory.ground.measures import Tally
from inventory.models import Movement, Store, StoreKind
from inventory.queries import Who

ROWS = 50
MONTHS = 6  # of the chart
# what may be asked of the list besides the states themselves
OPEN, UNWITNESSED = "open", "unwitnessed"
OPEN_STATES = (HandoverState.COUNTING, HandoverState.DIFFERING, HandoverState.AGREED)

M = TypeVar("M", bound=Model)


# --- one sheet


def sheet_for(user: Who, number: str) -> Handover:
    """A sheet of the person's own store with all that its paper shows (9 queries)."""
    rows = access.visible(Handover.objects.all(), user)
    full = rows.select_related(
        "store", "counter", "shift__opened_by", "previous", "outgoing", "incoming"
    ).prefetch_related(
        "trays__place",
        "trays__by",
        "trays__approval__approved_by",
        "trays__lines",
        "items",
        "money__tender",
        "money__approval__approved_by",
        "signatures__user",
        "investigations__piece",
    )
    return get_object_or_404(full, number=number)


def lent_at_signature(handover: Handover) -> list[Movement]:
    """Pieces that this counter had lent to another one, or had from it, when the sheet was
    signed; what came back since then is still among them (1 query)."""
    before = Q(change__seq__lte=handover.sealed_seq)
    later = Movement.objects.filter(before, piece=OuterRef("piece"), pk__gt=OuterRef("pk"))
    moved_on = later.filter(Q(to_place__isnull=True) | ~Q(to_place=OuterRef("to_place")))
    here = handover.counter_id
    ours = Q(from_place__parent=here) | Q(from_place=here)
    theirs = Q(to_place__parent=here) | Q(to_place=here)
    lent = Movement.objects.filter(transfer__lent=True, transfer__store=handover.store_id)
    rows = lent.filter(before, ours | theirs, ~Exists(moved_on))
    return list(rows.select_related("piece", "from_place", "to_place").order_by("pk"))


def moved_after_count(handover: Handover) -> list[Movement]:
    """What entered or left a place between the comparison of its figures and the signature: it
    stands between the counted figures and the closing ones (1 query)."""
    compared = {tray.place_id: tray.seq for tray in handover.trays.all() if tray.seq is not None}
    if not compared:
        return []
    span = Q(change__seq__gt=min(compared.values()), change__seq__lte=handover.sealed_seq)
    here = Q(from_place__in=compared) | Q(to_place__in=compared)
    rows = Movement.objects.filter(span, here, change__store=handover.store_id)
    # what the signature itself declares missing stands among the differences
    rows = rows.exclude(change__number=handover.number).order_by("change__seq")
    full = rows.select_related("piece", "from_place", "to_place", "change")
    return [row for row in full if any(_after(row, at, seq) for at, seq in compared.items())]


def _after(row: Movement, place: int, seq: int) -> bool:
    """Whether a movement changed what lies in a place after its figures were compared."""
    left = place == row.from_place_id and row.old in PRESENT
    entered = place == row.to_place_id and row.new in PRESENT
    return left != entered and row.change.seq > seq


def is_witnessed(given: Sequence[Signature]) -> bool:
    """Two people have signed."""
    return len({row.user_id for row in given}) > 1


@dataclass(frozen=True)
class ShiftSales:
    """What one shift sold, whatever the calendar says."""

    tally: Tally
    tenders: list[tuple[Tender, int]]  # with the cents that came in, less what went back


def shift_sales(handover: Handover) -> ShiftSales | None:
    """Pieces, grams and money of the shift that ends with a sheet; None for a sheet that ends
    none (3 queries)."""
    if handover.shift_id is None or handover.kind in {HandoverKind.SPOT, HandoverKind.OPEN}:
        return None
    lines = SaleLine.objects.filter(sale__shift=handover.shift_id, sale__state=SaleState.COMPLETED)
    tally = Tally()
    for metal, grade, n, mg in (
        lines.order_by()
        .values_list("piece__metal", "piece__grade")
        .annotate(Count("pk"), Sum("net_mg"))
    ):
        tally.add(metal=metal, fineness=grade, net_mg=mg, pieces=n)
    paid = Payment.objects.filter(shift=handover.shift_id).order_by().values_list("tender")
    cents = dict(paid.annotate(Sum("amount_cents")))
    return ShiftSales(tally, [(row, cents[row.pk]) for row in Tender.objects.filter(pk__in=cents)])


# --- many sheets


def handovers_wanted(
    user: Who, *, store: Store, text: str = "", month: date | None = None, state: str = ""
) -> QuerySet[Handover]:
    """Sheets of a store, for head office of all stores, newest first. `text` is a part of the
    number, a counter, or somebody's name; `month` any day of it."""
    rows = _of(access.visible(Handover.objects.all(), user), store)
    if text:
        person = Q()
        for role in ("outgoing", "incoming", "started_by"):
            person |= _named(text, role)
        signed = Signature.objects.filter(_named(text, "user"), handover=OuterRef("pk"))
        counter = Q(counter__code__iexact=text) | Q(counter__name=text)
        rows = rows.filter(Q(number__icontains=text) | counter | person | Exists(signed))
    if month is not None:
        (first,) = last_months(month, 1)
        rows = rows.filter(business_day__gte=first, business_day__lt=_next_month(first))
    if state == OPEN:
        rows = rows.filter(state__in=OPEN_STATES)
    elif state == UNWITNESSED:
        rows = not_witnessed(rows)
    elif state:
        rows = rows.filter(state=state)
    # counted for the rows that are shown, not for all that there ever were
    counted = rows.annotate(
        signed_by=_number_of(Signature.objects.all()),
        differences=_number_of(Investigation.objects.all()),
    )
    people = counted.select_related("store", "counter", "outgoing", "incoming")
    return people.order_by("-pk")


def _named(text: str, role: str) -> Q:
    return Q(**{f"{role}__username__iexact": text}) | Q(**{f"{role}__first_name": text})


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    mine = rows.filter(handover=OuterRef("pk")).order_by().values("handover")
    return Coalesce(Subquery(mine.annotate(n=Count("pk")).values("n")), 0)


def not_witnessed(rows: QuerySet[Handover]) -> QuerySet[Handover]:
    """Signed by one person only, so far."""
    signed = rows.filter(state=HandoverState.SIGNED)
    return signed.alias(n=_number_of(Signature.objects.all())).filter(n__lt=2)


def unwitnessed_by_counter(user: Who, *, store: Store, since: date) -> list[tuple[str, str, int]]:
    """How often a sheet waits for its witness, as store, counter and number, the worst first."""
    rows = _of(access.visible(Handover.objects.filter(business_day__gte=since), user), store)
    waiting = Handover.objects.filter(pk__in=not_witnessed(rows).values("pk")).order_by()
    groups = waiting.values_list("store__name", "counter__code").annotate(n=Count("pk"))
    return list(groups.order_by("-n", "store__name", "counter__code"))


def investigations_for(user: Who, *, store: Store, closed: bool = False) -> QuerySet[Investigation]:
    """Signed differences of a store, for head office of all stores: the open ones, oldest first,
    or those that are closed, newest first."""
    rows = _of(access.visible(Investigation.objects.all(), user), store)
    rows = rows.filter(closed_at__isnull=not closed)
    full = rows.select_related("store", "handover__counter", "piece", "closed_by")
    return full.order_by("-closed_at" if closed else "opened_at", "pk")


def part_name(found: Investigation, tenders: Mapping[str, Tender]) -> str:
    """A difference lies in a place, by its code, or in a tender."""
    return str(tenders.get(found.part, found.part))


def tenders_by_code() -> dict[str, Tender]:
    """All tenders, those that are used no more too (1 query)."""
    return {row.code: row for row in Tender.objects.all()}


def investigation_for(user: Who, pk: int) -> Investigation:
    rows = access.visible(Investigation.objects.all(), user)
    return get_object_or_404(rows.select_related("store", "handover__counter", "piece"), pk=pk)


# --- the chart


@dataclass(frozen=True, order=True)
class Differences:
    """The signed differences of one counter, or store, in one month; below zero is short."""

    n: int = 0
    pieces: int = 0
    cents: int = 0


@dataclass(frozen=True)
class DifferencesChart:
    """By counter, for head office by store, and by month."""

    months: list[date]
    names: list[str]
    found: dict[tuple[str, date], Differences] = field(default_factory=dict)

    def of(self, name: str, month: date) -> Differences:
        return self.found.get((name, month), Differences())

    @property
    def rows(self) -> list[tuple[str, date, Differences]]:
        """Only what differs, by name and month."""
        return [(name, month, sums) for (name, month), sums in sorted(self.found.items())]


def differences(user: Who, *, store: Store, until: date) -> DifferencesChart:
    """The differences of the six months that end with this day (1 query). Grams are left out:
    they belong to several metal classes."""
    months = last_months(until)
    rows = _of(access.visible(Investigation.objects.all(), user), store)
    rows = rows.filter(handover__business_day__gte=months[0], handover__business_day__lte=until)
    name = "store__name" if store.kind == StoreKind.HEAD_OFFICE else "handover__counter__code"
    groups = (
        rows.order_by()
        .values_list(name, TruncMonth("handover__business_day"))
        .annotate(Count("pk"), Sum("pieces"), Sum("cents"))
    )
    found = {(who, month): Differences(*sums) for who, month, *sums in groups}
    return DifferencesChart(months, sorted({who for who, _month in found}), found)


def last_months(until: date, months: int = MONTHS) -> list[date]:
    """The first days of so many months, the last one is the month of `until`."""
    last = until.year * 12 + until.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(last - months + 1, last + 1)]


def _next_month(first: date) -> date:
    return last_months(first + timedelta(days=31), 1)[0]


def _of(rows: QuerySet[M], store: Store) -> QuerySet[M]:
    """Head office looks at all stores at once, everybody else at one."""
    return rows if store.kind == StoreKind.HEAD_OFFICE else rows.filter(store=store.pk)
