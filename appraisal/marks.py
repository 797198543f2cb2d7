"""What is stamped on an old piece. A mark is a claim; only an assay is evidence."""

import re
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from inventory.ground.codes import half_width
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import LEGAL_GRADES, Metal

# standards.md 1.2
_FINE: Final = {
    "足金": (Metal.GOLD, 9900),
    "千足金": (Metal.GOLD, 9990),
    "万足金": (Metal.GOLD, 9999),
    "足铂": (Metal.PLATINUM, 9900),
    "足钯": (Metal.PALLADIUM, 9900),
    "足银": (Metal.SILVER, 9900),
    "SILVER": (Metal.SILVER, 9250),
}
_K_GRADES: Final = {"9": 3750, "14": 5850, "18": 7500, "22": 9160}
_PLATED: Final = re.compile(r"GP|GF|HGE|HGP|RGP|GEP|镀金|包金|镀银")
_K_MARK: Final = re.compile(r"G?([0-9]{1,2})KT?")
_SIGNED: Final = re.compile(r"(AU|PT|PD|AG|S|G)([0-9]{3,4})")


class PlatedMark(RuleBroken):
    """镀金 or 包金: not precious metal, whatever shines."""

    code = "plated"
    status = 422
    sentence = _("This mark means plated. It is not precious metal and cannot be taken.")


@dataclass(frozen=True)
class Mark:
    """What a mark claims; both empty when it cannot be told from the mark alone."""

    metal: Metal | None = None
    fineness: int | None = None  # tenths of a permille
    is_plated: bool = False

    @property
    def is_known(self) -> bool:
        return self.metal is not None and self.fineness is not None


def read(text: str) -> Mark:
    """The claim of a mark such as 足金, G18K, Pt950 or S925.

    A bare number may be several metals (950 is platinum or palladium) and stays unknown, but 999,
    9999 and 925 are stamped on one metal only.
    """
    plain = re.sub(r"[\s.\-]", "", half_width(text)).upper()
    if _PLATED.search(plain):
        return Mark(is_plated=True)
    if plain in _FINE:
        return Mark(*_FINE[plain])
    if k_mark := _K_MARK.fullmatch(plain):
        return Mark(Metal.GOLD, _K_GRADES.get(k_mark[1]))
    if signed := _SIGNED.fullmatch(plain):
        return _signed(signed[1], signed[2])
    return _BARE.get(plain, Mark())


def check_not_plated(text: str) -> None:
    """Refuses marks of plated goods (GP, GF, HGE, 镀金, 包金)."""
    if read(text).is_plated:
        raise PlatedMark(field="mark")


_SIGNS: Final = {
    "AU": Metal.GOLD,
    "G": Metal.GOLD,
    "PT": Metal.PLATINUM,
    "PD": Metal.PALLADIUM,
    "AG": Metal.SILVER,
    "S": Metal.SILVER,
}
_BARE: Final = {
    "999": Mark(Metal.GOLD, 9990),
    "9999": Mark(Metal.GOLD, 9999),
    "750": Mark(Metal.GOLD, 7500),
    "925": Mark(Metal.SILVER, 9250),
}


def _signed(sign: str, digits: str) -> Mark:
    metal = _SIGNS[sign]
    fineness = int(digits) * 10 if len(digits) == 3 else int(digits)
    known = fineness in LEGAL_GRADES[metal] or fineness >= LEGAL_GRADES[metal][-1]
    return Mark(metal, fineness if known else None)
