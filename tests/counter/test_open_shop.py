"""A shop without the demo: one command, then the first sign-in and the first sale."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from counter import api_clients, clerks
from counter.models import Clerk, Tender
from inventory.ground import settings_rows
from inventory.models import Place, PlaceKind, Store
from tests.cast import Shop
from warranty.models import Plan


@pytest.mark.django_db
def test_it_opens_an_empty_house(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("open_shop", "S01", "国贸店", "--counters", "A=3,B=2", "--kind", "mall")
    told = dict(re.findall(r"(\w+)  password (\S+)", capsys.readouterr().out))
    assert set(told) == {"head", "manager"}
    store = Store.objects.get(code="S01")
    assert store.places.filter(kind=PlaceKind.TRAY).count() == 5
    assert Place.objects.filter(store=store, kind=PlaceKind.SAFE).exists()
    assert settings_rows.value(store, "bundle") == "mall"
    assert Tender.objects.exists()
    assert Plan.objects.exists()
    for username, password in told.items():
        answer = Client().post("/sign-in/", {"username": username, "password": password})
        assert answer.status_code == 302
    call_command("verify_books", "--full")


def test_it_opens_a_second_store_under_the_same_head_office(shop: Shop) -> None:
    call_command("open_shop", "S09", "外滩店", "--manager", "wu", verbosity=0)
    assert Clerk.objects.get(user__username="wu").store.code == "S09"
    assert Store.objects.filter(code="HQ").count() == 1


def test_it_opens_nothing_under_a_code_that_is_taken(shop: Shop) -> None:
    with pytest.raises(CommandError):
        call_command("open_shop", "S01", "国贸店", "--manager", "wu")
    assert not Clerk.objects.filter(user__username="wu").exists()


def test_somebody_who_forgot_the_pin_gets_a_new_one(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("new_pin", "lin")
    pin = capsys.readouterr().out.split()[-1]
    clerks.check_pin(user=shop.lin, pin=pin, purpose="test")
    with pytest.raises(CommandError):
        call_command("new_pin", "nobody")


def test_a_revoked_key_opens_nothing(shop: Shop) -> None:
    client = api_clients.register(name="mirror", scopes=["stores:read"], stores=[shop.s01])
    key = api_clients.issue_key(client)
    assert api_clients.user_behind(f"Bearer {key}").is_authenticated
    call_command("revoke_key", key.split("_")[1], verbosity=0)
    assert not api_clients.user_behind(f"Bearer {key}").is_authenticated
    with pytest.raises(CommandError):
        call_command("revoke_key", key.split("_")[1])
