"""The geometry of charts: rows of bars as plain numbers, drawn as SVG by a template."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

NAME_WIDTH = 120
CELL_WIDTH = 100
ROW_HEIGHT = 36
HEAD_HEIGHT = 28
BAR_HEIGHT = 20
LONGEST_BAR = 62  # leaves room for the figure behind it


@dataclass(frozen=True)
class Bar:
    """One figure: a bar from its left upper corner, and the figure behind it."""

    x: int
    y: int
    width: int
    height: int
    text_x: int
    text_y: int
    n: int


@dataclass(frozen=True)
class BarRow:
    name: str
    y: int
    bars: list[Bar]


@dataclass(frozen=True)
class BarChart:
    """Rows of bars over columns of months; all bars have one scale."""

    width: int
    height: int
    heads: list[tuple[int, date]]
    rows: list[BarRow]


def bars(
    *, names: Sequence[str], months: Sequence[date], figure: Callable[[str, date], int]
) -> BarChart:
    """A row for each name, a bar for each month; `figure` is its length, from 0 on."""
    most = max((figure(name, month) for name in names for month in months), default=0)
    return BarChart(
        width=NAME_WIDTH + CELL_WIDTH * len(months),
        height=HEAD_HEIGHT + ROW_HEIGHT * len(names),
        heads=[(_left(column), month) for column, month in enumerate(months)],
        rows=[
            BarRow(
                name=name,
                y=_middle(row),
                bars=[
                    _bar(row, column, figure(name, month), most)
                    for column, month in enumerate(months)
                ],
            )
            for row, name in enumerate(names)
        ],
    )


def _bar(row: int, column: int, n: int, most: int) -> Bar:
    width = -(-n * LONGEST_BAR // most) if most else 0
    return Bar(
        x=_left(column),
        y=_middle(row) - BAR_HEIGHT // 2,
        width=width,
        height=BAR_HEIGHT,
        text_x=_left(column) + width + 6,
        text_y=_middle(row),
        n=n,
    )


def _left(column: int) -> int:
    return NAME_WIDTH + CELL_WIDTH * column


def _middle(row: int) -> int:
    return HEAD_HEIGHT + ROW_HEIGHT * row + ROW_HEIGHT // 2
