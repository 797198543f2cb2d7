"""The same request with the same key has one effect, and the same answer."""

from typing import Any

import pytest

from inventory.models import MetalPrice, RequestKey
from tests.cast import Shop
from tests.counter.test_api_access import refusal
from tests.programs import Program, register

GOLD = {"metal": "Au", "fineness": 9990, "kind": "sell", "per_gram_cents": 118_000}


def board(**changed: Any) -> dict[str, Any]:
    return {"store": "HQ", "prices": [GOLD | changed]}


@pytest.fixture
def program(shop: Shop) -> Program:
    return register("prices:write", "all_stores")


def rows() -> int:
    return MetalPrice.objects.filter(cents_per_gram=118_000).count()


def test_it_needs_a_key(program: Program) -> None:
    assert refusal(program.post("/metal-prices", board(), key="")) == (400, "key_needed")
    assert refusal(program.post("/metal-prices", board(), key="x" * 256)) == (400, "key_needed")
    assert rows() == 0


def test_it_answers_the_same_request_once_more_with_one_effect(program: Program) -> None:
    first = program.post("/metal-prices", board(), key="one")
    again = program.post("/metal-prices", board(), key="one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Content-Type"] == first["Content-Type"]
    assert again["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first
    assert rows() == 1


def test_it_sees_the_same_request_in_another_spelling(program: Program) -> None:
    spelled = (
        b'{"prices": [{"kind":"sell","fineness":9990,"per_gram_cents":118000,"metal":"Au"}],'
        b'"store":"HQ"}'
    )
    program.post("/metal-prices", board(), key="one")
    assert program.post("/metal-prices", spelled, key="one")["Idempotent-Replay"] == "true"


def test_it_refuses_the_key_for_another_request(program: Program) -> None:
    program.post("/metal-prices", board(), key="one")
    other = program.post("/metal-prices", board(per_gram_cents=118_100), key="one")
    assert refusal(other) == (422, "key_reused")
    assert not MetalPrice.objects.filter(cents_per_gram=118_100).exists()


def test_it_forgets_the_key_of_a_refused_request(program: Program) -> None:
    wrong = program.post("/metal-prices", board(kind="rent"), key="one")
    assert refusal(wrong) == (422, "bad_input")
    assert not RequestKey.objects.exists()
    assert program.post("/metal-prices", board(), key="one").status_code == 201


def test_it_keeps_the_keys_of_two_programs_apart(program: Program) -> None:
    other = register("prices:write", "all_stores")
    program.post("/metal-prices", board(), key="one")
    theirs = other.post("/metal-prices", board(), key="one")
    assert theirs.status_code == 201
    assert "Idempotent-Replay" not in theirs
    assert rows() == 2
