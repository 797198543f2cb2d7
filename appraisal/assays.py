"""检测: every test of an old piece, all its readings, what they come to and how far they go."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal import density, judging, marks, trade_ins
from appraisal.models import (
    Assay,
    Instrument,
    Method,
    OldPiece,
    ReadingRule,
    Spot,
    TradeInState,
    Verdict,
    Weighing,
)
from appraisal.trade_ins import TradeInMoved
from inventory.ground import measures
from inventory.ground.errors import BadField, RuleBroken
from inventory.ground.measures import MOST_FINENESS

MOST_READINGS: Final = 20
SCREENING_POINTS: Final = 3  # GB/T 18043: at least three points
WHOLE_PERMILLE: Final = 10  # an analyser cannot claim tenths: standards.md 2.4

# what a warning says; the words of the rows are stable
WARNINGS: Final = {
    "surface": gettext_lazy("This method sees the surface only."),
    "few_points": gettext_lazy("Fewer than three points were measured."),
    "heavy_core": gettext_lazy(
        "Tungsten, rhenium, iridium or osmium was seen. Density cannot clear it: melt it with the"
        " customer's consent, or refer it to a laboratory."
    ),
    "germanium": gettext_lazy(
        "This analyser does not know germanium and may take it for rhenium. Refer, do not refuse."
    ),
    "mark_differs": gettext_lazy("The reading does not fit the mark."),
    "uncertain": gettext_lazy("The scale is too coarse for a verdict by density at this weight."),
    "beyond_method": gettext_lazy("Fire assay goes up to 999.5 ‰; above that it says no more."),
    "not_solid": gettext_lazy("Stones, hollow or mixed parts: density says nothing about it."),
}
HEAVY: Final = ("W", "Re", "Ir", "Os")
MOST_BY_FIRE: Final = 9_995  # GB/T 9288: standards.md 3
SURFACE: Final = frozenset({Method.XRF, Method.TOUCHSTONE, Method.CONDUCTIVITY})
# methods whose readings are a fineness; the other ones say yes or no
MEASURES_FINENESS: Final = frozenset({Method.XRF, Method.MELT, Method.FIRE, Method.TOUCHSTONE})
ANSWERS: Final = frozenset({Method.CONDUCTIVITY, Method.DIAMOND})
BY_ANALYSER: Final = frozenset({Method.XRF, Method.MELT})
# what a method without a named instrument is uncertain by, in tenths of a permille: standards.md 3
GUARDS: Final[dict[str, int]] = {
    Method.XRF: 50,
    Method.MELT: 30,
    Method.FIRE: 5,
    Method.TOUCHSTONE: 200,
}
# harmless tests come before the customer signs the test, the other ones after melting was agreed
HARMLESS_IN: Final = frozenset({TradeInState.CONSENTED, TradeInState.WEIGHED})
DESTROYING: Final = frozenset({Method.MELT, Method.FIRE})
DESTROYING_IN: Final = frozenset({TradeInState.MELT_CONSENTED, TradeInState.MELTED})


class ReadingMissing(RuleBroken):
    code = "reading_missing"
    status = 422
    sentence = gettext_lazy("Enter at least one reading.")


class ReadingImpossible(RuleBroken):
    code = "reading_impossible"
    status = 422
    sentence = gettext_lazy("Nothing is purer than 1000 ‰.")


class OtherMethod(RuleBroken):
    """The method reads no fineness, or the other way round; or the instrument is for another."""

    code = "other_method"
    status = 422
    sentence = gettext_lazy("This method or instrument does not give such a result.")


class NeverInWater(RuleBroken):
    code = "never_in_water"
    status = 422
    sentence = gettext_lazy("In water it must weigh less than in air. Weigh both again.")


def record(
    *,
    old_piece: OldPiece,
    method: str,
    metal: str,
    readings: Sequence[int],
    by: User,
    spot: str = Spot.BODY,
    instrument: Instrument | None = None,
    rule: str = ReadingRule.MEAN,
    elements: Mapping[str, int] | None = None,
    remark: str = "",
) -> Assay:
    """A test by readings in tenths of a permille, all of them kept with the rule that joins them.

    `elements`: other elements an analyser named, in tenths of a permille. Refused: a method that
    reads no fineness, another store's or method's instrument, no reading, a reading above 1000 ‰,
    before the consent or after the customer signed the test. Melting and fire assay come after the
    consent to melt, and before it they are refused.
    """
    _check_method(old_piece, method, instrument)
    if not 0 < len(readings) <= MOST_READINGS:
        raise ReadingMissing(field="readings")
    if not all(0 <= reading <= MOST_FINENESS for reading in readings):
        raise ReadingImpossible(field="readings")
    others = dict(elements or {})
    joined = judging.join(readings, rule)
    result = joined // WHOLE_PERMILLE * WHOLE_PERMILLE if method in BY_ANALYSER else joined
    guard = instrument.guard if instrument else GUARDS[method]
    limit = limit_of(old_piece, spot=spot, metal=metal, result=result, guard=guard)
    row = Assay(
        old_piece=old_piece,
        method=method,
        instrument=instrument,
        spot=spot,
        by=by,
        readings=list(readings),
        elements=others,
        rule=rule,
        metal=metal,
        result=result,
        guard=guard,
        limit=limit,
        verdict=_verdict(others, result=result, limit=limit, guard=guard),
        remark=remark.strip()[:120],
    )
    row.warnings = _warnings(row)
    return _write(row, by)


def record_density(
    *,
    old_piece: OldPiece,
    metal: str,
    grade: int,
    air: Weighing,
    water: Weighing,
    decidegrees: int,
    step_mg: int,
    by: User,
    is_solid: bool = True,
) -> Assay:
    """A test by weighing in air and water, held against a legal grade. No verdict where the scale
    is too coarse for this weight, or the piece has stones, is hollow or mixed (`is_solid` false).
    Refused: weights of another piece, water colder than 5 or warmer than 40 °C, a piece that weighs
    no less in water."""
    if {air.old_piece_id, water.old_piece_id} != {old_piece.pk}:
        raise OtherMethod(field="water_g")
    if not density.COLDEST <= decidegrees <= density.WARMEST:
        raise BadField(_("Type the water's temperature, from 5 to 40 °C."), field="temperature")
    try:
        found = density.measure(
            air_mg=air.mg, water_mg=water.mg, decidegrees=decidegrees, step_mg=step_mg
        )
    except ValueError as floats:
        raise NeverInWater(field="water_g") from floats
    coarse = not density.can_tell(found=found, metal=metal, grade=grade)
    tells = is_solid and not coarse
    fits = tells and density.agrees(found=found, metal=metal, grade=grade)
    row = Assay(
        old_piece=old_piece,
        method=Method.DENSITY,
        by=by,
        readings=[found.value],
        metal=metal,
        result=found.value,
        guard=found.uncertainty,
        limit=grade,
        verdict=(Verdict.PASS if fits else Verdict.FAIL) if tells else Verdict.NONE,
        warnings=["uncertain"] * coarse + ["not_solid"] * (not is_solid),
        air=air,
        water=water,
        water_decidegrees=decidegrees,
    )
    return _write(row, by)


def record_finding(
    *, old_piece: OldPiece, method: str, passed: bool, by: User, remark: str = ""
) -> Assay:
    """A tester that says yes or no: conductivity, or the diamond tester on a stone. Refused for a
    method that measures."""
    if method not in ANSWERS:
        raise OtherMethod(field="method")
    spot = Spot.STONE if method == Method.DIAMOND else Spot.BODY
    row = Assay(
        old_piece=old_piece,
        method=method,
        spot=spot,
        by=by,
        verdict=Verdict.PASS if passed else Verdict.FAIL,
        warnings=["surface"] if method in SURFACE else [],
        remark=remark.strip()[:120],
    )
    return _write(row, by)


def is_after_melting(piece: OldPiece) -> bool:
    """Whether the customer has agreed to the melting, so that what is measured now was melted."""
    return piece.trade_in.state in DESTROYING_IN


def limit_of(piece: OldPiece, *, spot: str, metal: str, result: int, guard: int) -> int | None:
    """The fineness that a reading is held against: the highest grade that it may still be, so that
    a near miss is told as one. None below every grade. A finding may be lower for strength: it is
    held against what the marked grade of its body asks of it."""
    if spot == Spot.FINDING:
        mark = marks.read(piece.mark)
        if mark.metal == metal and mark.fineness is not None:
            return measures.least_of_finding(metal=metal, fineness=mark.fineness)
    return measures.legal_grade(metal=metal, fineness=result + guard)


def _check_method(piece: OldPiece, method: str, instrument: Instrument | None) -> None:
    if method not in MEASURES_FINENESS:
        raise OtherMethod(field="method")
    if instrument is None:
        return
    is_for = {method, Method.XRF} if method in BY_ANALYSER else {method}
    if instrument.store_id != piece.trade_in.store_id or instrument.method not in is_for:
        raise OtherMethod(field="instrument")


def _verdict(elements: Mapping[str, int], *, result: int, limit: int | None, guard: int) -> Verdict:
    if any(elements.get(sign) for sign in HEAVY):
        return Verdict.REFER
    if limit is None:
        return Verdict.FAIL
    return judging.judge(reading=result, limit=limit, guard=guard)


def _warnings(row: Assay) -> list[str]:
    """What a reader of this row must know, in the order of `WARNINGS`."""
    knows = row.instrument.elements if row.instrument else ()
    told = {
        "surface": row.method in SURFACE,
        "few_points": row.method == Method.XRF and len(row.readings) < SCREENING_POINTS,
        "heavy_core": any(row.elements.get(sign) for sign in HEAVY),
        "germanium": bool(row.elements.get("Re")) and "Ge" not in knows,
        "mark_differs": row.spot == Spot.BODY and _differs(row),
        "beyond_method": row.method == Method.FIRE and (row.result or 0) > MOST_BY_FIRE,
    }
    return [word for word in WARNINGS if told.get(word)]


def _differs(row: Assay) -> bool:
    mark = marks.read(row.old_piece.mark)
    if not mark.is_known:
        return False
    claimed = measures.legal_grade(metal=str(mark.metal), fineness=mark.fineness or 0)
    return (mark.metal, claimed) != (row.metal, row.limit)


def _write(row: Assay, by: User) -> Assay:
    fitting = DESTROYING_IN if row.method in DESTROYING else HARMLESS_IN
    with trade_ins.opened(row.old_piece.trade_in, by=by) as (trade_in, book):
        if trade_in.state not in fitting:
            raise TradeInMoved
        row.at = book.at
        book.write([row], kind="old_piece_tested", number=trade_in.number)
    return row
