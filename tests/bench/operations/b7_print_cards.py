"""B7: warranty cards as PDF, in Chinese, with QR and bars, front and back."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import segno
from django.utils import translation
from reportlab.graphics.barcode.code128 import Code128  # type: ignore[import-untyped]
from reportlab.lib.colors import HexColor  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from counter import sales
from inventory.ground.barcodes import CARD_MODULE_MM, CARD_QR_SIDE_MM, DARK_RUN, QR_QUIET_MODULES
from tests import paper
from tests.bench import floor_fonts
from tests.bench.ground import Ground
from tests.bench.measuring import Measured, Sample, timed
from tests.bench.operation import Operation, WrongAnswer
from warranty import papers, queries
from warranty.models import Card
from warranty.papers import CardPaper

WIDTH, HEIGHT = 85.6 * mm, 54 * mm
REGULAR, BOLD = "Regular", "Bold"
GOLD = HexColor("#b8860b")
SINGLE_US = 250_000
LABELS = ("成色", "净金重", "主石", "证书", "货品", "购于")
# size, place from the left and from below in mm, and what stands there on every card
FRONT = (
    (BOLD, 11, 10, 46, "星河珠宝"),
    (REGULAR, 8, 69, 46, "保修卡"),
    (REGULAR, 7, 67, 17, "扫码查验"),
)
BACK = (
    (BOLD, 9, 4.5, 47.5, "我们的承诺"),
    (REGULAR, 7, 54, 47.5, "完整条款：扫正面二维码"),
    (REGULAR, 7, 57.7, 19, "服务热线"),
    (REGULAR, 7, 57.7, 11.5, "请核对克重与证书"),
    (REGULAR, 7, 57.7, 8.2, "号，任何门店免费查"),
    (REGULAR, 7, 57.7, 4.9, "验。"),
)


class OneCard(Operation):
    """A single card. Floor: the same texts and codes drawn directly with ReportLab, which embeds
    what they use of the same two faces."""

    id = "B7"
    name = "one card as PDF, Chinese"
    target = 4.0
    copies = 1
    turns = 5

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        numbers = _some_cards(ground, self.count())
        with translation.override("zh-hans"):
            self.rows = queries.cards_to_print(ground.shop.lin, numbers=numbers)
            self.papers = [papers.paper_of(row) for row in self.rows]
        self.faces = _faces_for(self.papers, owner=self.id)
        self.pdfs: list[bytes] = [b"", b""]

    def count(self) -> int:
        return 1

    def ours(self) -> Sample:
        return timed([self._print] * self.turns)

    def floor(self) -> Sample:
        return timed([self._draw] * self.turns)

    def _print(self) -> None:
        with translation.override("zh-hans"):
            self.pdfs[0] = papers.pdf_of(self.rows, size=papers.CARD_SIZE)

    def _draw(self) -> None:
        self.pdfs[1] = drawn(self.papers, self.rows, self.faces)

    def check(self) -> None:
        """Reads one card back: its number from both codes, its name from the text."""
        row = self.rows[0]
        for pdf in self.pdfs:
            front, back = paper.raster(pdf, dpi=300)[:2]
            found = dict(paper.codes_on(front) | paper.codes_on(back))
            if not found.get("QRCode", "").endswith(f"/W/{row.number}"):
                raise WrongAnswer(f"the QR code of {row.number} reads {found}")
            if found.get("Code128") != row.number:
                raise WrongAnswer(f"the bars of {row.number} read {found}")
            texts = paper.page_texts(pdf)
            if row.piece.name not in texts[0] or len(texts) != 2 * len(self.rows):
                raise WrongAnswer(f"{row.number} has {len(texts)} pages and not its name")

    def finish(self, measured: Measured) -> Iterator[str]:
        self.extra["bytes"] = [len(pdf) for pdf in self.pdfs]
        if self.count() == 1 and measured.ours.p95_us > SINGLE_US:
            yield f"p95 {measured.ours.p95_us / 1000:.0f} ms, more than {SINGLE_US / 1000:.0f}"


class ManyCards(OneCard):
    """All cards of a busy day in one document."""

    id = "B7n"
    name = "cards of one day as PDF, Chinese"
    target = 1.5
    stretch = 1.2
    turns = 1

    def count(self) -> int:
        return self.ground.scale.cards


def _some_cards(ground: Ground, count: int) -> list[str]:
    """Cards of necklaces and rings that were just sold."""
    rows = ground.open_bills((count + 1) // 2)
    for row in rows:
        sales.complete(sale=row, shown_cents=ground.total_cents(), by=ground.shop.lin)
    ground.accept_written()
    cards = Card.objects.filter(sale_line__sale__in=rows).order_by("-pk")
    return list(cards.values_list("number", flat=True)[:count])


def _faces_for(cards: list[CardPaper], *, owner: str) -> dict[str, str]:
    """Before anything is measured: both faces as ReportLab can read them, and their names."""
    said = [text for *_place, text in (*FRONT, *BACK)] + [*LABELS, "·", " 克"]
    for card in cards:
        said += [text for text in vars(card).values() if isinstance(text, str)]
        said += [text for benefit in card.benefits for text in benefit]
    return {style: floor_fonts.register(owner, style, said) for style in (REGULAR, BOLD)}


def drawn(cards: list[CardPaper], rows: list[Card], faces: dict[str, str]) -> bytes:
    """The floor: every text of the card, its rules and both codes, straight on to the page."""
    kept = BytesIO()
    page = Canvas(kept, pagesize=(WIDTH, HEIGHT))
    page.setTitle("保修卡")
    page.faces = faces
    for card, row in zip(cards, rows, strict=True):
        _draw_front(page, card, row)
        page.showPage()
        _draw_back(page, card, row)
        page.showPage()
    page.save()
    return kept.getvalue()


def _draw_front(page: Any, card: CardPaper, row: Card) -> None:
    _rule(page, 43.6)
    page.saveState()
    page.translate(6.3 * mm, 47.4 * mm)
    page.rotate(45)
    page.rect(-1.05 * mm, -1.05 * mm, 2.1 * mm, 2.1 * mm)
    page.restoreState()
    for place in FRONT:
        _write(page, *place)
    _write(page, BOLD, 12, 4.5, 37.5, card.name)
    facts = (
        f"{card.metal_line}·{card.standard}",
        f"{card.net_grams} 克",
        card.stone_line,
        card.certificate_line,
        f"{card.piece_number}·{card.style_code}",
        f"{card.bought_on}·{card.store_name}",
    )
    told = [each for each in zip(LABELS, facts, strict=True) if each[1]]
    for n, (label, fact) in enumerate(told):
        _write(page, REGULAR, 7, 4.5, 32.5 - 4 * n, label)
        _write(page, BOLD, 7.5, 18.5, 32.5 - 4 * n, fact)
    _write(page, REGULAR, 14, 4.5, 5, card.number_groups)
    _draw_qr(page, papers.public_address(row.number))


def _draw_back(page: Any, card: CardPaper, row: Card) -> None:
    _rule(page, 46)
    for place in BACK:
        _write(page, *place)
    for n, (title, terms) in enumerate(card.benefits[:6]):
        _write(page, BOLD, 7.4, 4.5, 42 - 3.6 * n, title)
        _write(page, REGULAR, 7, 38.5, 42 - 3.6 * n, terms)
    bars = Code128(row.number, barWidth=float(CARD_MODULE_MM) * mm, barHeight=16 * mm, quiet=True)
    bars.drawOn(page, 1.2 * mm, 6 * mm)
    _write(page, REGULAR, 8, 11.4, 2.5, card.number_groups)
    _write(page, BOLD, 8.5, 57.7, 15.2, card.hotline)


def _rule(page: Any, y: float) -> None:
    page.setStrokeColor(GOLD)
    page.setLineWidth(0.2 * mm)
    page.line(4.5 * mm, y * mm, 81.1 * mm, y * mm)


def _write(page: Any, face: str, size: float, x: float, y: float, text: str) -> None:
    page.setFont(page.faces[face], size)
    page.drawString(x * mm, y * mm, text)


def _draw_qr(page: Any, text: str) -> None:
    code = segno.make_qr(text, error="m")
    side = float(CARD_QR_SIDE_MM) * mm / (len(code.matrix) + 2 * QR_QUIET_MODULES)
    left, top = 60.1 * mm + QR_QUIET_MODULES * side, 42 * mm - QR_QUIET_MODULES * side
    path = page.beginPath()
    for y, line in enumerate(code.matrix):
        for run in DARK_RUN.finditer(line):
            width = (run.end() - run.start()) * side
            path.rect(left + run.start() * side, top - (y + 1) * side, width, side)
    page.drawPath(path, stroke=0, fill=1)
