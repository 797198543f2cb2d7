"""The first sheet of an .xlsx workbook as rows of text, with walls against bombs.

A formula is plain text here and is never computed. A number is what the spreadsheet shows, 15
significant digits: a longer one has lost its end already and comes shortened, "1.23E+15", so that
whoever reads it as an identity refuses it.
"""

import io
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, NoReturn
from xml.parsers import expat

SIGNATURE: Final = b"PK\x03\x04"  # a workbook is a zip archive
MOST_PARTS: Final = 1_000
MOST_UNPACKED: Final = 100 * 1024 * 1024
LAST_ROW: Final = 1_048_576  # of any sheet that a spreadsheet can make
EXACT_BELOW: Final = 10**15
PORTION: Final = 64 * 1024


class Unreadable(Exception):
    """Not a workbook, a damaged one, or one that was made to do harm."""


def rows(content: bytes, *, most_columns: int) -> Iterator[tuple[str, ...]]:
    """The rows of the first sheet, blank ones included, without cells beyond `most_columns`."""
    # here, because every process would pay half a second for it at its start
    import openpyxl  # type: ignore[import-untyped]  # because: it has no types

    try:
        _refuse_bombs(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size may be too small
        for number, cells in enumerate(sheet.iter_rows(max_col=most_columns, values_only=True)):
            if number == LAST_ROW:
                raise Unreadable("more rows than a sheet has")
            is_blank = cells.count(None) == len(cells)  # a sheet may have a million of them
            yield () if is_blank else tuple(map(_text, cells))
    except Unreadable:
        raise
    except Exception as broken:  # a damaged part raises whatever openpyxl stumbles over first
        raise Unreadable from broken


def _refuse_bombs(content: bytes) -> None:
    """Ten megabytes can ask for a thousand times their size, unpacked or by XML entities."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        # zipfile never unpacks more of a part than the size that is declared here
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise Unreadable("unpacks to too much")
        for part in parts:
            with archive.open(part) as stream:
                _refuse_entities(iter(lambda: stream.read(PORTION), b""))


def _refuse_entities(portions: Iterator[bytes]) -> None:
    """Entities are declared in front of the first element, if at all; no spreadsheet does."""
    parser = expat.ParserCreate()
    begun = False

    def refuse(*_declaration: object) -> NoReturn:
        raise Unreadable("declares entities")

    def begin(*_element: object) -> None:
        nonlocal begun
        begun = True

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = begin
    try:
        while not begun and (portion := next(portions, b"")):
            parser.Parse(portion)
    except expat.ExpatError:
        return  # a picture, or what openpyxl will not read either


def _text(value: object) -> str:
    """One cell as text: a formula with its sign, a number as it is shown."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        shown = f"{value:.15g}"
        return f"{Decimal(shown):f}" if abs(value) < EXACT_BELOW else shown.upper()
    return str(getattr(value, "text", value))  # an array formula is an object with a text
