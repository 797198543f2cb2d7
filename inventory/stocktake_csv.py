"""The lines of a stocktake for a spreadsheet, which shows them as they are and computes nothing.

The same care as in `ground/csv_files.py`, taken by the database: a text that would be a formula
gets an apostrophe in front; digits of which a spreadsheet would lose some, those behind the
fifteenth and zeros in front, get a tab. UTF-8 with its mark.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from django.db import connection

from inventory import stocktake_rows
from inventory.ground.csv_files import BYTE_ORDER_MARK, DIGITS_OF_A_SPREADSHEET, FORMULA
from inventory.models import Stocktake
from inventory.stocktake_rows import CELLS

# texts in which anything may stand; a number of a piece has ten digits, the rest are our own words
FREE: Final = ("name", "place", "came_by", "gone_by")

# texts from a letter on are told by one comparison, which goes by the signs and by no language
_BY_SIGN: Final[Mapping[str, str]] = {"sqlite": "", "postgresql": ' COLLATE "C"'}
_FIRST_SIGN: Final[Mapping[str, str]] = {"sqlite": "unicode", "postgresql": "ascii"}
_CONTAINS: Final[Mapping[str, str]] = {"sqlite": "instr", "postgresql": "strpos"}
_TAB: Final[Mapping[str, str]] = {"sqlite": "char(9)", "postgresql": "chr(9)"}
_DIGITS_ONLY: Final[Mapping[str, str]] = {
    "sqlite": "{text} NOT GLOB '*[^0-9]*'",
    "postgresql": "{text} !~ '[^0-9]'",
}


def content(stocktake: Stocktake) -> Iterator[bytes]:
    """The headings and all lines, in blocks."""
    yield (BYTE_ORDER_MARK + ",".join(CELLS) + "\n").encode()
    yield from stocktake_rows.lines(stocktake, _line(connection.vendor))


def _line(vendor: str) -> str:
    """One line without its end. Both ways write nothing for a cell that is not known, and neither
    copies what it has for each cell anew."""
    cells = [_cell(name, vendor) for name in CELLS]
    if vendor == "sqlite":
        marks = ",".join('"%%s"' if name in FREE else "%%s" for name in CELLS)
        return f"printf('{marks}', {', '.join(cells)})"
    comma = ", ',', "
    quoted = [
        f"'\"', {cell}, '\"'" if name in FREE else cell
        for name, cell in zip(CELLS, cells, strict=True)
    ]
    return f"concat({comma.join(quoted)})"


def _cell(name: str, vendor: str) -> str:
    column = f"told.{name}"
    if name == "number":
        begins_with_zero = f"{column}{_BY_SIGN[vendor]} < '1'"
        return f"CASE WHEN {begins_with_zero} THEN {_TAB[vendor]} || {column} ELSE {column} END"
    if name not in FREE:
        return column
    by_sign, contains = _BY_SIGN[vendor], _CONTAINS[vendor]
    return f"""CASE WHEN {column} IS NULL THEN NULL
        WHEN {column}{by_sign} > 'A' AND {column}{by_sign} < '\uff00'
            AND {contains}({column}, '"') = 0 THEN {column}
        ELSE {_harmless(column, vendor)} END"""


def _harmless(text: str, vendor: str) -> str:
    quoted = f"""replace({text}, '"', '""')"""
    first = f"{_FIRST_SIGN[vendor]}(ltrim({text}))"
    signs = ", ".join(str(ord(sign)) for sign in FORMULA)
    digits = _DIGITS_ONLY[vendor].format(text=text)
    return f"""CASE
        WHEN {first} BETWEEN 48 AND 57 THEN CASE
            WHEN (length({text}) > {DIGITS_OF_A_SPREADSHEET}
                  OR length({text}) > 1 AND {text} LIKE '0%%') AND {digits}
            THEN {_TAB[vendor]} || {quoted} ELSE {quoted} END
        WHEN {first} IN ({signs}) THEN '''' || {quoted}
        ELSE {quoted} END"""
