"""What a piece costs today: by weight from the board, or its fixed price. Arithmetic only."""

from dataclasses import dataclass

from inventory.ground import amounts
from inventory.models import LabourKind, MetalPrice, Piece, Pricing


@dataclass(frozen=True)
class Breakdown:
    """The price parts of one piece in cents, before any reduction, and the board row used."""

    metal_price: MetalPrice | None
    metal_cents: int = 0
    labour_cents: int = 0
    fixed_cents: int = 0

    @property
    def total_cents(self) -> int:
        return self.metal_cents + self.labour_cents + self.fixed_cents


def needs_board(piece: Piece) -> bool:
    return piece.pricing == Pricing.WEIGHT


def price(piece: Piece, row: MetalPrice | None, *, net_mg: int | None = None) -> Breakdown:
    """The parts of a price. By weight: net grams × the board's row, plus labour; else the tag's
    price. `row` is needed by weight (`prices.row_for` refuses when the board has none); `net_mg`:
    the milligrams that count where they are not those of the label."""
    if row is None or not needs_board(piece):
        return Breakdown(metal_price=None, fixed_cents=piece.price_cents or 0)
    counts_mg = piece.net_mg if net_mg is None else net_mg
    metal = amounts.metal_cents(weight_mg=counts_mg, cents_per_gram=row.cents_per_gram)
    return Breakdown(
        metal_price=row,
        metal_cents=metal,
        labour_cents=_labour(piece, net_mg=counts_mg, metal_cents=metal),
    )


def _labour(piece: Piece, *, net_mg: int, metal_cents: int) -> int:
    if piece.labour_kind == LabourKind.PER_GRAM:
        return amounts.metal_cents(weight_mg=net_mg, cents_per_gram=piece.labour_value)
    if piece.labour_kind == LabourKind.PERCENT:
        return amounts.share(cents=metal_cents, bp=piece.labour_value)
    return piece.labour_value


def effective_per_gram(*, total_cents: int, net_mg: int) -> int:
    """Yuan per gram that follow from a fixed price, in cents; told to every customer."""
    return amounts.per_gram_cents(total_cents=total_cents, weight_mg=net_mg)
