"""Signing in by password, changing the clerk by PIN, and what stops a guesser."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from counter import clerks
from counter.models import Clerk, PinTry
from tests.cast import PASSWORD, PINS, Shop


def test_it_signs_in_and_leads_to_today(shop: Shop) -> None:
    client = Client()
    answer = client.post("/sign-in/", {"username": "lin", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/today/")


def test_it_says_the_same_to_a_wrong_name_and_a_wrong_password(shop: Shop) -> None:
    told = set()
    for username in ("lin", "nobody"):
        answer = Client().post("/sign-in/", {"username": username, "password": "wrong"})
        assert answer.status_code == 422
        told.add(str(answer.context["form"].non_field_errors()))
    assert len(told) == 1


def test_it_makes_a_guesser_wait_and_not_the_colleague(shop: Shop) -> None:
    guesser = Client(REMOTE_ADDR="127.0.0.9")
    for _ in range(5):
        answer = guesser.post("/sign-in/", {"username": "lin", "password": "wrong"})
    assert answer.status_code == 429
    right = {"username": "lin", "password": PASSWORD}
    assert guesser.post("/sign-in/", right).status_code == 429
    assert Client(REMOTE_ADDR="127.0.0.10").post("/sign-in/", right).status_code == 302


def test_it_leads_nowhere_outside(shop: Shop) -> None:
    form = {"username": "lin", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert Client().post("/sign-in/", form).headers["Location"] == "/today/"


def test_another_clerk_takes_the_tablet_by_pin(shop: Shop) -> None:
    client = shop.client(shop.lin)
    answer = client.post("/switch/", {"username": "zhao", "pin": PINS["zhao"]})
    assert answer.status_code == 302
    assert client.get("/today/").wsgi_request.user == shop.zhao
    assert client.session["counter"] == shop.a.pk


def test_it_refuses_a_wrong_pin_and_keeps_the_try(shop: Shop) -> None:
    client = shop.client(shop.lin)
    answer = client.post("/switch/", {"username": "zhao", "pin": "000000"})
    assert answer.headers["X-Refusal"] == "pin_wrong"
    assert PinTry.objects.filter(user=shop.zhao, right=False).count() == 1


def test_it_knows_only_the_people_of_this_store(shop: Shop) -> None:
    client = shop.client(shop.lin)
    assert client.post("/switch/", {"username": "sun", "pin": PINS["sun"]}).status_code == 404


def test_five_wrong_pins_wait_five_minutes_and_ten_ask_for_the_password(shop: Shop) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(5):
            with pytest.raises(clerks.PinWrong):
                clerks.check_pin(user=shop.zhao, pin="000001", purpose="test")
        with pytest.raises(clerks.PinLocked):
            clerks.check_pin(user=shop.zhao, pin=PINS["zhao"], purpose="test")
        for _ in range(5):
            clock.shift(timedelta(minutes=6))
            with pytest.raises(clerks.PinWrong):
                clerks.check_pin(user=shop.zhao, pin="000001", purpose="test")
        clock.shift(timedelta(minutes=6))
        with pytest.raises(clerks.PasswordNeeded):
            clerks.check_pin(user=shop.zhao, pin=PINS["zhao"], purpose="test")
        clerks.forgive_pins(shop.zhao)
        clerks.check_pin(user=shop.zhao, pin=PINS["zhao"], purpose="test")


@pytest.mark.parametrize("pin", ["12345", "1234567", "111111", "12345a", "１２３４５６"])
def test_it_refuses_a_pin_that_is_none(shop: Shop, pin: str) -> None:
    with pytest.raises(clerks.BadPin):
        clerks.set_pin(clerk=Clerk.objects.get(user=shop.lin), pin=pin)


@pytest.mark.slow_hashing
def test_it_keeps_pins_as_argon2(shop: Shop) -> None:
    clerk = Clerk.objects.get(user=shop.lin)
    clerks.set_pin(clerk=clerk, pin="120934")
    clerk.refresh_from_db()
    assert clerk.pin.startswith("argon2")
    clerks.check_pin(user=shop.lin, pin="120934", purpose="test")
