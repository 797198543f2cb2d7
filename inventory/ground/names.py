"""Lawful names of goods: GB 11887-2012 with Amendment 1 says what they must and must not say."""

import re
from typing import Final

from django.utils.translation import gettext as _

from inventory.ground.codes import half_width
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import FINE_WORDS, K_WORDS, LEGAL_GRADES, Metal

_METAL_WORDS: Final = {
    Metal.GOLD: "金",
    Metal.PLATINUM: "铂",
    Metal.PALLADIUM: "钯",
    Metal.SILVER: "银",
}
# 足 is the highest grade there is, so thousandfold and ten-thousandfold 足 are abolished
# (GB 11887-2012 Amendment 1); the last three are words of the trade, not of the law
FORBIDDEN_NAMES: Final = (
    *(f"{times}足{metal}" for times in "千万" for metal in ("金", "白金", "铂", "钯", "银")),
    "硬金",
    "3D",
    "5G",
)
# a content above 990 is declared beside the name, never in it
_CONTENT: Final = re.compile(r"(?:Au|Pt|Pd|Ag)?(?<![0-9])99[1-9][0-9]*(?:\.[0-9]+)?", re.I)


class UnlawfulName(RuleBroken):
    """A piece's name uses an abolished or trade word, or does not say its fineness."""

    code = "unlawful_name"
    status = 422


def check_name(*, name: str, metal: str, grade: int) -> None:
    """Refuse a name that the standard forbids, and one that does not say its legal grade.

    Lawful are 18K金红宝石戒指, Pt900钻石戒指, 足金项链; unlawful are 足金999戒指 and the
    phrases in `FORBIDDEN_NAMES`.
    """
    plain = half_width(name).replace(" ", "")
    content = _CONTENT.search(plain)
    unlawful = [phrase for phrase in FORBIDDEN_NAMES if phrase in plain.upper()]
    unlawful += [content[0]] if content else []
    if unlawful:
        raise UnlawfulName(
            _("The name must not contain %(phrase)s.") % {"phrase": unlawful[0]},
            phrase=unlawful[0],
        )
    purities = _purities(Metal(metal), grade)
    if not any(re.search(f"(?<![0-9]){word}", plain, re.I) for word in purities):
        raise UnlawfulName(
            _("The name must contain its fineness: %(ways)s.") % {"ways": " / ".join(purities)},
            ways=purities,
        )


def _purities(metal: Metal, grade: int) -> list[str]:
    """The ways a name may state its grade."""
    number = grade // 10
    word = _METAL_WORDS[metal]
    signs = [f"{metal.value}{number}", f"{word}{number}", f"{number}{word}"]
    if grade == LEGAL_GRADES[metal][-1]:
        return [*FINE_WORDS[metal], *signs]
    if metal is Metal.GOLD:
        return [K_WORDS[grade], *signs]
    return signs
