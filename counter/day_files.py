"""Day files: what a wallet or an acquirer says it took, read row by row and kept as a whole.

One wrong row keeps the whole file out. The same file twice is one file, and a row that an
earlier file held already is not kept again.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import day_file_rows
from counter.day_file_rows import Key, Row, WrongRow
from counter.days import DayNotBegun
from counter.models import DayFile, DayFileLayout, DayFileLine
from inventory import places
from inventory.ground import access, changes, measures, statements
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.models import Store
from inventory.tables import RowsWrong

LONGEST_NAME: Final = 120


class DayFileEmpty(RuleBroken):
    code = "day_file_empty"
    status = 422
    sentence = gettext_lazy("There is no payment in this file.")


class OtherDay(RuleBroken):
    """Nothing in the file happened on the day whose page was open."""

    code = "other_day"
    status = 422

    def __init__(self, days: Sequence[date]) -> None:
        told = {"days": ", ".join(day.isoformat() for day in days[:3])}
        super().__init__(_("This file is of %(days)s. Nothing was saved.") % told)


class DayFileHasErrors(RowsWrong):
    code = "day_file_has_errors"


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
    access.refuse_unless(by, "import_statements", store=store)
    if day > places.business_day(store):
        raise DayNotBegun
    # before any lock: reading takes its time
    rows, wrong = day_file_rows.read(content, layout=layout, store=store)
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
    access.refuse_unless(by, "import_statements", store=store)
    with changes.opened(store=store, by=by) as book:
        before = DayFile.objects.filter(store=store, sha256=report.sha256).first()
        if before is not None:
            return Brought(before, new=0, again=True)
        rows = report.rows
        report = _beside_books(report, store=store)
        if report.wrong:
            raise DayFileHasErrors([row.row for row in report.wrong])
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
