"""What a piece costs today and how that comes about, so that a clerk can read it aloud."""

from collections.abc import Sequence
from dataclasses import dataclass

from inventory import prices, pricing
from inventory.models import MetalPrice, Piece, Pricing
from inventory.models.pieces import GONE
from inventory.pricing import Breakdown


@dataclass(frozen=True)
class PriceTag:
    """A piece and its price; without one when it is gone, or while the board has no row for it."""

    piece: Piece
    now: Breakdown | None

    @property
    def cents(self) -> int | None:
        return self.now.total_cents if self.now else None

    @property
    def is_fixed(self) -> bool:
        return self.piece.pricing == Pricing.FIXED

    @property
    def board_row(self) -> MetalPrice | None:
        """The row of the board that prices the metal; none at a fixed price."""
        return self.now.metal_price if self.now else None

    @property
    def per_gram_cents(self) -> int | None:
        """Yuan per gram that follow from a fixed price, in cents."""
        if not self.is_fixed or self.cents is None:
            return None
        return pricing.effective_per_gram(total_cents=self.cents, net_mg=self.piece.net_mg)


def tags_of(rows: Sequence[Piece]) -> list[PriceTag]:
    """Today's price of many pieces, each by the board of its store (1 query for each store);
    pass pieces with their `store`."""
    boards = {piece.store_id: prices.current(store=piece.store) for piece in _by_store(rows)}
    return [_tag(piece, boards.get(piece.store_id, {})) for piece in rows]


def _by_store(rows: Sequence[Piece]) -> list[Piece]:
    """One piece of each store that needs its board."""
    weighed = {piece.store_id: piece for piece in rows if pricing.needs_board(piece)}
    return list(weighed.values())


def _tag(piece: Piece, board: dict[tuple[str, int], MetalPrice]) -> PriceTag:
    row = board.get((piece.metal, piece.fineness))
    if piece.state in GONE or (pricing.needs_board(piece) and row is None):
        return PriceTag(piece, now=None)
    return PriceTag(piece, now=pricing.price(piece, row))
