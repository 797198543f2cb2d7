"""The demo's stocktakes: last month's, published, and counter C, which is being counted."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.contrib.auth.models import User

from inventory import (
    places,
    stocktake_differences,
    stocktake_places,
    stocktake_reads,
    stocktake_sheets,
    stocktakes,
)
from inventory.ground import approvals
from inventory.models import (
    DifferenceKind,
    DifferenceOutcome,
    Piece,
    Place,
    Stocktake,
    StocktakeKind,
    Store,
)
from inventory.queries import LYING
from inventory.stocktake_differences import Decision
from inventory.stocktake_reads import Read

ASTRAY, UNSEEN = "A-03", "B-07"  # one piece lies beside its tray, one is seen only later


def load_published(*, store: Store, people: Mapping[str, User]) -> Stocktake:
    """Last month's count of the whole store: everything was read but for two differences."""
    month = places.business_day(store).replace(day=1) - timedelta(days=1)
    counted = stocktakes.begin(
        store=store, kind=StocktakeKind.MONTHLY, month=f"{month:%Y-%m}", by=people["wang"]
    )
    reads = [Read(number, _read_in(nth, place)) for nth, number, place in _lying(store)]
    stocktake_reads.take_in(
        stocktake=counted, reads=[read for read in reads if read.place], by=people["lin"]
    )
    stocktake_places.hand_in_waiting(stocktake=counted, by=people["wang"])
    counted.refresh_from_db()
    for row in counted.differences.select_related("stocktake__store"):
        stocktake_differences.decide(difference=row, decision=_outcome(row.kind), by=people["chen"])
    ask = stocktakes.approve_ask(counted)
    approvals.grant(ask=ask, store=store, asked_by=people["chen"], by=people["wang"])
    counted = stocktakes.approve(stocktake=counted, by=people["chen"])
    stocktake_sheets.publish(stocktake=counted, by=people["wang"])
    return counted


def load_open(*, store: Store, people: Mapping[str, User]) -> Stocktake:
    """Counter C this morning: one tray is handed in with a necklace missing, one is in hand."""
    scope = Place.objects.filter(store=store, parent__code="C").order_by("code")
    counted = stocktakes.begin(
        store=store, kind=StocktakeKind.CYCLE, places=list(scope), by=people["wang"]
    )
    first, second = scope[0], scope[1]
    for place, by, numbers in (
        (first, people["zhao"], _numbers(first)[1:]),
        (second, people["lin"], _numbers(second)[:4]),
    ):
        spot = counted.places.select_related("stocktake__store", "place").get(place=place)
        spot = stocktake_places.begin(spot=spot, by=by)
        reads = [Read(number, place.code) for number in numbers]
        stocktake_reads.take_in(stocktake=counted, reads=reads, by=by)
        if place == first:
            stocktake_places.hand_in(spot=spot, by=by)
    return counted


def _lying(store: Store) -> Sequence[tuple[int, str, str]]:
    """Every piece that can be read, numbered within its place, with the code of the place."""
    rows = Piece.objects.filter(store=store, state__in=LYING, place__isnull=False)
    nth: dict[str, int] = {}
    found = []
    for number, place in rows.order_by("number").values_list("number", "place__code"):
        nth[place] = nth.get(place, -1) + 1
        found.append((nth[place], number, place))
    return found


def _read_in(nth: int, place: str) -> str:
    """Where a piece was read; nowhere for the one that nobody saw."""
    if nth == 0 and place == ASTRAY:
        return "A-04"
    return "" if nth == 0 and place == UNSEEN else place


def _numbers(place: Place) -> list[str]:
    rows = Piece.objects.filter(place=place, state__in=LYING)
    return list(rows.order_by("number").values_list("number", flat=True))


def _outcome(kind: str) -> Decision:
    if kind == DifferenceKind.MISSING:
        return Decision(outcome=DifferenceOutcome.FOUND, words="在橱窗展示架上找到")
    return Decision(outcome=DifferenceOutcome.LATE_MOVEMENT, words="换托盘后未登记")
