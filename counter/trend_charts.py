"""Six months of a store or a category as plain numbers: a small panel for each name, a bar for each
month, all panels on one scale. A panel is narrow enough for a telephone; a template draws it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

WIDTH = 280
LABEL_WIDTH = 76
LONGEST_BAR = 140  # leaves room for the figure behind it
ROW_HEIGHT = 26
BAR_HEIGHT = 16


@dataclass(frozen=True)
class MonthBar:
    """One month: a bar from its left upper corner, its label and its figure."""

    month: date
    n: int
    top: int
    middle: int
    width: int
    text_x: int


@dataclass(frozen=True)
class Panel:
    name: str
    bars: list[MonthBar]

    @property
    def width(self) -> int:
        return WIDTH

    @property
    def height(self) -> int:
        return ROW_HEIGHT * len(self.bars)

    @property
    def left(self) -> int:
        """Where every bar begins."""
        return LABEL_WIDTH

    @property
    def bar_height(self) -> int:
        return BAR_HEIGHT


def panels(
    *, names: Sequence[str], months: Sequence[date], figure: Callable[[str, date], int]
) -> list[Panel]:
    """A panel for each name with a bar for each month; `figure` is its length, from 0 on."""
    most = max((figure(name, month) for name in names for month in months), default=0)
    return [
        Panel(
            name, [_bar(row, month, figure(name, month), most) for row, month in enumerate(months)]
        )
        for name in names
    ]


def _bar(row: int, month: date, n: int, most: int) -> MonthBar:
    width = -(-n * LONGEST_BAR // most) if most else 0
    middle = ROW_HEIGHT * row + ROW_HEIGHT // 2
    return MonthBar(
        month=month,
        n=n,
        top=middle - BAR_HEIGHT // 2,
        middle=middle,
        width=width,
        text_x=LABEL_WIDTH + width + 6,
    )
