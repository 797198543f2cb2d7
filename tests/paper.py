"""Papers for the tests, and the eyes that read what was printed: codes, glyphs, sizes."""

import io
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

import pypdfium2  # type: ignore[import-untyped]  # because: the package has no types
import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from inventory.ground import barcodes, printing
from warranty import papers

CARD_NUMBER = "12345678901234567888"
CARD_URL = f"https://shop.example/w/{CARD_NUMBER}"
HOUSE = {"house_name": "星河珠宝"}
SAME_GLYPH = 0.45  # overlap of black; the right glyph reaches 0.85, another one 0.28
CELL = (48, 48)


def card(**changed: Any) -> SimpleNamespace:
    """A card as warranty/print_card.html takes it."""
    facts: dict[str, Any] = {
        "number": CARD_NUMBER,
        "number_groups": "1234 5678 9012 3456 7888",
        "name": "18K金钻石戒指",
        "metal_line": "18K金 750‰",
        "net_grams": "1.96",
        "stone_line": "0.30 ct · D · VS2",
        "certificate_line": "NGTC 7115469434",
        "bought_on": "2026-06-02",
        "store_name": "国贸店",
        "style_code": "D0308",
        "piece_number": "1000009683",
        "benefits": [
            ("免费清洗、维修、抛光", "至 2027-06-02，之后按成本价"),
            ("改手寸", "一次，±2 号，至 2028-06-02"),
            ("镶口检查", "每 6 个月一次，保持石头保障"),
            ("以旧换新", "按原价抵换，收适当加工费"),
        ],
        "hotline": "400-820-1688",
        "standard": "GB 11887",
        "public_url": CARD_URL,
        "qr": barcodes.card_qr(CARD_URL),
        "bars": barcodes.card_bars(CARD_NUMBER),
    }
    return SimpleNamespace(**(facts | changed))


def receipt(*, rings: int = 1, **changed: Any) -> SimpleNamespace:
    """A slip with one bangle by weight and some rings at a fixed price."""
    bangle = SimpleNamespace(
        name="足金古法手镯", piece_number="1000019996", metal_line="足金 999‰",
        gross_grams="42.81", net_grams="42.81", label_line="", is_fixed=False, yuan_per_gram="",
        exchange_line="", total="¥32,629.78", reductions=[("会员工费九折", "−¥162.68")],
        parts=[("金价 728.00 × 42.81 克", "¥31,165.68"), ("工费 38.00 × 42.81 克", "¥1,626.78")],
    )  # fmt: skip
    ring = SimpleNamespace(
        name="18K金钻石戒指", piece_number="1000009683", metal_line="18K金 750‰",
        gross_grams="2.02", net_grams="1.39", label_line="", is_fixed=True,
        yuan_per_gram="1,798.56", exchange_line="一口价镶嵌饰品", total="¥2,500.00", reductions=[],
        parts=[("标价", "¥2,500.00")],
    )  # fmt: skip
    facts: dict[str, Any] = {
        "number": "S01-S260602-0042",
        "store_name": "国贸店",
        "store_phone": "010-6505 2288",
        "complaint_phone": "400-820-1689",
        "counter": "A 柜",
        "clerks": ["林晓燕", "赵䶮"],
        "at": datetime(2026, 6, 2, 7, 42, tzinfo=UTC),
        "board_line": "足金 ¥728.00/克 · 10:00",
        "lines": [bangle, *[ring] * rings],
        "classes": [("足金", 1, "42.81"), ("K金", rings, "1.39")],
        "rounding": "−¥0.78",
        "total": "¥35,129.00",
        "tenders": [
            ("微信支付", "¥35,000.00", "4200002611202606021234567890"),
            ("现金", "¥200.00", ""),
        ],
        "change": "¥71.00",
        "credit": [],
        "is_paid_out": False,
        "cards": [("1234 5678 9012 3456 7888", barcodes.card_qr(CARD_URL))],
        "return_terms": "未佩戴、标签完好的货品，十天内凭本单等价兑换。",
    }
    return SimpleNamespace(**(facts | changed))


def tag(**changed: Any) -> SimpleNamespace:
    facts: dict[str, Any] = {
        "number": "1000019996",
        "bars": barcodes.piece_bars("1000019996"),
        "name": "足金古法传承手镯",
        "metal_line": "足金 999‰",
        "standard": "GB 11887",
        "net_grams": "42.81",
        "price_kind": "按克",
        "price": "工费 ¥38.00/克",
        "stone_line": "",
        "certificate_line": "NGTC 1179033899",
        "size_line": "圈口 56",
        "maker": "星河首饰厂",
    }
    return SimpleNamespace(**(facts | changed))


def transfer(*, pieces: int = 9, **changed: Any) -> SimpleNamespace:
    line = SimpleNamespace(
        number="1000009683", name="18K金钻石戒指", metal_line="18K金 750‰", net_grams="1.96"
    )
    facts: dict[str, Any] = {
        "number": "S01-V260602-0005",
        "from_place": "A 柜 · A-09",
        "to_place": "保险柜",
        "by": "林晓燕",
        "reason": "打烊入库",
        "at": datetime(2026, 6, 2, 13, 5, tzinfo=UTC),
        "lines": [line] * pieces,
        "pieces": pieces,
        "classes": [("K金", pieces, "17.64")],
    }
    return SimpleNamespace(**(facts | changed))


