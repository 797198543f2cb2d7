"""Figures by name as plain numbers to draw: a small panel for each name, in it a bar for each month
or age, all panels on one scale. A panel is narrow enough for a telephone;
`templates/counter/_panels.html` draws it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

LONGEST_BAR: Final = 140  # leaves room for the figure behind it
ROW_HEIGHT: Final = 26
BAR_HEIGHT: Final = 16
BEHIND: Final = 60  # for the figure behind the longest bar
GAP: Final = 6
LABEL_WIDTH: Final = 76  # a month

K = TypeVar("K")


@dataclass(frozen=True)
class Bar:
    """One figure: its bar from the left upper corner, its label before and its number behind."""

    label: str
    n: int
    top: int
    middle: int
    width: int
    text_x: int


@dataclass(frozen=True)
class Panel:
    """The bars of one name; all begin at `left`."""

    name: str
    bars: list[Bar]
    left: int

    @property
    def width(self) -> int:
        return self.left + LONGEST_BAR + BEHIND

    @property
    def height(self) -> int:
        return ROW_HEIGHT * len(self.bars)

    @property
    def bar_height(self) -> int:
        return BAR_HEIGHT


def panels(
    *,
    names: Sequence[str],
    keys: Sequence[K],
    label: Callable[[K], str],
    figure: Callable[[str, K], int],
    left: int = LABEL_WIDTH,
) -> list[Panel]:
    """A panel for each name with a bar for each key; `figure` is its length, from 0 on, and `left`
    the room for the labels."""
    most = max((figure(name, key) for name in names for key in keys), default=0)
    return [
        Panel(
            name=name,
            bars=[
                _bar(row, label(key), figure(name, key), most=most, left=left)
                for row, key in enumerate(keys)
            ],
            left=left,
        )
        for name in names
    ]


def _bar(row: int, label: str, n: int, *, most: int, left: int) -> Bar:
    width = -(-n * LONGEST_BAR // most) if most else 0
    middle = ROW_HEIGHT * row + ROW_HEIGHT // 2
    return Bar(
        label=label,
        n=n,
        top=middle - BAR_HEIGHT // 2,
        middle=middle,
        width=width,
        text_x=left + width + GAP,
    )
