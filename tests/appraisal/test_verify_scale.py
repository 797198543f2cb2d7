"""Every row of standards.md 2.1 and 2.2: what a label may differ, and which scale may say so."""

from datetime import date
from typing import Any

import pytest

from appraisal import seed, verification
from appraisal.models import Scale, ScaleClass, WeightTolerance
from appraisal.verification import NoTolerance, ScaleUnfit

DAY = date(2026, 6, 2)
RETAIL = WeightTolerance(metal="Au", below_mg=10, above_mg=None, up_to_mg=100_000)
MAKERS = WeightTolerance(metal="Au", below_mg=10, above_mg=30, up_to_mg=500_000)
MAKERS_2004 = WeightTolerance(metal="Au", below_mg=10, above_mg=10, up_to_mg=500_000)
SILVER = WeightTolerance(metal="Ag", below_mg=100, above_mg=None, up_to_mg=100_000)


@pytest.mark.parametrize(
    ("row", "label_mg", "mg", "verdict"),
    [
        (MAKERS, 8_720, 8_700, "short"),
        (MAKERS, 8_720, 8_710, "pass"),
        (MAKERS, 8_720, 8_720, "pass"),
        (MAKERS, 8_720, 8_750, "pass"),
        (MAKERS, 8_720, 8_760, "over"),
        (MAKERS, 8_720, 8_320, "short"),
        (MAKERS_2004, 8_720, 8_700, "short"),
        (MAKERS_2004, 8_720, 8_710, "pass"),
        (MAKERS_2004, 8_720, 8_720, "pass"),
        (MAKERS_2004, 8_720, 8_750, "over"),
        (MAKERS_2004, 8_720, 8_760, "over"),
        (MAKERS_2004, 8_720, 8_320, "short"),
        (RETAIL, 8_720, 8_709, "short"),
        (RETAIL, 8_720, 8_710, "pass"),
        (RETAIL, 8_720, 9_720, "pass"),
        (SILVER, 30_000, 29_900, "pass"),
        (SILVER, 30_000, 29_890, "short"),
    ],
)
def test_it_compares_with_the_label(
    row: WeightTolerance, label_mg: int, mg: int, verdict: str
) -> None:
    assert verification.agrees(row=row, label_mg=label_mg, mg=mg) == verdict


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("metal", "label_mg", "on", "below_mg", "above_mg"),
    [
        ("Au", 8_720, DAY, 10, 30),  # both editions: the strictest
        ("Au", 8_720, date(2021, 1, 1), 10, None),  # before the makers' edition
        ("Au", 100_000, DAY, 10, 30),
        ("Au", 500_000, DAY, 10, 30),
        ("Ag", 30_000, DAY, 100, None),
        ("Ag", 100_000, DAY, 100, None),
        ("Pt", 30_000, DAY, 10, 30),
        ("Pd", 30_000, DAY, 10, 30),
    ],
)
def test_it_finds_the_edition_in_force(
    metal: str, label_mg: int, on: date, below_mg: int, above_mg: int | None
) -> None:
    seed.put_tolerances()
    row = verification.tolerance(metal=metal, label_mg=label_mg, on=on)
    assert (row.below_mg, row.above_mg) == (below_mg, above_mg)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("metal", "label_mg", "on"),
    [
        ("Ag", 100_001, DAY),
        ("Au", 500_001, DAY),
        ("Pt", 30_000, date(2021, 1, 1)),
        ("Au", 8_720, date(2020, 10, 22)),
        ("", 8_720, DAY),
    ],
)
def test_it_refuses_what_no_edition_covers(metal: str, label_mg: int, on: date) -> None:
    seed.put_tolerances()
    with pytest.raises(NoTolerance):
        verification.tolerance(metal=metal, label_mg=label_mg, on=on)


@pytest.mark.django_db
def test_an_edition_ends(db: None) -> None:
    seed.put_tolerances()
    WeightTolerance.objects.filter(metal="Pt").update(valid_to=date(2026, 6, 1))
    row = verification.tolerance(metal="Pt", label_mg=1_000, on=date(2026, 6, 1))
    assert row.code == "qbt-1690"
    with pytest.raises(NoTolerance):
        verification.tolerance(metal="Pt", label_mg=1_000, on=DAY)


