"""Metal weights: reading what was typed, showing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.ground import measures
from inventory.ground.measures import BadMeasure


@pytest.mark.parametrize(
    ("text", "mg"),
    [
        ("8.72", 8_720),
        ("8.720", 8_720),
        ("12.345", 12_345),
        ("0.001", 1),
        ("8.72克", 8_720),
        ("8.72 g", 8_720),
        ("8.72G", 8_720),
        ("８．７２克", 8_720),
        ("８。７２", 8_720),  # the full stop of a Chinese keyboard
        ("2.0200", 2_020),  # as suppliers' lists have it
        ("1,234.5", 1_234_500),
        ("5000", 5_000_000),
        (" 42 ", 42_000),
    ],
)
def test_it_reads_grams(text: str, mg: int) -> None:
    assert measures.read_grams(text) == mg


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "克", "0", "0.000", "0.0004", "-8.72", "−8.72", "8.7251", "8.72001", "8,72"),
        *("NaN", "Infinity", "1E+1000000", "1e-3", "8.72\x00", "8.72 kg", "0.5ct", "0.5克拉"),
        *("5000.001", "99000", "8.72 8.72", "8..72", "8.72²", "九克", "9" * 4_000),
    ],
)
def test_it_refuses_what_is_no_weight(text: str) -> None:
    with pytest.raises(BadMeasure, match=r"from 0\.001 to 5,000\.000 g, with at most three dec"):
        measures.read_grams(text)


def test_it_keeps_a_weight_within_the_bounds_of_the_field() -> None:
    assert measures.read_grams("0", at_least_mg=0) == 0
    assert measures.read_grams("30000", at_most_mg=30_000_000) == 30_000_000
    with pytest.raises(BadMeasure, match=r"from 0\.500 to 2\.000 g"):
        measures.read_grams("2.001", at_least_mg=500, at_most_mg=2_000)
    with pytest.raises(BadMeasure, match=r"from 0\.500 to 2\.000 g"):
        measures.read_grams("0.499", at_least_mg=500, at_most_mg=2_000)


@pytest.mark.parametrize(
    ("mg", "shown"),
    [
        (8_720, "8.72"),
        (12_345, "12.34"),  # GB/T 8170: half to even
        (12_355, "12.36"),
        (12_346, "12.35"),
        (1_234_560, "1,234.56"),
        (0, "0.00"),
        (-3_210, "−3.21"),
        (-3, "0.00"),
    ],
)
def test_it_shows_grams_with_two_decimals(mg: int, shown: str) -> None:
    assert measures.grams(mg) == shown


def test_it_shows_grams_with_the_decimals_of_the_scale() -> None:
    assert measures.grams(68_412, places=3) == "68.412"
    assert measures.grams(2_500, places=0) == "2"


@pytest.mark.parametrize(
    ("mg", "plain"), [(12_345, "12.345"), (1_234_560, "1234.560"), (0, "0.000"), (-3, "-0.003")]
)
def test_it_writes_grams_for_a_machine(mg: int, plain: str) -> None:
    assert measures.plain_grams(mg) == plain


@given(st.integers(1, measures.MOST_MG))
def test_it_reads_every_weight_it_shows(mg: int) -> None:
    assert measures.read_grams(measures.grams(mg, places=3)) == mg
    assert measures.read_grams(measures.plain_grams(mg) + " 克") == mg


@given(st.integers(-measures.MOST_MG, measures.MOST_MG))
def test_it_never_shows_more_than_half_a_digit_beside_the_weight(mg: int) -> None:
    shown = measures.grams(mg).replace(",", "").replace("−", "-")
    assert abs(Decimal(shown) * 1_000 - mg) <= 5
