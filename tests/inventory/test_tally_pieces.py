"""Pieces are counted over everything, grams only within one metal and fineness class."""

from hypothesis import given
from hypothesis import strategies as st

from inventory.ground import measures
from inventory.ground.measures import Metal, MetalClass, Tally


def test_it_never_adds_grams_of_two_classes() -> None:
    tally = Tally()
    tally.add(metal="Au", fineness=7_500, net_mg=9_100, pieces=4)
    tally.add(metal="Au", fineness=9_900, net_mg=60_000, pieces=13)
    tally.add(metal="Au", fineness=9_999, net_mg=8_410)
    assert tally.pieces == 18
    assert tally.classes == [
        (MetalClass(Metal.GOLD, 9_900), 14, 68_410),
        (MetalClass(Metal.GOLD, 7_500), 4, 9_100),
    ]
    assert tally.line == "18 pieces · Fine gold 68.41 g · 18K gold 9.10 g"


def test_it_keeps_metals_of_the_same_fineness_apart() -> None:
    tally = Tally()
    tally.add(metal="Pd", fineness=9_500, net_mg=1_000)
    tally.add(metal="Pt", fineness=9_500, net_mg=2_000)
    assert tally.line == "2 pieces · Pt950 2.00 g · Pd950 1.00 g"


def test_it_counts_one_piece_in_the_singular() -> None:
    tally = Tally()
    tally.add(metal="Ag", fineness=9_250, net_mg=2_590)
    assert tally.line == "1 piece · Silver 925 2.59 g"


def test_it_counts_nothing() -> None:
    assert Tally().line == "0 pieces"
    assert Tally().classes == []


def test_it_shows_a_difference_with_a_true_minus_sign() -> None:
    tally = Tally()
    tally.add(metal="Au", fineness=9_990, net_mg=-3_210, pieces=-2)
    assert tally.line == "−2 pieces · Fine gold −3.21 g"
    assert measures.count(1_234) == "1,234 pieces"


def test_it_compares_what_was_expected_with_what_was_counted() -> None:
    expected, counted = Tally(), Tally()
    expected.add(metal="Au", fineness=9_990, net_mg=3_000, pieces=2)
    counted.add(metal="Au", fineness=9_999, net_mg=1_000)
    assert expected != counted
    counted.add(metal="Au", fineness=9_900, net_mg=2_000)
    assert expected == counted


@given(
    st.lists(
        st.tuples(st.sampled_from(Metal), st.integers(1, 10_000), st.integers(1, 5_000_000)),
        max_size=30,
    )
)
def test_it_loses_no_piece_and_no_milligram(rows: list[tuple[Metal, int, int]]) -> None:
    tally = Tally()
    for metal, fineness, net_mg in rows:
        tally.add(metal=metal, fineness=fineness, net_mg=net_mg)
    assert tally.pieces == sum(total.pieces for total in tally.classes) == len(rows)
    for metal in Metal:
        of_metal = [total.mg for total in tally.classes if total.metal_class.metal is metal]
        assert sum(of_metal) == sum(mg for each, _fineness, mg in rows if each is metal)