PAPERS: dict[str, dict[str, Any]] = {
    "warranty/print_card.html": {"cards": [card()]},
    "warranty/print_card_a5.html": {"cards": [card()]},
    "counter/print_receipt.html": {"receipt": receipt()},
    "inventory/print_tags.html": {"tags": [tag()]},
    "inventory/print_transfer.html": {"transfer": transfer()},
}


def printed(template: str, **changed: Any) -> bytes:
    """The PDF of one of our papers with its usual content, or what is changed of it."""
    if template == papers.TEMPLATES[papers.CARD_SIZE]:
        return papers.in_card_size(changed.get("cards", [card()]), house=HOUSE["house_name"])
    return printing.render_pdf(template, HOUSE | PAPERS[template] | changed)


def page_sizes_mm(pdf: bytes) -> list[tuple[float, float]]:
    pages = pypdfium2.PdfDocument(pdf)
    sizes = [page.get_size() for page in pages]
    return [(round(w * 25.4 / 72, 1), round(h * 25.4 / 72, 1)) for w, h in sizes]


def page_texts(pdf: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]


def text_of(pdf: bytes) -> str:
    return "\n".join(page_texts(pdf))


def raster(pdf: bytes, *, dpi: int = 203) -> list[Image.Image]:
    """The pages as a printer would dot them, grey."""
    pages = pypdfium2.PdfDocument(pdf)
    return [page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L") for page in pages]


def codes_on(page: Image.Image) -> set[tuple[str, str]]:
    """What a scanner finds on a page: kind and text of every code."""
    return {(found.format.name, found.text) for found in zxingcpp.read_barcodes(page)}


def codes_of(pdf: bytes) -> set[str]:
    """The texts of all codes on all pages of a document."""
    return {text for page in raster(pdf) for _kind, text in codes_on(page)}


def blurred(page: Image.Image) -> Image.Image:
    return page.filter(ImageFilter.GaussianBlur(0.8))


def squeezed(page: Image.Image) -> Image.Image:
    """As a messenger passes pictures on."""
    kept = io.BytesIO()
    page.save(kept, "JPEG", quality=40)
    return Image.open(kept)


def turned(page: Image.Image) -> Image.Image:
    return page.rotate(10, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def pale(page: Image.Image) -> Image.Image:
    """Grey on grey, like a worn thermal head."""
    return page.point([int(120 + value * 0.5) for value in range(256)])


MISHAPS: list[Callable[[Image.Image], Image.Image]] = [blurred, squeezed, turned, pale]


def font_sizes(pdf: bytes) -> set[float]:
    """The sizes of all printed letters in points."""
    sizes = set()
    for page in pypdfium2.PdfDocument(pdf):
        letters = page.get_textpage()
        for index in range(letters.count_chars()):
            size_px = pypdfium2.raw.FPDFText_GetFontSize(letters, index)
            sizes.add(round(size_px * 72 / 96, 2))
    return {size for size in sizes if size > 1}  # pdfium's own spaces between words have none


def chinese_glyphs(pdf: bytes) -> Iterator[tuple[str, Image.Image]]:
    """Every Chinese character of the text layer with the ink that stands in its place."""
    dpi = 600
    for page, picture in zip(pypdfium2.PdfDocument(pdf), raster(pdf, dpi=dpi), strict=True):
        letters, height = page.get_textpage(), page.get_height()
        for index in range(letters.count_chars()):
            character = chr(pypdfium2.raw.FPDFText_GetUnicode(letters, index))
            if "㐀" <= character <= "鿿":
                left, bottom, right, top = letters.get_charbox(index)
                box = (left, height - top, right, height - bottom)
                yield character, picture.crop(tuple(round(edge * dpi / 72) for edge in box))


def likeness(ink: Image.Image, character: str) -> float:
    """Overlap of the black of a printed glyph with the font's own drawing, 0 to 1."""
    return max(_overlap(_in_cell(ink), _drawn(character, style)) for style in ("Regular", "Bold"))


def _overlap(one: Image.Image, other: Image.Image) -> float:
    both = ImageChops.logical_and(one, other).histogram()[-1]
    either = ImageChops.logical_or(one, other).histogram()[-1]
    return both / either if either else 0.0


@cache
def _drawn(character: str, style: str) -> Image.Image:
    sheet = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(sheet).text((20, 20), character, fill=0, font=_font(style))
    return _in_cell(sheet)


def _in_cell(ink: Image.Image) -> Image.Image:
    """White on black, cut to its edges and stretched to one size."""
    negative = ImageChops.invert(ink)
    cut = negative.crop(negative.point([0] * 128 + [255] * 128).getbbox())
    return cut.resize(CELL).point([0] * 128 + [255] * 128, "1")


@cache
def _font(style: str) -> ImageFont.FreeTypeFont:
    asked = ["fc-match", "-f", "%{file}|%{index}", f"Noto Sans CJK SC:style={style}"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=True)  # noqa: S603
    path, index = answer.stdout.split("|")
    return ImageFont.truetype(path, size=150, index=int(index))
