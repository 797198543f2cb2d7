"""The chart of purity as plain numbers: what the refiner found below or above what was decided,
as a bar to the left or right of a line; a template draws it as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from appraisal.purity import Purity
from counter.charts import BAR_HEIGHT, HEAD_HEIGHT, NAME_WIDTH, ROW_HEIGHT

HALF_WIDTH = 200  # from the middle to either side
LONGEST_BAR = 130  # leaves room for the figure behind it
GAP = 6


@dataclass(frozen=True)
class DeviationBar:
    """One store, instrument or clerk in one metal; the figure stands on the side of its bar."""

    of: Purity
    y: int  # the middle of the row
    x: int
    top: int
    width: int
    text_x: int
    anchor: str


@dataclass(frozen=True)
class DeviationChart:
    """All bars have one scale; `middle` is where prediction and refiner agree."""

    width: int
    height: int
    middle: int
    bar_height: int
    rows: list[DeviationBar]


def drawn(purities: Sequence[Purity]) -> DeviationChart:
    """A row for each, in the order given."""
    most = max((abs(of.deviation) for of in purities), default=0)
    middle = NAME_WIDTH + HALF_WIDTH
    return DeviationChart(
        width=NAME_WIDTH + 2 * HALF_WIDTH,
        height=HEAD_HEIGHT + ROW_HEIGHT * len(purities),
        middle=middle,
        bar_height=BAR_HEIGHT,
        rows=[_bar(row, of, most=most, middle=middle) for row, of in enumerate(purities)],
    )


def _bar(row: int, of: Purity, *, most: int, middle: int) -> DeviationBar:
    width = -(-abs(of.deviation) * LONGEST_BAR // most) if most else 0
    y = HEAD_HEIGHT + ROW_HEIGHT * row + ROW_HEIGHT // 2
    short = of.deviation < 0
    return DeviationBar(
        of=of,
        y=y,
        x=middle - width if short else middle,
        top=y - BAR_HEIGHT // 2,
        width=width,
        text_x=middle - width - GAP if short else middle + width + GAP,
        anchor="end" if short else "start",
    )
