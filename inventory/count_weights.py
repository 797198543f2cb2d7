"""What a scale may differ from labels, and which pieces of a count go on it by themselves: labels
add up even over a plated copy. For handovers and stocktakes alike."""

from collections.abc import Mapping
from random import Random, SystemRandom
from typing import Final

from inventory.models import Piece

# a label and a scale of 0.01 g each round by half of it: trade.md 6, tray gross check
ROUNDED_MG: Final = 5


def tolerance_mg(*, pieces: int, readings: int) -> int:
    """Milligrams that the labels of so many pieces and so many readings of the scale may give."""
    return ROUNDED_MG * (pieces + readings)


def worth(piece: Piece) -> int:
    """How dear a piece is, for a draw: its price in cents, else its grams of metal."""
    return max(piece.price_cents or piece.net_mg * 100, 1)


def draw(chances: Mapping[int, int], wanted: int, *, dice: Random | None = None) -> list[int]:
    """At most so many of these keys, each as likely as its share of the chances. `dice`: the
    system's own, which nobody can foresee, unless a test brings others."""
    left, drawn = dict(chances), list[int]()
    while left and len(drawn) < wanted:
        (key,) = (dice or SystemRandom()).choices(list(left), list(left.values()))
        drawn.append(key)
        del left[key]
    return drawn
