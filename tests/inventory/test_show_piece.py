"""One piece's page: what it is, what it costs today, and its whole life."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import translation

from inventory import transfers
from inventory.models import Piece, Reason, State
from tests.cast import COST_CENTS, Shop, card_of

AtMost = Callable[[int], AbstractContextManager[Any]]
# a cost in every way in which a page might spell it
COST = {
    f"{COST_CENTS}",
    f"{COST_CENTS:,}",
    f"{COST_CENTS / 100:.2f}",
    f"{COST_CENTS / 100:,.2f}",
    f"{COST_CENTS / 100:.1f}",
}
MOST_QUERIES = 14


def page_of(piece: Piece, shop: Shop, user: User | None = None) -> str:
    answer = shop.client(user).get(f"/pieces/{piece.number}/")
    assert answer.status_code == 200, answer.content
    return answer.text


def test_it_shows_a_piece_by_weight_with_its_arithmetic(shop: Shop) -> None:
    piece = shop.piece(number="3000000091")
    page = page_of(piece, shop)
    facts = ["3000 0000 91", "Fine gold 999‰", "足金", "8.72 g", "A-01", piece.style.code]
    facts += ["¥10,594.80", "8.72 g × ¥1,177.00", "+ labour 8.72 × ¥38.00", "NGTC 73000000091"]
    assert [fact for fact in facts if fact not in page] == []


def test_it_shows_a_ring_with_stone_and_price_per_gram(shop: Shop) -> None:
    page = page_of(shop.ring(), shop)
    facts = ["¥7,572.00", "¥3,863.27 per gram", "2.02 g", "1.96 g", "G18K", "size 15"]
    facts += ["diamond 0.30 ct · D · VS2 · EX"]
    assert [fact for fact in facts if fact not in page] == []


@pytest.mark.parametrize(
    ("kind", "value", "words", "total"),
    [
        ("percent", 800, "+ labour ¥821.08", "¥11,084.52"),
        ("per_piece", 26_000, "+ labour ¥260.00", "¥10,523.44"),
        ("per_gram", 0, "+ labour 8.72 × ¥0.00", "¥10,263.44"),
    ],
)
def test_it_reckons_labour(shop: Shop, kind: str, value: int, words: str, total: str) -> None:
    page = page_of(shop.piece(labour_kind=kind, labour_value=value), shop)
    assert words in page
    assert total in page


def test_it_says_that_the_board_has_no_price(shop: Shop) -> None:
    page = page_of(shop.piece(metal="Pt", grade=9000, content=None, name="Pt900项链"), shop)
    assert "no price on the board" in page


def test_it_tells_the_whole_life_newest_first(shop: Shop) -> None:
    piece = shop.piece()
    moved = transfers.hand_over(
        rows=[piece], to=shop.tray("B-02"), sender=shop.lin, receiver=shop.zhao
    )
    piece.refresh_from_db()
    sale = shop.sell(piece)
    page = page_of(piece, shop)
    told = ["Sold", sale.number or "", "Held for a bill", "Moved", "A-01 → B-02", moved.number]
    told += ["Put on sale", "Received"]
    places = [page.index(each) for each in told[:1] + told[2:]]
    assert places == sorted(places)
    assert f"/scan/?code={sale.number}" in page
    assert f"/scan/?code={moved.number}" in page


def test_in_chinese_coming_in_and_waiting_for_the_counter_are_two_words(shop: Shop) -> None:
    with translation.override("zh-hans"):
        assert (str(Reason.RECEIVED.label), str(State.RECEIVED.label)) == ("进货", "待上柜")
    path = f"/pieces/{shop.piece().number}/"
    page = shop.client().get(path, headers={"accept-language": "zh-hans"}).text
    assert "进货" in page
    assert "待上柜" not in page  # it is on sale


def test_it_leads_from_a_sold_piece_to_its_sale_and_its_card(shop: Shop) -> None:
    piece = shop.piece()
    sale = shop.sell(piece)
    page = page_of(piece, shop)
    assert f'href="/sales/{sale.number}/"' in page
    assert f'href="/cards/{card_of(sale).number}/"' in page
    assert 'data-reason="It is sold"' in page
    assert 'data-reason="It lies in no place of the shop"' in page


def test_it_offers_to_sell_to_move_and_to_print(shop: Shop) -> None:
    piece = shop.piece()
    page = page_of(piece, shop)
    assert f'action="/sell/piece/{piece.number}/"' in page
    assert 'action="/transfers/new/add/"' in page
    assert f"/pieces/tags.pdf?n={piece.number}" in page
    assert page_of(piece, shop, shop.qian).count("/transfers/new/add/") == 0  # a cashier


@pytest.mark.parametrize("name", ["lin", "qian", "chen", "wang"])
def test_it_never_shows_the_cost_to_a_shop(shop: Shop, name: str) -> None:
    piece = shop.piece()
    client = shop.client(shop.people[name])
    for path in (f"/pieces/{piece.number}/", "/pieces/", f"/pieces/?q={piece.number}"):
        assert [figure for figure in COST if figure in client.get(path).text] == []


def test_it_shows_the_cost_to_head_office(shop: Shop) -> None:
    assert "¥6,543.21" in page_of(shop.piece(), shop, shop.head)


def test_it_knows_nothing_of_another_stores_piece(shop: Shop) -> None:
    piece = shop.piece(store=shop.s02)
    assert shop.client().get(f"/pieces/{piece.number}/").status_code == 404
    assert shop.client().get("/pieces/3000000000/").status_code == 404
    assert shop.client(shop.sun).get(f"/pieces/{piece.number}/").status_code == 200


def test_it_asks_as_often_for_a_long_life_as_for_a_short_one(
    shop: Shop, django_assert_max_num_queries: AtMost
) -> None:
    piece = shop.piece()
    client = shop.client()
    with django_assert_max_num_queries(MOST_QUERIES) as short:
        client.get(f"/pieces/{piece.number}/")
    for place in ("A-02", "A-03", "B-01", "A-01") * 5:
        to = shop.tray(place)
        transfers.hand_over(rows=[piece], to=to, sender=shop.lin, receiver=shop.zhao)
        piece.refresh_from_db()
    with django_assert_max_num_queries(MOST_QUERIES) as long:
        client.get(f"/pieces/{piece.number}/")
    assert len(long.captured_queries) == len(short.captured_queries)
