"""A list that somebody exported, as lines of cells: CSV in its usual spellings, or a workbook.

UTF-8 with or without its mark, GB18030; comma, semicolon or tab. The first line names the
columns; a heading is found whatever its case, width and spaces. Nothing here knows pieces.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from inventory import workbooks
from inventory.ground.codes import half_width
from inventory.ground.errors import RuleBroken

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_ROWS: Final = 50_000
MOST_COLUMNS: Final = 100
DELIMITERS: Final = ",;\t"
ENCODINGS: Final = ("utf-8", "gb18030")
BYTE_ORDER_MARK: Final = "\ufeff"
BAR: Final = "|"  # between the words of one meaning
TOO_MANY_CELLS: Final = gettext_lazy("This row has more cells than there are headings.")

Row = Sequence[str]


class FileTooLarge(RuleBroken):
    code = "file_too_large"
    status = 422
    sentence = gettext_lazy(
        "A file has at most 10 MB and 50,000 rows. Nothing was saved; please split it."
    )


class FileUnreadable(RuleBroken):
    """Not a list in one of the spellings that are understood."""

    code = "file_unreadable"
    status = 422
    sentence = gettext_lazy(
        "This file cannot be read. Save it as CSV (UTF-8 or GB18030) or as .xlsx and try again."
    )


class ColumnMissing(RuleBroken):
    """A column that every line needs is not there, or two columns have one meaning."""

    code = "column_missing"
    status = 422


class RowsWrong(RuleBroken):
    """One wrong row keeps a whole file out; `rows` as a spreadsheet counts them."""

    code = "rows_wrong"
    status = 422

    def __init__(self, rows: Sequence[int]) -> None:
        told = {"n": len(rows)}
        super().__init__(
            ngettext(
                "%(n)d row is wrong. Nothing was saved.",
                "%(n)d rows are wrong. Nothing was saved.",
                len(rows),
            )
            % told,
            rows=list(rows),
        )


class Column(NamedTuple):
    """What a column is called in a sentence, and the headings it is known by."""

    label: str | Promise
    headings: tuple[str, ...]
    needed: bool = False


@dataclass(frozen=True)
class Line:
    """One filled line: `row` as a spreadsheet counts it, trimmed cells by the name of their
    column, and whether it has more cells than the first line has headings."""

    row: int
    cells: Mapping[str, str]
    overflows: bool = False


@dataclass(frozen=True)
class Table:
    """The lines below the headings; `unused` are headings that nobody knows."""

    lines: tuple[Line, ...]
    unused: tuple[str, ...]


def read(content: bytes, columns: Mapping[str, Column]) -> Table:
    """The lines of a file, with the columns found by their headings.

    Refused: more than 10 MB or 50,000 rows, bytes that are no list, a missing needed column, two
    columns of one meaning.
    """
    if content.startswith(workbooks.SIGNATURE):
        _refuse_too_large(content)
        return _table(_workbook_rows(content), columns)
    return read_text(text_of(content), columns)


def read_text(text: str, columns: Mapping[str, Column]) -> Table:
    """The lines of a CSV file that is text already; refused as in `read`."""
    return _table(_csv_rows(text), columns)


def text_of(content: bytes, *, encodings: Sequence[str] = ENCODINGS) -> str:
    """The text of a file, in the first encoding that fits. Refused: more than 10 MB, bytes that
    are text in none of them."""
    _refuse_too_large(content)
    for encoding in encodings:
        try:
            return content.decode(encoding).removeprefix(BYTE_ORDER_MARK)
        except UnicodeDecodeError:
            continue
    raise FileUnreadable


def _refuse_too_large(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise FileTooLarge


def _table(cells: Iterator[Row], columns: Mapping[str, Column]) -> Table:
    rows = _filled(cells)
    _first, headings = next(rows, (0, ()))
    where, unused = _find(columns, headings)
    return Table(tuple(_lines(rows, where, width=len(headings))), unused)


def _filled(rows: Iterator[Row]) -> Iterator[tuple[int, Row]]:
    """Rows that are not blank, with their numbers."""
    filled = 0
    for number, cells in enumerate(rows, start=1):
        if not any(map(str.strip, cells)):
            continue
        if filled > MOST_ROWS:  # the headings do not count
            raise FileTooLarge
        filled += 1
        yield number, cells


def _lines(
    rows: Iterator[tuple[int, Row]], where: Mapping[str, int], *, width: int
) -> Iterator[Line]:
    for number, cells in rows:
        named = {name: cells[at].strip() for name, at in where.items() if at < len(cells)}
        yield Line(number, named, overflows=any(map(str.strip, cells[width:])))


def _find(columns: Mapping[str, Column], headings: Row) -> tuple[dict[str, int], tuple[str, ...]]:
    """Where each known column stands, and the headings that nobody knows."""
    known = {plain(text): name for name, column in columns.items() for text in column.headings}
    where: dict[str, int] = {}
    unused = []
    for at, heading in enumerate(headings):
        name = known.get(plain(heading))
        if name is None:
            unused.append(heading.strip())
        elif name in where:
            raise ColumnMissing(_("Two columns are called “%(column)s”.") % {"column": heading})
        else:
            where[name] = at
    missing = [
        column.label for name, column in columns.items() if column.needed and name not in where
    ]
    if missing:
        told = {"columns": ", ".join(map(str, missing))}
        raise ColumnMissing(
            _("The first row names the columns. These are missing: %(columns)s.") % told
        )
    return where, tuple(filter(None, unused))


def words(text: str) -> list[str]:
    """What one field of a layout lists, the preferred one first, divided by bars."""
    return [word for part in text.split(BAR) if (word := part.strip())]


def plain(text: str) -> str:
    """A heading or a word of the trade, so that case, width, spaces and hyphens do not matter."""
    return "".join(half_width(text).casefold().replace("_", "").replace("-", "").split())


def _workbook_rows(content: bytes) -> Iterator[Row]:
    try:
        yield from workbooks.rows(content, most_columns=MOST_COLUMNS)
    except workbooks.Unreadable as broken:
        raise FileUnreadable from broken


def _csv_rows(text: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        yield from reader
    except csv.Error as broken:
        told = {"line": reader.line_num}
        raise FileUnreadable(
            _("Line %(line)d of the file cannot be read: look at its quotation marks.") % told
        ) from broken


def _delimiter(text: str) -> str:
    """The one that divides the headings; the comma when none does."""
    headings = text.lstrip().partition("\n")[0]
    return max(DELIMITERS, key=headings.count)
