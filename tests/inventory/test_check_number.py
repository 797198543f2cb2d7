"""Card numbers and piece numbers: their check digits notice what hands and scanners do wrong."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.ground import codes

digits9 = st.from_regex(r"[0-9]{9}", fullmatch=True).filter(lambda text: text != "0" * 9)
digits18 = st.from_regex(r"[0-9]{18}", fullmatch=True)


@pytest.mark.parametrize(
    ("digits", "check"),
    [
        ("123456789012345678", "88"),
        ("840173920566128437", "07"),
        ("314159265358979323", "17"),
        ("271828182845904523", "48"),
        ("000000000000000001", "95"),
        ("000000000000000000", "98"),
        ("999999999999999999", "28"),
        ("840173920566128083", "02"),
    ],
)
def test_it_computes_the_check_digits_of_a_card(digits: str, check: str) -> None:
    assert codes.card_number(digits) == digits + check
    assert codes.is_card_number(digits + check)


@pytest.mark.parametrize(
    ("digits", "check"),
    [
        ("123456789", "4"),
        ("000000001", "3"),
        ("100000001", "8"),
        ("987654321", "5"),
        ("690123456", "3"),
        ("999999999", "0"),
        ("100000000", "5"),
        ("100002878", "3"),
    ],
)
def test_it_computes_the_check_digit_of_a_piece(digits: str, check: str) -> None:
    assert codes.piece_number(digits) == digits + check
    assert codes.is_piece_number(digits + check)


@pytest.mark.parametrize(
    "number",
    [
        "84017392056612843770",  # check digits swapped
        "84017392056612834707",  # a swap inside
        "84017392056612843706",
        "48017392056612843707",
        "8401739205661284370",  # 19 digits
        "840173920566128437070",
        "",
        "８４０１７３９２０５６６１２８４３７０７",
        "٨٤٠١٧٣٩٢٠٥٦٦١٢٨٤٣٧٠٧",
        "84017392056612843707\n",
        "８４０１７３９２０５６６１２８４３７07",
        "ABCDEFGHIJKLMNOPQRST",
    ],
)
def test_it_refuses_a_wrong_card_number(number: str) -> None:
    assert not codes.is_card_number(number)


@pytest.mark.parametrize(
    "number",
    [
        *("1234567849", "2134567894", "1234567893", "0000000031"),
        *("0000000000", "", "123456789", "12345678940", "1234567894\n", "１２３４５６７８９４"),
        *("１２３４５６７８９4", "ABCDEFGHIJ"),
    ],
)
def test_it_refuses_a_wrong_piece_number(number: str) -> None:
    assert not codes.is_piece_number(number)


@pytest.mark.parametrize(
    ("digits", "right", "alias"),
    [
        ("840173920566128083", "02", "99"),
        ("840173920566128019", "97", "00"),
        ("840173920566128051", "98", "01"),
    ],
)
def test_it_lets_no_alias_of_the_check_digits_pass(digits: str, right: str, alias: str) -> None:
    assert int(digits + alias) % 97 == int(digits + right) % 97 == 1
    assert codes.is_card_number(digits + right)
    assert not codes.is_card_number(digits + alias)


@given(digits18, st.integers(0, 19), st.integers(1, 9))
def test_it_notices_every_wrong_digit_of_a_card(digits: str, place: int, step: int) -> None:
    assert not codes.is_card_number(_with_wrong_digit(codes.card_number(digits), place, step))


@given(digits9, st.integers(0, 9), st.integers(1, 9))
def test_it_notices_every_wrong_digit_of_a_piece(digits: str, place: int, step: int) -> None:
    assert not codes.is_piece_number(_with_wrong_digit(codes.piece_number(digits), place, step))


@given(digits18)
def test_it_notices_every_swap_of_two_neighbours_in_a_card(digits: str) -> None:
    number = codes.card_number(digits)
    assert not any(codes.is_card_number(swapped) for swapped in _swaps(number))


@given(digits9)
def test_it_notices_every_swap_of_two_neighbours_in_a_piece(digits: str) -> None:
    number = codes.piece_number(digits)
    assert not any(codes.is_piece_number(swapped) for swapped in _swaps(number))


def test_it_draws_card_numbers_that_are_sound_and_all_different() -> None:
    numbers = {codes.new_card_number() for _ in range(500)}
    assert len(numbers) == 500
    assert all(codes.is_card_number(number) for number in numbers)
    assert len({number[0] for number in numbers}) == 10  # leading zeros count


def test_it_groups_numbers_as_they_are_printed() -> None:
    assert codes.group_card("12345678901234567888") == "1234 5678 9012 3456 7888"
    assert codes.group_piece("1234567894") == "1234 5678 94"


@given(digits18)
def test_it_reads_every_card_number_it_groups(digits: str) -> None:
    grouped = codes.group_card(codes.card_number(digits))
    assert re.fullmatch("([0-9]{4} ){4}[0-9]{4}", grouped)
    assert codes.read(grouped).value == codes.card_number(digits)


def _with_wrong_digit(number: str, place: int, step: int) -> str:
    wrong = str((int(number[place]) + step) % 10)
    return number[:place] + wrong + number[place + 1 :]


def _swaps(number: str) -> list[str]:
    """The number with each pair of unlike neighbours swapped."""
    return [
        number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        for at in range(len(number) - 1)
        if number[at] != number[at + 1]
    ]
