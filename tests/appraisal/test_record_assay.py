"""Every test of an old piece is kept with all its readings, a verdict and what to beware of."""

from typing import Any

import pytest

from appraisal import assays, old_pieces, proofs, reckoning, trade_ins, weighings
from appraisal.assays import NeverInWater, OtherMethod, ReadingImpossible, ReadingMissing
from appraisal.models import (
    Assay,
    Instrument,
    Method,
    OldPiece,
    ReadingRule,
    Spot,
    TradeInState,
    Verdict,
    WeighedFor,
    Weighing,
)
from appraisal.reckoning import SecondMethodNeeded
from appraisal.trade_ins import TradeInMoved
from inventory.ground import changes
from inventory.ground.errors import BadField
from tests.old_gold import NECKLACE, SIGNED, Desk

KNOWS_NO_GERMANIUM = ["Au", "Ag", "Cu", "Re", "W"]


def weighed(desk: Desk, mg: int = 10_000, **facts: Any) -> OldPiece:
    trade_in = desk.consented(desk.ring(**facts))
    (piece,) = trade_ins.pieces_of(trade_in)
    old_pieces.weigh(old_piece=piece, shown=desk.on_scale(mg), by=desk.by)
    return piece


def in_water(desk: Desk, piece: OldPiece, mg: int) -> tuple[Weighing, Weighing]:
    """The gross weight, and one in water."""
    air = old_pieces.gross_of(piece)
    assert air is not None
    with changes.opened(store=desk.shop.s01, by=desk.by) as book:
        water = weighings.record(
            shown=desk.on_scale(mg),
            purpose=WeighedFor.WATER,
            metal=piece.metal,
            document=piece.trade_in.number,
            store=desk.shop.s01,
            book=book,
            old_piece=piece,
        )
    return air, water


def by_density(desk: Desk, piece: OldPiece, water_mg: int, **facts: Any) -> Assay:
    air, water = in_water(desk, piece, water_mg)
    told: dict[str, Any] = {
        "metal": "Au",
        "grade": 9_900,
        "decidegrees": 200,
        "step_mg": 10,
    } | facts
    return assays.record_density(old_piece=piece, air=air, water=water, by=desk.by, **told)


def by_touchstone(desk: Desk, piece: OldPiece, reading: int) -> Assay:
    row: Assay = desk.test(piece, reading, method=Method.TOUCHSTONE, instrument=None)
    return row


# --- readings


def test_every_reading_is_kept_with_the_rule_that_joined_them(desk: Desk) -> None:
    row = desk.test(weighed(desk), 9_990, 9_100, 9_991, rule=ReadingRule.MEDIAN)
    row.refresh_from_db()
    assert (row.readings, row.rule, row.result) == ([9_990, 9_100, 9_991], "median", 9_990)


# instrument of the desk: guard 3 ‰
@pytest.mark.parametrize(
    ("reading", "verdict", "limit"),
    [
        (9_990, Verdict.PASS, 9_900),
        (9_930, Verdict.PASS, 9_900),
        (9_929, Verdict.CONDITIONAL_PASS, 9_900),  # whole permille: 992
        (9_900, Verdict.CONDITIONAL_PASS, 9_900),
        (9_890, Verdict.CONDITIONAL_FAIL, 9_900),
        (9_870, Verdict.CONDITIONAL_FAIL, 9_900),
        (9_860, Verdict.PASS, 9_160),
        (7_499, Verdict.CONDITIONAL_FAIL, 7_500),
        (3_740, Verdict.CONDITIONAL_FAIL, 3_750),
        (3_710, Verdict.FAIL, None),
    ],
)
def test_it_is_held_against_the_highest_grade_that_it_may_be(
    desk: Desk, reading: int, verdict: Verdict, limit: int | None
) -> None:
    row = desk.test(weighed(desk), reading)
    assert (row.verdict, row.limit) == (verdict, limit)


def test_an_analyser_never_says_9999(desk: Desk) -> None:
    assert desk.test(weighed(desk), 9_999, 9_999, 9_999).result == 9_990