def scale(**facts: Any) -> Scale:
    told: dict[str, Any] = {
        "name": "电子秤",
        "accuracy": ScaleClass.HIGH,
        "e_mg": 1,
        "d_mg": 1,
        "max_mg": 100_000,
        "min_mg": 20,
        "verified_on": date(2026, 1, 1),
        "verified_until": date(2026, 12, 31),
    }
    return Scale(**told | facts)


FINE = scale()
COMMON = scale(e_mg=10, d_mg=10, max_mg=200_000, min_mg=200)
SHOWS_MORE = scale(e_mg=100, d_mg=10, max_mg=500_000, min_mg=5_000)
COARSE = scale(accuracy=ScaleClass.MEDIUM, e_mg=100, d_mg=100, max_mg=500_000, min_mg=2_000)


@pytest.mark.parametrize(
    ("which", "load_mg", "new_mg", "in_service_mg", "lawful"),
    [
        (FINE, 5_000, 1, 1, True),  # 0.5 mg, told in whole milligrams and never too low
        (FINE, 20_000, 1, 2, True),
        (FINE, 100_000, 2, 3, True),
        (COMMON, 50_000, 5, 10, True),
        (COMMON, 50_010, 10, 20, False),
        (SHOWS_MORE, 10_000, 50, 100, False),
        (SHOWS_MORE, 500_000, 50, 100, False),
        (COARSE, 2_000, 50, 100, False),
        (COARSE, 300_000, 150, 300, False),
    ],
)
def test_it_knows_how_wrong_a_scale_may_be(
    which: Scale, load_mg: int, new_mg: int, in_service_mg: int, lawful: bool
) -> None:
    assert verification.error_mg(which, load_mg=load_mg, in_service=False) == new_mg
    assert verification.error_mg(which, load_mg=load_mg, in_service=True) == in_service_mg
    assert may_settle(which, load_mg=load_mg) is lawful


def may_settle(which: Scale, *, load_mg: int, in_service: bool = True, on: date = DAY) -> bool:
    try:
        verification.check(
            scale=which, load_mg=load_mg, tolerance_mg=10, on=on, in_service=in_service
        )
    except ScaleUnfit as refusal:
        assert refusal.extra["reason"] == "coarse"
        return False
    return True


# class, last load in steps of e at ½ e, at 1 e; above: 1½ e
@pytest.mark.parametrize(
    ("accuracy", "first", "second"),
    [(ScaleClass.SPECIAL, 50_000, 200_000), (ScaleClass.HIGH, 5_000, 20_000),
     (ScaleClass.MEDIUM, 500, 2_000)],
)  # fmt: skip
def test_the_error_grows_in_three_steps(accuracy: str, first: int, second: int) -> None:
    which = scale(accuracy=accuracy, e_mg=100, max_mg=10**9)
    loads = [first * 100, first * 100 + 1, second * 100, second * 100 + 1]
    new = [verification.error_mg(which, load_mg=mg, in_service=False) for mg in loads]
    assert new == [50, 100, 100, 150]
    kept = [verification.error_mg(which, load_mg=mg, in_service=True) for mg in loads]
    assert kept == [100, 200, 200, 300]


def test_the_error_of_a_new_scale_allows_more_where_the_store_says_so() -> None:
    assert may_settle(COMMON, load_mg=50_010, in_service=False)
    assert not may_settle(COMMON, load_mg=50_010, in_service=True)


@pytest.mark.parametrize(
    ("load_mg", "on", "reason"),
    [
        (8_720, date(2027, 1, 1), "overdue"),
        (200_001, DAY, "overload"),
        (199, DAY, "underload"),
        (50_010, DAY, "coarse"),
    ],
)
def test_it_says_why_a_scale_may_not_settle(load_mg: int, on: date, reason: str) -> None:
    verification.check(
        scale=COMMON, load_mg=8_720, tolerance_mg=10, on=date(2026, 12, 31), in_service=True
    )
    with pytest.raises(ScaleUnfit) as told:
        verification.check(scale=COMMON, load_mg=load_mg, tolerance_mg=10, on=on, in_service=True)
    assert told.value.extra["reason"] == reason
    assert "电子秤" in str(told.value)
