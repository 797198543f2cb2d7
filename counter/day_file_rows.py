"""The rows of a day file, read as its layout says; what is wrong with a row is said in words.

Remarks around the table and the sums below it are no rows. Nothing here writes.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter.day_file_layouts import HEADINGS
from counter.models import DayFileLayout, LineKind
from inventory import tables, workbooks
from inventory.ground import codes, measures
from inventory.ground.errors import RuleBroken
from inventory.models import Store
from inventory.tables import Column, ColumnMissing, Line, words

LINE_END: Final = re.compile(r"\r\n|\n|\r")  # nothing else ends a row
# what wallets let a merchant use in an order number; a plus sign is a spreadsheet's 4.2E+27
NUMBER: Final = re.compile(r"[0-9A-Z_|*@.-]{1,64}")
NO_NUMBER: Final = {"", "0", "-"}  # what an empty refund number looks like
MOMENTS: Final = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y%m%d %H:%M:%S",
    "%Y%m%d %H%M%S",
    "%Y%m%d%H%M%S",
)
# what a row must say, and how that column is called when it is missing
NEEDED: Final = {
    "number": gettext_lazy("order number"),
    "amount": gettext_lazy("amount"),
    "time": gettext_lazy("time"),
    "kind": gettext_lazy("kind of transaction"),
}

Key = tuple[str, str, str]  # number, kind, number of the refund
Cells = Mapping[str, str]  # by their meaning


class DayFilePacked(RuleBroken):
    code = "day_file_packed"
    status = 422
    sentence = gettext_lazy(
        "This file is packed or a workbook. Unpack it, and choose the CSV file as it was "
        "downloaded."
    )


@dataclass(frozen=True)
class Row:
    """One payment or refund as the file has it; cents above zero, whatever the kind."""

    row: int
    kind: LineKind
    number: str
    provider_number: str
    refund_number: str
    cents: int
    at: datetime

    @property
    def key(self) -> Key:
        return self.number, self.kind, self.refund_number

    @property
    def signed_cents(self) -> int:
        return self.cents if self.kind == LineKind.PAID else -self.cents


@dataclass(frozen=True)
class WrongRow:
    """A row that cannot be taken, and why."""

    row: int
    sentence: str


class _Unclear(Exception):
    """What is wrong with one cell, in words."""


def read(
    content: bytes, *, layout: DayFileLayout, store: Store
) -> tuple[list[Row], list[WrongRow]]:
    """Every row of a file, and those that cannot be taken; times are the store's own.

    Refused as a whole: a packed file, one that cannot be read, one without the layout's columns.
    """
    if content.startswith(workbooks.SIGNATURE):
        raise DayFilePacked
    text = tables.text_of(content, encodings=words(layout.encodings))
    columns = _columns(layout)
    lines = tables.read_text(_bare(text, layout), columns).lines
    _refuse_other_file(lines)
    return _rows(lines, layout=layout, columns=columns, zone=ZoneInfo(store.time_zone))


def _bare(text: str, layout: DayFileLayout) -> str:
    """The table alone: remarks around it and the sums below it become blank lines, so that every
    row keeps its number."""
    kept, ended = [], False
    for line in LINE_END.split(text):
        first = line.strip(' "\t').removeprefix(layout.prefix)
        ended = ended or any(first.startswith(word) for word in words(layout.summary))
        remark = bool(layout.comment) and first.startswith(layout.comment)
        kept.append("" if ended or remark else line)
    return "\n".join(kept)


def _columns(layout: DayFileLayout) -> dict[str, Column]:
    """Every heading that the layout names, as a column of its own: a file may have several of one
    meaning. Of those the preferred one comes first."""
    return {
        f"{meaning} {place}": Column(heading, (heading,))
        for meaning, field in HEADINGS.items()
        for place, heading in enumerate(words(getattr(layout, field)))
    }


def _meaning(column: str) -> str:
    return column.partition(" ")[0]


def _refuse_other_file(lines: Sequence[Line]) -> None:
    present = {_meaning(column) for line in lines for column in line.cells}
    missing = [str(label) for meaning, label in NEEDED.items() if meaning not in present]
    if lines and missing:
        told = {"columns": ", ".join(missing)}
        raise ColumnMissing(
            _("This is not a file of the chosen kind. These columns are missing: %(columns)s.")
            % told
        )


def _rows(
    lines: Iterable[Line], *, layout: DayFileLayout, columns: Iterable[str], zone: ZoneInfo
) -> tuple[list[Row], list[WrongRow]]:
    kinds = dict(_kinds(layout))
    rows: dict[Key, Row] = {}
    wrong = []
    for line in lines:
        cells = _cells(line, columns=columns, prefix=layout.prefix)
        try:
            row = _row(line, cells, layout=layout, kinds=kinds, zone=zone)
        except (_Unclear, RuleBroken) as unclear:
            wrong.append(WrongRow(line.row, str(unclear)))
            continue
        if row.key in rows:
            told = {"number": row.number, "row": rows[row.key].row}
            sentence = _("Number %(number)s stands in row %(row)d already.") % told
            wrong.append(WrongRow(line.row, sentence))
            continue
        rows[row.key] = row
    return list(rows.values()), wrong


def _kinds(layout: DayFileLayout) -> Iterator[tuple[str, LineKind]]:
    yield from ((tables.plain(word), LineKind.PAID) for word in words(layout.paid_words))
    yield from ((tables.plain(word), LineKind.REFUND) for word in words(layout.refund_words))


def _cells(line: Line, *, columns: Iterable[str], prefix: str) -> Cells:
    """The cell of each meaning: of several columns the first that is not empty on this row."""
    cells = dict.fromkeys(HEADINGS, "")
    for column in columns:
        meaning = _meaning(column)
        cell = line.cells.get(column, "").removeprefix(prefix).strip()
        cells[meaning] = cells[meaning] or cell
    return cells


def _row(
    line: Line,
    cells: Cells,
    *,
    layout: DayFileLayout,
    kinds: Mapping[str, LineKind],
    zone: ZoneInfo,
) -> Row:
    if line.overflows:
        raise _Unclear(str(tables.TOO_MANY_CELLS))
    kind = kinds.get(tables.plain(cells["kind"]))
    if kind is None:
        told = {"word": _shown(cells["kind"])}
        raise _Unclear(_("“%(word)s” is neither a payment nor a refund.") % told)
    refund = kind == LineKind.REFUND
    return Row(
        row=line.row,
        kind=kind,
        number=_number(cells["number"]),
        provider_number=_other_number(cells["provider"]),
        refund_number=_other_number(cells["refund_number"]) if refund else "",
        cents=_cents(cells, refund=refund, own_column=bool(layout.refund_headings)),
        at=_moment(f"{cells['date']} {cells['time']}", zone),
    )


def _number(text: str) -> str:
    plain = "".join(codes.half_width(text).split()).upper()
    if not NUMBER.fullmatch(plain):
        told = {"text": _shown(text)}
        raise _Unclear(
            _(
                "“%(text)s” is no order number. Spreadsheets shorten long numbers; take the file "
                "as it was downloaded."
            )
            % told
        )
    return plain


def _other_number(text: str) -> str:
    plain = "".join(codes.half_width(text).split()).upper()
    return "" if plain in NO_NUMBER else _number(plain)


def _cents(cells: Cells, *, refund: bool, own_column: bool) -> int:
    text = cells["refund" if refund and own_column else "amount"]
    if refund:
        text = codes.half_width(text).strip().removeprefix("-").removeprefix("−")
    return measures.read_yuan(text, at_least_cents=1)


def _moment(text: str, zone: ZoneInfo) -> datetime:
    plain = " ".join(codes.half_width(text).split())
    for form in MOMENTS:
        try:
            at = datetime.strptime(plain, form).replace(tzinfo=zone)
        except ValueError:
            continue
        if 2000 <= at.year <= 2199:
            return at
    raise _Unclear(_("“%(text)s” is no time.") % {"text": _shown(plain)})


def _shown(cell: str) -> str:
    """A cell in a sentence: short, and nothing that cannot be seen."""
    return "".join(filter(str.isprintable, cell))[:40]
