"""Day files: what a wallet or an acquirer says it took, read line by line and kept as a whole.

One wrong line keeps the whole file out. The same file twice is one file, and a line that an
earlier file held already is not kept again.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from counter.days import DayNotBegun
from counter.models import DayFile, DayFileLayout, DayFileLine, LineKind
from inventory import places, tables, workbooks
from inventory.ground import access, changes, codes, measures, statements
from inventory.ground.changes import Book
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.models import Store
from inventory.tables import Column, ColumnMissing, Line

BAR: Final = "|"
LINE_END: Final = re.compile(r"\r\n|\n|\r")  # nothing else ends a row
LONGEST_NAME: Final = 120
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
# what a line must say, and how that column is called when it is missing
NEEDED: Final = {
    "number": gettext_lazy("order number"),
    "amount": gettext_lazy("amount"),
    "time": gettext_lazy("time"),
    "kind": gettext_lazy("kind of transaction"),
}

Key = tuple[str, str, str]  # number, kind, number of the refund


class DayFileEmpty(RuleBroken):
    code = "day_file_empty"
    status = 422
    sentence = gettext_lazy("There is no payment in this file.")


class DayFilePacked(RuleBroken):
    code = "day_file_packed"
    status = 422
    sentence = gettext_lazy(
        "This file is packed or a workbook. Unpack it, and choose the CSV file as it was "
        "downloaded."
    )


class OtherDay(RuleBroken):
    """Nothing in the file happened on the day whose page was open."""

    code = "other_day"
    status = 422

    def __init__(self, days: Sequence[date]) -> None:
        told = {"days": ", ".join(day.isoformat() for day in days[:3])}
        super().__init__(_("This file is of %(days)s. Nothing was saved.") % told)


class DayFileHasErrors(RuleBroken):
    """One wrong row keeps the whole file out."""

    code = "day_file_has_errors"
    status = 422

    def __init__(self, report: "Report") -> None:
        told = {"n": len(report.wrong)}
        super().__init__(
            ngettext(
                "%(n)d row is wrong. Nothing was saved.",
                "%(n)d rows are wrong. Nothing was saved.",
                len(report.wrong),
            )
            % told,
            rows=[row.row for row in report.wrong],
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


@dataclass(frozen=True)
class Report:
    """What becomes of a file: `new` rows would be kept, `known` ones stand in an earlier file."""

    sha256: str
    new: tuple[Row, ...]
    known: int
    wrong: tuple[WrongRow, ...]

    @property
    def rows(self) -> int:
        return len(self.new) + self.known + len(self.wrong)


@dataclass(frozen=True)
class Brought:
    """A file in the books; `again` when it had been there before."""

    file: DayFile
    new: int
    again: bool = False


def layouts() -> list[DayFileLayout]:
    """The layouts that may be chosen (1 query)."""
    return list(DayFileLayout.objects.filter(active=True).select_related("tender"))


def check(*, store: Store, day: date, layout: DayFileLayout, content: bytes, by: User) -> Report:
    """What would become of a file on the page of a day; nothing is written (a query
    for each 500 rows).

    Refused as a whole: a file that cannot be read, one without the layout's columns, one without
    rows, one of another day, one for a day to come. What is wrong with a row stands in the report.
    """
    _refuse_unless_allowed(store, by)
    if day > places.business_day(store):
        raise DayNotBegun
    # before any lock: reading takes its time
    rows, wrong = _read(store=store, layout=layout, content=content)
    if not rows and not wrong:
        raise DayFileEmpty
    days = sorted({places.business_day(store, row.at) for row in rows})
    if rows and day not in days:
        raise OtherDay(days)
    return _beside_books(
        Report(hashlib.sha256(content).hexdigest(), tuple(rows), 0, tuple(wrong)), store=store
    )


def bring_in(
    *, store: Store, day: date, layout: DayFileLayout, report: Report, name: str, by: User
) -> Brought:
    """The file goes into the books, all of it or nothing; the same file again changes nothing.

    Refused with `DayFileHasErrors` when a row is wrong, also one that another file contradicts
    since the report was made.
    """
    _refuse_unless_allowed(store, by)
    with changes.opened(store=store, by=by) as book:
        before = DayFile.objects.filter(store=store, sha256=report.sha256).first()
        if before is not None:
            return Brought(before, new=0, again=True)
        rows = report.rows
        report = _beside_books(report, store=store)
        if report.wrong:
            raise DayFileHasErrors(report)
        file = DayFile(
            store=store,
            layout=layout,
            business_day=day,
            name="".join(filter(str.isprintable, name))[:LONGEST_NAME],
            sha256=report.sha256,
            rows=rows,
        )
        return Brought(_write(file, report.new, book=book), new=len(report.new))


def files_of(*, store: Store, day: date) -> list[DayFile]:
    """The files that were brought in for a day, oldest first (1 query)."""
    rows = DayFile.objects.filter(store=store, business_day=day).order_by("pk")
    return list(rows.select_related("layout__tender", "change__by"))


def _refuse_unless_allowed(store: Store, by: User) -> None:
    reach = access.store_ids(by)
    if not by.has_perm("import_statements") or (reach is not None and store.pk not in reach):
        raise NotAllowed


def _write(file: DayFile, rows: Sequence[Row], *, book: Book) -> DayFile:
    lines = [_line(row, store=book.store) for row in rows]
    changes.lay_out(file, lines=lines)
    book.write([file], kind="day_file_brought", number=file.business_day.isoformat())
    for line in lines:
        line.file = file
    statements.insert(lines)
    return file


def _line(row: Row, *, store: Store) -> DayFileLine:
    return DayFileLine(
        store=store,
        row=row.row,
        kind=row.kind,
        number=row.number,
        provider_number=row.provider_number,
        refund_number=row.refund_number,
        amount_cents=row.signed_cents,
        at=row.at,
        business_day=places.business_day(store, row.at),
    )


def _beside_books(report: Report, *, store: Store) -> Report:
    """The report beside what earlier files held: the same again is known, other money is wrong."""
    held = _held(store=store, rows=report.new)
    new = [row for row in report.new if row.key not in held]
    known = [row for row in report.new if row.key in held]
    clashing = [row for row in known if held[row.key] != row.signed_cents]
    wrong = [*report.wrong, *(WrongRow(row.row, _clash(row, held[row.key])) for row in clashing)]
    return replace(
        report,
        new=tuple(new),
        known=report.known + len(known) - len(clashing),
        wrong=tuple(sorted(wrong, key=lambda each: each.row)),
    )


def _held(*, store: Store, rows: Sequence[Row]) -> dict[Key, int]:
    """Cents of the lines that the books hold already, by what makes a line one line."""
    held: dict[Key, int] = {}
    for first in range(0, len(rows), statements.MOST_AT_ONCE):
        numbers = {row.number for row in rows[first : first + statements.MOST_AT_ONCE]}
        found = DayFileLine.objects.filter(store=store, number__in=numbers)
        for number, kind, refund, cents in found.values_list(
            "number", "kind", "refund_number", "amount_cents"
        ):
            held[number, kind, refund] = cents
    return held


def _clash(row: Row, cents: int) -> str:
    told = {"number": row.number, "cents": measures.yuan(cents)}
    return _("Number %(number)s stands in an earlier file with %(cents)s.") % told


# --- reading


class _Unclear(Exception):
    """What is wrong with one cell, in words."""


def _read(
    *, store: Store, layout: DayFileLayout, content: bytes
) -> tuple[list[Row], list[WrongRow]]:
    table = tables.read(_bare(content, layout), _columns(layout))
    lines = [replace(line, cells=_cells(line, layout)) for line in table.lines]
    present = {name for line in lines for name in line.cells}
    missing = [str(label) for role, label in NEEDED.items() if f"{role}0" not in present]
    if lines and missing:
        told = {"columns": ", ".join(missing)}
        raise ColumnMissing(
            _("This is not a file of the chosen kind. These columns are missing: %(columns)s.")
            % told
        )
    return _rows(lines, layout=layout, zone=ZoneInfo(store.time_zone))


def _bare(content: bytes, layout: DayFileLayout) -> bytes:
    """The table alone, in UTF-8: remarks around it and the sums below it become blank lines, so
    that every row keeps its number."""
    if len(content) > tables.MOST_BYTES:
        raise tables.FileTooLarge
    if content.startswith(workbooks.SIGNATURE):
        raise DayFilePacked
    kept, ended = [], False
    for line in LINE_END.split(_decoded(content, layout)):
        first = line.strip(' "\t').removeprefix(layout.prefix)
        ended = ended or any(first.startswith(word) for word in _words(layout.summary))
        remark = bool(layout.comment) and first.startswith(layout.comment)
        kept.append("" if ended or remark else line)
    return "\n".join(kept).encode()


def _decoded(content: bytes, layout: DayFileLayout) -> str:
    for encoding in _words(layout.encodings):
        try:
            return content.decode(encoding).removeprefix(tables.BYTE_ORDER_MARK)
        except UnicodeDecodeError:
            continue
    raise tables.FileUnreadable


def _words(text: str) -> list[str]:
    return [word for word in text.split(BAR) if word]


def _columns(layout: DayFileLayout) -> dict[str, Column]:
    """Every heading that the layout names, as a column of its own: a file may have several of one
    meaning."""
    roles = {
        "number": layout.number_headings,
        "provider": layout.provider_headings,
        "refund_number": layout.refund_number_headings,
        "amount": layout.amount_headings,
        "refund": layout.refund_headings,
        "date": layout.date_headings,
        "time": layout.time_headings,
        "kind": layout.kind_headings,
    }
    return {
        f"{role} {place}": Column(heading, (heading,))
        for role, headings in roles.items()
        for place, heading in enumerate(_words(headings))
    }


def _cells(line: Line, layout: DayFileLayout) -> dict[str, str]:
    """The cell of each meaning, from the column that the layout names first."""
    found: dict[str, str] = {}
    for name in sorted(line.cells):
        role = name.partition(" ")[0]
        cell = line.cells[name].removeprefix(layout.prefix).strip()
        found.setdefault(f"{role}0", cell)
        # a preferred column that is empty on this row says nothing
        if not found[f"{role}0"]:
            found[f"{role}0"] = cell
    return found


def _rows(
    lines: Iterable[Line], *, layout: DayFileLayout, zone: ZoneInfo
) -> tuple[list[Row], list[WrongRow]]:
    kinds = dict(_kinds(layout))
    rows: dict[Key, Row] = {}
    wrong = []
    for line in lines:
        try:
            row = _row(line, layout=layout, kinds=kinds, zone=zone)
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
    for kind, words in (
        (LineKind.PAID, layout.paid_words),
        (LineKind.REFUND, layout.refund_words),
    ):
        yield from ((tables.plain(word), kind) for word in _words(words))


def _row(
    line: Line, *, layout: DayFileLayout, kinds: Mapping[str, LineKind], zone: ZoneInfo
) -> Row:
    cells = line.cells
    if line.overflows:
        raise _Unclear(_("This row has more cells than there are headings."))
    kind = kinds.get(tables.plain(cells.get("kind0", "")))
    if kind is None:
        told = {"word": _shown(cells.get("kind0", ""))}
        raise _Unclear(_("“%(word)s” is neither a payment nor a refund.") % told)
    refund = kind == LineKind.REFUND
    return Row(
        row=line.row,
        kind=kind,
        number=_number(cells.get("number0", "")),
        provider_number=_other_number(cells.get("provider0", "")),
        refund_number=_other_number(cells.get("refund_number0", "")) if refund else "",
        cents=_cents(cells, refund=refund, own_column=bool(layout.refund_headings)),
        at=_moment(f"{cells.get('date0', '')} {cells.get('time0', '')}", zone),
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


def _cents(cells: Mapping[str, str], *, refund: bool, own_column: bool) -> int:
    text = cells.get("refund0" if refund and own_column else "amount0", "")
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
