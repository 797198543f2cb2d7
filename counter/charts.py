"""The chart of signed differences: what it tells, and its geometry as plain numbers, drawn as SVG
by a template."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from counter import signed_sheets
from counter.models import Investigation
from inventory.ground import access
from inventory.models import Store, StoreKind
from inventory.queries import Who

MONTHS = 6
NAME_WIDTH = 120
CELL_WIDTH = 100
ROW_HEIGHT = 36
HEAD_HEIGHT = 28
BAR_HEIGHT = 20
LONGEST_BAR = 62  # leaves room for the figure behind it


# --- what it tells


@dataclass(frozen=True, order=True)
class Differences:
    """The signed differences of one counter, or store, in one month; below zero is short."""

    n: int = 0
    pieces: int = 0
    cents: int = 0


@dataclass(frozen=True)
class DifferencesFound:
    """By counter, for head office by store, and by month."""

    months: list[date]
    names: list[str]
    found: dict[tuple[str, date], Differences] = field(default_factory=dict)

    def of(self, name: str, month: date) -> Differences:
        return self.found.get((name, month), Differences())

    @property
    def drawn(self) -> "BarChart":
        """A bar for the number of differences of each name and month."""
        return bars(
            names=self.names, months=self.months, figure=lambda name, month: self.of(name, month).n
        )

    @property
    def rows(self) -> list[tuple[str, date, Differences]]:
        """Only what differs, by name and month."""
        return [(name, month, sums) for (name, month), sums in sorted(self.found.items())]


def differences(user: Who, *, store: Store, until: date) -> DifferencesFound:
    """The differences of the six months that end with this day (1 query). Grams are left out:
    they belong to several metal classes."""
    months = last_months(until)
    rows = signed_sheets.of_store(access.visible(Investigation.objects.all(), user), store)
    rows = rows.filter(handover__business_day__gte=months[0], handover__business_day__lte=until)
    name = "store__name" if store.kind == StoreKind.HEAD_OFFICE else "handover__counter__code"
    groups = (
        rows.order_by()
        .values_list(name, TruncMonth("handover__business_day"))
        .annotate(Count("pk"), Sum("pieces"), Sum("cents"))
    )
    found = {(who, month): Differences(*sums) for who, month, *sums in groups}
    return DifferencesFound(months, sorted({who for who, _month in found}), found)


def last_months(until: date, months: int = MONTHS) -> list[date]:
    """The first days of so many months, the last one is the month of `until`."""
    last = until.year * 12 + until.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(last - months + 1, last + 1)]


# --- its geometry


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
