"""The warranty card as its paper shows it: every figure already a text."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.conf import settings

from inventory.ground import barcodes, codes, measures, printing
from inventory.ground.barcodes import Symbol
from inventory.ground.house import house_name
from inventory.models import Piece
from warranty import benefits, cards
from warranty.models import Card
from warranty.public_cards import stone_words

# fineness and marks of precious metals; in force since 2016-05-04 with Amendment 1
STANDARD: Final = "GB 11887"
CARD_SIZE: Final = "card"
TEMPLATES: Final = {
    CARD_SIZE: "warranty/print_card.html",  # the size of a bank card, front and back
    "a5": "warranty/print_card_a5.html",
}
MOST_BENEFITS: Final = 6  # on the back of a card; all of them stand behind its QR code
SAMPLE: Final = "0" * 20
LINES: Final = (
    "number_groups",
    "name",
    "metal_line",
    "standard",
    "net_grams",
    "stone_line",
    "certificate_line",
    "style_code",
    "piece_number",
    "store_name",
    "hotline",
    "bought_on",
)
# signs of the printed font that no text of a card has: the radicals of a dictionary
SIGNS: Final = [chr(0x2F00 + n) for n in range(len(LINES) + 2 * MOST_BENEFITS)]


@dataclass(frozen=True)
class CardPaper:
    """What `print_card.html` and `print_card_a5.html` take for each card."""

    number_groups: str
    name: str
    metal_line: str
    standard: str
    net_grams: str
    stone_line: str
    certificate_line: str
    style_code: str
    piece_number: str
    store_name: str
    hotline: str
    bought_on: str
    benefits: list[tuple[str, str]]
    qr: Symbol
    bars: Symbol


def pdf_of(rows: Sequence[Card], *, size: str) -> bytes:
    """One document for 1 to 200 cards, in the language of the moment. `size` is "card" or "a5".

    Pass cards as `queries.cards_to_print` returns them. Refused: more than 200, a card that is no
    longer valid, a character without a glyph.
    """
    cards.check_printable(rows)
    told = [paper_of(card) for card in rows]
    if size == CARD_SIZE:
        return in_card_size(told, house=house_name())
    return printing.render_pdf(TEMPLATES[size], {"house_name": house_name(), "cards": told})


def in_card_size(told: Sequence[CardPaper], *, house: str) -> bytes:
    """Cards in the size of a bank card. They differ in texts and codes only, so those that have
    the same lines share a blank."""
    blanks = {_lines_of(paper): _blank_for(paper) for paper in told}
    shapes = list(blanks)
    common = {"house_name": house, "is_single": len(told) == 1}
    return printing.render_filled(
        TEMPLATES[CARD_SIZE],
        [{**common, "card": blank} for blank in blanks.values()],
        [(shapes.index(_lines_of(paper)), _filled_in(paper)) for paper in told],
    )


def _lines_of(paper: CardPaper) -> tuple[bool, bool, int]:
    """What decides which lines a card has."""
    promised = min(len(paper.benefits), MOST_BENEFITS)
    return bool(paper.stone_line), bool(paper.certificate_line), promised


def _blank_for(paper: CardPaper) -> CardPaper:
    """The same lines with a sign in each, and codes of the same size."""
    signs = iter(SIGNS)
    lines = dict(zip(LINES, signs, strict=False))
    lines |= {name: "" for name in LINES if not getattr(paper, name)}
    benefits = [(next(signs), next(signs)) for _benefit in paper.benefits[:MOST_BENEFITS]]
    qr, bars = _samples()
    return CardPaper(**lines, benefits=benefits, qr=qr, bars=bars)


def _filled_in(paper: CardPaper) -> dict[str, str]:
    """What comes for each sign and each sample of its blank."""
    promised = [text for benefit in paper.benefits[:MOST_BENEFITS] for text in benefit]
    texts = [*(getattr(paper, name) for name in LINES), *promised]
    qr, bars = _samples()
    told = {sign: text.replace("\n", " ") for sign, text in zip(SIGNS, texts, strict=False)}
    return {**told, qr.uri: paper.qr.uri, bars.uri: paper.bars.uri}


@cache
def _samples() -> tuple[Symbol, Symbol]:
    return barcodes.card_qr(SAMPLE), barcodes.card_bars(SAMPLE)


def paper_of(card: Card) -> CardPaper:
    """The benefits stand as they were granted, whatever has been used since."""
    piece = card.piece
    granted = benefits.sum_up(card.entries.all(), on=card.issued_on)
    return CardPaper(
        number_groups=codes.group_card(card.number),
        name=piece.name,
        metal_line=measures.declared_name(piece.metal, piece.fineness),
        standard=STANDARD,
        net_grams=measures.grams(piece.net_mg),
        stone_line=stone_lines(piece),
        certificate_line=" / ".join(str(each) for each in piece.certificates.all()),
        style_code=piece.style.code,
        piece_number=codes.group_piece(piece.number),
        store_name=card.store.name,
        hotline=card.store.phone,
        bought_on=card.issued_on.isoformat(),
        benefits=[(row.benefit.title, row.note) for row in granted],
        qr=barcodes.card_qr(public_address(card.number)),
        bars=barcodes.card_bars(card.number),
    )


def public_address(number: str) -> str:
    """What the QR code of a card holds; the capital /W/ keeps the code small."""
    return f"{settings.PUBLIC_URL}/W/{number}".upper()


def stone_lines(piece: Piece) -> str:
    """The main stones of a piece; pass it with `stones` at hand."""
    return " / ".join(
        stone_words(stone.weight_mct, stone.color, stone.clarity, stone.cut)
        for stone in piece.stones.all()
        if stone.main
    )