def test_a_melted_sample_is_read_by_the_same_analyser(desk: Desk) -> None:
    piece = melted(desk)
    assert desk.test(piece, 9_999, method=Method.MELT).result == 9_990


def test_fewer_than_three_points_are_noted(desk: Desk) -> None:
    piece = weighed(desk)
    assert "few_points" in desk.test(piece, 9_990, 9_990).warnings
    assert "few_points" not in desk.test(piece, 9_990, 9_990, 9_990).warnings


def test_an_x_ray_sees_the_surface_only(desk: Desk) -> None:
    assert desk.test(weighed(desk)).warnings == ["surface"]


@pytest.mark.parametrize(
    ("mark", "reading", "differs"),
    [
        ("足金", 9_990, False),
        ("足金", 9_890, False),  # within the guard band
        ("足金", 9_500, True),
        ("G18K", 9_990, True),
        ("Pt950", 9_990, True),
        ("950", 9_990, False),  # unknown, so it claims nothing
        ("", 9_990, False),
    ],
)
def test_a_reading_beside_the_mark_is_noted(
    desk: Desk, mark: str, reading: int, differs: bool
) -> None:
    row = desk.test(weighed(desk, mark=mark), reading)
    assert ("mark_differs" in row.warnings) is differs


@pytest.mark.parametrize("sign", ["W", "Re", "Ir", "Os"])
def test_a_heavy_metal_is_referred_and_not_refused(desk: Desk, sign: str) -> None:
    row = desk.test(weighed(desk), elements={sign: 120})
    assert row.verdict == Verdict.REFER
    assert "heavy_core" in row.warnings
    assert "germanium" not in row.warnings


def test_rhenium_may_be_germanium_where_the_analyser_does_not_know_it(desk: Desk) -> None:
    Instrument.objects.filter(pk=desk.xrf.pk).update(elements=KNOWS_NO_GERMANIUM)
    desk.xrf.refresh_from_db()
    row = desk.test(weighed(desk), elements={"Re": 120, "Ag": 3})
    assert row.verdict == Verdict.REFER
    assert {"heavy_core", "germanium"} <= set(row.warnings)


def test_a_clasp_may_be_poorer_than_its_chain(desk: Desk) -> None:
    piece = weighed(desk, mark="足金")
    row = desk.test(piece, 9_050, spot=Spot.FINDING)
    assert (row.verdict, row.limit) == (Verdict.PASS, 9_000)
    assert "mark_differs" not in row.warnings
    assert proofs.supported(piece, metal="Au") is None


@pytest.mark.parametrize(
    ("readings", "refused"),
    [((), ReadingMissing), ((10_001,), ReadingImpossible), ((-1,), ReadingImpossible)],
)
def test_impossible_readings_are_refused(
    desk: Desk, readings: tuple[int, ...], refused: type[Exception]
) -> None:
    piece = weighed(desk)
    with pytest.raises(refused):
        assays.record(old_piece=piece, method=Method.XRF, metal="Au", readings=readings, by=desk.by)
    assert not piece.assays.exists()


def test_too_many_readings_are_refused(desk: Desk) -> None:
    with pytest.raises(ReadingMissing):
        desk.test(weighed(desk), *[9_990] * (assays.MOST_READINGS + 1))


def test_another_stores_or_methods_instrument_is_refused(desk: Desk) -> None:
    piece = weighed(desk)
    elsewhere = Instrument.objects.create(
        store=desk.shop.s02, code="X2", name="XRF", method=Method.XRF
    )
    with pytest.raises(OtherMethod):
        desk.test(piece, 9_990, instrument=elsewhere)
    with pytest.raises(OtherMethod):
        desk.test(piece, 9_990, method=Method.TOUCHSTONE)


@pytest.mark.parametrize("method", [Method.DENSITY, Method.CONDUCTIVITY, Method.DIAMOND])
def test_a_method_without_a_fineness_has_no_readings(desk: Desk, method: Method) -> None:
    with pytest.raises(OtherMethod):
        desk.test(weighed(desk), 9_990, method=method, instrument=None)


