"""Reading a list to its end, and on: nothing twice, nothing left out, no cursor but ours."""

import itertools
from typing import Any

import pytest

from counter import api_clients, bills, sales
from inventory import places
from inventory.ground import lists
from inventory.models import Change, LedgerHead
from tests.cast import Shop
from tests.counter.test_api_access import refusal
from tests.programs import EVERYTHING, Program, register

LISTS = (
    "/stores",
    "/places",
    "/pieces",
    "/metal-prices",
    "/sales",
    "/payments",
    "/changes",
    "/handovers",
)
GROWING = ("/sales", "/payments", "/changes")


@pytest.fixture
def program(shop: Shop, standing_lists: None) -> Program:
    return register(*EVERYTHING)


def sell_in_the_other_store(shop: Shop) -> None:
    """One more sale at counter A of S02."""
    sale = bills.begin(counter=shop.a2, by=shop.sun)
    bills.add_piece(sale=sale, piece=shop.piece(store=shop.s02), by=shop.sun)
    sale.refresh_from_db()
    shop.pay(sale)
    total = bills.total_cents(sale, list(sale.lines.all()))
    sales.complete(sale=sale, shown_cents=total, by=shop.sun)


@pytest.mark.parametrize("path", LISTS)
def test_it_pages_through_everything_once(shop: Shop, program: Program, path: str) -> None:
    whole = program.rows(path, limit=1000)
    assert len(whole) > 2
    for limit in (1, 2, len(whole) - 1, len(whole)):
        paged = [row for page in program.pages(path, limit=limit) for row in page]
        assert paged == whole


@pytest.mark.parametrize("path", ["/pieces", *GROWING])
def test_it_loses_and_doubles_nothing_while_rows_are_added(
    shop: Shop, program: Program, path: str
) -> None:
    read: list[dict[str, Any]] = []
    for turn, page in enumerate(program.pages(path, limit=2)):
        read += page
        if turn < 3:
            shop.sell(shop.charm())
            sell_in_the_other_store(shop)
    whole = program.rows(path, limit=1000)
    identity = {"/pieces": "number", "/sales": "number"}.get(path)
    told = [str(row[identity] if identity else row) for row in read]
    assert len(told) == len(set(told))
    assert set(told) == {str(row[identity] if identity else row) for row in whole}


@pytest.mark.parametrize("path", GROWING)
def test_it_goes_on_where_it_stopped(shop: Shop, program: Program, path: str) -> None:
    first = program.get(path, limit=1000).json()
    empty = program.get(path, after=first["next_cursor"]).json()
    assert empty == {"items": [], "next_cursor": None}
    sell_in_the_other_store(shop)
    shop.sell(shop.charm())
    news = program.rows(path, after=first["next_cursor"])
    everything = program.rows(path, limit=1000)
    assert [row for row in everything if row not in first["items"]] == news
    assert news == program.rows(path, cursor=first["next_cursor"])


def test_it_feeds_every_link_of_every_store_in_order(shop: Shop, program: Program) -> None:
    fed = [row for page in program.pages("/changes", limit=7) for row in page]
    assert len(fed) == Change.objects.count()
    for head in LedgerHead.objects.select_related("store"):
        chain = [row for row in fed if row["store"] == head.store.code]
        assert [row["seq"] for row in chain] == list(range(1, head.seq + 1))
        for before, link in itertools.pairwise(chain):
            assert link["prev_hash"] == before["hash"]


def test_it_feeds_one_store_alone(shop: Shop, program: Program) -> None:
    fed = [row for page in program.pages("/changes", store="S02", limit=2) for row in page]
    assert {row["store"] for row in fed} == {"S02"}
    assert len(fed) == LedgerHead.objects.get(store=shop.s02).seq


def test_it_begins_a_store_that_opened_later_at_its_beginning(shop: Shop, program: Program) -> None:
    cursor = program.get("/changes", limit=1000).json()["next_cursor"]
    later = places.open_store(code="S03", name="新店")
    places.build_counter(store=later, code="A", trays=1)
    shop.piece(store=later)
    news = program.rows("/changes", after=cursor)
    assert [(row["store"], row["seq"]) for row in news] == [("S03", 1), ("S03", 2)]


def test_it_asks_for_a_store_beyond_two_hundred(shop: Shop, program: Program) -> None:
    for number in range(197):
        places.open_store(code=f"X{number:03d}", name="分店")
    for path in GROWING:
        assert refusal(program.get(path)) == (422, "store_needed"), path
        assert program.get(path, store="S01").status_code == 200, path
    assert program.get("/pieces").status_code == 200


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("cursor", ["1", "eyIxIjoxfQ:1xUx8y:" + "A" * 43, "Mg", "..", "::", "-"])
def test_it_refuses_a_cursor_that_it_never_gave(program: Program, path: str, cursor: str) -> None:
    answer = program.get(path, cursor=cursor)
    assert refusal(answer) == (422, "bad_cursor")
    assert list(answer.json()["errors"]) == ["cursor"]


def test_it_refuses_the_cursor_of_another_list(shop: Shop, program: Program) -> None:
    places_cursor = program.get("/places", limit=1).json()["next_cursor"]
    feed_cursor = program.get("/changes", store="S01", limit=1).json()["next_cursor"]
    assert refusal(program.get("/pieces", cursor=places_cursor)) == (422, "bad_cursor")
    assert refusal(program.get("/sales", after=feed_cursor)) == (422, "bad_cursor")
    other_store = program.get("/changes", store="S02", after=feed_cursor)
    assert refusal(other_store) == (422, "bad_cursor")


def test_it_refuses_a_cursor_that_was_altered(shop: Shop, program: Program) -> None:
    cursor = program.get("/pieces", limit=1).json()["next_cursor"]
    assert program.get("/pieces", cursor=cursor).status_code == 200
    for place in range(len(cursor)):
        sign = "B" if cursor[place] == "A" else "A"
        forged = cursor[:place] + sign + cursor[place + 1 :]
        assert program.get("/pieces", cursor=forged).status_code == 422, place


def test_it_refuses_two_cursors_at_once(shop: Shop, program: Program) -> None:
    first = program.get("/changes", limit=1).json()["next_cursor"]
    second = program.get("/changes", limit=2).json()["next_cursor"]
    assert refusal(program.get("/changes", after=first, cursor=second)) == (422, "bad_cursor")


def test_it_keeps_the_cursor_of_two_hundred_stores_short(shop: Shop) -> None:
    """An address line of a server ends at 4,000 letters or a little more."""
    program = register(*(set(api_clients.SCOPES) - {"all_stores"}), stores=[shop.s01])
    for number in range(199):
        store = places.open_store(code=f"X{number:03d}", name="分店")
        store.people.add(*shop.s01.people.filter(username__startswith="api:"))
        LedgerHead.objects.filter(store=store).update(seq=10**7 + number)
    reached = dict(LedgerHead.objects.values_list("store_id", "seq"))
    cursor = lists.next_position({}, reached, of="changes")
    assert cursor is not None
    assert len(cursor) < 2_500
    assert program.get("/changes", after=cursor).status_code == 200
