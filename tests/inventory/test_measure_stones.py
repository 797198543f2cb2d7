"""Stones: carats are cut when they are read and shown by 逢九进一."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.ground import measures
from inventory.ground.measures import BadMeasure


@pytest.mark.parametrize(
    ("text", "mct", "shown"),
    [
        ("0.588", 588, "0.58"),
        ("0.589", 589, "0.59"),
        ("0.998", 998, "0.99"),
        ("0.999", 999, "1.00"),
        ("1.0089", 1_008, "1.00"),
        ("0.2999", 299, "0.30"),
        ("0.3 ct", 300, "0.30"),
        ("0.30克拉", 300, "0.30"),
        ("０．５", 500, "0.50"),
        ("1000", 1_000_000, "1000.00"),
        ("0.001999999", 1, "0.00"),
    ],
)
def test_it_cuts_carats_and_rounds_only_a_nine_up(text: str, mct: int, shown: str) -> None:
    assert measures.read_carats(text) == mct
    assert measures.carats(mct) == shown


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "0.0009", "-1", "NaN", "1E+1000000", "1000.001", "1.5克", "1.5g", "1\x00"),
        *("1/2", "0.1234567891"),
    ],
)
def test_it_refuses_what_is_no_stone(text: str) -> None:
    with pytest.raises(BadMeasure, match=r"carats from 0\.001 to 1,000"):
        measures.read_carats(text)


@given(st.integers(1, measures.MOST_MCT))
def test_it_shows_the_two_decimals_unless_a_nine_follows(mct: int) -> None:
    hundredths, third = divmod(mct, 10)
    expected = hundredths + 1 if third == 9 else hundredths
    assert measures.carats(mct) == f"{expected // 100}.{expected % 100:02}"


@given(st.integers(1, measures.MOST_MCT))
def test_it_reads_every_stone_of_three_decimals(mct: int) -> None:
    assert measures.read_carats(f"{mct // 1_000}.{mct % 1_000:03}") == mct
