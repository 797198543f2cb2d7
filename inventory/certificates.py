"""Laboratory reports: which laboratory, which number, in one spelling.

The form of a number is checked where the laboratory's own is known; whether the report exists
only its own record can tell, and a person looks there.
"""

import re
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from inventory.ground.codes import half_width
from inventory.ground.errors import RuleBroken

LONGEST_LAB: Final = 12
SHORTENED: Final = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]+")  # what spreadsheets do to numbers

_NAMES: Final = {"国检": "NGTC", "国检中心": "NGTC"}
_ANY_NUMBER: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{3,29}")
# GIA: ten digits, older ones seven or eight. IGI: nine, with LG in front for laboratory-grown
# stones, which is used so loosely that both spellings are one report.
_NUMBERS: Final = {
    "GIA": re.compile(r"[0-9]{10}|[0-9]{7,8}"),
    "IGI": re.compile(r"(?:LG)?([0-9]{9})"),
}


class BadReport(RuleBroken):
    """A laboratory or a report number that cannot be one."""

    code = "bad_report"
    status = 422


class Report(NamedTuple):
    """One report as the books keep it."""

    lab: str
    number: str

    def __str__(self) -> str:
        return f"{self.lab} {self.number}"


def read(*, lab: str, number: str) -> Report:
    """A report from what a list says. Refused: one without the other, a number that is not of
    this laboratory's form, a number that a spreadsheet has shortened."""
    laboratory = half_width(lab).strip().upper()
    laboratory = _NAMES.get(laboratory, laboratory)
    plain = "".join(half_width(number).upper().split())
    if not laboratory or not plain:
        raise BadReport(_("A report needs its laboratory and its number."))
    if SHORTENED.fullmatch(plain):
        raise BadReport(
            _("The spreadsheet has shortened %(number)s. Format its column as text.")
            % {"number": plain}
        )
    form = _NUMBERS.get(laboratory, _ANY_NUMBER)
    found = form.fullmatch(plain)
    if len(laboratory) > LONGEST_LAB or found is None:
        told = {"number": plain[:30], "lab": laboratory[:LONGEST_LAB]}
        raise BadReport(_("%(number)s is not a report number of %(lab)s.") % told)
    return Report(laboratory, found[found.re.groups])
