"""Scanners and gates send what they read, ten thousand at once, and each read is answered."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from inventory.api.stocktakes.reads import LONGEST_CODE, MAX_BODY
from inventory.models import Stocktake, StocktakeRead
from tests import stocktakes as counts
from tests.cast import Shop
from tests.counter.test_api_access import refusal
from tests.inventory.test_api_stocktakes import numbers, reads
from tests.programs import Program, register


@pytest.fixture
def gate(shop: Shop) -> Program:
    """A program of S01 that counts there."""
    return register("stocktakes:read", "stocktakes:write", stores=[shop.s01])


@pytest.fixture
def counting(shop: Shop) -> Stocktake:
    """Tray A-01 with a necklace and a ring, of which nothing is read yet."""
    shop.piece()
    shop.ring()
    return counts.opened(shop, "A-01")


def test_each_read_is_answered_by_itself(gate: Program, counting: Stocktake) -> None:
    path, (first, second) = f"/stocktakes/{counting.number}/reads", numbers(counting)
    answer = gate.post(path, reads(first, first, "\u00a0", "7 unknown", "x" * 300))
    assert answer.json() == {
        "number": counting.number,
        "counts": {"read": 1, "repeated": 1, "unreadable": 2, "unknown": 1},
        "answers": ["read", "repeated", "unreadable", "unknown", "unreadable"],
    }
    again = gate.post(path, reads(first, second, "7 unknown")).json()
    assert again["answers"] == ["repeated", "read", "repeated"]


def test_a_read_is_kept_with_its_means_and_its_time(gate: Program, counting: Stocktake) -> None:
    at = timezone.now().replace(microsecond=0) - timedelta(minutes=5)
    (first, _second) = numbers(counting)
    sent = {"code": first.lower(), "read_at": at.isoformat()}
    told = gate.post(f"/stocktakes/{counting.number}/reads", {"means": "rfid", "reads": [sent]})
    assert told.json()["answers"] == ["read"]
    (row,) = StocktakeRead.objects.all()
    assert (row.code, row.means, row.read_at, row.place) == (first, "rfid", at, None)
    assert row.by.username.startswith("api:")


def test_ten_thousand_reads_of_which_half_are_nonsense_go_through(
    gate: Program, counting: Stocktake
) -> None:
    codes = [f"{number:010d}" for number in range(5_000)]
    codes += [f"\u202e{number}=SUM(A1)\x00\x1d ＠%s" for number in range(5_000)]
    sent = json.dumps(reads(*codes), ensure_ascii=False).encode()
    assert len(sent) > 256 * 1024
    answer = gate.post(f"/stocktakes/{counting.number}/reads", sent)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert len(told["answers"]) == 10_000
    assert sum(told["counts"].values()) == 10_000
    assert StocktakeRead.objects.filter(stocktake=counting).count() > 5_000


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        (b"[" * 100_000 + b"]" * 100_000, "body"),
        (b'{"reads":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "body"),
        (b'{"reads":[{"code":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}]}", "body"),
        (b'{"reads":[{"code":"1","code":"2"}]}', "body"),
        (b"", "body"),
        (b"{}", "reads"),
        (b'{"reads":[]}', "reads"),
        (b'{"reads":{}}', "reads"),
        (b'{"reads":[1]}', "reads.0"),
        (b'{"reads":[{}]}', "reads.0.code"),
        (b'{"reads":[{"code":1}]}', "reads.0.code"),
        (b'{"reads":[{"code":null}]}', "reads.0.code"),
        (b'{"reads":[{"code":"1"},{"code":"2","found":true}]}', "reads.1.found"),
        (b'{"reads":[{"code":"1"}],"by":"lin"}', "by"),
        (b'{"reads":[{"code":"1"}],"means":"typed"}', "means"),
        (b'{"reads":[{"code":"1","place":"A-01\\u0000"}]}', "reads.0.place"),
        (b'{"reads":[{"code":"1","read_at":"yesterday"}]}', "reads.0.read_at"),
        (b'{"reads":[{"code":"1","read_at":1753425000}]}', "reads.0.read_at"),
        (b'{"reads":[{"code":"' + b"1" * (LONGEST_CODE + 1) + b'"}]}', "reads.0.code"),
        (json.dumps(reads(*["1"] * 10_001)).encode(), "reads"),
    ],
)
def test_a_body_that_is_not_of_the_contract_is_refused_as_a_whole(
    gate: Program, counting: Stocktake, sent: bytes, field: str
) -> None:
    answer = gate.post(f"/stocktakes/{counting.number}/reads", sent)
    assert refusal(answer)[0] == 422
    assert refusal(answer)[1] in {"bad_input", "bad_json"}
    assert field in answer.json()["errors"]
    assert not StocktakeRead.objects.exists()


def test_it_takes_four_megabytes_here_and_nowhere_else(gate: Program, counting: Stocktake) -> None:
    path = f"/stocktakes/{counting.number}"
    sent = json.dumps(reads("1")).encode()
    most = sent + b" " * (MAX_BODY - len(sent))
    assert gate.post(f"{path}/reads", most).status_code == 200
    assert refusal(gate.post(f"{path}/reads", most + b" ")) == (413, "too_large")
    assert refusal(gate.post(f"{path}/acknowledge", most)) == (413, "too_large")
    nobody = Program("")
    assert refusal(nobody.post(f"{path}/reads", most)) == (401, "not_authenticated")


def test_reads_for_what_is_over_or_not_in_it_are_refused(shop: Shop, gate: Program) -> None:
    shop.ring()
    path = f"/stocktakes/{counts.published(shop, 'A-01').number}/reads"
    assert refusal(gate.post(path, reads("1"))) == (409, "stocktake_over")
    other = counts.opened(shop, "A-03")
    path = f"/stocktakes/{other.number}/reads"
    assert refusal(gate.post(path, reads("1"))) == (422, "place_not_in_scope")
    assert gate.post(path, reads("1", place="A-03")).status_code == 200


def test_the_same_reads_with_the_same_key_are_answered_from_memory(
    gate: Program, counting: Stocktake
) -> None:
    path, sent = f"/stocktakes/{counting.number}/reads", reads(*numbers(counting))
    first = gate.post(path, sent, key="gate-1")
    again = gate.post(path, sent, key="gate-1")
    assert again["Idempotent-Replay"] == "true"
    assert again.json() == first.json()
    assert refusal(gate.post(path, reads("1"), key="gate-1")) == (422, "key_reused")
    assert refusal(gate.post(path, sent, key="")) == (400, "key_needed")


def test_a_key_that_only_reads_sends_nothing(shop: Shop, counting: Stocktake) -> None:
    looker = register("stocktakes:read", stores=[shop.s01])
    path = f"/stocktakes/{counting.number}"
    assert refusal(looker.post(f"{path}/reads", reads("1"))) == (403, "scope_needed")
    sender = register("stocktakes:write", stores=[shop.s01])
    assert refusal(sender.get(path)) == (403, "scope_needed")
    assert sender.post(f"{path}/reads", reads("1")).status_code == 200
