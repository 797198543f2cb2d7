"""Whatever a program sends: an answer of the contract or a refusal in its words, never a 500."""

from typing import Any

import pytest

from inventory.models import MetalPrice
from tests.cast import Shop
from tests.counter.test_api_access import refusal
from tests.counter.test_api_keys import GOLD, board
from tests.programs import EVERYTHING, Program, register

BIG = 10**23


@pytest.fixture
def program(shop: Shop) -> Program:
    return register(*EVERYTHING)


def text(**changed: str) -> bytes:
    """The body of a new board with values as they stand in JSON."""
    facts = {
        "metal": '"Au"',
        "fineness": "9990",
        "kind": '"sell"',
        "per_gram_cents": "118000",
        "store": '"HQ"',
    } | changed
    quote = ",".join(f'"{name}":{facts[name]}' for name in list(facts)[:4])
    return f'{{"store":{facts["store"]},"prices":[{{{quote}}}]}}'.encode()


def test_it_takes_a_lawful_body(program: Program) -> None:
    assert program.post("/metal-prices", text()).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (text(per_gram_cents=str(BIG)), "prices.0.per_gram_cents"),
        (text(per_gram_cents=str(2**63)), "prices.0.per_gram_cents"),
        (text(per_gram_cents="-1"), "prices.0.per_gram_cents"),
        (text(per_gram_cents="0"), "prices.0.per_gram_cents"),
        (text(per_gram_cents="10000001"), "prices.0.per_gram_cents"),
        (text(per_gram_cents="118000.0"), "prices.0.per_gram_cents"),
        (text(per_gram_cents='"118000"'), "prices.0.per_gram_cents"),
        (text(per_gram_cents="true"), "prices.0.per_gram_cents"),
        (text(per_gram_cents="null"), "prices.0.per_gram_cents"),
        (text(per_gram_cents="1E+1000000"), "body"),
        (text(per_gram_cents="NaN"), "body"),
        (text(per_gram_cents="-Infinity"), "body"),
        (text(per_gram_cents="1" * 5000), "body"),
        (text(fineness="10001"), "prices.0.fineness"),
        (text(metal='"Fe"'), "prices.0.metal"),
        (text(kind='"Sell"'), "prices.0.kind"),
        (text(store='"\\u0000"'), "store"),
        (text(store='"S\\u202e01"'), "store"),
        (text(store='"S\\u200b01"'), "store"),
        (text(store='"\\ud800"'), "body"),
        (text(store='"' + "S" * 13 + '"'), "store"),
        (text(store="1"), "store"),
        (text(store='"HQ","store":"S01"'), "body"),
        (b"", "body"),
        (b"{", "body"),
        (b"[]", "body"),
        (b"null", "body"),
        (b'"HQ"', "body"),
        (b"\xff\xfe", "body"),
        (text().decode().encode("utf-16"), "body"),
        (b'{"store":"HQ","prices":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "body"),
        (b'{"store":"HQ","prices":[]}', "prices"),
        (b'{"store":"HQ"}', "prices"),
    ],
)
def test_it_refuses_a_bad_body(program: Program, body: bytes, field: str) -> None:
    before = MetalPrice.objects.count()
    answer = program.post("/metal-prices", body)
    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] in {"bad_input", "bad_json"}
    assert field in answer.json()["errors"]
    assert answer.json()["retryable"] is False
    assert MetalPrice.objects.count() == before


@pytest.mark.parametrize(
    "moment",
    [
        "2026-07-25T14:30:00",
        "2026-07-25",
        "1753425000",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-02-30T00:00:00Z",
        "２０２６-07-25T14:30:00Z",
    ],
)
def test_it_refuses_a_moment_without_offset_or_outside_the_calendar(
    program: Program, moment: str
) -> None:
    body = board() | {"valid_from": moment}
    answer = program.post("/metal-prices", body)
    assert refusal(answer) == (422, "bad_input")
    assert list(answer.json()["errors"]) == ["valid_from"]
    for path, name in (("/pieces", "updated_after"), ("/metal-prices", "at")):
        assert list(program.get(path, **{name: moment}).json()["errors"]) == [name]


def test_it_refuses_a_moment_that_is_a_number(program: Program) -> None:
    answer = program.post("/metal-prices", board() | {"valid_from": 1753425000})
    assert list(answer.json()["errors"]) == ["valid_from"]


@pytest.mark.parametrize(
    "body",
    [
        board() | {"by": "head"},
        board() | {"state": "sold", "is_staff": True},
        {"store": "HQ", "prices": [GOLD | {"id": 1}]},
        {"store": "HQ", "prices": [GOLD | {"cents_per_gram": 1}]},
    ],
)
def test_it_refuses_a_field_that_is_not_in_the_contract(
    program: Program, body: dict[str, Any]
) -> None:
    assert refusal(program.post("/metal-prices", body)) == (422, "bad_input")


@pytest.mark.parametrize("path", ["/stores", "/pieces", "/changes", "/sales", "/metal-prices"])
def test_it_refuses_a_parameter_that_is_not_in_the_contract(program: Program, path: str) -> None:
    answer = program.get(path, order="cost")
    assert refusal(answer) == (422, "bad_input")
    assert list(answer.json()["errors"]) == ["order"]


