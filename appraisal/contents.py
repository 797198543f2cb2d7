"""What lies in a bag of old gold: the grams that count, the metal in them, the purity decided.

Grams are added within one metal class only. Grams in are grams bagged: a bag holds whole old
pieces, each by the weight that the customer was paid for.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from appraisal import decisions, old_pieces
from appraisal.models import Decision, OldPiece, ScrapBag, TradeIn
from appraisal.trade_ins import TradeInMoved
from inventory.ground import measures
from inventory.ground.amounts import WHOLE_BP, half_up
from inventory.ground.measures import ClassTotal, MetalClass, Tally


@dataclass(frozen=True)
class Content:
    """One old piece as it goes into a bag. `mg`: the weight that counts; `metal_mg`: without
    stones and dirt."""

    piece: OldPiece
    decision: Decision
    mg: int
    metal_mg: int

    @property
    def metal_class(self) -> MetalClass:
        return measures.class_of(metal=self.decision.metal, fineness=self.decision.fineness)

    @property
    def fine_mg(self) -> int:
        """The fine metal that the decision promises, in milligrams; a half is rounded up."""
        return half_up(dividend=self.metal_mg * self.decision.fineness, divisor=WHOLE_BP)


def of_piece(piece: OldPiece) -> Content:
    """Refused for a piece that was never weighed or decided."""
    decision, counting = decisions.newest(piece), old_pieces.counting_weight(piece)
    gross = old_pieces.gross_of(piece)
    if decision is None:
        raise TradeInMoved
    # what was melted has lost its stones and its dirt already
    is_melted = gross is None or counting.pk != gross.pk
    off_mg = 0 if is_melted else decision.stones_mg + decision.dirt_mg
    return Content(piece, decision, counting.mg, counting.mg - off_mg)


def unbagged(trade_in: TradeIn) -> list[Content]:
    """The old pieces of a trade-in that lie in no bag."""
    rows = OldPiece.objects.filter(trade_in=trade_in, bag__isnull=True).order_by("position")
    return [of_piece(piece) for piece in rows.select_related("place")]


def to_bag(trade_in: TradeIn) -> list[ClassTotal]:
    """One bag is sealed for each of these: pieces and grams by metal class."""
    tally = Tally()
    for each in unbagged(trade_in):
        decided = each.decision
        tally.add(metal=decided.metal, fineness=decided.fineness, net_mg=each.mg)
    return tally.classes


def metal_mg(bags: Iterable[ScrapBag]) -> int:
    """The metal in these bags of one class, without stones and dirt."""
    rows = OldPiece.objects.filter(bag__in=list(bags))
    return sum(of_piece(piece).metal_mg for piece in rows)
