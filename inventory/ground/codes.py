"""What scanners and people deliver: piece numbers, card numbers, document numbers, other text.

Nothing here asks a database. The two numbers of our own carry check digits; `read` recomputes
them and never repairs a number.
"""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from stdnum import damm, luhn
from stdnum.iso7064 import mod_97_10

from inventory.ground.errors import RuleBroken

LONGEST: Final = 100  # characters; the longest GS1 part has 90
RESERVED_PIECE: Final = "0000000000"  # passes the check, but is what an empty field looks like

_HALF_WIDTH: Final = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)} | {
    0x3000: " ",  # the wide space
    0xFFE5: "¥",
}
_SPACES: Final = dict.fromkeys(map(ord, " \u00a0\u200b\u2060\ufeff"))  # those without width too
_FNC1: Final = "\x1d"  # as scanners send it: the sign GS
_SYMBOLOGY: Final = re.compile(r"^\][A-Z][0-9A-Z]")  # "]C0": some scanners say what they saw
_DIGIT_GROUPS: Final = re.compile(r"[0-9]+(-[0-9]+)+")
_PIECE: Final = re.compile(r"[0-9]{10}")
_CARD: Final = re.compile(r"(?:\S*/W/)?([0-9]{20})/?(?:[?#]\S*)?")
_DOCUMENT: Final = re.compile(r"[A-Z][A-Z0-9]{1,7}-[SRTWHCOVBK][0-9]{6}-[0-9]{4,}")
_DIGIT_RUN: Final = re.compile(r"[0-9](?:[ -]?[0-9])*")
_BANK_CARD_DIGITS: Final = range(13, 20)

# Cn is welcome: rare names may be newer than Python's table
_UNPRINTABLE: Final = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


class Unprintable(RuleBroken):
    """A text holds control signs, invisible signs or half characters."""

    code = "unprintable"
    status = 422
    sentence = _("This text contains characters that cannot be printed. Please type it again.")


class CodeKind(TextChoices):
    """What a code turned out to be."""

    PIECE = "piece", _("Piece")
    CARD = "card", _("Warranty card")
    DOCUMENT = "document", _("Document")
    FOREIGN = "foreign", _("Other code")
    UNREADABLE = "unreadable", _("Unreadable code")


@dataclass(frozen=True)
class Code:
    """One code as it was read.

    `value` is the normalised text to look up, empty when unreadable. `wrong_digit` is the
    position, counted from 1, of the check digit that does not match: 10 for a piece, 19 for the
    first of a card's two. Every tenth foreign code of ten digits looks like a sound piece number;
    who looks codes up asks for known bar codes first, whatever the kind.
    """

    kind: CodeKind
    value: str
    wrong_digit: int | None = None


def read(text: str) -> Code:
    """Tell what was scanned or typed; a bar code is stored as the `value` that this returns."""
    plain = _tidy(text) if len(text) <= LONGEST else ""
    if _FNC1 in plain:  # between the parts of a GS1 element string, never in a number of ours
        return _foreign(plain.replace(_FNC1, ""))
    if found := _CARD.fullmatch(plain):
        return _card(found[1])
    if _PIECE.fullmatch(plain):
        return _piece(plain)
    if _DOCUMENT.fullmatch(plain):
        return Code(CodeKind.DOCUMENT, plain)
    return _foreign(plain)


def _tidy(text: str) -> str:
    """Half-width, upper case, without spaces; hyphens go where nothing else but digits stands."""
    plain = half_width(text).translate(_SPACES).strip().upper()
    plain = _SYMBOLOGY.sub("", plain)
    return plain.replace("-", "") if _DIGIT_GROUPS.fullmatch(plain) else plain


def _card(number: str) -> Code:
    return Code(CodeKind.CARD, number, wrong_digit=None if is_card_number(number) else 19)


def _piece(number: str) -> Code:
    if number == RESERVED_PIECE:
        return Code(CodeKind.UNREADABLE, "")
    return Code(CodeKind.PIECE, number, wrong_digit=None if is_piece_number(number) else 10)


def _foreign(plain: str) -> Code:
    if not plain or not plain.isprintable():
        return Code(CodeKind.UNREADABLE, "")
    return Code(CodeKind.FOREIGN, plain)


def new_card_number() -> str:
    """A card number nobody can guess: 18 random digits (59.8 bits) and two check digits."""
    return card_number(f"{secrets.randbelow(10**18):018d}")


def card_number(digits18: str) -> str:
    """Eighteen digits and their two check digits, ISO 7064 MOD 97-10."""
    return digits18 + mod_97_10.calc_check_digits(digits18)


def is_card_number(text: str) -> bool:
    """Whether these are 20 digits whose check digits, computed anew, are the same.

    A bare test of the remainder would let 99 pass for 02, 00 for 97 and 01 for 98.
    """
    return re.fullmatch("[0-9]{20}", text) is not None and text == card_number(text[:18])


def group_card(number: str) -> str:
    """Five groups of four, as it is printed: "1234 5678 9012 3456 7888"."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def piece_number(digits9: str) -> str:
    """Nine digits and their check digit, Damm."""
    return digits9 + damm.calc_check_digit(digits9)


def is_piece_number(text: str) -> bool:
    """Whether these are ten digits with the right check digit; ten zeros are not."""
    return (
        _PIECE.fullmatch(text) is not None
        and text != RESERVED_PIECE
        and text == piece_number(text[:9])
    )


def group_piece(number: str) -> str:
    """Grouped 4-4-2, as the screen shows it: "1234 5678 94"."""
    return f"{number[:4]} {number[4:8]} {number[8:]}"


def looks_like_bank_card(text: str) -> bool:
    """Whether a free text seems to hold a bank card number: 13 to 19 digits that pass Luhn.

    Single spaces or hyphens may stand between the digits. Our card numbers have 20 digits and do
    not match.
    """
    runs = _DIGIT_RUN.findall(half_width(text))
    blocks = [block for run in runs for block in re.split("[ -]", run)]
    whole = [re.sub("[ -]", "", run) for run in runs]
    return any(
        len(digits) in _BANK_CARD_DIGITS and luhn.is_valid(digits) for digits in whole + blocks
    )


def half_width(text: str) -> str:
    """Full-width signs of a Chinese keyboard as plain ASCII; "²" and "①" stay what they are."""
    return text.translate(_HALF_WIDTH)


def one_line(value: str) -> str:
    """A name or note as it is kept: composed (NFC) and trimmed.

    Refuses control signs, invisible signs, private signs, half characters and line breaks.
    """
    if value.isascii() and value.isprintable():  # 10,000 reads a body: the fast path counts
        return value.strip()
    value = unicodedata.normalize("NFC", value).strip()
    if any(unicodedata.category(sign) in _UNPRINTABLE for sign in value):
        raise Unprintable
    return value
