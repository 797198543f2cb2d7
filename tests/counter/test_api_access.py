"""Who gets in: a live key, the scope of the operation, and only the rows of the key's stores."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from counter import api_clients
from counter.api import api
from counter.models import ApiClient, ApiKey
from inventory import places
from inventory.ground import scopes
from tests.cast import COST_CENTS, Shop, card_of
from tests.programs import EVERYTHING, Program, contract, register

LISTS = ("/places", "/pieces", "/sales", "/payments", "/changes")


def refusal(answer: Any) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    return answer.status_code, answer.json()["code"]


def test_it_lets_a_live_key_in(shop: Shop) -> None:
    assert register("stores:read", stores=[shop.s01]).get("/stores").status_code == 200


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer jw_", "Bearer jw_0123456789_nothing", "Basic bGluOmRlbW8=", "jw_a_b"],
)
def test_it_refuses_who_has_no_key(shop: Shop, authorization: str) -> None:
    answer = Program(authorization).get("/stores")
    assert refusal(answer) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_it_refuses_the_prefix_of_one_key_with_the_secret_of_another(shop: Shop) -> None:
    client = api_clients.register(name="partner", scopes=["stores:read"])
    first, second = api_clients.issue_key(client), api_clients.issue_key(client)
    mixed = "_".join([*first.split("_", 2)[:2], second.split("_", 2)[2]])
    assert refusal(Program(f"Bearer {mixed}").get("/stores")) == (401, "not_authenticated")
    assert Program(f"Bearer {first}").get("/stores").status_code == 200


def test_it_refuses_a_revoked_key_at_once(shop: Shop) -> None:
    program = register("stores:read")
    assert program.get("/stores").status_code == 200
    api_clients.revoke(ApiKey.objects.get())
    assert refusal(program.get("/stores")) == (401, "not_authenticated")


def test_it_refuses_a_key_past_its_time(shop: Shop) -> None:
    program = register("stores:read")
    ApiClient.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert refusal(program.get("/stores")) == (401, "not_authenticated")


def test_it_does_not_open_to_a_session(shop: Shop) -> None:
    answer = shop.client(shop.head).get("/api/v1/stores")
    assert refusal(answer) == (401, "not_authenticated")


def test_it_knows_nobody_before_it_reads_anything(shop: Shop) -> None:
    nobody = Program("")
    assert refusal(nobody.get("/stores", nonsense=1)) == (401, "not_authenticated")
    assert refusal(nobody.post("/metal-prices", {}, key="")) == (401, "not_authenticated")
    assert refusal(nobody.post("/metal-prices", b"{")) == (401, "not_authenticated")


# --- scopes


def test_it_declares_a_scope_on_every_operation() -> None:
    for operation in api.operations():
        (need,) = operation.auth_callbacks
        assert isinstance(need, scopes.Needs), operation.view_func
        assert need.scope in api_clients.SCOPES, operation.view_func


def addresses() -> Iterator[tuple[str, str, str]]:
    for path, methods in contract()["paths"].items():
        for method, operation in methods.items():
            (scope,) = operation["security"][0][scopes.SCHEME]
            yield method, path.removeprefix("/api/v1").replace("{number}", "1"), scope


@pytest.mark.parametrize(("method", "path", "scope"), list(addresses()))
def test_it_refuses_a_key_without_the_scope(shop: Shop, method: str, path: str, scope: str) -> None:
    others = [each for each in EVERYTHING if each != scope]
    program = register(*others)
    answer = program.get(path) if method == "get" else program.post(path, {})
    assert refusal(answer) == (403, "scope_needed")
    assert scope in answer.json()["detail"]


def test_it_lets_nobody_through_an_operation_without_a_scope(shop: Shop) -> None:
    request: Any = type("Request", (), {"user": shop.head})()
    with pytest.raises(scopes.ScopeNeeded):
        scopes.Needs()(request)


# --- stores


def test_it_lists_only_the_stores_of_the_key(shop: Shop) -> None:
    shop.sell(shop.piece())
    elsewhere = register(*set(EVERYTHING) - {"all_stores"}, stores=[shop.s02])
    assert [row["code"] for row in elsewhere.rows("/stores")] == ["S02"]
    for path in LISTS:
        assert {row["store"] for row in elsewhere.rows(path)} <= {"S02"}, path
        assert refusal(elsewhere.get(path, store="S01")) == (404, "not_found"), path
        assert refusal(elsewhere.get(path, store="S99")) == (404, "not_found"), path


def test_it_answers_another_stores_document_like_an_unknown_one(shop: Shop) -> None:
    sale = shop.sell(shop.ring())
    line = sale.lines.select_related("piece").get()
    elsewhere = register(*set(EVERYTHING) - {"all_stores"}, stores=[shop.s02])
    at_home = register(*set(EVERYTHING) - {"all_stores"}, stores=[shop.s01])
    for folder, number in (
        ("pieces", line.piece.number),
        ("sales", sale.number),
        ("cards", card_of(sale).number),
    ):
        assert at_home.get(f"/{folder}/{number}").status_code == 200
        theirs, unknown = elsewhere.get(f"/{folder}/{number}"), elsewhere.get(f"/{folder}/1")
        assert refusal(theirs) == (404, "not_found")
        assert theirs.content == unknown.content
    life = f"/pieces/{line.piece.number}/movements"
    assert at_home.get(life).status_code == 200
    assert refusal(elsewhere.get(life)) == (404, "not_found")


def test_it_shows_nothing_to_a_key_without_stores(shop: Shop) -> None:
    shop.sell(shop.piece())
    program = register(*set(EVERYTHING) - {"all_stores"})
    for path in ("/stores", *LISTS):
        assert program.rows(path) == [], path


def test_it_shows_all_stores_to_a_key_of_the_house_also_later_ones(shop: Shop) -> None:
    program = register(*EVERYTHING)
    before = {row["code"] for row in program.rows("/stores")}
    assert before == {"HQ", "N01", "S01", "S02"}
    places.open_store(code="S03", name="新店")
    assert {row["code"] for row in program.rows("/stores")} == before | {"S03"}


def test_it_never_tells_what_a_piece_cost(shop: Shop) -> None:
    piece = shop.piece()
    shop.sell(shop.ring())
    program = register(*EVERYTHING)
    for path in (*LISTS, f"/pieces/{piece.number}", f"/pieces/{piece.number}/movements"):
        told = program.get(path).content.decode()
        assert str(COST_CENTS) not in told
        assert "cost" not in told
        assert "supplier" not in told
