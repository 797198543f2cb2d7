"""When a reading is enough: the guard band of ILAC G8, and what joins several readings into one."""

import pytest

from appraisal import judging
from appraisal.models import ReadingRule, Verdict
from inventory.ground import measures
from inventory.ground.measures import Metal

PASS, C_PASS = Verdict.PASS, Verdict.CONDITIONAL_PASS
C_FAIL, FAIL = Verdict.CONDITIONAL_FAIL, Verdict.FAIL


# standards.md 3.1; tenths of a permille
@pytest.mark.parametrize(
    ("limit", "guard", "reading", "verdict"),
    [
        (7_500, 50, 7_550, PASS),
        (7_500, 50, 7_549, C_PASS),
        (7_500, 50, 7_500, C_PASS),
        (7_500, 50, 7_499, C_FAIL),
        (7_500, 50, 7_450, C_FAIL),
        (7_500, 50, 7_449, FAIL),
        (9_900, 30, 9_990, PASS),
        (9_900, 30, 9_930, PASS),
        (9_900, 30, 9_920, C_PASS),
    ],
)
def test_a_reading_is_held_against_its_limit_with_a_guard_band(
    limit: int, guard: int, reading: int, verdict: Verdict
) -> None:
    assert judging.judge(reading=reading, limit=limit, guard=guard) == verdict


def test_without_a_guard_band_there_is_nothing_between_pass_and_fail() -> None:
    assert judging.judge(reading=7_500, limit=7_500, guard=0) == PASS
    assert judging.judge(reading=7_499, limit=7_500, guard=0) == FAIL


# standards.md 1.1: no negative tolerance, and never from K/24
@pytest.mark.parametrize(
    ("measured", "grade"),
    [
        (3_740, None),
        (5_840, 3_750),
        (5_880, 5_850),
        (7_499, 5_850),
        (7_500, 7_500),
        (9_159, 7_500),
        (9_160, 9_160),
        (9_899, 9_160),
        (9_900, 9_900),
        (9_995, 9_900),
    ],
)
def test_a_measured_value_has_the_highest_grade_that_it_reaches(
    measured: int, grade: int | None
) -> None:
    assert measures.legal_grade(metal="Au", fineness=measured) == grade


# standards.md 1.1: findings may be poorer for strength
@pytest.mark.parametrize(
    ("metal", "body", "least"),
    [
        (Metal.GOLD, 9_990, 9_000),
        (Metal.GOLD, 9_160, 9_000),
        (Metal.GOLD, 7_500, 7_500),
        (Metal.GOLD, 3_000, None),
        (Metal.PLATINUM, 9_900, 9_000),
        (Metal.PLATINUM, 9_500, 9_000),
        (Metal.PLATINUM, 9_000, 9_000),
        (Metal.PLATINUM, 8_500, 8_500),
        (Metal.PALLADIUM, 9_500, 9_000),
        (Metal.PALLADIUM, 5_000, 5_000),
        (Metal.SILVER, 9_900, 9_250),
        (Metal.SILVER, 9_250, 9_250),
    ],
)
def test_a_finding_of_a_fine_body_may_be_poorer(metal: Metal, body: int, least: int | None) -> None:
    assert measures.least_of_finding(metal=metal, fineness=body) == least


@pytest.mark.parametrize(
    ("rule", "readings", "joined"),
    [
        (ReadingRule.MEAN, (9_990, 9_992, 9_991), 9_991),
        (ReadingRule.MEAN, (9_990, 9_991), 9_990),  # a half to the even one: GB/T 8170
        (ReadingRule.MEAN, (9_991, 9_992), 9_992),
        (ReadingRule.MEDIAN, (9_990, 9_100, 9_991), 9_990),
        (ReadingRule.MEDIAN, (9_990, 9_993), 9_992),
        (ReadingRule.MEDIAN, (9_990, 9_991), 9_990),
        (ReadingRule.MINIMUM, (9_990, 9_100, 9_991), 9_100),
        (ReadingRule.MEAN, (9_990,), 9_990),
    ],
)
def test_the_named_rule_joins_the_readings(
    rule: str, readings: tuple[int, ...], joined: int
) -> None:
    assert judging.join(readings, rule) == joined
