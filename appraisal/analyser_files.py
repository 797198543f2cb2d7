"""What an X-ray analyser exported: one line for each point that it measured, chosen by sample.

Columns are found by their headings, in English or Chinese, or as the layout of the analyser names
them; contents are percent or permille, as heading or layout say, else as the line adds up. Where an
element was not found the cell is empty.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal import analyser_layouts, assays
from appraisal.analyser_layouts import ELEMENTS, part_of
from appraisal.models import (
    AnalyserLayout,
    Assay,
    ContentUnit,
    Instrument,
    Method,
    OldPiece,
    ReadingRule,
    Spot,
)
from inventory import tables, workbooks
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import MOST_FINENESS, Metal
from inventory.tables import ColumnMissing, Line, RowsWrong, Table

# what a line without a unit adds up to, within what an analyser leaves out
SUMS: Final = {ContentUnit.PERCENT: (95, 101), ContentUnit.PERMILLE: (950, 1010)}

MOMENTS: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M")
NOT_FOUND: Final = frozenset({"", "-", "--", "nd", "n.d.", "未检出", "<lod"})
CONTENT: Final = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,6})?)(?:\s*(?:±|\+/-).*)?")
CLOCKS_DIFFER: Final = timedelta(minutes=5)  # between the analyser and this server


class SampleMissing(RuleBroken):
    code = "sample_missing"
    status = 422

    def __init__(self, sample: str) -> None:
        super().__init__(_("This file has no reading of sample %(sample)s.") % {"sample": sample})


class SampleMixed(RuleBroken):
    """Readings of one sample number that belong to two pieces."""

    code = "sample_mixed"
    status = 422
    sentence = gettext_lazy(
        "The readings of this sample are of different metals. Measure the piece again."
    )


class MeasuredBefore(RuleBroken):
    code = "measured_before"
    status = 422
    sentence = gettext_lazy(
        "These readings are older than the trade-in. They belong to another piece."
    )


class LayoutUnknown(RuleBroken):
    """The layout of the analyser is out of use."""

    code = "layout_unknown"
    status = 422

    def __init__(self, instrument: Instrument) -> None:
        told = {"analyser": instrument.name}
        super().__init__(
            _("How %(analyser)s writes its files is not known here. Type the readings, or ask head"
              " office.") % told,
            field="instrument",
        )  # fmt: skip


class OtherAnalyser(ColumnMissing):
    """The file has not the headings of the chosen analyser."""

    code = "other_analyser"

    def __init__(self, instrument: Instrument, missing: ColumnMissing) -> None:
        told = {"analyser": instrument.name, "sentence": str(missing)}
        super().__init__(
            _("%(analyser)s does not write such a file. %(sentence)s") % told, field="instrument"
        )


class WrongRow(NamedTuple):
    """A line that cannot be taken, as a spreadsheet counts it, and why."""

    row: int
    sentence: str


class AnalyserFileWrong(RowsWrong):
    """One wrong line keeps the whole file out; `wrong` says which and why."""

    code = "analyser_file_wrong"

    def __init__(self, wrong: Sequence[WrongRow]) -> None:
        self.wrong = tuple(wrong)
        super().__init__([each.row for each in wrong])

    def __str__(self) -> str:
        first = self.wrong[0]
        told = {"row": first.row, "sentence": first.sentence}
        return f"{super().__str__()} " + _("Row %(row)d: %(sentence)s") % told


@dataclass(frozen=True)
class Point:
    """One measured point: contents by element in tenths of a permille, what was found alone."""

    row: int
    sample: str
    at: datetime | None  # as the analyser's clock had it
    contents: Mapping[str, int]

    @property
    def metal(self) -> str:
        """The precious metal of which there is most."""
        return max(Metal.values, key=lambda sign: self.contents.get(sign, 0))

    @property
    def fineness(self) -> int:
        return self.contents.get(self.metal, 0)


class _Unclear(Exception):
    """What is wrong with a line, in words."""


def record(
    *,
    old_piece: OldPiece,
    content: bytes,
    sample: str,
    instrument: Instrument,
    by: User,
    spot: str = Spot.BODY,
    rule: str = ReadingRule.MEAN,
) -> Assay:
    """A test from all points that the file has of a sample; of other elements the most that any
    point found is kept.

    Refused like `read` and `assays.record`, and: an analyser whose layout is out of use, a file
    that another analyser has written, a sample that is not there, of two metals, or measured before
    the customer came.
    """
    zone = ZoneInfo(old_piece.trade_in.store.time_zone)
    points = of_sample(_read_as(instrument, content), sample)
    came = old_piece.trade_in.at - CLOCKS_DIFFER
    if any(point.at and point.at.replace(tzinfo=zone) < came for point in points):
        raise MeasuredBefore(field="file")
    if len({point.metal for point in points}) > 1:
        raise SampleMixed(field="sample")
    return assays.record(
        old_piece=old_piece,
        method=Method.MELT if assays.is_after_melting(old_piece) else Method.XRF,
        metal=points[0].metal,
        readings=[point.fineness for point in points],
        by=by,
        spot=spot,
        instrument=instrument,
        rule=rule,
        elements=_others(points),
        remark=sample,
    )


def read(content: bytes, layout: AnalyserLayout | None = None) -> list[Point]:
    """Every measured point of a file, in its order; without a layout by the usual headings.

    Refused: a file that is no list, one without a column for samples or for any precious metal,
    and a line that cannot be understood, with a sentence for each.
    """
    table = _table(content, layout)
    if not any(part_of(name)[0] in Metal.values for line in table.lines for name in line.cells):
        told = {"columns": ", ".join(Metal.values)}
        raise ColumnMissing(
            _("The first row names the columns. These are missing: %(columns)s.") % told
        )
    points, wrong = [], []
    for line in table.lines:
        try:
            points.append(_point(line))
        except _Unclear as unclear:
            wrong.append(WrongRow(line.row, str(unclear)))
    if wrong:
        raise AnalyserFileWrong(wrong)
    return points


def _read_as(instrument: Instrument, content: bytes) -> list[Point]:
    layout = instrument.layout
    if layout is None:
        return read(content)
    if not layout.active:
        raise LayoutUnknown(instrument)
    try:
        return read(content, layout)
    except ColumnMissing as missing:
        raise OtherAnalyser(instrument, missing) from missing


def _table(content: bytes, layout: AnalyserLayout | None) -> Table:
    columns = analyser_layouts.columns_of(layout)
    if layout is None or not layout.lines_before or content.startswith(workbooks.SIGNATURE):
        return tables.read(content, columns)
    lines = tables.text_of(content).split("\n")
    # blank, so that every row keeps its number
    head = [""] * min(layout.lines_before, len(lines))
    return tables.read_text("\n".join(head + lines[len(head) :]), columns)


def of_sample(points: Iterable[Point], sample: str) -> list[Point]:
    """The points of one sample, whatever the case, width and spaces of its number."""
    found = [point for point in points if tables.plain(point.sample) == tables.plain(sample)]
    if not found:
        raise SampleMissing(sample)
    return found


def _others(points: Sequence[Point]) -> dict[str, int]:
    """Everything but the metal itself."""
    most: dict[str, int] = {}
    for point in points:
        for sign, content in point.contents.items():
            if sign != point.metal:
                most[sign] = max(most.get(sign, 0), content)
    return most


# --- one line


def _point(line: Line) -> Point:
    if line.overflows:
        raise _Unclear(tables.TOO_MANY_CELLS)
    sample = line.cells.get("sample", "")
    if not sample:
        raise _Unclear(_("The number of the sample is missing."))
    contents = _contents(line.cells)
    point = Point(line.row, sample, _moment(line.cells.get("time", "")), contents)
    if not point.fineness:
        raise _Unclear(_("No gold, platinum, palladium or silver was found."))
    if sum(contents.values()) > MOST_FINENESS * SUMS[ContentUnit.PERCENT][1] // 100:
        raise _Unclear(_("The contents add up to more than 100 %."))
    return point


def _contents(cells: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, Decimal] = {}
    units: dict[str, int] = {}
    for name, text in cells.items():
        sign, unit = part_of(name)
        if sign in ELEMENTS and text.casefold() not in NOT_FOUND:
            if sign in found:
                raise _Unclear(_("%(element)s stands there twice.") % {"element": sign})
            found[sign], units[sign] = _number(sign, text), unit
    told_by_nobody = [sign for sign, unit in units.items() if unit == ContentUnit.UNTOLD]
    untold = sum(found[sign] for sign in told_by_nobody)
    as_it_adds_up = _unit_of(untold) if untold else ContentUnit.UNTOLD
    exact = {sign: content * (units[sign] or as_it_adds_up) for sign, content in found.items()}
    return {sign: int(each.quantize(Decimal(1), ROUND_HALF_EVEN)) for sign, each in exact.items()}


def _number(sign: str, text: str) -> Decimal:
    bare = text.removesuffix("%").removesuffix("‰").strip()
    match = CONTENT.fullmatch(bare)
    if match is None:
        told = {"element": sign, "text": text[:20]}
        raise _Unclear(_("%(element)s “%(text)s” is no content.") % told)
    return Decimal(match[1])


def _unit_of(total: Decimal) -> int:
    for unit, (least, most) in SUMS.items():
        if least <= total <= most:
            return unit
    raise _Unclear(_("It cannot be told whether these are percent or permille."))


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    for spelling in MOMENTS:
        try:
            return datetime.strptime(text, spelling)  # noqa: DTZ007  because: the store's own clock
        except ValueError:
            continue
    raise _Unclear(_("The time “%(text)s” cannot be read.") % {"text": text[:30]})
