"""A password is what was typed, letter by letter, for as long as its owner wants it."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.cast import PASSWORD, Shop

PASSWORDS = (
    "only lower case letters",
    "  spaces at both ends  ",
    "密码也可以是汉字的",
    "~!@#$%^&*()_+{}|:<>?",
    "x" * 128,
)


def sign_in(password: str) -> int:
    form = {"username": "lin", "password": password}
    return Client(REMOTE_ADDR="127.0.0.20").post("/sign-in/", form).status_code


@pytest.mark.parametrize("password", PASSWORDS)
def test_it_takes_a_password_of_any_letters_and_length(shop: Shop, password: str) -> None:
    shop.lin.set_password(password)
    shop.lin.save()
    assert sign_in(password) == 302


@pytest.mark.parametrize(
    "typed", [PASSWORD.upper(), PASSWORD[:-1], f" {PASSWORD}", f"{PASSWORD} ", PASSWORD + "x"]
)
def test_it_takes_no_other_spelling(shop: Shop, typed: str) -> None:
    assert sign_in(typed) == 422


def test_it_is_good_for_as_long_as_its_owner_wants(shop: Shop) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=800)):
        assert sign_in(PASSWORD) == 302


def test_its_field_hides_it_and_lets_a_password_manager_fill_it(shop: Shop) -> None:
    page = Client().get("/sign-in/").content.decode()
    field = page[page.index('id="id_password"') :].partition(">")[0]
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert "onpaste" not in page
