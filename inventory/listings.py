"""What one line of a list says of a piece, or, in words, what is wrong with the line.

Every cell is read on its own, so that a clerk corrects a line once and not cell by cell. Only
what stands in the line is judged here; whether it agrees with the books is `matching`'s question.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

from django.utils.translation import gettext as _

from inventory import certificates, listing_cells
from inventory.certificates import Report
from inventory.ground import amounts, codes, measures, names
from inventory.ground.codes import CodeKind
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import Metal
from inventory.listing_cells import Cells
from inventory.listing_words import CATEGORIES, METALS, PRICINGS, STONES
from inventory.models import Category, Pricing
from inventory.tables import TOO_MANY_CELLS, Line, plain

WEIGHT_TOLERANCE_MG: Final = 10  # gross − stones − net, 0.01 g as the tag shows it
LONGEST_SHOWN: Final = 30


@dataclass(frozen=True)
class StoneFacts:
    """A main stone, its grades in the laboratory's own words."""

    kind: str
    weight_mct: int
    color: str
    clarity: str
    cut: str


@dataclass(frozen=True)
class Listing:
    """A piece as a list describes it. Empty text or None: the list says nothing about it."""

    number: str  # of ours; empty when one is to be issued
    barcode: str  # foreign
    style: str
    name: str
    category: Category
    metal: Metal
    grade: int
    content: int | None
    mark: str
    gross_mg: int
    net_mg: int
    stone: StoneFacts | None
    report: Report | None
    ring_size: str
    made_to_order: bool | None
    pricing: Pricing
    labour_cents: int | None  # per gram
    price_cents: int | None
    cost_cents: int | None
    supplier: str
    place: str

    @property
    def fineness(self) -> int:
        """What the board prices: the declared content, else the legal grade."""
        return self.content or self.grade


@dataclass(frozen=True)
class Reading:
    """One line of a list: what it says, or the sentences that tell what is wrong with it.

    `code` names the piece in a report: our number or its bar code, as written when it is wrong.
    """

    row: int
    code: str
    listing: Listing | None
    sentences: tuple[str, ...] = ()
    holds_bank_card: bool = False


def read(lines: Iterable[Line]) -> list[Reading]:
    """Every line of a list, each on its own; the column of bar codes is judged as a whole."""
    lines = list(lines)
    codes_are_ours = _codes_are_ours(lines)
    return [_reading(line, codes_are_ours=codes_are_ours) for line in lines]


def _codes_are_ours(lines: list[Line]) -> bool:
    """Whether ten digits in the column of bar codes are numbers of ours.

    Every tenth foreign code of ten digits passes our check by chance; so they are ours when at
    least half of them pass, and one that does not is then a wrong digit and no foreign code.
    """
    read_codes = [codes.read(line.cells.get("code", "")) for line in lines]
    ten_digits = [code for code in read_codes if code.kind == CodeKind.PIECE]
    right = sum(code.wrong_digit is None for code in ten_digits)
    return 0 < len(ten_digits) <= 2 * right


def _reading(line: Line, *, codes_are_ours: bool) -> Reading:
    cells = Cells(line.cells)
    if line.overflows:
        cells.sentences.append(str(TOO_MANY_CELLS))
    listing = _listing(cells, codes_are_ours=codes_are_ours)
    return Reading(
        row=line.row,
        code=listing.number or listing.barcode or _as_written(line),
        listing=None if cells.sentences else listing,
        sentences=tuple(cells.sentences),
        holds_bank_card=cells.holds_bank_card,
    )


def _as_written(line: Line) -> str:
    """A wrong number as far as it can be shown, so that the row is found again."""
    written = line.cells.get("number") or line.cells.get("code", "")
    return "".join(filter(str.isprintable, written))[:LONGEST_SHOWN]


def _listing(cells: Cells, *, codes_are_ours: bool) -> Listing:
    """The piece of a line. Where a sentence was collected, a value is a stop-gap and the whole is
    thrown away."""
    number, barcode = _names(cells, codes_are_ours=codes_are_ours)
    metal = cells.take("metal", partial(listing_cells.word, words=METALS), Metal.GOLD, needed=True)
    grade, content = _fineness(cells, metal=metal)
    stone = _stone(cells)
    gross_mg, net_mg = _weights(cells, stone=stone)
    pricing, labour_cents, price_cents = _pricing(cells)
    cost_cents, supplier = _cost(cells)
    return Listing(
        number=number,
        barcode=barcode,
        style=cells.text("style", needed=True),
        name=_name(cells, metal=metal, grade=grade),
        category=cells.take(
            "category", partial(listing_cells.word, words=CATEGORIES), Category.OTHER, needed=True
        ),
        metal=metal,
        grade=grade,
        content=content,
        mark=cells.text("mark"),
        gross_mg=gross_mg,
        net_mg=net_mg,
        stone=stone,
        report=_report(cells),
        ring_size=cells.text("ring_size"),
        made_to_order=cells.take("made_to_order", listing_cells.yes_or_no, None),
        pricing=pricing,
        labour_cents=labour_cents,
        price_cents=price_cents,
        cost_cents=cost_cents,
        supplier=supplier,
        place=cells.text("place", needed=True),
    )


