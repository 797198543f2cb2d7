"""刻字, 字印: the signs that a graver can cut, and how much room a text takes."""

import string
from typing import Final

# letters and digits as on every machine; a new sign is one character here
SIGNS: Final = frozenset(string.ascii_letters + string.digits + " .,-&+/'·♥∞")
# 汉字: the unified ideographs and their first extension
IDEOGRAPHS: Final = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF))
WIDE: Final = 2  # one 汉字 takes the room of two letters


def is_ideograph(sign: str) -> bool:
    return any(first <= ord(sign) <= last for first, last in IDEOGRAPHS)


def refused(text: str) -> list[str]:
    """The signs of a text that nobody can engrave, each once, in their order."""
    strange = (sign for sign in text if sign not in SIGNS and not is_ideograph(sign))
    return list(dict.fromkeys(strange))


def length(text: str) -> int:
    """How many letters wide a text is; a Chinese character counts two."""
    return sum(WIDE if is_ideograph(sign) else 1 for sign in text)
