"""Numbers of identity papers: their shape, their check digit, and how they are shown masked."""

import re
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy
from stdnum.iso7064 import mod_11_2

from appraisal.models import IdentityKind
from inventory.ground.codes import half_width
from inventory.ground.errors import RuleBroken

# region, birthday, sequence, check digit: GB 11643
CITIZEN: Final = re.compile(r"[1-9][0-9]{5}([0-9]{4})([0-9]{2})([0-9]{2})[0-9]{3}[0-9X]")
# ICAO 9303: at most nine letters and digits, "E12345678" or "EA1234567" of China
PASSPORT: Final = re.compile(r"(?=.*[0-9])[A-Z0-9]{6,9}")
# the permits of Hong Kong, Macau and Taiwan, and of foreigners who live here, old and new
PERMIT: Final = re.compile(r"[A-Z]?[0-9]{8}|[A-Z][0-9]{10}|[A-Z]{3}[0-9]{12}|[0-9]{17}[0-9X]")
# the longest life that a birthday on a paper may tell of
MOST_YEARS: Final = 130
ENDS: Final = {IdentityKind.CITIZEN: (6, 4)}
USUAL_ENDS: Final = (2, 2)


class BadNumber(RuleBroken):
    """Wrong length, letters where none are, a check digit that does not fit, an impossible
    birthday. The sentence never repeats the number."""

    code = "identity_number"
    status = 422
    SENTENCES: Final = {
        IdentityKind.CITIZEN: gettext_lazy(
            "This is no number of a resident identity card. It has 18 signs; compare each of them."
        ),
        IdentityKind.PASSPORT: gettext_lazy(
            "This is no number of a passport. It has 6 to 9 letters and digits."
        ),
        IdentityKind.PERMIT: gettext_lazy(
            "This is no number of a permit. Compare each sign with the paper."
        ),
    }


def read(kind: str, text: str, *, today: date) -> str:
    """The number as it is kept, in capitals and without gaps. Refused when it cannot be one."""
    of = IdentityKind(kind)
    plain = re.sub(r"[\s-]", "", half_width(text)).upper()
    if not _fits(of, plain, today):
        raise BadNumber(BadNumber.SENTENCES[of], field="number")
    return plain


def masked(kind: str, number: str) -> str:
    """With its middle hidden: "110105********002X"; of others two signs at each end."""
    first, last = ENDS.get(IdentityKind(kind), USUAL_ENDS)
    return number[:first] + "*" * (len(number) - first - last) + number[-last:]


def _fits(kind: IdentityKind, number: str, today: date) -> bool:
    if kind == IdentityKind.CITIZEN:
        return _is_citizen(number, today)
    if kind == IdentityKind.PERMIT:
        return _is_permit(number)
    return PASSPORT.fullmatch(number) is not None


def _is_citizen(number: str, today: date) -> bool:
    found = CITIZEN.fullmatch(number)
    if found is None or not mod_11_2.is_valid(number):
        return False
    try:
        born = date(*map(int, found.groups()))
    except ValueError:
        return False
    return today.year - MOST_YEARS <= born.year and born <= today


def _is_permit(number: str) -> bool:
    if PERMIT.fullmatch(number) is None:
        return False
    return len(number) != 18 or mod_11_2.is_valid(number)
