"""The figures of a published sheet as people read them: pieces, grams by metal class, money.

They are read from the sheet alone (`stocktake_sheets.figures` says how it is written), so that
page, paper and head office show what was sealed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from inventory.ground.measures import MetalClass, Tally
from inventory.models import Category, LineResult

BOOK: Final = tuple(result for result in LineResult if result != LineResult.EXCLUDED)
COUNTED: Final = (LineResult.FOUND, LineResult.FOUND_ELSEWHERE)
MISSING: Final = (LineResult.MISSING,)
MOVED: Final = (LineResult.MOVED,)
NOT_COUNTED: Final = (LineResult.NOT_COUNTED,)


@dataclass
class Sums:
    """Pieces with their grams and their money; grams never over two metal classes."""

    tally: Tally = field(default_factory=Tally)
    cost_cents: int = 0
    retail_cents: int = 0

    @property
    def pieces(self) -> int:
        return self.tally.pieces

    def add(self, told: Mapping[str, Any]) -> None:
        """One entry of the figures: of one result in one part of the stocktake."""
        self.cost_cents += told["cost_cents"]
        self.retail_cents += told["retail_cents"]
        for of in told["classes"]:
            self.tally.add(
                metal=of["metal"], fineness=of["grade"], net_mg=of["mg"], pieces=of["pieces"]
            )


@dataclass(frozen=True)
class Part:
    """A place, a category, or all of the stocktake."""

    name: str
    told: Mapping[str, Mapping[str, Any]]

    def of(self, results: Iterable[str]) -> Sums:
        sums = Sums()
        for result in results:
            if result in self.told:
                sums.add(self.told[result])
        return sums

    @property
    def book(self) -> Sums:
        """账存: what was to be counted, with what came in meanwhile."""
        return self.of(BOOK)

    @property
    def counted(self) -> Sums:
        """实盘: found in its place or in another one."""
        return self.of(COUNTED)

    @property
    def missing(self) -> Sums:
        """盘亏."""
        return self.of(MISSING)

    @property
    def moved(self) -> Sums:
        """Sold, sent or carried away during the count."""
        return self.of(MOVED)

    @property
    def not_counted(self) -> Sums:
        return self.of(NOT_COUNTED)


@dataclass(frozen=True)
class ClassLine:
    """One metal class: pieces and milligrams of the books, of the count, and of what is missing,
    moved or not counted."""

    name: str
    book: tuple[int, int]
    counted: tuple[int, int]
    missing: tuple[int, int]
    moved: tuple[int, int]
    not_counted: tuple[int, int]


def whole(figures: Mapping[str, Any]) -> Part:
    return Part("", figures["results"])


def places(figures: Mapping[str, Any]) -> list[Part]:
    """By place, in the order of their codes."""
    return [Part(code, told) for code, told in figures["places"].items()]


def categories(figures: Mapping[str, Any]) -> list[Part]:
    """By category, in the order in which the shop lists them."""
    words = dict(Category.choices)
    found = figures["categories"]
    return [Part(str(words[name]), found[name]) for name in words if name in found]


def classes(part: Part) -> list[ClassLine]:
    """A line for each metal class, gold first, finest first."""
    columns = [_by_class(part.of(results)) for results in COLUMNS]
    every = sorted({of for column in columns for of in column})
    return [ClassLine(of.label, *(column.get(of, (0, 0)) for column in columns)) for of in every]


COLUMNS: Final = (BOOK, COUNTED, MISSING, MOVED, NOT_COUNTED)


def _by_class(sums: Sums) -> dict[MetalClass, tuple[int, int]]:
    return {of: (pieces, mg) for of, pieces, mg in sums.tally.classes}
