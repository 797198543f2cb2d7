"""Head office pulls stocktakes; nobody who counts blind is told what the books expect."""

import hashlib
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from counter import api_clients
from counter.models import ApiKey
from inventory import stocktake_files
from inventory.models import Stocktake, StocktakeSheet
from inventory.stocktake_files import Format
from tests import stocktakes as counts
from tests.cast import COST_CENTS, Shop
from tests.counter.test_api_access import refusal
from tests.programs import Program, register


@pytest.fixture
def head_office(shop: Shop) -> Program:
    return register("stocktakes:read", "stocktakes:write", "all_stores")


@pytest.fixture
def gate(shop: Shop) -> Program:
    """A program of S01 that counts there."""
    return register("stocktakes:read", "stocktakes:write", stores=[shop.s01])


@pytest.fixture
def elsewhere(shop: Shop) -> Program:
    return register("stocktakes:read", "stocktakes:write", stores=[shop.s02])


@pytest.fixture
def counting(shop: Shop) -> Stocktake:
    """Tray A-01 with a necklace and a ring, of which nothing is read yet."""
    shop.piece()
    shop.ring()
    return counts.opened(shop, "A-01")


@pytest.fixture
def sheet(shop: Shop) -> StocktakeSheet:
    """Published: a necklace and a ring were found, a charm is missing."""
    shop.piece()
    shop.ring()
    charm = shop.charm(place=shop.tray("A-02"))
    return counts.published(shop, missing=[charm])


def numbers(stocktake: Stocktake) -> list[str]:
    return list(stocktake.lines.order_by("pk").values_list("number", flat=True))


def reads(*codes: str, place: str = "A-01") -> dict[str, Any]:
    return {"reads": [{"code": code, "place": place} for code in codes]}


# what a stocktake is and comes to


def test_a_published_one_tells_what_it_comes_to(
    head_office: Program, sheet: StocktakeSheet
) -> None:
    (row,) = head_office.rows("/stocktakes", store="S01", state="published")
    told = head_office.get(f"/stocktakes/{sheet.number}").json()
    assert row == {name: told[name] for name in row}
    assert (row["sha256"], row["rows"], row["bytes"]) == (sheet.sha256, 3, sheet.bytes)
    assert row["sealed"] == {"seq": sheet.sealed_seq, "hash": sheet.sealed_hash}
    found, missing = row["results"]
    assert (found["result"], found["pieces"], found["cost_cents"]) == ("found", 2, 2 * COST_CENTS)
    assert {(each["metal"], each["grade"]): each["net"] for each in found["classes"]} == {
        ("Au", 9900): "8.720",
        ("Au", 7500): "1.960",
    }
    assert (missing["result"], missing["pieces"], missing["retail"]) == ("missing", 1, "98.00")
    (difference,) = row["differences"]
    assert (difference["kind"], difference["outcome"]) == ("missing", "missing")
    assert [place["place"] for place in told["places"]] == ["A-01", "A-02"]
    assert {each["category"] for each in told["categories"]} == {"necklace", "ring", "pendant"}
    assert told["counted"][0] == {"place": "A-01", "round": 1, "by": "林"}
    assert told["being_counted"] is False


def test_they_are_found_by_store_month_state_and_kind(shop: Shop, head_office: Program) -> None:
    month = f"{timezone.localtime():%Y-%m}"
    of_month = counts.monthly(shop, month)
    for query, found in (
        ({}, [of_month.number]),
        ({"month": month, "store": "S01", "kind": "monthly"}, [of_month.number]),
        ({"month": "2020-01"}, []),
        ({"state": "published"}, []),
        ({"kind": "spot"}, []),
        ({"store": "S02"}, []),
    ):
        assert [row["number"] for row in head_office.rows("/stocktakes", **query)] == found
    assert refusal(head_office.get("/stocktakes", month="2026-13")) == (422, "bad_input")


def test_the_files_are_named_when_they_are_there(
    head_office: Program, sheet: StocktakeSheet
) -> None:
    assert head_office.get(f"/stocktakes/{sheet.number}").json()["files"] == []
    manifest = stocktake_files.write(sheet)
    files = head_office.get(f"/stocktakes/{sheet.number}").json()["files"]
    assert [each["format"] for each in files] == ["ndjson", "csv", "parquet"]
    assert files[0]["sha256"] == sheet.sha256
    assert files[1]["bytes"] == manifest.part(Format.CSV).bytes


# lines


