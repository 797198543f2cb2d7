"""Who guesses is slowed down; good scans go on, even from the same address."""

import secrets
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from inventory.ground import codes
from tests.cast import Shop
from warranty import throttle
from warranty.models import Card
from warranty.throttle import Budget, network_of


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def asked(address: str = "203.0.113.7", forwarded: str | None = None) -> bytes:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return network_of(RequestFactory(headers=headers).get("/w/", REMOTE_ADDR=address))


def guess(address: str = "203.0.113.7", **headers: str) -> Any:
    number = codes.card_number(f"{secrets.randbelow(10**18):018d}")
    return Client(headers={"accept-language": "en", **headers}).get(
        f"/w/{number}", REMOTE_ADDR=address
    )


def spend_all(budget: Budget, network: bytes = b"abc") -> int:
    return sum(budget.spend(network) for _ in range(throttle.PER_NETWORK * 2))


def test_it_allows_a_network_so_many_failures_in_a_window() -> None:
    clock = Clock()
    budget = Budget(clock)
    assert spend_all(budget) == throttle.PER_NETWORK
    assert spend_all(budget, b"xyz") == throttle.PER_NETWORK
    clock.now = throttle.WINDOW_SECONDS
    assert spend_all(budget) == throttle.PER_NETWORK


def test_it_allows_the_whole_site_so_many_failures_from_any_number_of_networks() -> None:
    budget = Budget(Clock())
    networks = [n.to_bytes(3, "big") for n in range(throttle.SITE_WIDE * 3)]
    assert sum(budget.spend(network) for network in networks) == throttle.SITE_WIDE
    assert len(budget._spent) == throttle.SITE_WIDE  # and so much memory, not more


def test_it_says_how_long_to_wait() -> None:
    clock = Clock()
    clock.now = throttle.WINDOW_SECONDS + 12.3
    assert Budget(clock).seconds_to_wait() == throttle.WINDOW_SECONDS - 12


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.200", True),  # one /24
        ("203.0.113.7", "203.0.114.7", False),
        ("2001:db8:1:2::7", "2001:db8:1:9::7", True),  # one /48
        ("2001:db8:1:2::7", "2001:db8:2:2::7", False),
        ("203.0.113.7", "::ffff:203.0.113.9", True),  # the same line in IPv6 clothes
    ],
)
def test_it_takes_neighbours_for_one_network(one: str, other: str, same: bool) -> None:
    assert (asked(one) == asked(other)) is same


def test_it_believes_no_header_without_a_proxy(settings: Any) -> None:
    settings.NUM_PROXIES = 0
    assert asked("203.0.113.7", forwarded="198.51.100.1") == asked("203.0.113.7")


def test_it_takes_what_the_outermost_proxy_saw(settings: Any) -> None:
    settings.NUM_PROXIES = 2
    seen = asked("10.0.0.1", forwarded="8.8.8.8, 198.51.100.1, 10.0.0.2")
    assert seen == asked("10.0.0.1", forwarded="forged, 9.9.9.9, 198.51.100.77, 10.0.0.2")
    settings.NUM_PROXIES = 0
    assert seen == asked("198.51.100.5")


def test_it_takes_the_nearest_address_when_a_proxy_was_passed_by(settings: Any) -> None:
    settings.NUM_PROXIES = 2
    assert asked("203.0.113.7", forwarded="198.51.100.1") == asked("203.0.113.7", None)


@pytest.mark.parametrize("address", ["", "unix:", "not an address", "1.2.3.4.5"])
def test_it_counts_unreadable_addresses_together(address: str) -> None:
    assert asked(address) == throttle.NO_NETWORK


def test_it_answers_a_guesser_429_while_good_scans_go_on(shop: Shop) -> None:
    shop.sell(shop.ring())
    number = Card.objects.get().number
    statuses = [guess().status_code for _ in range(throttle.PER_NETWORK + 5)]
    assert statuses == [200] * throttle.PER_NETWORK + [429] * 5
    response = Client().get(f"/w/{number}", REMOTE_ADDR="203.0.113.8")
    assert response.status_code == 200
    assert "18K金钻石戒指" in response.content.decode()


def test_it_asks_the_guesser_calmly_to_wait(db: None) -> None:
    spend_all(throttle.budget, asked())
    response = guess()
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= throttle.WINDOW_SECONDS
    assert "Please wait a moment" in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_it_is_not_escaped_by_a_forged_header(db: None, settings: Any) -> None:
    settings.NUM_PROXIES = 1
    forged = [f"198.51.{n}.1, 203.0.113.7" for n in range(throttle.PER_NETWORK + 3)]
    statuses = [guess("10.0.0.1", **{"X-Forwarded-For": told}).status_code for told in forged]
    assert statuses.count(429) == 3


def test_it_answers_a_guesser_with_one_question_to_the_database(db: None) -> None:
    spend_all(throttle.budget, asked())
    guess()
    with CaptureQueriesContext(connection) as queries:
        guess()
    assert len(queries) == 1


def test_it_does_not_fill_the_log_with_guesses(db: None, caplog: pytest.LogCaptureFixture) -> None:
    spend_all(throttle.budget, asked())
    assert guess().status_code == 429
    assert caplog.records == []


def test_it_does_not_count_mistyped_numbers(db: None) -> None:
    for _ in range(throttle.PER_NETWORK * 2):
        Client().get("/w/12345678901234567889", REMOTE_ADDR="203.0.113.7")
    assert guess().status_code == 200


def test_it_does_not_count_cards_that_are_no_longer_valid(shop: Shop) -> None:
    shop.sell(shop.ring())
    Card.objects.update(state="void")
    number = Card.objects.get().number
    for _ in range(throttle.PER_NETWORK * 2):
        Client().get(f"/w/{number}", REMOTE_ADDR="203.0.113.7")
    assert guess().status_code == 200
