"""A bank card number does not belong into a note."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.ground import codes


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111111",
        "card 4111 1111 1111 1111 thanks",
        "4111-1111-1111-1111",
        "卡号：４１１１１１１１１１１１１１１１",
        "378282246310005",  # 15 digits
        "4222222222222",  # 13
        "6304000000000000018",  # 19
        "13800138000 4111111111111111",  # behind a telephone number
        "到账4111111111111111，谢谢",
    ],
)
def test_it_finds_a_bank_card(text: str) -> None:
    assert codes.looks_like_bank_card(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ring size 14 to 15",
        "4111111111111112",  # fails Luhn
        "411111111111",  # 12 digits
        "13800138000",
        "1234 5678 94",
        "12345678901234567888",
        "1234 5678 9012 3456 7888",
        "84017392056612843707",
        "4111/1111/1111/1111",
        "4111\n1111\n1111\n1111",
    ],
)
def test_it_leaves_other_numbers_alone(text: str) -> None:
    assert not codes.looks_like_bank_card(text)


@given(st.from_regex(r"[0-9]{18}", fullmatch=True))
def test_it_never_takes_our_card_for_a_bank_card(digits: str) -> None:
    number = codes.card_number(digits)
    assert not codes.looks_like_bank_card(number)
    assert not codes.looks_like_bank_card(codes.group_card(number))