def test_it_refuses_parameters_where_there_are_none(program: Program, shop: Shop) -> None:
    number = shop.piece().number
    assert refusal(program.get(f"/pieces/{number}", fields="cost")) == (422, "bad_input")
    assert refusal(program.post("/metal-prices?dry=1", board())) == (422, "bad_input")


def test_it_refuses_a_parameter_that_stands_twice(program: Program) -> None:
    assert refusal(program.get("/pieces", store=["S01", "S02"])) == (422, "bad_input")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/pieces", {"limit": "0"}),
        ("/pieces", {"limit": "1001"}),
        ("/pieces", {"limit": str(10**9)}),
        ("/pieces", {"limit": "-1"}),
        ("/pieces", {"limit": "1e2"}),
        ("/pieces", {"limit": "1_0"}),
        ("/pieces", {"limit": " 10"}),
        ("/pieces", {"limit": "１０"}),
        ("/pieces", {"limit": ""}),
        ("/pieces", {"state": "Sold"}),
        ("/pieces", {"state": ""}),
        ("/pieces", {"place": "A\x00"}),
        ("/pieces", {"store": "S" * 13}),
        ("/pieces", {"updated_after": "yesterday"}),
        ("/sales", {"business_day": "20260725"}),
        ("/sales", {"business_day": "2026-02-30"}),
        ("/sales", {"business_day": "0"}),
        ("/sales", {"business_day": "2026-07-25T00:00:00Z"}),
        ("/payments", {"business_day": "1753425000"}),
    ],
)
def test_it_refuses_a_bad_parameter(program: Program, path: str, query: dict[str, str]) -> None:
    answer = program.get(path, **query)
    assert refusal(answer) == (422, "bad_input")
    assert list(answer.json()["errors"]) == list(query)


@pytest.mark.parametrize(
    "number", ["%00", "%E2%80%AE1", "1" * 41, "%FF%FE", "%ED%A0%80", "%27%20OR%201=1"]
)
def test_it_refuses_a_number_that_is_none(program: Program, number: str) -> None:
    for folder in ("pieces", "sales", "cards"):
        answer = program.get(f"/{folder}/{number}")
        assert refusal(answer) == (422, "bad_input"), folder


@pytest.mark.parametrize("number", ["0", "S01-S000000-0000", "nothing", "..%2F.."])
def test_it_finds_nothing_under_a_foreign_number(program: Program, number: str) -> None:
    for folder in ("pieces", "sales", "cards"):
        assert refusal(program.get(f"/{folder}/{number}"))[0] == 404, folder


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "application/xml",
        "",
    ],
)
def test_it_reads_nothing_but_json(program: Program, kind: str) -> None:
    answer = program.post("/metal-prices", text(), content_type=kind, CONTENT_TYPE=kind)
    assert refusal(answer) == (415, "wrong_content_type")


def test_it_unpacks_nothing(program: Program) -> None:
    answer = program.post("/metal-prices", text(), headers={"content-encoding": "gzip"})
    assert refusal(answer) == (415, "wrong_content_type")


def test_it_refuses_a_body_over_256_kilobytes_by_its_length(program: Program) -> None:
    most = 256 * 1024
    within = text() + b" " * (most - len(text()))
    assert program.post("/metal-prices", within).status_code == 201
    assert refusal(program.post("/metal-prices", within + b" ")) == (413, "too_large")


@pytest.mark.parametrize("length", ["9" * 30, "9" * 5000, "²", "-1"])
def test_it_refuses_a_length_that_nobody_sends(program: Program, length: str) -> None:
    answer = program.post("/metal-prices", text(), CONTENT_LENGTH=length)
    assert refusal(answer) == (413, "too_large")


def test_it_tells_only_the_first_mistakes_of_many(program: Program) -> None:
    body = board() | {f"field{number}": number for number in range(1000)}
    assert len(program.post("/metal-prices", body).json()["errors"]) == 20


def test_it_refuses_an_address_with_thousands_of_parameters(program: Program) -> None:
    answer = program.client.get("/api/v1/stores?" + "&".join(f"a{n}=1" for n in range(1300)))
    assert refusal(answer) == (422, "bad_input")


@pytest.mark.parametrize("path", ["/nothing", "/", "/stores/", "/pieces/1/cost", "/../admin/"])
def test_it_answers_an_unknown_address_in_its_own_words(program: Program, path: str) -> None:
    assert refusal(program.get(path)) == (404, "not_found")


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "head", "trace"])
def test_it_refuses_a_method_that_an_address_does_not_take(program: Program, method: str) -> None:
    for path, allowed in (("/stores", "GET"), ("/metal-prices", "GET, POST")):
        headers = {"idempotency-key": f"key for {path}"}
        answer = getattr(program.client, method)(f"/api/v1{path}", headers=headers)
        assert answer.status_code == 405, answer.content
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["Allow"] == allowed


def test_it_asks_for_no_key_where_nothing_is_posted(program: Program) -> None:
    assert refusal(program.post("/stores", {}, key="")) == (405, "wrong_method")