def test_nothing_is_tested_before_the_consent_and_after_the_signature(desk: Desk) -> None:
    (early,) = trade_ins.pieces_of(desk.receive())
    with pytest.raises(TradeInMoved):
        desk.test(early)
    (late,) = trade_ins.pieces_of(desk.tested())
    with pytest.raises(TradeInMoved):
        desk.test(late)


# --- melting


def melted(desk: Desk, piece: OldPiece | None = None) -> OldPiece:
    desk.put("melting", "yes")
    piece = piece or weighed(desk)
    trade_ins.consent_to_melt(trade_in=piece.trade_in, drawn=SIGNED, by=desk.by)
    old_pieces.weigh_melted(old_piece=piece, shown=desk.on_scale(9_950), by=desk.by)
    return piece


@pytest.mark.parametrize("method", [Method.MELT, Method.FIRE])
def test_nothing_is_destroyed_before_its_own_consent(desk: Desk, method: Method) -> None:
    piece = weighed(desk)
    with pytest.raises(TradeInMoved):
        desk.test(piece, 9_990, method=method, instrument=None)


def test_melting_settles_what_was_referred(desk: Desk) -> None:
    piece = weighed(desk)
    desk.test(piece, 9_990, 9_990, 9_990, elements={"Re": 120})
    assert proofs.supported(piece, metal="Au") == 0
    melted(desk, piece)
    desk.test(piece, 9_650, method=Method.MELT)
    assert proofs.supported(piece, metal="Au") == 9_650
    desk.decide(piece, fineness=9_650)
    done = trade_ins.confirm_test(trade_in=piece.trade_in, drawn=SIGNED, by=desk.by)
    assert done.state == TradeInState.TESTED


def test_another_analyser_settles_it_too(desk: Desk) -> None:
    piece = weighed(desk)
    desk.test(piece, 9_990, 9_990, 9_990, elements={"Re": 120})
    desk.test(piece, 9_990, 9_990, 9_990, elements={"Ge": 120})
    assert proofs.supported(piece, metal="Au") == 9_990


def test_density_settles_nothing_that_was_referred(desk: Desk) -> None:
    piece = weighed(desk, mg=20_000)
    desk.test(piece, 9_990, 9_990, 9_990, elements={"W": 120})
    assert by_density(desk, piece, 18_965).verdict == Verdict.PASS
    assert proofs.supported(piece, metal="Au") == 0


def test_fire_assay_says_no_more_above_999_5(desk: Desk) -> None:
    piece = melted(desk)
    fire = {"method": Method.FIRE, "instrument": None}
    assert "beyond_method" in desk.test(piece, 9_996, **fire).warnings
    assert "beyond_method" not in desk.test(piece, 9_995, **fire).warnings


# --- density


def test_the_density_of_20_g_of_gold_fits(desk: Desk) -> None:
    row = by_density(desk, weighed(desk, mg=20_000), 18_965)
    assert (row.result, row.verdict, row.warnings) == (19_267, Verdict.PASS, [])


def test_the_density_of_18k_does_not_fit_fine_gold(desk: Desk) -> None:
    row = by_density(desk, weighed(desk, mg=20_000), 18_700)
    assert row.verdict == Verdict.FAIL


def test_a_coarse_scale_gives_no_verdict(desk: Desk) -> None:
    row = by_density(desk, weighed(desk, mg=5_000), 4_741)
    assert (row.verdict, row.warnings) == (Verdict.NONE, ["uncertain"])


def test_stones_or_a_hollow_give_no_verdict(desk: Desk) -> None:
    row = by_density(desk, weighed(desk, mg=20_000), 18_965, is_solid=False)
    assert (row.verdict, row.warnings) == (Verdict.NONE, ["not_solid"])


def test_what_weighs_no_less_in_water_is_refused(desk: Desk) -> None:
    with pytest.raises(NeverInWater):
        by_density(desk, weighed(desk), 10_000)


