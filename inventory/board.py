"""The price board as people read it: one line for a metal, who set it, what it was before."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from inventory import places, prices
from inventory.ground import measures, settings_rows
from inventory.ground.measures import Metal
from inventory.models import MetalPrice, PriceKind, Store, StoreKind
from inventory.prices import Quote
from inventory.queries import Who

METALS = list(Metal)


@dataclass(frozen=True)
class Line:
    """A metal in one fineness and its prices in force, of which some may be missing."""

    metal: str
    fineness: int
    sell: MetalPrice | None
    exchange: MetalPrice | None
    buyback: MetalPrice | None

    @property
    def name(self) -> str:
        """足金 999‰."""
        return measures.declared_name(self.metal, self.fineness)

    @property
    def prices(self) -> list[tuple[PriceKind, MetalPrice | None]]:
        """In the order of the board's columns."""
        return [(kind, getattr(self, kind)) for kind in PriceKind]

    @property
    def newest(self) -> MetalPrice:
        """The row of the latest change: since when, and by whom."""
        rows = [row for _kind, row in self.prices if row is not None]
        return max(rows, key=lambda row: (row.valid_from, row.pk))


def lines(store: Store) -> list[Line]:
    """The board of a store now, gold first, finest first (3 queries)."""
    boards = {kind: prices.current(store=store, kind=kind) for kind in PriceKind}
    metals = {metal for board in boards.values() for metal in board}
    return [
        Line(
            metal=metal,
            fineness=fineness,
            sell=boards[PriceKind.SELL].get((metal, fineness)),
            exchange=boards[PriceKind.EXCHANGE].get((metal, fineness)),
            buyback=boards[PriceKind.BUYBACK].get((metal, fineness)),
        )
        for metal, fineness in sorted(metals, key=_rank)
    ]


def history(store: Store) -> QuerySet[MetalPrice]:
    """Every row that held, holds or will hold in this store, the one written last first."""
    rows = MetalPrice.objects.filter(Q(store=store) | Q(store__kind=StoreKind.HEAD_OFFICE))
    return rows.select_related("store", "change__by").order_by("-pk")


def set_at(store: Store, *, by: Who) -> Store:
    """Where this person's prices hold: from head office in all stores, else in the store."""
    office = places.head_office() if by.has_perm("set_house_prices") else None
    return office or store


def leaps(*, store: Store, quotes: Iterable[Quote]) -> list[tuple[Quote, MetalPrice]]:
    """New prices that lie further from the ones in force than the store's setting; most often a
    slip of the finger, so that somebody has to look twice."""
    most_bp = settings_rows.number(store, "price_leap_bp")
    boards = {kind.value: prices.current(store=store, kind=kind) for kind in PriceKind}
    before = [(quote, boards[quote.kind].get((quote.metal, quote.fineness))) for quote in quotes]
    return [
        (quote, row)
        for quote, row in before
        if row is not None
        and abs(quote.cents_per_gram - row.cents_per_gram) * 10_000 > most_bp * row.cents_per_gram
    ]


def _rank(metal: tuple[str, int]) -> tuple[int, int]:
    return METALS.index(Metal(metal[0])), -metal[1]