def test_the_lines_are_those_of_the_files(head_office: Program, sheet: StocktakeSheet) -> None:
    path = f"/stocktakes/{sheet.number}"
    whole = head_office.rows(f"{path}/lines")
    paged = [row for page in head_office.pages(f"{path}/lines", limit=1) for row in page]
    assert paged == whole
    exported = body(head_office.get(f"{path}/export.ndjson")).splitlines()
    for row, line in zip(whole, exported, strict=True):
        plain = json.loads(line)
        assert plain == {name: row[name] for name in plain}
    assert (whole[0]["net"], whole[0]["cost"]) == ("8.720", "6543.21")
    (missing,) = head_office.rows(f"{path}/lines", result="missing")
    assert missing == whole[-1]


def test_a_page_costs_the_same_at_any_depth(head_office: Program, sheet: StocktakeSheet) -> None:
    path = f"/stocktakes/{sheet.number}/lines"
    asked = []
    query: dict[str, Any] = {"limit": 1}
    while True:
        with CaptureQueriesContext(connection) as counted:
            answer = head_office.get(path, **query).json()
        asked.append(len(counted))
        if answer["next_cursor"] is None:
            break
        query["cursor"] = answer["next_cursor"]
    assert len(asked) == 3
    assert len(set(asked[1:])) == 1
    with CaptureQueriesContext(connection) as counted:
        head_office.get(path, limit=1000)
    assert len(counted) == asked[-1]


def test_a_cursor_of_another_stocktake_or_a_forged_one_is_refused(
    shop: Shop, head_office: Program, sheet: StocktakeSheet
) -> None:
    path = f"/stocktakes/{sheet.number}/lines"
    cursor = head_office.get(path, limit=1).json()["next_cursor"]
    other = counts.opened(shop, "A-03")
    foreign = head_office.get(f"/stocktakes/{other.number}/lines", cursor=cursor)
    assert refusal(foreign) == (422, "bad_cursor")
    for forged in (cursor[:-1] + ("A" if cursor[-1] != "A" else "B"), "Mg", "1:2:3"):
        assert refusal(head_office.get(path, cursor=forged)) == (422, "bad_cursor")


def test_a_key_that_is_revoked_in_the_middle_ends_the_pull_and_a_new_one_goes_on(
    head_office: Program, sheet: StocktakeSheet
) -> None:
    path = f"/stocktakes/{sheet.number}/lines"
    first = head_office.get(path, limit=1).json()
    key = ApiKey.objects.get()
    api_clients.revoke(key)
    cut = head_office.get(path, limit=1, cursor=first["next_cursor"])
    assert refusal(cut) == (401, "not_authenticated")
    again = Program(f"Bearer {api_clients.issue_key(key.client)}")
    rest = again.rows(path, cursor=first["next_cursor"])
    assert [row["number"] for row in [*first["items"], *rest]] == numbers(sheet.stocktake)


# who counts blind


FIGURES = ("results", "differences", "places", "categories", "supplies", "counted")


def test_who_counts_is_told_nothing_that_the_books_expect(
    gate: Program, counting: Stocktake
) -> None:
    path = f"/stocktakes/{counting.number}"
    for what in ("lines", *(f"export.{each}" for each in Format)):
        assert refusal(gate.get(f"{path}/{what}")) == (409, "count_open"), what
    told = gate.get(path)
    assert told.json()["being_counted"] is True
    assert {told.json()[name] for name in FIGURES} == {None}
    for secret in [*numbers(counting), "8.720", str(COST_CENTS)]:
        assert secret not in told.content.decode()
    (row,) = gate.rows("/stocktakes")
    assert (row["results"], row["rows"], row["state"]) == (None, None, counting.state)


def test_head_office_may_look_into_an_open_count(head_office: Program, counting: Stocktake) -> None:
    path = f"/stocktakes/{counting.number}"
    told = head_office.get(path).json()
    assert told["being_counted"] is False
    assert told["results"][0]["result"] == "not_counted"
    assert told["results"][0]["pieces"] == 2
    assert len(head_office.rows(f"{path}/lines")) == 2
    answer = head_office.get(f"{path}/export.csv")
    assert body(answer).count(b"\n") == 3
    assert "ETag" not in answer.headers
    for each in Format:
        assert body(head_office.get(f"{path}/export.{each}"))