# --- the parts of a line


def _names(cells: Cells, *, codes_are_ours: bool) -> tuple[str, str]:
    """Our number and the foreign bar code; one of them is needed, or the same list brought in
    twice would make every piece twice."""
    if not cells.has("number") and not cells.has("code"):
        cells.refuse("number", _("This is empty, and there is no bar code either."))
        return "", ""
    number = cells.take("number", listing_cells.number, "")
    if (
        codes_are_ours
        and not cells.has("number")
        and listing_cells.has_ten_digits(cells.cells["code"])
    ):
        return cells.take("code", listing_cells.number, ""), ""
    barcode = cells.take("code", listing_cells.barcode, "")
    return number, "" if barcode == number else barcode


def _fineness(cells: Cells, *, metal: Metal) -> tuple[int, int | None]:
    """Legal grade and declared content; the lowest grade while the metal is not known."""
    lowest: tuple[int, int | None] = (measures.LEGAL_GRADES[metal][0], None)
    if "metal" in cells.wrong:
        return lowest
    return cells.take(
        "fineness", partial(listing_cells.grade_and_content, metal=metal), lowest, needed=True
    )


def _name(cells: Cells, *, metal: Metal, grade: int) -> str:
    name = cells.text("name", needed=True)
    if name and not cells.wrong & {"metal", "fineness"}:
        try:
            names.check_name(name=name, metal=metal, grade=grade)
        except RuleBroken as refusal:
            cells.refuse("name", refusal)
    return name


def _stone(cells: Cells) -> StoneFacts | None:
    kind = cells.text("stone")
    weight_mct = cells.take("carats", measures.read_carats, 0)
    color, clarity, cut = cells.text("color"), cells.text("clarity"), cells.text("cut")
    if kind and not cells.has("carats"):
        cells.refuse("carats", _("The stone has no weight."))
    if not kind and "stone" not in cells.wrong and (weight_mct or color or clarity or cut):
        cells.refuse("stone", _("There are carats or grades, but no stone."))
    if not kind or not weight_mct:
        return None
    return StoneFacts(STONES.get(plain(kind), kind), weight_mct, color, clarity, cut)


def _weights(cells: Cells, *, stone: StoneFacts | None) -> tuple[int, int]:
    """Gross and net; what lies between them is the stone."""
    gross_mg = cells.take("gross", listing_cells.grams, 0, needed=True)
    net_mg = cells.take("net", listing_cells.grams, 0, needed=True)
    if cells.wrong & {"gross", "net", "stone", "carats"}:
        return gross_mg, net_mg
    # a carat is 0.2 g: a thousandth of a carat is a fifth of a milligram
    stone_mct = stone.weight_mct if stone else 0
    if net_mg > gross_mg:
        cells.refuse("net", _("It is heavier than the whole piece."))
    elif abs(5 * (gross_mg - net_mg) - stone_mct) > 5 * WEIGHT_TOLERANCE_MG:
        told = {
            "gross": measures.grams(gross_mg, places=3),
            "stones": measures.grams(amounts.half_up(dividend=stone_mct, divisor=5), places=3),
            "net": measures.grams(net_mg, places=3),
        }
        cells.refuse(
            "net", _("%(gross)s g without %(stones)s g of stones is not %(net)s g.") % told
        )
    return gross_mg, net_mg


def _report(cells: Cells) -> Report | None:
    """Laboratory and number belong together; a bank card's length is a report's length too, so
    only the laboratory is free text."""
    lab = cells.take("lab", partial(listing_cells.free_text, longest=certificates.LONGEST_LAB), "")
    number = cells.take("certificate", str, "")
    if (not lab and not number) or cells.wrong & {"lab", "certificate"}:
        return None
    try:
        return certificates.read(lab=lab, number=number)
    except RuleBroken as refusal:
        cells.refuse("certificate", refusal)
        return None


def _pricing(cells: Cells) -> tuple[Pricing, int | None, int | None]:
    """How it is priced, labour per gram, and the tag's price."""
    pricing = cells.take(
        "pricing", partial(listing_cells.word, words=PRICINGS), Pricing.FIXED, needed=True
    )
    labour = cells.take("labour", listing_cells.labour, None)
    price = cells.take("price", measures.read_yuan, 0)
    if "pricing" in cells.wrong:
        return pricing, labour, price
    if pricing == Pricing.WEIGHT:
        if not cells.has("labour"):
            cells.refuse("labour", _("A piece by weight needs it; 0 when there is none."))
        if price:
            cells.refuse("price", _("A piece by weight has no price of its own."))
        return pricing, labour, None
    if not price and "price" not in cells.wrong:
        cells.refuse("price", _("A piece at a fixed price needs it."))
    return pricing, labour or None, price


def _cost(cells: Cells) -> tuple[int | None, str]:
    cost_cents = cells.take("cost", listing_cells.cost, None)
    supplier = cells.text("supplier")
    if supplier and not cells.has("cost"):
        cells.refuse("cost", _("The supplier is kept with the cost, and that is empty."))
    return cost_cents, supplier
