"""Reads of signed sheets: one for its paper, many for the list and for who has witnessed them.

Who may see a row is decided here. Of an open sheet nothing is told but that it is open.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from django.contrib.auth.models import User
from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404

from counter import witnesses
from counter.custody import PRESENT
from counter.models import (
    OPEN_STATES,
    Handover,
    HandoverKind,
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

# what may be asked of the list besides the states themselves
OPEN, UNWITNESSED = "open", "unwitnessed"

# counted for the rows that are shown, not for all that there ever were
_DIFFERENCES = Coalesce(
    Subquery(
        Investigation.objects.filter(handover=OuterRef("pk"))
        .order_by()
        .values("handover")
        .annotate(n=Count("pk"))
        .values("n")
    ),
    0,
)

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
    user: Who,
    *,
    store: Store,
    text: str = "",
    month: date | None = None,
    state: str = "",
    before: int | None = None,
) -> QuerySet[Handover]:
    """Sheets of a store, for head office of all stores, newest first. `text` is a part of the
    number, a counter, or somebody's name; `month` any day of it; `before` the last row of the page
    before this one."""
    rows = of_store(access.visible(Handover.objects.all(), user), store)
    if text:
        person = Q()
        for role in ("outgoing", "incoming", "started_by"):
            person |= _named(text, role)
        signed = Signature.objects.filter(_named(text, "user"), handover=OuterRef("pk"))
        counter = Q(counter__code__iexact=text) | Q(counter__name=text)
        rows = rows.filter(Q(number__icontains=text) | counter | person | Exists(signed))
    if month is not None:
        first = month.replace(day=1)
        following = (first + timedelta(days=31)).replace(day=1)
        rows = rows.filter(business_day__gte=first, business_day__lt=following)
    if state == OPEN:
        rows = rows.filter(state__in=OPEN_STATES)
    elif state == UNWITNESSED:
        rows = witnesses.unwitnessed(rows)
    elif state:
        rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    counted = witnesses.with_witnesses(rows).annotate(differences=_DIFFERENCES)
    people = counted.select_related("store", "counter", "outgoing", "incoming")
    return people.order_by("-pk")


def _named(text: str, role: str) -> Q:
    return Q(**{f"{role}__username__iexact": text}) | Q(**{f"{role}__first_name": text})


def unwitnessed(user: Who, *, store: Store, since: date) -> QuerySet[Handover]:
    """Sheets since a day that wait for their second signature."""
    rows = access.visible(Handover.objects.filter(business_day__gte=since), user)
    return witnesses.unwitnessed(of_store(rows, store))


def unwitnessed_by_counter(user: User, *, store: Store, since: date) -> list[tuple[str, str, int]]:
    """How often somebody was alone on duty, as store, counter and number, the worst first; for head
    office only."""
    if not user.has_perm(access.ALL_STORES):
        return []
    waiting = unwitnessed(user, store=store, since=since).values("pk")
    rows = Handover.objects.filter(pk__in=waiting).order_by()
    groups = rows.values_list("store__name", "counter__code").annotate(n=Count("pk"))
    return list(groups.order_by("-n", "store__name", "counter__code"))


def of_store(rows: QuerySet[M], store: Store) -> QuerySet[M]:
    """Head office looks at all stores at once, everybody else at one."""
    return rows if store.kind == StoreKind.HEAD_OFFICE else rows.filter(store=store.pk)
