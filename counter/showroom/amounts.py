"""What an order is estimated to cost: from the offer of each style and the board of the moment. The
hand-over reckons again with what the pieces weigh."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from counter.models import Customer, OrderVersion, StonesFrom, StyleOffer
from counter.showroom import dealers, offers
from counter.showroom.wishes import LineWish, NotMadeSo, StyleNotOffered, Wish
from inventory import prices
from inventory.ground.amounts import half_up, metal_cents
from inventory.models import Store

# columns of an ordered line that a version keeps beside what was wished
Figures = Mapping[str, int]


@dataclass(frozen=True)
class LineEstimate:
    """One piece of a line, in cents and mg; `total_cents` of all its pieces."""

    offer: StyleOffer
    pieces: int
    net_mg: int
    metal_cents: int
    labour_cents: int
    stone_cents: int

    @property
    def unit_cents(self) -> int:
        return self.metal_cents + self.labour_cents + self.stone_cents

    @property
    def total_cents(self) -> int:
        return self.pieces * self.unit_cents

    @property
    def figures(self) -> Figures:
        return {
            "net_mg": self.net_mg,
            "labour_cents": self.labour_cents,
            "stone_cents": self.stone_cents,
            "unit_cents": self.unit_cents,
        }


@dataclass(frozen=True)
class Estimate:
    """A whole wish, its lines in their order."""

    lines: tuple[LineEstimate, ...]

    @property
    def total_cents(self) -> int:
        return sum(line.total_cents for line in self.lines)

    @property
    def days(self) -> int:
        """How long the slowest style takes from confirmation to arrival."""
        return max(line.offer.days for line in self.lines)

    def with_wish(self, wish: Wish) -> dict[str, Any]:
        """As `OrderVersion.content` keeps both: the wish, and the figures of each line."""
        return wish.as_content() | {"figures": [dict(line.figures) for line in self.lines]}


def figures_of(version: OrderVersion) -> Sequence[Figures]:
    """What each line of a version was estimated at when it was proposed."""
    figures: list[Figures] = version.content["figures"]
    return figures


def estimate(
    wish: Wish, *, at: datetime, store: Store, customer: Customer | None = None
) -> Estimate:
    """The amounts of a wish at the board of `store` at a moment; a dealer pays the labour of the
    own level. Refused: a style that is not offered, a metal it is not made of, and without a price
    on the board (1 query, 1 for each metal, 2 for a dealer)."""
    offered = offers.offered({line.style for line in wish.lines})
    level = dealers.prices_for(customer)
    per_gram: dict[tuple[str, int], int] = {}
    lines = []
    for position, line in enumerate(wish.lines):
        offer = offered.get(line.style)
        if offer is None:
            raise StyleNotOffered(line.style, field=f"lines.{position}.style")
        mg = offers.net_mg(offer, metal=line.metal, grade=line.grade)
        if mg is None:
            raise NotMadeSo(field=f"lines.{position}.metal")
        key = (line.metal, line.grade)
        if key not in per_gram:
            row = prices.row_for(store=store, metal=line.metal, fineness=line.grade, at=at)
            per_gram[key] = row.cents_per_gram
        told = LineEstimate(
            offer=offer,
            pieces=line.pieces,
            net_mg=mg,
            metal_cents=metal_cents(weight_mg=mg, cents_per_gram=per_gram[key]),
            labour_cents=level.labour_cents(offer.style_id, offer.labour_cents),
            stone_cents=_stone_cents(line, offer),
        )
        lines.append(told)
    return Estimate(tuple(lines))


def _stone_cents(line: LineWish, offer: StyleOffer) -> int:
    if line.stones_from != StonesFrom.OURS or line.stone_mct is None:
        return 0
    return half_up(dividend=line.stone_mct * offer.stone_cents_per_ct, divisor=1000)
