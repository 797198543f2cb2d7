"""Papers of the book of pieces: every figure already a text in the language of the paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from inventory import slips
from inventory.ground import barcodes, measures
from inventory.ground.barcodes import Symbol
from inventory.ground.house import house_name
from inventory.ground.measures import Tally
from inventory.models import Category, LabourKind, Movement, Piece, Pricing, Stone, Transfer

STANDARD = "GB 11887"


@dataclass(frozen=True)
class Tag:
    """货品标签, see `templates/inventory/print_tags.html`."""

    number: str
    bars: Symbol
    name: str
    metal_line: str
    standard: str
    net_grams: str
    price_kind: str
    price: str
    stone_line: str
    certificate_line: str
    size_line: str
    maker: str


@dataclass(frozen=True)
class SheetLine:
    number: str
    name: str
    metal_line: str
    net_grams: str


@dataclass(frozen=True)
class TransferSheet:
    """柜位转货单, see `templates/inventory/print_transfer.html`."""

    number: str
    from_place: str
    to_place: str
    by: str
    reason: str
    at: datetime
    lines: list[SheetLine]
    pieces: int
    classes: list[tuple[str, int, str]]


def tag_of(piece: Piece) -> Tag:
    """The tag of a piece; pass it with `style`, `stones` and `certificates`."""
    report = next(iter(piece.certificates.all()), None)
    return Tag(
        number=piece.number,
        bars=barcodes.piece_bars(piece.number),
        name=piece.name,
        metal_line=measures.declared_name(piece.metal, piece.fineness),
        standard=STANDARD,
        net_grams=measures.grams(piece.net_mg),
        price_kind=_("by weight") if piece.pricing == Pricing.WEIGHT else _("fixed price"),
        price=_price(piece),
        stone_line=" + ".join(stone_text(stone) for stone in piece.stones.all()),
        certificate_line=str(report) if report else "",
        size_line=" · ".join(part for part in _size_line(piece) if part),
        maker=house_name(),
    )


def sheet_of(transfer: Transfer, movements: Sequence[Movement]) -> TransferSheet:
    """The sheet of a transfer; `movements` as `slips.movements_of` returns them."""
    (slip,) = slips.slips_of([transfer])
    return TransferSheet(
        number=transfer.number,
        from_place=" · ".join(slip.sources),
        to_place=str(transfer.to_place),
        by=name_of(transfer.sender),
        reason=_("lent, back today") if transfer.lent else "",
        at=transfer.at,
        lines=[line_of(row.piece, row.net_mg) for row in movements],
        pieces=slip.tally.pieces,
        classes=classes_of(slip.tally),
    )


def line_of(piece: Piece, net_mg: int) -> SheetLine:
    """One piece on a slip, by the weight that the slip passes on."""
    return SheetLine(
        number=piece.number,
        name=piece.name,
        metal_line=measures.declared_name(piece.metal, piece.fineness),
        net_grams=measures.grams(net_mg),
    )


def classes_of(tally: Tally) -> list[tuple[str, int, str]]:
    """Metal class, pieces and grams of each; grams of two classes are never added."""
    return [
        (total.metal_class.label, total.pieces, measures.grams(total.mg)) for total in tally.classes
    ]


def name_of(person: User) -> str:
    """How somebody is called on a paper."""
    return person.first_name or person.username


def stone_text(stone: Stone) -> str:
    """A stone in the laboratory's words, "0.30 ct · D · VS2 · EX".

    Side stones come with their count and with what they weigh together.
    """
    weight = f"{measures.carats(stone.weight_mct)} ct"
    if stone.count > 1:
        weight = _("%(n)d stones %(weight)s") % {"n": stone.count, "weight": weight}
    return " · ".join(part for part in (weight, stone.color, stone.clarity, stone.cut) if part)


def _size_line(piece: Piece) -> tuple[str, ...]:
    ordered = _("made to order") if piece.made_to_order else ""
    return piece.style.code, size_text(piece), ordered


def size_text(piece: Piece) -> str:
    """手寸 of a ring, 圈口 of a bangle."""
    if not piece.ring_size:
        return ""
    text = _("inside %s mm") if piece.category == Category.BANGLE else _("size %s")
    return text % piece.ring_size


def _price(piece: Piece) -> str:
    """The tag's price, or what the labour comes to, which the tag of a piece by weight carries."""
    if piece.pricing == Pricing.FIXED:
        return measures.yuan(piece.price_cents or 0)
    if not piece.labour_value:
        return ""
    if piece.labour_kind == LabourKind.PER_GRAM:
        return _("labour %s/g") % measures.yuan(piece.labour_value)
    if piece.labour_kind == LabourKind.PERCENT:
        return _("labour %s %%") % f"{piece.labour_value / 100:g}"
    return _("labour %s") % measures.yuan(piece.labour_value)
