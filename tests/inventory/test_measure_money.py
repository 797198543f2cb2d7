"""Money: rounding once per line, reading what was typed, showing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.ground import amounts, measures
from inventory.ground.measures import BadMeasure


@pytest.mark.parametrize(
    ("weight_mg", "cents_per_gram", "cents"),
    [
        (8_720, 72_800, 634_816),  # the worked line: 8.72 g at ¥728.00
        (8_720, 3_000, 26_160),  # and its labour at ¥30.00 a gram
        (1, 499, 0),
        (1, 500, 1),
        (1_235, 1_000, 1_235),
        (12_345, 100, 1_235),  # 12.345 yuan
        (0, 117_700, 0),
        (5_000_000, 10**10, 5 * 10**13),
    ],
)
def test_it_prices_a_weight_and_rounds_half_a_cent_up(
    weight_mg: int, cents_per_gram: int, cents: int
) -> None:
    assert amounts.metal_cents(weight_mg=weight_mg, cents_per_gram=cents_per_gram) == cents


@given(weight_mg=st.integers(0, 5_000_000), cents_per_gram=st.integers(0, 10**7))
def test_it_is_never_more_than_half_a_cent_away(weight_mg: int, cents_per_gram: int) -> None:
    cents = amounts.metal_cents(weight_mg=weight_mg, cents_per_gram=cents_per_gram)
    assert -500 < cents * 1_000 - weight_mg * cents_per_gram <= 500


@given(weight_mg=st.integers(0, 5_000_000), cents_per_gram=st.integers(0, 10**7))
def test_it_takes_back_exactly_what_was_sold(weight_mg: int, cents_per_gram: int) -> None:
    sold = amounts.metal_cents(weight_mg=weight_mg, cents_per_gram=cents_per_gram)
    assert amounts.metal_cents(weight_mg=-weight_mg, cents_per_gram=cents_per_gram) == -sold


@pytest.mark.parametrize(
    ("total_cents", "weight_mg", "cents"),
    [
        (1_460_000, 8_350, 174_850),  # published: ¥14,600 for 8.35 g
        (250_000, 1_390, 179_856),  # published: ¥2,500 for 1.39 g
        (660_976, 8_720, 75_800),
    ],
)
def test_it_tells_what_a_gram_of_a_fixed_price_costs(
    total_cents: int, weight_mg: int, cents: int
) -> None:
    assert amounts.per_gram_cents(total_cents=total_cents, weight_mg=weight_mg) == cents


@pytest.mark.parametrize(
    ("cents", "bp", "part"),
    [(634_816, 800, 50_785), (100, 50, 1), (99, 50, 0), (-100, 50, -1), (634_816, 10_000, 634_816)],
)
def test_it_takes_a_share_in_basis_points(cents: int, bp: int, part: int) -> None:
    assert amounts.share(cents=cents, bp=bp) == part


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("98", 9_800),
        ("98.5", 9_850),
        ("¥12,345.60", 1_234_560),
        ("￥１２，３４５．６０", 1_234_560),
        (" ¥ 0.01 ", 1),
        ("12345.60元", 1_234_560),
        ("0", 0),
        ("0012.30", 1_230),
        ("100,000,000.00", 10**10),
    ],
)
def test_it_reads_an_amount(text: str, cents: int) -> None:
    assert measures.read_yuan(text) == cents


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "¥", ".", "1.", ".5", "NaN", "inf", "1E+1000000", "1e3", "0x10", "-1", "−1"),
        *("+1", "12.345", "1.000", "1,2", "12,34", "1,2345", ",123", "1.2.3", "1 2", "1_000"),
        *("12\x00", "\x0012", "1²", "①", "٣", "𝟏", "9" * 16, "9" * 5_000, "100,000,000.01", "$5"),
    ],
)
def test_it_refuses_what_is_no_amount(text: str) -> None:
    with pytest.raises(BadMeasure, match=r"from ¥0\.00 to ¥100,000,000\.00, with at most two dec"):
        measures.read_yuan(text)


def test_it_keeps_an_amount_within_the_bounds_of_the_field() -> None:
    assert measures.read_yuan("5", at_least_cents=500, at_most_cents=500) == 500
    for text in ("4.99", "5.01"):
        with pytest.raises(BadMeasure, match=r"from ¥5\.00 to ¥5\.00") as refusal:
            measures.read_yuan(text, at_least_cents=500, at_most_cents=500)
        assert (refusal.value.code, refusal.value.status) == ("bad_measure", 422)


@pytest.mark.parametrize(
    ("cents", "shown", "plain"),
    [
        (1_234_560, "¥12,345.60", "12345.60"),
        (5, "¥0.05", "0.05"),
        (0, "¥0.00", "0.00"),
        (-1_234_560, "−¥12,345.60", "-12345.60"),
        (10**12, "¥10,000,000,000.00", "10000000000.00"),
    ],
)
def test_it_shows_an_amount(cents: int, shown: str, plain: str) -> None:
    assert measures.yuan(cents) == shown
    assert measures.plain_yuan(cents) == plain


@given(st.integers(0, measures.MOST_CENTS))
def test_it_reads_every_amount_it_shows(cents: int) -> None:
    assert measures.read_yuan(measures.yuan(cents)) == cents
    assert measures.read_yuan(measures.plain_yuan(cents)) == cents


@given(st.text(max_size=30))
def test_it_answers_any_text_with_cents_or_a_refusal(text: str) -> None:
    try:
        cents = measures.read_yuan(text)
    except BadMeasure:
        return
    assert 0 <= cents <= measures.MOST_CENTS
