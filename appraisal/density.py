"""Density by weighing in air and in water: a mean over the whole piece, and how far to trust it.

Weights in milligrams, densities in milligrams per cubic centimetre, temperature in tenths of a
degree Celsius. Density is measured, not paid: it is reckoned with `Decimal` and kept whole.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

AIR: Final = Decimal("0.0012")  # g/cm³, for the buoyancy of the piece in air
COLDEST, WARMEST = 50, 400

# g/cm³ of alloys by metal and legal grade: standards.md 3.2, the bands of the trade widened to
# the ideal mixes of usual alloys
BANDS: Final[dict[tuple[str, int], tuple[int, int]]] = {
    ("Au", 9900): (19_050, 19_330),
    ("Au", 9160): (17_650, 17_850),
    ("Au", 7500): (14_650, 16_900),
    ("Au", 5850): (12_900, 14_600),
    ("Au", 3750): (10_900, 12_700),
    ("Pt", 9500): (20_000, 20_750),
    ("Pt", 9900): (21_200, 21_460),
    ("Ag", 9250): (10_200, 10_400),
    ("Ag", 9900): (10_430, 10_500),
}


@dataclass(frozen=True)
class Density:
    """A density with its expanded uncertainty (95 %), both in mg/cm³."""

    value: int
    uncertainty: int


def water_density(decidegrees: int) -> Decimal:
    """g/cm³ of clean water by Tanaka's formula, for 0 to 40 °C."""
    t = Decimal(decidegrees) / 10
    above = (t + Decimal("-3.983035")) ** 2 * (t + Decimal("301.797"))
    below = Decimal("522528.9") * (t + Decimal("69.34881"))
    return Decimal("0.99997495") * (1 - above / below)


def measure(*, air_mg: int, water_mg: int, decidegrees: int, step_mg: int) -> Density:
    """The density of a piece from its weights in air and in water.

    The uncertainty is that of the scale's smallest step alone: 2√2 · d/√12 ÷ displaced grams.
    Raises `ValueError` when the piece weighs no less in water.
    """
    displaced = air_mg - water_mg
    if not 0 < displaced <= air_mg:
        raise ValueError("it must weigh less in water than in air")
    ratio = Decimal(air_mg) / displaced
    value = ratio * (water_density(decidegrees) - AIR) + AIR
    share = Decimal(8).sqrt() * step_mg / Decimal(12).sqrt() / displaced
    return Density(value=_whole(value * 1000), uncertainty=_whole(value * 1000 * share))


def can_tell(*, found: Density, metal: str, grade: int) -> bool:
    """Whether the uncertainty lets a verdict on this grade be given: at most half the gap between
    its band and the nearest other one of the metal."""
    band = BANDS.get((metal, grade))
    if band is None:
        return False
    others = [other for (m, g), other in BANDS.items() if m == metal and g != grade]
    gaps = [max(other[0] - band[1], band[0] - other[1]) for other in others]
    return not gaps or 2 * found.uncertainty <= min(gaps)


def agrees(*, found: Density, metal: str, grade: int) -> bool:
    """Whether the density fits the grade. It never clears a core of tungsten or rhenium."""
    low, high = BANDS[metal, grade]
    return low - found.uncertainty <= found.value <= high + found.uncertainty


def _whole(number: Decimal) -> int:
    return int(number.quantize(Decimal(1), ROUND_HALF_EVEN))
