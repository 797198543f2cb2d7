"""The page of a stocktake that is over: its sealed figures, what differed, and who has it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.contrib.auth.models import User
from django.db.models import Count, Q

from counter import counted_places, stocktake_figures, stocktake_page
from counter.settling_page import Difference
from counter.stocktake_figures import ClassLine, Part, Sums
from inventory import stocktake_queries, supplies
from inventory.ground import measures
from inventory.models import (
    CountedIn,
    LineResult,
    Stocktake,
    StocktakeAcknowledgement,
    StocktakeHandIn,
    StocktakeRead,
    StocktakeSheet,
    StocktakeSupply,
)
from inventory.templatetags.pieces import who

DIFFERENCES: Final = 50
HASH_DIGITS: Final = 16


@dataclass(frozen=True)
class CountedSupply:
    """Supplies of one place, by the books and by the count, as each is counted."""

    name: str
    place: str
    expected: str
    counted: str
    difference: str


@dataclass(frozen=True)
class SheetPage:
    """`may_cost`: whether this person sees what the goods cost."""

    stocktake: Stocktake
    sheet: StocktakeSheet | None  # none: the stocktake was given up
    receipt: StocktakeAcknowledgement | None
    may_cost: bool

    @property
    def heading(self) -> str:
        return stocktake_page.heading_of(self.stocktake)

    @cached_property
    def whole(self) -> Part:
        return stocktake_figures.whole(self._figures)

    @property
    def results(self) -> list[tuple[str, str, Sums]]:
        """What became of the expected pieces, each result that has some, with its words."""
        return [
            (str(result), str(result.label), self.whole.of((result,)))
            for result in LineResult
            if result in self.whole.told
        ]

    @property
    def places(self) -> list[Part]:
        return stocktake_figures.places(self._figures)

    @property
    def categories(self) -> list[Part]:
        return stocktake_figures.categories(self._figures)

    @property
    def classes(self) -> list[ClassLine]:
        return stocktake_figures.classes(self.whole)

    @cached_property
    def _listed(self) -> list[Difference]:
        rows = stocktake_queries.differences_of(self.stocktake).order_by("pk")
        return [Difference(row) for row in rows[: DIFFERENCES + 1]]

    @property
    def differences(self) -> list[Difference]:
        return self._listed[:DIFFERENCES]

    @property
    def has_more(self) -> bool:
        """Whether more differed than stands here."""
        return len(self._listed) > DIFFERENCES

    @property
    def supplies(self) -> list[CountedSupply]:
        return supplies_of(self.stocktake)

    @property
    def counters(self) -> str:
        return people_of(self.stocktake, again=False)

    @property
    def seal(self) -> str:
        return self.sheet.sealed_hash[:HASH_DIGITS] if self.sheet else ""

    @property
    def _figures(self) -> dict[str, Any]:
        return dict(self.sheet.figures) if self.sheet else {}


def page_of(stocktake: Stocktake, *, may_cost: bool) -> SheetPage:
    """With its sheet and head office's receipt (2 queries)."""
    sheet = StocktakeSheet.objects.filter(stocktake=stocktake).select_related("by").first()
    receipts = StocktakeAcknowledgement.objects.filter(stocktake=stocktake)
    return SheetPage(stocktake, sheet, receipts.select_related("by").first(), may_cost)


def people_of(stocktake: Stocktake, *, again: bool) -> str:
    """盘点人、复盘人: who counted in the first round, or once more, each with so many labels; who
    handed in what others had read stands there too (2 queries)."""
    rounds = Q(round__gt=1) if again else Q(round=1)
    reads = StocktakeRead.objects.filter(rounds, store=stocktake.store_id, stocktake=stocktake)
    found: dict[int, int] = dict(reads.order_by().values_list("by").annotate(Count("pk")))
    hand_ins = StocktakeHandIn.objects.filter(rounds, stocktake=stocktake)
    for by in hand_ins.values_list("by", flat=True):
        found.setdefault(by, 0)
    people = User.objects.filter(pk__in=found).order_by("pk")
    named = [
        f"{who(user)} ({found[user.pk]:,})" if found[user.pk] else who(user) for user in people
    ]
    return " · ".join(named) or "—"


def supplies_of(stocktake: Stocktake) -> list[CountedSupply]:
    """What was counted beside the pieces, place by place (1 query)."""
    rows = stocktake.supplies.filter(counted__isnull=False).select_related("item", "spot__place")
    return [
        CountedSupply(
            name=row.item.name,
            place=counted_places.name_of(row.spot.place, alone=True),
            expected=supplies.shown(row.item, row.expected or 0),
            counted=supplies.shown(row.item, row.counted or 0),
            difference=_difference(row),
        )
        for row in rows.order_by("spot__place__code", "item__code")
    ]


def _difference(row: StocktakeSupply) -> str:
    more = (row.counted or 0) - (row.expected or 0)
    by_gram = row.item.counted_in == CountedIn.GRAMS
    return measures.difference(mg=more) if by_gram else measures.difference(pieces=more)
