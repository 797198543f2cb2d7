"""A machine that guesses card numbers finds none, is stopped, and spoils nobody's good scan."""

import secrets
from collections import Counter
from typing import Any

import pytest
from django.test import Client

from inventory.ground import codes
from tests.cast import Shop, card_of
from warranty import throttle
from warranty.throttle import Budget

ADDRESSES = 500
GUESSES = 2_000


@pytest.fixture
def card(shop: Shop, monkeypatch: pytest.MonkeyPatch, settings: Any) -> str:
    """Behind one proxy that we trust; the budget's clock stands still."""
    monkeypatch.setattr(throttle, "budget", Budget(clock=lambda: 0.0))
    settings.NUM_PROXIES = 1
    return card_of(shop.sell(shop.ring())).number


def look(number: str, address: str) -> int:
    headers = {"x-forwarded-for": address, "accept-language": "en"}
    return Client(headers=headers).get(f"/w/{number}").status_code


def address(turn: int) -> str:
    return f"198.{turn % ADDRESSES // 250 + 18}.{turn % 250}.7"


@pytest.mark.parametrize("order", ["random", "sequential"])
def test_guesses_from_many_addresses_find_nothing_and_are_stopped(card: str, order: str) -> None:
    first = int(card[:18])
    answers: Counter[int] = Counter()
    good = []
    for turn in range(GUESSES):
        body = first + 1 + turn if order == "sequential" else secrets.randbelow(10**18)
        answers[look(codes.card_number(f"{body % 10**18:018d}"), address(turn))] += 1
        if turn % 20 == 0:
            good.append(look(card, address(turn)))
    # 200 says "no card with this number"; nothing beyond the budget was even answered so
    assert answers == {200: throttle.SITE_WIDE, 429: GUESSES - throttle.SITE_WIDE}
    assert set(good) == {200}


def test_one_network_is_stopped_long_before_the_site(card: str) -> None:
    told = Counter(
        look(codes.card_number(f"{secrets.randbelow(10**18):018d}"), f"203.0.113.{turn % 256}")
        for turn in range(100)
    )
    assert told == {200: throttle.PER_NETWORK, 429: 100 - throttle.PER_NETWORK}
    assert look(card, "203.0.113.9") == 200


def test_a_header_of_the_guessers_own_changes_nothing(card: str) -> None:
    """What stands left of our proxy's word is the client's own invention."""
    told = Counter(
        look(codes.card_number(f"{secrets.randbelow(10**18):018d}"), f"10.{turn}.0.1, 203.0.113.9")
        for turn in range(50)
    )
    assert told == {200: throttle.PER_NETWORK, 429: 50 - throttle.PER_NETWORK}


def test_a_piece_or_sale_number_opens_no_public_page(card: str, shop: Shop) -> None:
    piece = shop.piece()
    for number in (piece.number, piece.number * 2, card[:-1], f"{card}0"):
        page = Client().get(f"/w/{number}", REMOTE_ADDR="203.0.113.7")
        assert piece.name not in page.content.decode()
