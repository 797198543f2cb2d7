"""Stocktakes as they are read: who may see which, how far they are, and what is still a secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser, User
from django.db import connection
from django.db.models import Count, QuerySet, Sum
from django.shortcuts import get_object_or_404

from inventory import counted
from inventory.ground import access
from inventory.ground.measures import Tally
from inventory.models import (
    LineResult,
    Stocktake,
    StocktakeDifference,
    StocktakeLine,
    StocktakePlace,
    StocktakeSample,
    StocktakeState,
    StocktakeSupply,
    StocktakeUnlabelled,
)

Who = User | AnonymousUser

# of the newest round of every place: what is ours by metal class, and what is not; the last two
# columns say who read it
COUNTED: Final = """
    SELECT read.place_id, piece.metal, piece.grade, read.by_id, COUNT(*), SUM(piece.net_mg)
    FROM inventory_stocktakeread read
    LEFT JOIN inventory_stocktakeplace spot
        ON spot.stocktake_id = read.stocktake_id AND spot.place_id = read.place_id
    LEFT JOIN inventory_piece piece ON piece.id = read.piece_id
    WHERE read.store_id = %s AND read.stocktake_id = %s
      AND (spot.id IS NULL OR read.round = spot.round)
    GROUP BY read.place_id, piece.metal, piece.grade, read.by_id
