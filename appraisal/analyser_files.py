"""What an X-ray analyser exported: one line for each point that it measured, chosen by sample.

Columns are found by their headings, in English or Chinese; contents are percent or permille, as
the heading says, else as the line adds up. Where an element was not found the cell is empty.
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

from appraisal import assays
from appraisal.models import Assay, Instrument, Method, OldPiece, ReadingRule, Spot
from inventory import tables
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import MOST_FINENESS, Metal
from inventory.tables import Column, ColumnMissing, Line, RowsWrong

# signs that analysers of jewelry name, with what Chinese ones call them
ELEMENTS: Final[Mapping[str, str]] = {
    "Au": "金",
    "Ag": "银",
    "Cu": "铜",
    "Zn": "锌",
    "Ni": "镍",
    "Pt": "铂",
    "Pd": "钯",
    "Rh": "铑",
    "Ru": "钌",
    "Ir": "铱",
    "Os": "锇",
    "Re": "铼",
    "W": "钨",
    "Ge": "锗",
    "Cd": "镉",
    "Ga": "镓",
    "In": "铟",
    "Fe": "铁",
    "Co": "钴",
    "Pb": "铅",
    "Sn": "锡",
}
# tenths of a permille in one unit, and how a heading says so
PERCENT, PERMILLE, UNTOLD = 100, 10, 0
UNITS: Final = {PERCENT: ("%", "(%)", "[%]"), PERMILLE: ("‰", "(‰)", "[‰]"), UNTOLD: ("",)}
# what a line without a unit adds up to, within what an analyser leaves out
SUMS: Final = {PERCENT: (95, 101), PERMILLE: (950, 1010)}

TIMES: Final = ("time", "datetime", "测试时间", "测量时间", "检测时间", "时间", "日期时间")
SAMPLES: Final = ("sample", "sampleno", "sampleid", "samplename", "样品", "样品编号", "样品号",
                  "样品名称", "编号")  # fmt: skip
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

    Refused like `read` and `assays.record`, and: a sample that is not there, of two metals, or
    measured before the customer came.
    """
    zone = ZoneInfo(old_piece.trade_in.store.time_zone)
    points = of_sample(read(content), sample)
    came = old_piece.trade_in.at - CLOCKS_DIFFER
    if any(point.at and point.at.replace(tzinfo=zone) < came for point in points):
        raise MeasuredBefore(field="file")
    if len({point.metal for point in points}) > 1:
        raise SampleMixed(field="sample")
    return assays.record(
        old_piece=old_piece,
        method=Method.XRF,
        metal=points[0].metal,
        readings=[point.fineness for point in points],
        by=by,
        spot=spot,
        instrument=instrument,
        rule=rule,
        elements=_others(points),
        remark=sample,
    )


def read(content: bytes) -> list[Point]:
    """Every measured point of a file, in its order.

    Refused: a file that is no list, one without a column for samples or for any precious metal,
    and a line that cannot be understood, with a sentence for each.
    """
    table = tables.read(content, _COLUMNS)
    if not any(_of(name)[0] in Metal.values for line in table.lines for name in line.cells):
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
    if sum(contents.values()) > MOST_FINENESS * SUMS[PERCENT][1] // 100:
        raise _Unclear(_("The contents add up to more than 100 %."))
    return point


def _contents(cells: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, Decimal] = {}
    units: dict[str, int] = {}
    for name, text in cells.items():
        sign, unit = _of(name)
        if sign in ELEMENTS and text.casefold() not in NOT_FOUND:
            if sign in found:
                raise _Unclear(_("%(element)s stands there twice.") % {"element": sign})
            found[sign], units[sign] = _number(sign, text), unit
    untold = sum(content for sign, content in found.items() if units[sign] == UNTOLD)
    as_it_adds_up = _unit_of(untold) if untold else UNTOLD
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


# --- the headings


def _column_of(sign: str, unit: int) -> str:
    return f"{sign} {unit}"


def _of(name: str) -> tuple[str, int]:
    """Element and unit of a column; neither for sample and time."""
    sign, _space, unit = name.partition(" ")
    return (sign, int(unit)) if unit else ("", UNTOLD)


_COLUMNS: Final[dict[str, Column]] = {
    "sample": Column(gettext_lazy("sample"), SAMPLES, needed=True),
    "time": Column(gettext_lazy("time"), TIMES),
} | {
    _column_of(sign, unit): Column(
        sign, tuple(f"{word}{suffix}" for word in (sign, chinese) for suffix in suffixes)
    )
    for sign, chinese in ELEMENTS.items()
    for unit, suffixes in UNITS.items()
}
