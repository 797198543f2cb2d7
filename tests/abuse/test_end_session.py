"""Who left, signed out or lost a right opens nothing with what the browser still has."""

from datetime import timedelta

import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from counter import api_clients, approving
from counter.models import ApiClient, ApiKey, Clerk, Role
from inventory import places
from inventory.ground import approvals
from inventory.ground.approvals import Ask
from inventory.models import Approval
from tests.cast import PASSWORD, PINS, Shop
from tests.programs import Program

SESSION = "counter_session"


def signed_in(name: str = "lin") -> Client:
    client = Client()
    assert client.post("/sign-in/", {"username": name, "password": PASSWORD}).status_code == 302
    return client


def test_a_stolen_session_ends_when_its_owner_signs_out(shop: Shop) -> None:
    owner, thief = signed_in(), Client()
    thief.cookies[SESSION] = owner.cookies[SESSION].value
    assert thief.get("/today/").status_code == 200
    owner.post("/sign-out/")
    assert thief.get("/today/").status_code == 302


def test_signing_out_leaves_nothing_of_the_last_person_in_the_browser(shop: Shop) -> None:
    answer = signed_in().post("/sign-out/")
    assert answer.headers["Clear-Site-Data"] == '"storage"'  # pages are never in the cache
    assert answer.cookies[SESSION]["max-age"] == 0


def test_signing_in_takes_no_session_that_was_there_before(shop: Shop) -> None:
    client = Client()
    client.cookies[SESSION] = "x" * 32
    client.post("/sign-in/", {"username": "lin", "password": PASSWORD})
    first = client.cookies[SESSION].value
    assert first != "x" * 32
    client.post("/switch/", {"username": "zhao", "pin": PINS["zhao"]})
    assert client.cookies[SESSION].value not in {first, ""}


def test_a_person_who_left_is_out_at_once(shop: Shop) -> None:
    client = signed_in()
    User.objects.filter(pk=shop.lin.pk).update(is_active=False)
    assert client.get("/today/").status_code == 302
    form = {"username": "lin", "password": PASSWORD}
    assert Client().post("/sign-in/", form).status_code == 422
    other = shop.client(shop.zhao)
    assert other.post("/switch/", {"username": "lin", "pin": PINS["lin"]}).status_code == 404


def test_a_new_password_ends_every_session_of_the_person(shop: Shop) -> None:
    client = signed_in()
    shop.lin.set_password("another one of 26 letters")
    shop.lin.save(update_fields=["password"])
    assert client.get("/today/").status_code == 302


def test_a_role_that_was_taken_away_is_gone_with_the_next_request(shop: Shop) -> None:
    client = signed_in("wang")
    assert client.get("/prices/set/").status_code == 200
    Clerk.objects.filter(user=shop.wang).update(role=Role.CASHIER)
    assert client.get("/prices/set/").status_code == 403


def test_a_key_loses_scope_store_and_life_with_the_next_request(shop: Shop) -> None:
    client = api_clients.register(name="p", scopes=["pieces:read"], stores=[shop.s01])
    program = Program(f"Bearer {api_clients.issue_key(client)}")
    piece = shop.piece()
    assert program.get(f"/pieces/{piece.number}").status_code == 200
    shop.s01.people.remove(client.user)
    assert program.get(f"/pieces/{piece.number}").status_code == 404
    places.join(store=shop.s01, user=client.user)
    ApiClient.objects.filter(pk=client.pk).update(scopes=[])
    assert program.get(f"/pieces/{piece.number}").status_code == 403
    ApiClient.objects.filter(pk=client.pk).update(expires_at=timezone.now())
    assert program.get(f"/pieces/{piece.number}").status_code == 401
    ApiClient.objects.filter(pk=client.pk).update(expires_at=None)
    assert program.get(f"/pieces/{piece.number}").status_code == 403
    api_clients.revoke(ApiKey.objects.get(client=client))
    assert program.get(f"/pieces/{piece.number}").status_code == 401


def test_a_key_of_a_program_that_was_switched_off_opens_nothing(shop: Shop) -> None:
    client = api_clients.register(name="p", scopes=["stores:read"], stores=[shop.s01])
    program = Program(f"Bearer {api_clients.issue_key(client)}")
    assert program.get("/stores").status_code == 200
    User.objects.filter(pk=client.user.pk).update(is_active=False)
    assert program.get("/stores").status_code == 401


def test_a_new_key_lives_beside_the_old_one_until_that_is_revoked(shop: Shop) -> None:
    client = api_clients.register(name="p", scopes=["stores:read"], stores=[shop.s01])
    old, new = (Program(f"Bearer {api_clients.issue_key(client)}") for _ in range(2))
    assert (old.get("/stores").status_code, new.get("/stores").status_code) == (200, 200)
    api_clients.revoke(ApiKey.objects.order_by("pk")[0])
    assert (old.get("/stores").status_code, new.get("/stores").status_code) == (401, 200)


def test_a_session_ends_after_one_long_day(shop: Shop) -> None:
    client = signed_in()
    cookie = client.cookies[SESSION]
    assert int(cookie["max-age"]) <= 14 * 60 * 60


def test_a_sessions_name_cannot_be_guessed(shop: Shop) -> None:
    names = {signed_in().cookies[SESSION].value for _ in range(5)}
    assert len(names) == 5
    # 32 signs out of 36 are 165 bits
    assert all(len(name) == 32 and name.isalnum() and name.islower() for name in names)


def test_every_page_of_a_person_leads_to_signing_out(shop: Shop) -> None:
    client = shop.client(shop.wang)
    for path in ("/today/", "/sell/", "/pieces/", "/sales/", "/cards/", "/shifts/", "/prices/"):
        assert 'action="/sign-out/"' in client.get(path).content.decode(), path


def test_an_ask_past_its_time_is_refused(shop: Shop) -> None:
    ask = Ask("void_sale", "S01", "S01-S260602-0001", {"total_cents": 1}, "Void", "agree_void")
    form = {"ask": approving.seal(ask), "approver": "chen", "again_path": "/today/"}
    with time_machine.travel(timezone.now() + approvals.VALID_FOR + timedelta(seconds=2)):
        late = shop.client().post("/approvals/", {**form, "pin": PINS["chen"]})
    assert late.headers["X-Refusal"] == "ask_expired"
    altered = {**form, "ask": form["ask"][:-1] + "x", "pin": PINS["chen"]}
    assert shop.client().post("/approvals/", altered).headers["X-Refusal"] == "ask_expired"
    assert not Approval.objects.exists()
