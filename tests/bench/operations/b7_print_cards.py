"""B7: warranty cards as PDF, in Chinese, with QR and bars, front and back."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import segno
from django.utils import translation
from reportlab.graphics.barcode.code128 import Code128  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from counter import sales
from tests import paper
from tests.bench.ground import Ground
from tests.bench.measuring import Measured, Sample, timed
from tests.bench.operation import Operation, WrongAnswer
from warranty import papers, queries
from warranty.models import Card
from warranty.papers import CardPaper

WIDTH, HEIGHT = 85.6 * mm, 54 * mm
FONT = "STSong-Light"  # every reader of PDF has its shapes; Debian's own cannot be embedded here
SINGLE_US = 250_000
LABELS = ("成色", "净重", "主石", "证书", "编号", "日期")

pdfmetrics.registerFont(UnicodeCIDFont(FONT))


class OneCard(Operation):
    """A single card. Floor: the same texts and codes drawn directly with ReportLab."""

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
        self.pdfs[1] = drawn(self.papers, self.rows)

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


def drawn(cards: list[CardPaper], rows: list[Card]) -> bytes:
    """The floor: every text of the card and both codes, straight on to the page."""
    kept = BytesIO()
    page = Canvas(kept, pagesize=(WIDTH, HEIGHT))
    for card, row in zip(cards, rows, strict=True):
        _draw_front(page, card, row)
        page.showPage()
        _draw_back(page, card, row)
        page.showPage()
    page.save()
    return kept.getvalue()


def _draw_front(page: Any, card: CardPaper, row: Card) -> None:
    _write(page, 11, 6, 46, "星河珠宝")
    _write(page, 8, 68, 46, "保修卡")
    _write(page, 12, 6, 38, card.name)
    facts = (
        f"{card.metal_line}·{card.standard}",
        f"{card.net_grams} 克",
        card.stone_line,
        card.certificate_line,
        f"{card.piece_number}·{card.style_code}",
        f"{card.bought_on:%Y-%m-%d}·{card.store_name}",
    )
    for n, (label, fact) in enumerate(zip(LABELS, facts, strict=True)):
        _write(page, 7, 6, 33 - 4 * n, label)
        _write(page, 7.5, 20, 33 - 4 * n, fact)
    _write(page, 14, 6, 4, card.number_groups)
    _draw_qr(page, papers.public_address(row.number))
    _write(page, 7, 63, 9.5, "扫码查询")


def _draw_back(page: Any, card: CardPaper, row: Card) -> None:
    _write(page, 9, 6, 47, "我们的承诺")
    _write(page, 7, 60, 47, "全部条款：扫正面的码")
    for n, (title, terms) in enumerate(card.benefits[:6]):
        _write(page, 7.4, 6, 41 - 3.6 * n, title)
        _write(page, 7, 38, 41 - 3.6 * n, terms)
    bars = Code128(row.number, barWidth=0.33 * mm, barHeight=9 * mm, quiet=True)
    bars.drawOn(page, 1 * mm, 7 * mm)
    _write(page, 8, 12, 3, card.number_groups)
    _write(page, 7, 60, 16, "服务电话")
    _write(page, 8.5, 60, 12, card.hotline)
    _write(page, 7, 60, 8, "核对重量和证书")
    _write(page, 7, 60, 5, "各店免费检查")


def _write(page: Any, size: float, x: float, y: float, text: str) -> None:
    page.setFont(FONT, size)
    page.drawString(x * mm, y * mm, text)


def _draw_qr(page: Any, text: str) -> None:
    code = segno.make_qr(text, error="m", boost_error=False)
    side = 20 * mm / code.symbol_size(border=0)[0]
    path = page.beginPath()
    for y, line in enumerate(code.matrix):
        for x, dark in enumerate(line):
            if dark:
                path.rect(62 * mm + x * side, 34 * mm - (y + 1) * side, side, side)
    page.drawPath(path, stroke=0, fill=1)
