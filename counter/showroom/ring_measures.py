"""手寸: what the Chinese ring sizes measure, for the eye and for paper in true size.

The numbers are those of the Hong Kong stick (港码) that the trade measures with; public charts of
it agree within 0.1 mm. Sizes are counted in quarters, as in `ring_sizes`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from math import pi
from typing import Final

from django.utils import translation

from counter.showroom import ring_sizes
from inventory.ground import codes, printing
from inventory.ground.house import house_name

QUARTERS: Final = 4
# inner diameter of each size, tenths of a millimetre
DIAMETERS: Final = {
    6: 141, 7: 145, 8: 148, 9: 152, 10: 155, 11: 159, 12: 162, 13: 166, 14: 169, 15: 173,
    16: 177, 17: 180, 18: 183, 19: 187, 20: 190, 21: 194, 22: 197, 23: 201, 24: 204, 25: 208,
}  # fmt: skip
SMALLEST, LARGEST = min(DIAMETERS), max(DIAMETERS)

# the sheet, in millimetres: circles in rows, then a ruler and a strip to lay around the finger
SHEET_WIDTH: Final = 185
ACROSS: Final = 5
CELL: Final = (37, 29)
RULER_MM: Final = 100
STRIP_MM: Final = 80


@dataclass(frozen=True)
class Size:
    """One size: its name, inner diameter and inner circumference in millimetres as texts."""

    name: str
    diameter: str
    around: str


@dataclass(frozen=True)
class Circle:
    """Where a size is drawn: middle and radius in millimetres, as an SVG has them."""

    size: Size
    x: str
    y: str
    radius: str


@dataclass(frozen=True)
class Tick:
    """A line of a ruler: how far along and how long, and what stands at it."""

    at: str
    length: str
    word: str


def table() -> list[Size]:
    """All whole sizes with their measures."""
    return [_size(number) for number in DIAMETERS]


def read_around(text: str) -> str:
    """The size of a finger that measures so many millimetres around, such as "52.5"; between two
    sizes the larger, since a ring that is tight is not worn. Empty where it is none of ours."""
    try:
        around = Decimal(codes.half_width(text))
    except InvalidOperation:
        return ""
    if not around.is_finite() or around < _around(SMALLEST * QUARTERS) - 1:
        return ""
    for quarters in range(SMALLEST * QUARTERS, LARGEST * QUARTERS + 1):
        if _around(quarters) >= around:
            return ring_sizes.shown(quarters)
    return ""


@lru_cache(maxsize=4)
def paper(language: str) -> bytes:
    """The sheet to print in true size, as a PDF; made once for each language."""
    told = {
        "house_name": house_name(),
        "circles": list(_circles()),
        "height": -(-len(DIAMETERS) // ACROSS) * CELL[1],
        "width": SHEET_WIDTH,
        "ruler": _ruler(),
        "ruler_mm": RULER_MM,
        "strip": list(_strip()),
        "strip_mm": STRIP_MM,
    }
    with translation.override(language):
        return printing.render_pdf("counter/print_ring_sizes.html", told)


def _circles() -> Iterator[Circle]:
    width, height = CELL
    for nth, number in enumerate(DIAMETERS):
        yield Circle(
            _size(number),
            x=f"{nth % ACROSS * width + width / 2:.2f}",
            y=f"{nth // ACROSS * height + 12.5:.2f}",
            radius=f"{DIAMETERS[number] / 20:.3f}",
        )


def _ruler() -> Sequence[Tick]:
    return [
        Tick(str(mm), "6" if mm % 10 == 0 else "4.5" if mm % 5 == 0 else "3", _tens(mm))
        for mm in range(RULER_MM + 1)
    ]


def _tens(mm: int) -> str:
    return str(mm) if mm % 10 == 0 else ""


def _strip() -> Iterator[Tick]:
    """Laid around the finger from its left end, the strip is read where that end meets it."""
    for number, diameter in DIAMETERS.items():
        is_named = number % 3 == 0  # they stand a millimetre apart
        length, word = ("7", str(number)) if is_named else ("4", "")
        yield Tick(f"{diameter * pi / 10:.2f}", length, word)


def _around(quarters: int) -> Decimal:
    """Millimetres to a tenth; between two whole sizes by equal parts."""
    whole, part = divmod(quarters, QUARTERS)
    low = DIAMETERS[whole]
    diameter = low + (DIAMETERS[whole + 1] - low) * part / QUARTERS if part else low
    return Decimal(f"{diameter * pi / 10:.1f}")


def _size(number: int) -> Size:
    around = _around(number * QUARTERS)
    return Size(str(number), f"{DIAMETERS[number] / 10:.1f}", f"{around:f}")