def test_a_stocktake_of_another_store_is_not_there(
    elsewhere: Program, sheet: StocktakeSheet
) -> None:
    assert elsewhere.rows("/stocktakes") == []
    path = f"/stocktakes/{sheet.number}"
    for what in ("", "/lines", "/export.ndjson"):
        theirs = elsewhere.get(path + what)
        assert refusal(theirs) == (404, "not_found")
        assert theirs.content == elsewhere.get(f"/stocktakes/nothing{what}").content
    assert refusal(elsewhere.post(f"{path}/reads", reads("1"))) == (404, "not_found")
    acknowledged = elsewhere.post(f"{path}/acknowledge", {"sha256": sheet.sha256})
    assert refusal(acknowledged) == (404, "not_found")


# files


def hashed(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def body(answer: Any) -> bytes:
    assert answer.status_code in {200, 206}, answer.content
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_a_file_has_the_hash_of_the_sheet_and_a_mark_of_its_own(
    head_office: Program, sheet: StocktakeSheet
) -> None:
    marks = set()
    for each in Format:
        path = f"/stocktakes/{sheet.number}/export.{each}"
        answer = head_office.get(path)
        content = body(answer)
        assert hashed(content) == answer["ETag"].strip('"')
        assert answer["Content-Type"] == stocktake_files.TYPES[each]
        assert f'filename="{sheet.number}.{each}"' in answer["Content-Disposition"]
        told = head_office.client.head(f"/api/v1{path}")
        assert (told.status_code, told["Content-Length"]) == (200, str(len(content)))
        assert told["ETag"] == answer["ETag"]
        seen = {"if-none-match": answer["ETag"]}
        assert head_office.client.get(f"/api/v1{path}", headers=seen).status_code == 304
        marks.add(answer["ETag"])
    assert f'"{sheet.sha256}"' in marks
    assert len(marks) == 3


@pytest.mark.parametrize("shape", Format)
def test_a_pull_that_was_cut_goes_on_to_the_same_hash(
    head_office: Program, sheet: StocktakeSheet, shape: Format
) -> None:
    path = f"/api/v1/stocktakes/{sheet.number}/export.{shape}"
    answer = head_office.client.get(path)
    whole = body(answer)
    cut = whole[: len(whole) * 63 // 100]
    headers = {"range": f"bytes={len(cut)}-", "if-range": answer["ETag"]}
    rest = head_office.client.get(path, headers=headers)
    assert rest.status_code == 206
    assert hashed(cut + body(rest)) == answer["ETag"].strip('"')
    behind = head_office.client.get(path, headers={"range": f"bytes={len(whole)}-"})
    assert refusal(behind) == (416, "range_outside")


def test_it_takes_no_other_method_and_no_other_shape(
    head_office: Program, sheet: StocktakeSheet
) -> None:
    path = f"/stocktakes/{sheet.number}/export"
    answer = head_office.post(f"{path}.csv", {})
    assert (refusal(answer), answer["Allow"]) == ((405, "wrong_method"), "GET, HEAD")
    assert refusal(head_office.get(f"{path}.pdf")) == (422, "bad_input")
    assert refusal(head_office.get(f"{path}.csv", limit=1)) == (422, "bad_input")


# acknowledge


def test_head_office_acknowledges_what_it_has(
    head_office: Program, gate: Program, sheet: StocktakeSheet
) -> None:
    path = f"/stocktakes/{sheet.number}/acknowledge"
    right = {"sha256": sheet.sha256}
    assert refusal(head_office.post(path, {"sha256": "0" * 64})) == (409, "wrong_sheet")
    assert refusal(gate.post(path, right)) == (403, "not_allowed")
    first = head_office.post(path, right)
    assert (first.status_code, first.json()["sha256"]) == (200, sheet.sha256)
    assert first.json()["by"].startswith("api:")
    assert head_office.post(path, right).json() == first.json()
    (row,) = head_office.rows("/stocktakes")
    assert row["acknowledged_at"] == first.json()["at"]


@pytest.mark.parametrize(
    "wrong",
    [{}, {"sha256": ""}, {"sha256": "A" * 64}, {"sha256": 1}, {"sha256": "a" * 64, "by": "head"}],
)
def test_it_refuses_what_is_no_receipt(
    head_office: Program, sheet: StocktakeSheet, wrong: dict[str, Any]
) -> None:
    answer = head_office.post(f"/stocktakes/{sheet.number}/acknowledge", wrong)
    assert refusal(answer) == (422, "bad_input")


def test_what_is_not_published_is_not_acknowledged(
    head_office: Program, counting: Stocktake
) -> None:
    path = f"/stocktakes/{counting.number}/acknowledge"
    assert refusal(head_office.post(path, {"sha256": "0" * 64})) == (409, "not_published")
