"""Bars and squares for paper: Code 128 and QR as SVG pictures of a fixed size in millimetres."""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import segno
from barcode.charsets import code128  # type: ignore[import-untyped]  # because: it has no types

CODE128_QUIET_MODULES = 10  # on both sides, GS1 General Specifications
CODE128_LAST_BAR = "11"  # of the stop pattern, ISO/IEC 15417
QR_QUIET_MODULES = 4  # on all sides, ISO/IEC 18004
DARK_RUN = re.compile(b"\x01+")

# What a telephone reads from a bent, shaded card: 100 % of shots at 10 dots per millimetre.
CARD_MODULE_MM = Decimal("0.33")
CARD_HEIGHT_MM = Decimal(16)
CARD_QR_SIDE_MM = Decimal(22)
# A document lies flat on the counter: as coarse as a card, but lower.
DOCUMENT_HEIGHT_MM = Decimal(10)
# Two whole dots of a 203 dpi label printer; read by scanners, not by telephones.
PIECE_MODULE_MM = Decimal("0.25")
PIECE_HEIGHT_MM = Decimal(8)


@dataclass(frozen=True)
class Symbol:
    """A printable code: its picture as a data address, and its size with the quiet zone."""

    uri: str
    width_mm: Decimal
    height_mm: Decimal


def code128_svg(digits: str, *, module_mm: Decimal, height_mm: Decimal) -> Symbol:
    """Code 128 set C with ten modules of quiet zone left and right, without text below.

    `module_mm` is the width of the thinnest bar (X), `height_mm` the height of the bars. Anything
    but an even number of digits is refused with ValueError: it would leave set C and grow wider.
    """
    if not digits or len(digits) % 2 or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"Code 128 set C takes an even number of digits, not {digits!r}")
    pairs = [int(digits[at : at + 2]) for at in range(0, len(digits), 2)]
    # not the package's own builder: it takes a leading 99 for a change of set and drops it
    return _code128([code128.START_CODES["C"], *pairs], module_mm=module_mm, height_mm=height_mm)


def _code128(values: list[int], *, module_mm: Decimal, height_mm: Decimal) -> Symbol:
    """The start sign and the signs of a text, with check sign, stop and quiet zones."""
    check = (values[0] + sum(place * value for place, value in enumerate(values))) % 103
    drawn = [code128.CODES[value] for value in (*values, check)]
    modules = bytes(map(int, "".join(drawn) + code128.STOP + CODE128_LAST_BAR))
    quiet = bytes(CODE128_QUIET_MODULES)
    row = quiet + modules + quiet
    return _symbol([row], width_mm=len(row) * module_mm, height_mm=height_mm)


def qr_svg(text: str, *, side_mm: Decimal) -> Symbol:
    """A QR code of error correction M or better; `side_mm` includes the quiet zone of four modules.

    Upper-case letters, digits and `:/.-` keep the symbol small (alphanumeric mode).
    """
    code = segno.make_qr(text, error="m")
    quiet = bytes(QR_QUIET_MODULES)
    rows = [quiet + bytes(row) + quiet for row in code.matrix]
    blank = [bytes(len(rows[0]))] * QR_QUIET_MODULES
    return _symbol([*blank, *rows, *blank], width_mm=side_mm, height_mm=side_mm)


def card_bars(number: str) -> Symbol:
    """The 20 digits of a warranty card, 54.45 mm wide and 16 mm high."""
    return code128_svg(number, module_mm=CARD_MODULE_MM, height_mm=CARD_HEIGHT_MM)


def card_qr(public_url: str) -> Symbol:
    """The address of a card's public page in upper case, 22 mm."""
    return qr_svg(public_url.upper(), side_mm=CARD_QR_SIDE_MM)


def piece_bars(number: str) -> Symbol:
    """The 10 digits of a piece, 27.5 mm wide and 8 mm high."""
    return code128_svg(number, module_mm=PIECE_MODULE_MM, height_mm=PIECE_HEIGHT_MM)


def document_bars(number: str) -> Symbol:
    """The number of a document, "S01-H261121-0002", in Code 128 set B, 10 mm high: 76.23 mm
    wide for sixteen signs. Refuses with ValueError what is not plain ASCII."""
    if not number or not number.isascii() or not set(number) <= set(code128.B):
        raise ValueError(f"Code 128 set B cannot write {number!r}")
    signs = [code128.START_CODES["B"], *(code128.B[sign] for sign in number)]
    return _code128(signs, module_mm=CARD_MODULE_MM, height_mm=DOCUMENT_HEIGHT_MM)


def _symbol(rows: Sequence[bytes], *, width_mm: Decimal, height_mm: Decimal) -> Symbol:
    """The picture of rows of modules, 1 is dark, stretched to its size in millimetres.

    One stroke for each run of dark modules: no hairline may part them. The press knows this shape
    by heart and draws it at once (`press_room.Modules`); change both together.
    """
    strokes = "".join(
        f"M{run.start()} {y}.5h{run.end() - run.start()}"
        for y, row in enumerate(rows)
        for run in DARK_RUN.finditer(row)
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_mm}mm" height="{height_mm}mm"'
        f' viewBox="0 0 {len(rows[0])} {len(rows)}" preserveAspectRatio="none">'
        f'<path stroke="#000" d="{strokes}"/></svg>'
    )
    uri = "data:image/svg+xml;base64," + b64encode(svg.encode("ascii")).decode("ascii")
    return Symbol(uri=uri, width_mm=width_mm, height_mm=height_mm)
