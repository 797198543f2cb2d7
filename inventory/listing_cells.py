"""One cell of a list: its text as a number, a weight, a word of the trade, or a sentence."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from inventory import certificates
from inventory.ground import codes, measures
from inventory.ground.codes import CodeKind
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import Metal
from inventory.listing_words import COLUMNS, NO, YES
from inventory.tables import Column, plain

T = TypeVar("T")
C = TypeVar("C", bound=TextChoices)

HIGHEST_CONTENT: Final = 9999  # 999.9 ‰; no metal is purer on a tag
MOST_LABOUR_CENTS: Final = 1_000_000  # ¥10,000 per gram; more is a typing mistake
LONGEST_BARCODE: Final = 60
# the longest text of each column, as the tables keep it
LONGEST: Final = {
    "style": 30,
    "name": 60,
    "mark": 20,
    "stone": 20,
    "color": 10,
    "clarity": 10,
    "cut": 10,
    "ring_size": 10,
    "supplier": 30,
    "place": 12,
}


class BadCell(RuleBroken):
    code = "bad_cell"
    status = 422


class BankCardNumber(BadCell):
    code = "bank_card_number"

    def __init__(self) -> None:
        super().__init__(_("This looks like a full bank card number. It must not stand here."))


@dataclass
class Cells:
    """The cells of one line; what is wrong with them is collected, never raised."""

    cells: Mapping[str, str]
    columns: Mapping[str, Column] = field(default_factory=lambda: COLUMNS)
    sentences: list[str] = field(default_factory=list)
    wrong: set[str] = field(default_factory=set)
    holds_bank_card: bool = False

    def has(self, column: str) -> bool:
        return bool(self.cells.get(column))

    def refuse(self, column: str, said: object) -> None:
        """One sentence about one cell."""
        told = {"column": self.columns[column].label, "sentence": said}
        self.sentences.append(_("%(column)s: %(sentence)s") % told)
        self.wrong.add(column)

    def take(
        self, column: str, read: Callable[[str], T], otherwise: T, *, needed: bool = False
    ) -> T:
        """The cell as `read` understands it; `otherwise` when it is empty or wrong."""
        try:
            text = codes.half_width(codes.one_line(self.cells.get(column, ""))).strip()
            if text:
                return read(text)
            if needed:
                self.refuse(column, _("This is empty."))
        except RuleBroken as refusal:
            self.holds_bank_card |= isinstance(refusal, BankCardNumber)
            self.refuse(column, refusal)
        return otherwise

    def text(self, column: str, *, needed: bool = False) -> str:
        return self.take(column, partial(free_text, longest=LONGEST[column]), "", needed=needed)


def free_text(text: str, *, longest: int) -> str:
    if codes.looks_like_bank_card(text):
        raise BankCardNumber
    if len(text) > longest:
        raise BadCell(_("At most %(most)d characters.") % {"most": longest})
    return text


def word(text: str, *, words: Mapping[str, C]) -> C:
    found = words.get(plain(text))
    if found is None:
        known = dict.fromkeys(str(value.label) for value in words.values())
        told = {"word": text[:30], "words": ", ".join(known)}
        raise BadCell(_("“%(word)s” is not known; known are %(words)s.") % told)
    return found


def yes_or_no(text: str) -> bool:
    said = plain(text)
    if said not in YES | NO:
        raise BadCell(_("“%(word)s” is not known; write yes or no.") % {"word": text[:30]})
    return said in YES


def has_ten_digits(text: str) -> bool:
    return codes.read(text).kind == CodeKind.PIECE


def number(text: str) -> str:
    code = codes.read(text)
    if code.kind != CodeKind.PIECE:
        raise BadCell(_("A piece number has ten digits."))
    if code.wrong_digit:
        told = {"digit": code.wrong_digit, "number": code.value}
        raise BadCell(_("Digit %(digit)d of %(number)s does not match the others.") % told)
    return code.value


def barcode(text: str) -> str:
    code = codes.read(text)
    if certificates.SHORTENED.fullmatch(code.value):
        told = {"number": code.value}
        raise BadCell(
            _("The spreadsheet has shortened %(number)s. Format its column as text.") % told
        )
    if code.kind not in {CodeKind.PIECE, CodeKind.FOREIGN} or len(code.value) > LONGEST_BARCODE:
        raise BadCell(_("This is not the bar code of a piece."))
    return code.value


def grade_and_content(text: str, *, metal: Metal) -> tuple[int, int | None]:
    """999.9 is grade 990 with a content of 999.9 declared beside it; 750 is a grade. A content
    is declared above 990 only."""
    fineness = measures.read_fineness(text)
    grade = measures.legal_grade(metal=metal, fineness=fineness)
    if fineness == grade:
        return fineness, None
    highest = measures.LEGAL_GRADES[metal][-1]
    if grade is None or grade < highest or fineness > HIGHEST_CONTENT:
        known = ", ".join(measures.permille(each) for each in measures.LEGAL_GRADES[metal])
        told = {"fineness": measures.permille(fineness), "grades": known}
        raise BadCell(_("%(fineness)s is not a legal grade; legal are %(grades)s.") % told)
    return grade, fineness


def grams(text: str) -> int:
    if re.search("[,，]", text):
        # "1,960" may be almost two grams or almost two kilograms
        raise BadCell(_("Write the weight with a point and without commas."))
    return measures.read_grams(text)


def labour(text: str) -> int | None:
    return measures.read_yuan(text, at_most_cents=MOST_LABOUR_CENTS)


def cost(text: str) -> int | None:
    return measures.read_yuan(text)
