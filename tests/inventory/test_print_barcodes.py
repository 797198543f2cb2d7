from base64 import b64decode, b64encode
from decimal import Decimal

import pytest
from stdnum.iso7064 import mod_97_10

from inventory.ground import barcodes
from inventory.ground.barcodes import Symbol
from inventory.ground.press import press
from tests import paper

X = Decimal("0.25")
NUMBERS = ["12345678901234567888", "84017392056612843707", "00000000000000000195"]
NUMBERS += ["99441471880440611670"]  # 99 is also the sign that changes to set C


def svg(symbol: Symbol) -> str:
    return b64decode(symbol.uri.removeprefix("data:image/svg+xml;base64,")).decode()


def pdf_of(uri: str) -> bytes:
    """A paper with nothing but this picture."""
    return press(f'<body><img src="{uri}">', ("@page { size: 90mm 40mm; margin: 0 }",))


def on_paper(symbol: Symbol) -> set[tuple[str, str]]:
    """What a scanner finds when nothing but this symbol is printed."""
    return paper.codes_on(paper.raster(pdf_of(symbol.uri))[0])


@pytest.mark.parametrize(
    ("digits", "modules"),
    [("12345678", 79), ("1234567894", 90), ("123456789012", 101), (NUMBERS[0], 145)],
)
def test_it_stays_in_set_c_with_ten_modules_of_quiet_on_both_sides(
    digits: str, modules: int
) -> None:
    symbol = barcodes.code128_svg(digits, module_mm=X, height_mm=Decimal(8))
    assert f'viewBox="0 0 {modules + 20} 1"' in svg(symbol)
    assert 'd="M10 0.5h2' in svg(symbol)
    assert symbol.width_mm == (modules + 20) * X


def test_it_gives_the_card_the_width_a_telephone_can_read() -> None:
    symbol = barcodes.card_bars(NUMBERS[0])
    assert (symbol.width_mm, symbol.height_mm) == (Decimal("54.45"), Decimal(16))
    assert 'width="54.45mm" height="16mm"' in svg(symbol)


@pytest.mark.parametrize("place", range(5))
def test_it_keeps_every_pair_of_digits_in_every_place(place: int) -> None:
    widths = set()
    for pair in range(100):
        digits = "12" * place + f"{pair:02}" + "12" * (4 - place)
        widths.add(barcodes.piece_bars(digits).width_mm)
    assert widths == {110 * X}


@pytest.mark.parametrize("digits", ["123", "", "12345A", "１２３４", "12 34"])
def test_it_refuses_what_would_leave_set_c(digits: str) -> None:
    with pytest.raises(ValueError, match="even number of digits"):
        barcodes.code128_svg(digits, module_mm=X, height_mm=Decimal(8))


@pytest.mark.parametrize("number", NUMBERS)
def test_it_prints_bars_that_a_scanner_reads(number: str) -> None:
    assert mod_97_10.is_valid(number)
    assert on_paper(barcodes.card_bars(number)) == {("Code128", number)}


@pytest.mark.parametrize("number", ["1234567894", "9900000001"])
def test_it_prints_the_bars_of_a_piece_with_whole_dots_of_a_label_printer(number: str) -> None:
    symbol = barcodes.piece_bars(number)
    assert (symbol.width_mm, symbol.height_mm) == (Decimal("27.50"), Decimal(8))
    assert on_paper(symbol) == {("Code128", number)}


def test_it_prints_the_address_in_capitals_so_that_the_square_stays_small() -> None:
    symbol = barcodes.card_qr(f"https://shop.cn.com/w/{NUMBERS[0]}")  # a host of 11 signs
    assert 'viewBox="0 0 37 37"' in svg(symbol)  # version 3, 29 modules, and the quiet zone
    assert on_paper(symbol) == {("QRCode", f"HTTPS://SHOP.CN.COM/W/{NUMBERS[0]}")}


def test_it_counts_the_quiet_zone_of_a_square_into_its_side() -> None:
    symbol = barcodes.qr_svg("HTTPS://SHOP.CN.COM/W/1", side_mm=Decimal(18))
    assert (symbol.width_mm, symbol.height_mm) == (Decimal(18), Decimal(18))
    assert 'd="M4 4.5h7M' in svg(symbol)


def test_it_draws_each_symbol_as_one_path() -> None:
    for symbol in (barcodes.card_bars(NUMBERS[0]), barcodes.card_qr(paper.CARD_URL)):
        assert svg(symbol).count("<path") == 1


@pytest.mark.parametrize(
    "symbol", [barcodes.card_bars(NUMBERS[0]), barcodes.card_qr(paper.CARD_URL)]
)
def test_it_is_drawn_at_once_and_looks_as_if_it_were_read_like_any_picture(symbol: Symbol) -> None:
    foreign = svg(symbol).replace("<path", "<path ")  # no longer the shape that the press knows
    uri = "data:image/svg+xml;base64," + b64encode(foreign.encode()).decode()
    at_once, slowly = pdf_of(symbol.uri), pdf_of(uri)
    assert at_once != slowly
    one, other = (paper.raster(pdf, dpi=600)[0] for pdf in (at_once, slowly))
    assert one.tobytes() == other.tobytes()


def test_it_leaves_a_text_alone_that_looks_like_a_picture() -> None:
    text = "data:image/svg+xml;base64,A"
    pdf = press(f"<body>{text}", ("@page { size: 90mm 40mm }",))
    assert paper.text_of(pdf).replace("\r\n", "").replace("\n", "") == text
