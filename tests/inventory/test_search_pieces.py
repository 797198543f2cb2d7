"""The list of pieces: found by what a clerk has at hand, counted and weighed as a whole."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User

from inventory import prices
from inventory.models import Category, Certificate
from tests.cast import Shop

AtMost = Callable[[int], AbstractContextManager[Any]]
# session, person, store and counter of the page, then the list itself
MOST_QUERIES = 14


def listed(shop: Shop, words: dict[str, str] | None = None, *, user: User | None = None) -> str:
    answer = shop.client(user).get(f"/pieces/?{urlencode(words or {})}")
    assert answer.status_code == 200, answer.content
    return answer.text


def test_it_shows_what_a_clerk_needs_of_a_piece(shop: Shop) -> None:
    piece = shop.piece(number="3000000091")
    page = listed(shop)
    facts = [piece.name, "Fine gold 999‰", "3000 0000 91", piece.style.code, "A-01", "on sale"]
    # 8.72 g × ¥1,177.00 and 8.72 g × ¥38.00
    facts += ["¥10,594.80", "8.72 g × ¥1,177.00", "+ labour 8.72 × ¥38.00"]
    assert [fact for fact in facts if fact not in page] == []


@pytest.mark.parametrize(
    "text", ["0091", "00000091", "3000 0000 91", "０００９１", "n01", "710022", "金项"]
)
def test_it_finds_a_piece_by(shop: Shop, text: str) -> None:
    wanted = shop.piece(number="3000000091", style="N0147", certified=False, on_sale=False)
    Certificate.objects.create(piece=wanted, lab="NGTC", number="710022")
    other = shop.charm(number="3000000080", style="C0001")
    page = listed(shop, {"q": text})
    assert "3000 0000 91" in page
    assert other.name not in page


def test_it_looks_for_a_few_digits_only_in_styles(shop: Shop) -> None:
    shop.piece(number="3000000091", style="N0147")
    assert "No piece fits these words." in listed(shop, {"q": "091"})


def test_it_finds_what_is_sold_when_it_is_looked_for_by_number(shop: Shop) -> None:
    sold = shop.piece(number="3000000091")
    shop.sell(sold)
    assert "3000 0000 91" not in listed(shop)
    page = listed(shop, {"q": "0091"})
    assert "3000 0000 91" in page
    assert "sold</span>" in page


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ({"state": "on_sale"}, {"91", "80"}),
        ({"state": "received"}, {"72"}),
        ({"place": "A"}, {"91", "72"}),
        ({"place": "A-03"}, {"72"}),
        ({"place": "SAFE"}, {"80"}),
        ({"category": "pendant"}, {"80"}),
        ({"category": "pendant", "place": "A"}, set()),
        ({"state": "sold"}, set()),
    ],
)
def test_it_narrows_the_list(shop: Shop, words: dict[str, str], numbers: set[str]) -> None:
    shop.piece(number="3000000091")
    shop.charm(number="3000000080", place=shop.tray("SAFE"))
    shop.piece(number="3000000072", place=shop.tray("A-03"), on_sale=False)
    page = listed(shop, words)
    assert {last for last in ("91", "80", "72") if f"3000 0000 {last}" in page} == numbers


def test_it_sums_the_whole_list_class_by_class(shop: Shop) -> None:
    for _each in range(51):
        shop.piece()
    shop.ring()
    page = listed(shop)
    assert "52 pieces" in page
    assert "Fine gold 444.72 g · 18K gold 1.96 g" in page


def test_it_counts_a_piece_with_two_reports_once(shop: Shop) -> None:
    piece = shop.piece(number="3000000091")
    Certificate.objects.create(piece=piece, lab="GTC", number="8")
    page = listed(shop, {"q": "3000000091"})
    assert "1 piece<" in page
    assert "Fine gold 8.72 g" in page


def test_it_shows_fifty_pieces_and_then_more(shop: Shop) -> None:
    numbers = sorted(shop.piece().number for _each in range(51))
    first = shop.client().get("/pieces/")
    assert first.text.count("data-piece") == 50
    assert f"after={numbers[49]}" in first.text
    more = shop.client().get(
        f"/pieces/?after={numbers[49]}", headers={"HX-Request": "true", "HX-Target": "more"}
    )
    assert more.text.count("data-piece") == 1
    assert f'data-piece="{numbers[50]}"' in more.text
    assert "<html" not in more.text


def test_it_says_why_there_is_no_price(shop: Shop) -> None:
    shop.piece(metal="Pt", grade=9000, content=None, name="Pt900项链")
    page = listed(shop)
    assert "no price on the board" in page
    assert "¥0.00" not in page


def test_it_prices_a_piece_by_the_board_of_its_own_store(shop: Shop) -> None:
    shop.piece()
    shop.piece(store=shop.s02)
    prices.put_up(store=shop.s02, quotes=[prices.Quote("Au", 9990, "sell", 117_900)], by=shop.head)
    page = listed(shop, user=shop.head)
    assert "¥10,594.80" in page
    assert "¥10,612.24" in page
    assert str(shop.s02) in page


def test_it_shows_head_office_one_store_once_it_is_chosen(shop: Shop) -> None:
    shop.piece(number="3000000091")
    shop.piece(store=shop.s02, number="3000000080")
    client = shop.client(shop.head)
    assert "3000 0000 80" in client.get("/pieces/").text
    client.post("/store/", {"store": "S01"})
    page = client.get("/pieces/").text
    assert "3000 0000 91" in page
    assert "3000 0000 80" not in page


def test_it_shows_nothing_of_another_store(shop: Shop) -> None:
    shop.piece(store=shop.s02, number="3000000091")
    assert "3000 0000 91" not in listed(shop, {"q": "3000000091"})
    assert "3000 0000 91" in listed(shop, {"q": "3000000091"}, user=shop.sun)


@pytest.mark.parametrize(
    "words", ["state=melted", "place=Z-99", "category=crown", "q=%00", f"q={'9' * 61}"]
)
def test_it_refuses_words_that_are_not_on_the_page(shop: Shop, words: str) -> None:
    answer = shop.client().get(f"/pieces/?{words}")
    assert answer.status_code == 422
    assert "These words cannot be looked for." in answer.text


def test_it_asks_as_often_for_fifty_rows_as_for_one(
    shop: Shop, django_assert_max_num_queries: AtMost
) -> None:
    shop.ring()
    client = shop.client()
    with django_assert_max_num_queries(MOST_QUERIES) as one:
        client.get("/pieces/")
    for _each in range(49):
        shop.piece(category=Category.BANGLE)
    with django_assert_max_num_queries(MOST_QUERIES) as fifty:
        client.get("/pieces/")
    assert len(fifty.captured_queries) <= len(one.captured_queries) + 1  # the board, by weight
