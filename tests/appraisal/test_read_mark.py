"""What a mark claims: standards.md 1.2. Only an assay is evidence."""

import pytest

from appraisal import marks
from appraisal.marks import Mark, PlatedMark


@pytest.mark.parametrize(
    ("text", "metal", "fineness"),
    [
        ("足金", "Au", 9_900),
        ("千足金", "Au", 9_990),
        ("999", "Au", 9_990),
        ("万足金", "Au", 9_999),
        ("9999", "Au", 9_999),
        ("Au999", "Au", 9_990),
        ("Au999.9", "Au", 9_999),
        ("G18K", "Au", 7_500),
        ("18K", "Au", 7_500),
        ("18 kt", "Au", 7_500),
        ("Au750", "Au", 7_500),
        ("750", "Au", 7_500),
        ("G14K", "Au", 5_850),
        ("22K", "Au", 9_160),
        ("9K", "Au", 3_750),
        ("Pt950", "Pt", 9_500),
        ("PT 950", "Pt", 9_500),
        ("Ｐｔ９００", "Pt", 9_000),
        ("Pd950", "Pd", 9_500),
        ("S925", "Ag", 9_250),
        ("Ag925", "Ag", 9_250),
        ("925", "Ag", 9_250),
        ("Silver", "Ag", 9_250),
        ("足铂", "Pt", 9_900),
        ("足钯", "Pd", 9_900),
        ("足银", "Ag", 9_900),
        ("S990", "Ag", 9_900),
    ],
)
def test_a_mark_claims_metal_and_fineness(text: str, metal: str, fineness: int) -> None:
    assert marks.read(text) == Mark(metal, fineness)  # type: ignore[arg-type]  # because: the signs are easier to read
    assert marks.read(text).is_known


@pytest.mark.parametrize("text", ["950", "900", "990", "850", "", "周大福", "585", "K", "S", "★"])
def test_what_may_be_several_metals_is_not_guessed(text: str) -> None:
    assert marks.read(text) == Mark()


@pytest.mark.parametrize("text", ["10K", "24K", "Pt123", "S1", "Au12"])
def test_a_fineness_that_no_standard_knows_is_not_guessed(text: str) -> None:
    assert not marks.read(text).is_known


@pytest.mark.parametrize(
    "text", ["18KGP", "18KGF", "HGE", "镀金", "包金", "14K GF", "18k-gp", "镀银", "18KRGP"]
)
def test_a_plated_mark_is_refused(text: str) -> None:
    assert marks.read(text).is_plated
    with pytest.raises(PlatedMark) as refused:
        marks.check_not_plated(text)
    assert refused.value.code == "plated"
