"""Who counts reads no figure of an open count: not in a list, not in a sum, not from a program."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User

from inventory import transfers
from inventory.models import Piece
from tests.cast import Shop
from tests.programs import EVERYTHING, Program, register

AtMost = Callable[[int], AbstractContextManager[Any]]
MOST_QUERIES = 14  # no more than without an open count
CANARY = "3000 0000 91"
# 5.23 g in A-05 that nobody may add up
GRAMS = 5_230


@pytest.fixture
def canary(shop: Shop) -> Piece:
    """The only piece of tray A-05, which is being counted; another one lies in A-01."""
    shop.piece(number="3000000080")
    found = shop.piece(
        number="3000000091", place=shop.tray("A-05"), net_mg=GRAMS, gross_mg=GRAMS, name="金丝雀"
    )
    shop.count_blind("A-05")
    return found


def page(shop: Shop, words: dict[str, str] | None = None, user: User | None = None) -> Any:
    return shop.client(user).get(f"/pieces/?{urlencode(words or {})}")


# --- lists


@pytest.mark.parametrize("name", ["lin", "qian", "chen", "wang"])
@pytest.mark.parametrize("place", ["A-05", "A"])
def test_it_refuses_a_list_of_a_tray_that_is_being_counted(
    shop: Shop, canary: Piece, name: str, place: str
) -> None:
    for words in ({}, {"q": canary.number}, {"state": "sold"}, {"category": "ring"}):
        answer = page(shop, {"place": place, **words}, shop.people[name])
        assert (answer.status_code, answer.headers["X-Refusal"]) == (409, "count_open")
        assert CANARY not in answer.text
        assert "5.23" not in answer.text


def test_it_refuses_the_other_trays_of_the_counter_and_no_other_counter(
    shop: Shop, canary: Piece
) -> None:
    """The whole counter less its other trays would be the tray that is being counted."""
    other = shop.piece(number="3000000072", place=shop.tray("B-01"))
    shop.piece(number="3000000061", place=shop.tray("SAFE"))
    for place in ("A-01", "A-W"):
        assert page(shop, {"place": place}).status_code == 409
    for place in ("B", "B-01"):
        told = page(shop, {"place": place})
        assert told.status_code == 200
        assert f'data-piece="{other.number}"' in told.text
    assert page(shop, {"place": "SAFE"}).status_code == 200


def test_it_hides_a_safe_that_is_being_counted(shop: Shop) -> None:
    shop.piece(number="3000000061", place=shop.tray("SAFE"))
    shop.count_blind("SAFE")
    assert page(shop, {"place": "SAFE"}).status_code == 409
    assert "3000 0000 61" not in page(shop).text
    assert "· being counted\n" in page(shop, {"q": "3000000061"}).text
    assert page(shop, {"place": "A"}).status_code == 200


def test_it_leaves_out_of_a_list_and_its_sum_what_is_being_counted(
    shop: Shop, canary: Piece
) -> None:
    shop.piece(number="3000000072", place=shop.tray("B-01"))
    sold = shop.piece(number="3000000050", place=shop.tray("A-02"))
    shop.sell(sold)
    for words in ({}, {"state": "on_sale"}, {"category": "necklace"}, {"state": "any"}):
        told = page(shop, words).text
        assert "3000 0000 72" in told
        assert CANARY not in told
        assert canary.number not in told
        assert "3000 0000 80" not in told  # in A-01
        assert ("3000 0000 50" in told) is (words == {"state": "any"})
        assert "What is being counted is not in this list." in told
    assert "1 piece<" in page(shop).text
    assert "Fine gold 8.72 g" in page(shop).text


def test_it_finds_a_piece_by_words_without_its_place_and_adds_nothing(
    shop: Shop, canary: Piece
) -> None:
    told = page(shop, {"q": "金丝雀"}).text
    assert CANARY in told
    assert "being counted at counter A" in told
    assert ">A-05" not in told.replace('value="A-05">A-05', "")
    assert "0 pieces" in told
    # tags for a whole list would count it
    assert f'name="n" value="{canary.number}"' not in told
    assert "What is being counted is not in these sums." in told


def test_it_does_not_pick_out_one_tray_of_a_counter(shop: Shop, canary: Piece) -> None:
    """A piece in A-01 and one in A-05 look the same."""
    shop.piece(number="3000000072", place=shop.tray("B-01"))
    assert "being counted at counter A" in page(shop, {"q": "3000000080"}).text
    told = page(shop, {"q": "3000000072"}).text
    assert "· B-01" in told
    assert "being counted at" not in told


def test_it_opens_again_when_the_tray_is_handed_in(shop: Shop, canary: Piece) -> None:
    shop.count_blind("A-05", number="")
    told = page(shop, {"place": "A-05"})
    assert told.status_code == 200
    assert "5.23 g" in told.text
    assert "being counted" not in page(shop).text
    assert "13.95 g" in page(shop).text


def test_head_office_sees_an_open_count(shop: Shop, canary: Piece) -> None:
    told = page(shop, user=shop.head).text
    assert "13.95 g" in told
    assert "· A-05" in told
    client = shop.client(shop.head)
    client.post("/store/", {"store": "S01"})
    assert CANARY in client.get("/pieces/?place=A-05").text


def test_another_store_lists_as_before(shop: Shop, canary: Piece) -> None:
    shop.piece(number="3000000061", store=shop.s02)
    assert "3000 0000 61" in page(shop, {"place": "A-01"}, shop.sun).text
    assert "being counted" not in page(shop, user=shop.sun).text


def test_it_asks_as_often_while_a_tray_is_counted(
    shop: Shop, canary: Piece, django_assert_max_num_queries: AtMost
) -> None:
    shop.piece(place=shop.tray("B-01"))
    shop.ring(place=shop.tray("B-01"))
    client = shop.client()
    for address in ("/pieces/", "/pieces/?place=B", "/pieces/?q=3000"):
        with django_assert_max_num_queries(MOST_QUERIES) as one:
            client.get(address)
        for _each in range(20):
            shop.ring(place=shop.tray("B-01"))
        with django_assert_max_num_queries(MOST_QUERIES) as many:
            client.get(address)
        assert len(many.captured_queries) == len(one.captured_queries)


# --- one piece in the hand


def test_a_piece_in_the_hand_says_who_counts_and_not_where_it_lies(
    shop: Shop, canary: Piece
) -> None:
    transfers.hand_over(
        rows=[shop.piece(number="3000000050", place=shop.tray("A-02"))],
        to=shop.tray("A-05"), sender=shop.lin, receiver=shop.zhao,
    )  # fmt: skip
    for number in (canary.number, "3000000050"):
        told = shop.client().get(f"/pieces/{number}/").text
        assert "being counted at counter A" in told
        assert "A-05" not in told
        assert "A-05" in shop.client(shop.head).get(f"/pieces/{number}/").text


def test_it_is_sold_and_moved_while_its_tray_is_counted(shop: Shop, canary: Piece) -> None:
    client = shop.client()
    bill = shop.bill(canary)
    told = client.get(f"/sell/{bill.uuid}/").text
    assert CANARY in told
    assert "A-05" not in told
    client.post("/transfers/new/add/", {"code": "3000000080"})
    assert "A-01" in client.get("/transfers/new/").text
    assert shop.sell(shop.charm(place=shop.tray("A-05"))).number


# --- programs


@pytest.fixture
def handheld(shop: Shop) -> Program:
    """A program of the shop, such as the one behind its hand scanners."""
    return register("pieces:read", "handovers:read", stores=[shop.s01])


def test_a_program_of_the_shop_gets_no_list_by_place(
    shop: Shop, canary: Piece, handheld: Program
) -> None:
    for query in ({"place": "A-05"}, {"place": "A-05", "store": "S01"}, {"place": "A-01"}):
        answer = handheld.get("/pieces", **query)
        assert (answer.status_code, answer.json()["code"]) == (409, "count_open"), query
    other = shop.piece(place=shop.tray("B-01"))
    assert [row["number"] for row in handheld.rows("/pieces", place="B-01")] == [other.number]


def test_a_program_of_the_shop_reads_no_place_of_what_is_counted(
    shop: Shop, canary: Piece, handheld: Program
) -> None:
    other = shop.piece(place=shop.tray("B-01"))
    rows = {row["number"]: row for row in handheld.rows("/pieces")}
    told = {number: (row["place"], row["being_counted"]) for number, row in rows.items()}
    assert told[canary.number] == told["3000000080"] == (None, True)
    assert told[other.number] == ("B-01", False)
    one = handheld.get(f"/pieces/{canary.number}").json()
    assert (one["place"], one["being_counted"]) == (None, True)
    steps = handheld.rows(f"/pieces/{canary.number}/movements")
    assert {step["to_place"] for step in steps} == {None}
    steps = handheld.rows(f"/pieces/{other.number}/movements")
    assert {step["to_place"] for step in steps} == {"B-01"}


def test_a_tray_of_the_same_code_in_another_store_is_listed(shop: Shop, canary: Piece) -> None:
    there = shop.piece(store=shop.s02)
    shop.count_blind("A-01")
    program = register("pieces:read", stores=[shop.s01, shop.s02])
    assert program.get("/pieces", place="A-01").status_code == 409
    rows = program.rows("/pieces", place="A-01", store="S02")
    assert [row["number"] for row in rows] == [there.number]


def test_head_offices_program_reads_everything(shop: Shop, canary: Piece) -> None:
    (row,) = register(*EVERYTHING).rows("/pieces", place="A-05")
    assert (row["number"], row["place"], row["being_counted"]) == (canary.number, "A-05", False)


@pytest.mark.parametrize("scopes", [{"handovers:read"}, {"all_stores"}])
def test_one_scope_alone_does_not_look_into_open_counts(
    shop: Shop, canary: Piece, scopes: set[str]
) -> None:
    program = register("pieces:read", *scopes, stores=[shop.s01])
    assert program.get("/pieces", place="A-05").status_code == 409
