"""The chart of days in stock as plain numbers: under each name a bar for each age, narrow enough
for a telephone; a template draws it as SVG."""

from dataclasses import dataclass
from typing import Final

from inventory.ageing import Age, Ageing

WIDTH: Final = 340
NAME_HEIGHT: Final = 32
ROW_HEIGHT: Final = 26
BAR_HEIGHT: Final = 16
LEFT: Final = 130  # where the bars begin, behind the words of their ages
LONGEST_BAR: Final = 150  # leaves room for the figure behind it
GAP: Final = 6


@dataclass(frozen=True)
class AgeBar:
    """So many pieces of one age; `y` is the middle of its row, `top` that of its bar."""

    age: Age
    n: int
    y: int
    top: int
    width: int
    text_x: int


@dataclass(frozen=True)
class AgeGroup:
    """One category or store, its name above its bars."""

    name: str
    y: int
    bars: list[AgeBar]


@dataclass(frozen=True)
class AgeChart:
    """All bars have one scale and begin at `left`."""

    width: int
    height: int
    left: int
    bar_height: int
    groups: list[AgeGroup]


def drawn(found: Ageing) -> AgeChart:
    """A group for each name, in the order given."""
    most = max((found.pieces(name, age) for name in found.names for age in found.ages), default=0)
    high = NAME_HEIGHT + ROW_HEIGHT * len(found.ages)
    return AgeChart(
        width=WIDTH,
        height=high * len(found.names),
        left=LEFT,
        bar_height=BAR_HEIGHT,
        groups=[
            AgeGroup(
                name=name,
                y=high * place + NAME_HEIGHT // 2,
                bars=[
                    _bar(age, found.pieces(name, age), most, high * place + ROW_HEIGHT * row)
                    for row, age in enumerate(found.ages)
                ],
            )
            for place, name in enumerate(found.names)
        ],
    )


def _bar(age: Age, n: int, most: int, above: int) -> AgeBar:
    width = -(-n * LONGEST_BAR // most) if most else 0
    y = above + NAME_HEIGHT + ROW_HEIGHT // 2
    return AgeBar(
        age=age, n=n, y=y, top=y - BAR_HEIGHT // 2, width=width, text_x=LEFT + width + GAP
    )
