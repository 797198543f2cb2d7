"""The warranty card as its paper shows it: every figure already a text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
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
    bought_on: date
    benefits: list[tuple[str, str]]
    qr: Symbol
    bars: Symbol


def pdf_of(rows: Sequence[Card], *, size: str) -> bytes:
    """One document for 1 to 200 cards, in the language of the moment. `size` is "card" or "a5".

    Pass cards as `queries.cards_to_print` returns them. Refused: more than 200, a card that is no
    longer valid, a character without a glyph.
    """
    cards.check_printable(rows)
    told = {"house_name": house_name(), "cards": [paper_of(card) for card in rows]}
    return printing.render_pdf(TEMPLATES[size], told)


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
        bought_on=card.issued_on,
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
