"""手寸: Chinese ring sizes in steps of a quarter, kept in quarters (17.25 is 69)."""

import re
from typing import Final

from inventory.ground import codes

_TYPED: Final = re.compile(r"([0-9]{1,2})(?:\.(0|00|25|5|50|75))?")
_QUARTERS: Final = {"25": 1, "5": 2, "50": 2, "75": 3}
_SHOWN: Final = ("", ".25", ".5", ".75")


def read(text: str) -> int | None:
    """Quarters from a size such as "17" or "17.25"; None when it is no size."""
    found = _TYPED.fullmatch(codes.half_width(text).strip())
    if found is None:
        return None
    return int(found[1]) * 4 + _QUARTERS.get(found[2] or "", 0)


def shown(quarters: int) -> str:
    """The size as it is written: 69 is "17.25", 68 is "17"."""
    whole, rest = divmod(quarters, 4)
    return f"{whole}{_SHOWN[rest]}"


def between(first: int, last: int) -> list[str]:
    """All sizes from one to the other, both in quarters, as an order form offers them."""
    return [shown(each) for each in range(first, last + 1)]
