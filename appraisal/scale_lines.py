"""What a scale says, line by line. Pure reading: no port, no database.

Two ways of speaking: Mettler Toledo MT-SICS, and the continuous lines of A&D. A line is split on
white space or commas, never on columns (standards.md 9).
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

MOST_LETTERS: Final = 64  # a line longer than this is noise


class Status(StrEnum):
    """What a line means besides its figure."""

    OK = "ok"
    BUSY = "busy"  # not settled within the scale's own time
    OVERLOAD = "overload"
    UNDERLOAD = "underload"
    FAULT = "fault"
    OTHER_UNIT = "other_unit"  # carat, tola, tael …: never read as grams
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Reading:
    """A figure with its unit; `stable` None where the scale does not say."""

    value: Decimal | None = None
    unit: str = ""
    stable: bool | None = None
    status: Status = Status.OK
    unverified_digit: bool = False  # the last digit is finer than e: 123.5[6]

    @property
    def mg(self) -> int | None:
        """Milligrams of a stable reading in grams or kilograms; None for everything else, also for
        less than nothing."""
        if self.value is None or self.stable is not True or self.status != Status.OK:
            return None
        if self.value < 0:
            return None
        scaled = self.value * UNITS[self.unit]
        return int(scaled) if scaled == scaled.to_integral_value() else None


UNITS: Final = {"g": Decimal(1_000), "kg": Decimal(1_000_000), "mg": Decimal(1)}
UNREADABLE: Final = Reading(status=Status.UNREADABLE)

_FIGURE: Final = re.compile(r"([+-]?)\s*([0-9]{1,9}(?:\.[0-9]{0,6}(?:\[[0-9]+\])?)?)")
_SICS_STATUS: Final = {
    "I": Status.BUSY,
    "+": Status.OVERLOAD,
    "-": Status.UNDERLOAD,
    "L": Status.FAULT,
    "E": Status.FAULT,
}
_SICS_ERRORS: Final = frozenset({"ES", "ET", "EL"})


def read_sics(line: str) -> Reading:
    """An answer to `S`: "S S 100.00 g" is stable, "S D 100.05 g" moves, "S +" is too much.

    An emulation answers "S A 1.234 g" without saying whether it is stable: then nobody knows.
    """
    words = _words(line)
    if not words:
        return UNREADABLE
    if words[0] in _SICS_ERRORS:
        return Reading(status=Status.FAULT)
    if words[0] != "S" or len(words) < 2:
        return UNREADABLE
    if words[1] in _SICS_STATUS and len(words) == 2:
        return Reading(status=_SICS_STATUS[words[1]])
    if len(words) >= 3 and words[2] == "Error":
        return Reading(status=Status.FAULT)
    stable = {"S": True, "D": False, "A": None}.get(words[1], False)
    if words[1] not in {"S", "D", "A"} or len(words) != 4:
        return UNREADABLE
    return _figure(words[2], words[3], stable=stable)


def is_error(line: str) -> bool:
    """The scale has not understood: ES, ET, EL."""
    return line.strip() in _SICS_ERRORS


def read_serial(line: str) -> str:
    """The serial number in an answer to `I4`: I4 A "B525073136"; empty when there is none."""
    found = re.fullmatch(r'I4 A "([^"]{1,40})"', line.strip())
    return found[1] if found else ""


_CONTINUOUS: Final = re.compile(r"(ST|US|QT|OL),(?:[A-Z]{2},)?\s*([+-][0-9.]+),?\s*([A-Za-z%]*)")


def read_continuous(line: str) -> Reading:
    """A line that a scale sends all the time: "ST,+00123.45  g" stands, "US,…" moves, "OL" is
    out of range. Pieces and percent are no weight."""
    if not _is_plain(line):
        return UNREADABLE
    found = _CONTINUOUS.fullmatch(line.strip())
    if found is None:
        return UNREADABLE
    header, figure, unit = found.groups()
    if header == "OL":
        return Reading(status=Status.UNDERLOAD if figure[0] == "-" else Status.OVERLOAD)
    return _figure(figure, unit, stable={"ST": True, "US": False, "QT": None}[header])


def _figure(figure: str, unit: str, *, stable: bool | None) -> Reading:
    found = _FIGURE.fullmatch(figure)
    if found is None:
        return UNREADABLE
    plain = found[2].replace("[", "").replace("]", "")
    value = Decimal(f"{found[1]}{plain}")
    finer = "[" in found[2]
    if unit not in UNITS:
        return Reading(value, unit, stable, Status.OTHER_UNIT if unit else Status.UNREADABLE, finer)
    return Reading(value, unit, stable, Status.OK, finer)


def _words(line: str) -> list[str]:
    return line.split() if _is_plain(line) else []


def _is_plain(line: str) -> bool:
    """Printable signs only and not too many: half lines, NUL and full-width digits are noise."""
    return line.isascii() and len(line) <= MOST_LETTERS and line.strip().isprintable()
