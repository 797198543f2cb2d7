"""Density in water against the tables of standards.md 3.2."""

import pytest

from appraisal import density
from appraisal.density import Density


@pytest.mark.parametrize(
    ("celsius", "millionths"),
    [
        (10, 999_703),
        (12, 999_500),
        (14, 999_247),
        (15, 999_103),
        (17, 998_778),
        (19, 998_408),
        (20, 998_207),
        (22, 997_773),
        (24, 997_299),
        (25, 997_047),
        (27, 996_515),
        (29, 995_946),
        (30, 995_649),
        (32, 995_027),
        (35, 994_033),
    ],
)
def test_water_is_as_dense_as_in_tanakas_table(celsius: int, millionths: int) -> None:
    assert round(density.water_density(celsius * 10) * 1_000_000) == millionths


@pytest.mark.parametrize(
    ("air_mg", "water_mg", "celsius", "found"),
    [
        (20_000, 18_965, 20, 19_267),
        (5_000, 4_678, 22, 15_476),
        (10_000, 9_238, 25, 13_070),
        (8_000, 7_628, 20, 21_442),
    ],
)
def test_a_piece_has_the_density_of_the_vectors(
    air_mg: int, water_mg: int, celsius: int, found: int
) -> None:
    measured = density.measure(
        air_mg=air_mg, water_mg=water_mg, decidegrees=celsius * 10, step_mg=1
    )
    assert measured.value == found


@pytest.mark.parametrize(
    ("air_mg", "displaced_mg", "step_mg", "hundredths_of_a_percent"),
    [(5_000, 259, 10, 315), (5_000, 259, 1, 32), (20_000, 1_036, 10, 79)],
)
def test_the_step_of_the_scale_makes_it_so_uncertain(
    air_mg: int, displaced_mg: int, step_mg: int, hundredths_of_a_percent: int
) -> None:
    found = density.measure(
        air_mg=air_mg, water_mg=air_mg - displaced_mg, decidegrees=200, step_mg=step_mg
    )
    assert round(found.uncertainty * 10_000 / found.value) == hundredths_of_a_percent


@pytest.mark.parametrize(("air_mg", "water_mg"), [(5_000, 5_000), (5_000, 5_001), (5_000, -1)])
def test_it_weighs_less_in_water(air_mg: int, water_mg: int) -> None:
    with pytest.raises(ValueError, match="less in water"):
        density.measure(air_mg=air_mg, water_mg=water_mg, decidegrees=200, step_mg=10)


@pytest.mark.parametrize(
    ("metal", "grade", "uncertainty", "tells"),
    [
        ("Au", 9_900, 600, True),  # half of the 1,200 between fine gold and 22K
        ("Au", 9_900, 601, False),
        ("Au", 7_500, 25, True),  # half of the 50 between 18K and 14K
        ("Au", 7_500, 26, False),
        ("Pt", 9_500, 225, True),
        ("Pt", 9_500, 226, False),
        ("Pd", 9_500, 0, False),  # no band is known
    ],
)
def test_it_tells_only_where_it_is_finer_than_half_the_gap(
    metal: str, grade: int, uncertainty: int, tells: bool
) -> None:
    found = Density(value=19_000, uncertainty=uncertainty)
    assert density.can_tell(found=found, metal=metal, grade=grade) is tells


# standards.md 3.2: ideal mixes, and the bands of the trade
@pytest.mark.parametrize(
    ("metal", "grade", "value"),
    [
        ("Au", 9_900, 19_300),
        ("Au", 9_900, 19_130),
        ("Au", 9_160, 17_820),
        ("Au", 7_500, 15_460),
        ("Au", 7_500, 15_150),
        ("Au", 7_500, 16_430),
        ("Au", 7_500, 14_660),
        ("Au", 5_850, 13_660),
        ("Au", 3_750, 11_890),
        ("Pt", 9_500, 20_040),
        ("Pt", 9_500, 20_700),
        ("Ag", 9_250, 10_300),
    ],
)
def test_an_honest_alloy_lies_in_its_band(metal: str, grade: int, value: int) -> None:
    assert density.agrees(found=Density(value=value, uncertainty=0), metal=metal, grade=grade)


def test_another_alloy_lies_outside_of_the_band() -> None:
    assert not density.agrees(found=Density(value=17_820, uncertainty=0), metal="Au", grade=9_900)


@pytest.mark.parametrize("value", [19_310, 19_250])
def test_a_core_of_tungsten_cannot_be_told_from_gold(value: int) -> None:
    """Known and told: that is why a reading with tungsten is never settled by density."""
    assert density.agrees(found=Density(value=value, uncertainty=0), metal="Au", grade=9_900)
