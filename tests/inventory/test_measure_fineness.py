"""Fineness: reading, showing, and the legal grades of GB 11887-2012 with Amendment 1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.ground import measures
from inventory.ground.measures import LEGAL_GRADES, BadMeasure, Metal, MetalClass


@pytest.mark.parametrize(
    ("text", "fineness"),
    [
        ("999.9", 9_999),
        ("999", 9_990),
        ("999‰", 9_990),
        ("750", 7_500),
        ("７５０", 7_500),
        ("1000", 10_000),
        ("0.1", 1),
        ("9K", 3_750),
        ("14k", 5_850),  # never 583.3
        ("18K", 7_500),
        ("18K金", 7_500),
        ("１８Ｋ金", 7_500),
        ("22K", 9_160),  # never 916.7
        ("足金", 9_900),
        ("足铂", 9_900),
        ("足白金", 9_900),
        ("足钯", 9_900),
        ("足银", 9_900),
    ],
)
def test_it_reads_a_fineness(text: str, fineness: int) -> None:
    assert measures.read_fineness(text) == fineness


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "-750", "NaN", "1E+1000000", "1000.1", "9999", "999.99", "750\x00", "75%"),
        *("8K", "10K", "12K", "20K", "21K", "24K", "K", "K金", "金", "千足金", "S925", "18KGP"),
    ],
)
def test_it_refuses_what_is_no_legal_fineness(text: str) -> None:
    with pytest.raises(BadMeasure, match=r"from 0\.1 to 1000 ‰"):
        measures.read_fineness(text)


@pytest.mark.parametrize(
    ("fineness", "shown"), [(9_999, "999.9‰"), (9_990, "999‰"), (7_500, "750‰"), (5, "0.5‰")]
)
def test_it_shows_a_fineness(fineness: int, shown: str) -> None:
    assert measures.permille(fineness) == shown


@given(st.integers(1, measures.MOST_FINENESS))
def test_it_reads_every_fineness_it_shows(fineness: int) -> None:
    assert measures.read_fineness(measures.permille(fineness)) == fineness


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
def test_it_grades_gold_without_a_guard_band(measured: int, grade: int | None) -> None:
    assert measures.legal_grade(metal="Au", fineness=measured) == grade


@pytest.mark.parametrize(
    ("metal", "grades"),
    [
        (Metal.GOLD, (375, 585, 750, 916, 990)),
        (Metal.PLATINUM, (850, 900, 950, 990)),
        (Metal.PALLADIUM, (500, 950, 990)),
        (Metal.SILVER, (800, 925, 990)),
    ],
)
def test_it_knows_the_grades_of_the_standard(metal: Metal, grades: tuple[int, ...]) -> None:
    assert LEGAL_GRADES[metal] == tuple(grade * 10 for grade in grades)
    for grade in LEGAL_GRADES[metal]:
        assert measures.legal_grade(metal=metal, fineness=grade) == grade
        assert measures.legal_grade(metal=metal, fineness=grade - 1) != grade


@pytest.mark.parametrize(
    ("metal", "fineness", "label"),
    [
        ("Au", 9_999, "Fine gold"),
        ("Au", 9_160, "22K gold"),
        ("Au", 7_500, "18K gold"),
        ("Au", 5_850, "14K gold"),
        ("Au", 3_750, "9K gold"),
        ("Au", 3_330, "Gold below 9K"),
        ("Pt", 9_990, "Fine platinum"),
        ("Pt", 9_500, "Pt950"),
        ("Pt", 9_000, "Pt900"),
        ("Pt", 8_500, "Pt850"),
        ("Pt", 8_000, "Platinum below Pt850"),
        ("Pd", 9_900, "Fine palladium"),
        ("Pd", 9_500, "Pd950"),
        ("Pd", 5_000, "Pd500"),
        ("Pd", 1, "Palladium below Pd500"),
        ("Ag", 9_990, "Fine silver"),
        ("Ag", 9_250, "Silver 925"),
        ("Ag", 8_000, "Silver 800"),
        ("Ag", 7_999, "Silver below 800"),
    ],
)
def test_it_names_the_class_of_a_piece(metal: str, fineness: int, label: str) -> None:
    assert measures.class_of(metal=metal, fineness=fineness).label == label


def test_it_lists_gold_first_and_the_finest_first() -> None:
    shuffled = [("Ag", 9_250), ("Pt", 9_500), ("Au", 7_500), ("Pd", 9_500), ("Au", 9_990)]
    classes = sorted(measures.class_of(metal=metal, fineness=f) for metal, f in shuffled)
    assert [each.label for each in classes] == [
        *("Fine gold", "18K gold", "Pt950", "Pd950", "Silver 925"),
    ]
    assert classes[0] == MetalClass(Metal.GOLD, 9_900)
    assert classes[0] <= classes[0] < classes[1]


def test_it_shows_the_declared_content_beside_the_grade() -> None:
    assert measures.declared_name("Au", 9_990) == "Fine gold 999‰"
    assert measures.declared_name("Au", 7_500) == "18K gold 750‰"