@pytest.mark.parametrize("decidegrees", [49, 401])
def test_ice_and_hot_water_are_refused(desk: Desk, decidegrees: int) -> None:
    with pytest.raises(BadField):
        by_density(desk, weighed(desk), 9_480, decidegrees=decidegrees)


def test_the_weights_of_another_piece_are_refused(desk: Desk) -> None:
    piece, other = weighed(desk), weighed(desk)
    air, water = in_water(desk, other, 9_480)
    with pytest.raises(OtherMethod):
        assays.record_density(
            old_piece=piece,
            metal="Au",
            grade=9_900,
            air=air,
            water=water,
            decidegrees=200,
            step_mg=10,
            by=desk.by,
        )


# --- yes or no


def test_a_tester_of_stones_says_nothing_about_the_body(desk: Desk) -> None:
    row = assays.record_finding(
        old_piece=weighed(desk), method=Method.DIAMOND, passed=True, by=desk.by
    )
    assert (row.spot, row.verdict, row.warnings) == (Spot.STONE, Verdict.PASS, [])


def test_a_pen_sees_the_surface(desk: Desk) -> None:
    row = assays.record_finding(
        old_piece=weighed(desk), method=Method.CONDUCTIVITY, passed=False, by=desk.by
    )
    assert (row.verdict, row.warnings) == (Verdict.FAIL, ["surface"])


def test_a_method_that_measures_has_no_yes_or_no(desk: Desk) -> None:
    with pytest.raises(OtherMethod):
        assays.record_finding(old_piece=weighed(desk), method=Method.XRF, passed=True, by=desk.by)


# --- how far the tests go


def test_where_methods_differ_the_lowest_counts(desk: Desk) -> None:
    piece = weighed(desk)
    desk.test(piece, 9_990)
    by_touchstone(desk, piece, 7_900)
    assert proofs.supported(piece, metal="Au") == 7_900


@pytest.mark.parametrize(
    ("reading", "supported"), [(9_930, 9_930), (9_920, 9_160), (9_890, 9_160), (3_700, 0)]
)
def test_without_a_pass_the_next_lower_grade_counts(
    desk: Desk, reading: int, supported: int
) -> None:
    piece = weighed(desk)
    desk.test(piece, reading)
    assert proofs.supported(piece, metal="Au") == supported


def test_a_test_of_gold_proves_no_platinum(desk: Desk) -> None:
    piece = weighed(desk)
    assert proofs.supported(piece, metal="Pt") is None
    desk.test(piece, 9_990)
    assert proofs.supported(piece, metal="Pt") == 0


def agreeing(piece: OldPiece) -> set[str]:
    return proofs.methods_that_agree(piece.assays.all(), metal="Au", fineness=9_990)


def test_two_methods_agree_only_at_one_grade(desk: Desk) -> None:
    piece = weighed(desk, mg=20_000)
    desk.test(piece)
    assert agreeing(piece) == {Method.XRF}
    by_touchstone(desk, piece, 7_900)
    assert agreeing(piece) == {Method.XRF}
    by_density(desk, piece, 18_965)
    assert agreeing(piece) == {Method.XRF, Method.DENSITY}


def test_a_pen_and_a_second_run_of_one_method_agree_with_nothing(desk: Desk) -> None:
    piece = weighed(desk)
    desk.test(piece)
    desk.test(piece)
    assays.record_finding(old_piece=piece, method=Method.CONDUCTIVITY, passed=True, by=desk.by)
    assert agreeing(piece) == {Method.XRF}


def test_above_a_value_two_methods_agree_before_anything_is_offered(desk: Desk) -> None:
    desk.put("second_method_cents", "100000")
    piece = weighed(desk, mg=20_000)
    desk.test(piece)
    desk.decide(piece)
    with pytest.raises(SecondMethodNeeded):
        reckoning.reckon(piece.trade_in, [NECKLACE])
    by_density(desk, piece, 18_965)
    assert reckoning.reckon(piece.trade_in, [NECKLACE]).value.pays_cents > 0
