"""A difference says its direction, in numbers, grams and money alike."""

from typing import Any

import pytest

from inventory.ground import measures


@pytest.mark.parametrize(("n", "shown"), [(2, "+2"), (-1, "−1"), (0, "0"), (1_234, "+1,234")])
def test_a_number_has_its_sign(n: int, shown: str) -> None:
    assert measures.signed(n) == shown


@pytest.mark.parametrize(
    ("mg", "shown"), [(10, "+0.01"), (-3_210, "−3.21"), (0, "0.00"), (1_234_560, "+1,234.56")]
)
def test_grams_have_their_sign(mg: int, shown: str) -> None:
    assert measures.signed_grams(mg) == shown


@pytest.mark.parametrize(
    ("cents", "shown"), [(1_000, "+¥10.00"), (-1_000, "−¥10.00"), (0, "¥0.00")]
)
def test_money_has_its_sign(cents: int, shown: str) -> None:
    assert measures.signed_yuan(cents) == shown


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ({"pieces": -1, "mg": -3_210}, "−1 piece · −3.21 g"),
        ({"pieces": 2}, "+2 pieces"),
        ({"mg": 10}, "+0.01 g"),
        ({"cents": -1_000}, "−¥10.00"),
        ({}, ""),
    ],
)
def test_only_what_differs_is_told(found: dict[str, Any], shown: str) -> None:
    assert measures.difference(**found) == shown