"""


@dataclass
class SpotProgress:
    """One place. `counted`: pieces of ours that were read in it, as their labels say; `unknown`:
    other reads; `expected` and `results`: None while they are a secret to whoever asks; `people`:
    reads by the keys of those who read."""

    spot: StocktakePlace
    counted: Tally = field(default_factory=Tally)
    unknown: int = 0
    unlabelled: int = 0
    expected: Tally | None = None
    results: Mapping[str, Tally] | None = None
    people: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """A whole stocktake. `anywhere`: what was read without a place; `people`: reads by person."""

    spots: list[SpotProgress]
    anywhere: Tally
    people: Mapping[User, int]

    @property
    def counted(self) -> Tally:
        """What was read in all places together."""
        total = Tally()
        for each in self.spots:
            for of, pieces, mg in each.counted.classes:
                total.add(metal=of.metal, fineness=of.grade, net_mg=mg, pieces=pieces)
        return total

    @property
    def handed_in(self) -> int:
        return sum(each.spot.is_shown for each in self.spots)


def stocktakes_for(user: Who) -> QuerySet[Stocktake]:
    """Stocktakes of the stores this person or program may see, newest first."""
    rows = access.visible(Stocktake.objects.all(), user)
    return rows.select_related("store", "opened_by", "approved_by", "published_by").order_by("-pk")


def stocktake_for(user: Who, number: str) -> Stocktake:
    """404 for a store this person or program may not see."""
    return get_object_or_404(stocktakes_for(user), number=number)


def spot_for(user: Who, number: str, place: str) -> StocktakePlace:
    """One place of a stocktake by its code; 404 as above, and for a place outside of the scope."""
    rows = access.visible(StocktakePlace.objects.filter(stocktake__number=number), user)
    along = rows.select_related("stocktake__store", "place__parent", "by", "first_by")
    return get_object_or_404(along, place__code=place)


def difference_for(user: Who, number: str, key: int) -> StocktakeDifference:
    """404 as above."""
    rows = access.visible(StocktakeDifference.objects.filter(stocktake__number=number), user)
    along = rows.select_related("stocktake__store", "place", "to_place", "piece", "supply__item")
    return get_object_or_404(along, pk=key)


def sample_for(spot: StocktakePlace, key: int) -> StocktakeSample:
    return get_object_or_404(spot.samples.select_related("spot__stocktake__store"), pk=key)


def unlabelled_for(spot: StocktakePlace, key: int) -> StocktakeUnlabelled:
    return get_object_or_404(spot.unlabelled.select_related("spot__stocktake__store"), pk=key)


def supply_for(spot: StocktakePlace, key: int) -> StocktakeSupply:
    return get_object_or_404(spot.supplies.select_related("item"), pk=key)


def sample_list(spot: StocktakePlace) -> list[StocktakeSample]:
    """Pieces of the newest round that were drawn for the scale (1 query)."""
    rows = spot.samples.filter(round=spot.round).select_related("piece")
    return list(rows.order_by("piece__number"))


def supplies_of(spot: StocktakePlace) -> list[StocktakeSupply]:
    """What is to be counted beside the pieces (1 query)."""
    return list(spot.supplies.select_related("item").order_by("item__code"))


def is_hidden(stocktake: Stocktake, user: Who) -> bool:
    """Whether lines, differences and sums would tell this person or program what a blind count has
    to find out."""
    open_states = {StocktakeState.OPEN, StocktakeState.COUNTING}
    return stocktake.state in open_states and counted.is_blind(user)


def lines_of(stocktake: Stocktake, *, result: str = "") -> QuerySet[StocktakeLine]:
    """The lines in the order of the published content, of one result or of all."""
    rows = StocktakeLine.objects.filter(store=stocktake.store_id, stocktake=stocktake)
    if result:
        rows = rows.filter(result=result)
    return rows.select_related("place").order_by("pk")


def differences_of(stocktake: Stocktake) -> QuerySet[StocktakeDifference]:
    """Those without an outcome first, then by place."""
    rows = stocktake.differences.select_related(
        "place", "to_place", "piece__style", "line", "supply__item", "unlabelled", "sample",
        "turned_out", "decided_by",
    )  # fmt: skip
    return rows.order_by("decided_at", "place__code", "pk")


def progress(stocktake: Stocktake, user: Who) -> Progress:
    """How far every place is, in pieces and grams per metal class (5 queries; 4 for who counts
    blind while nothing is handed in)."""
    rows = stocktake.places.select_related("stocktake__store", "place__parent", "by", "first_by")
    spots = {spot.place_id: SpotProgress(spot) for spot in rows}
    anywhere, people = _count(stocktake, spots)
    loose = StocktakeUnlabelled.objects.filter(
        spot__stocktake=stocktake, undone_at__isnull=True
    ).values_list("spot__place", "round")
    for place, nth in loose:
        spots[place].unlabelled += spots[place].spot.round == nth
    _expect(stocktake, [each for each in spots.values() if _is_shown(each.spot, user)])
    names = User.objects.in_bulk(people)
    read_by = {names[key]: many for key, many in people.items()}
    return Progress(spots=list(spots.values()), anywhere=anywhere, people=read_by)


def _is_shown(spot: StocktakePlace, user: Who) -> bool:
    return spot.is_shown or not is_hidden(spot.stocktake, user)


def _count(stocktake: Stocktake, spots: Mapping[int, SpotProgress]) -> tuple[Tally, dict[int, int]]:
    """Enters what was read; what was read without a place, and the reads of each person."""
    anywhere, people = SpotProgress(StocktakePlace()), dict[int, int]()
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, [stocktake.store_id, stocktake.pk])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    for place, metal, grade, by, many, mg in found:
        each = spots.get(place, anywhere)
        people[by] = people.get(by, 0) + many
        each.people[by] = each.people.get(by, 0) + many
        if metal is None:
            each.unknown += many
        else:
            each.counted.add(metal=metal, fineness=grade, net_mg=mg, pieces=many)
    return anywhere.counted, people


def _expect(stocktake: Stocktake, spots: list[SpotProgress]) -> None:
    """What the books expect in these places, and what became of it (1 query)."""
    if not spots:
        return
    shown = {each.spot.place_id: {str(result): Tally() for result in LineResult} for each in spots}
    lines = StocktakeLine.objects.filter(store=stocktake.store_id, stocktake=stocktake)
    here = lines.filter(place__in=shown).order_by()
    groups = here.values_list("place", "result", "metal", "grade")
    for place, result, metal, grade, many, mg in groups.annotate(Count("pk"), Sum("net_mg")):
        shown[place][result].add(metal=metal, fineness=grade, net_mg=mg, pieces=many)
    for each in spots:
        each.results = shown[each.spot.place_id]
        each.expected = Tally()
        for result, tally in each.results.items():
            if result != LineResult.EXCLUDED:
                _sum(each.expected, tally)


def _sum(total: Tally, part: Tally) -> None:
    for of, pieces, mg in part.classes:
        total.add(metal=of.metal, fineness=of.grade, net_mg=mg, pieces=pieces)
