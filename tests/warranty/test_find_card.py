"""The staff side: find a card, look at it, hide the purchase for its owner."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.ground import codes
from inventory.models import Change
from tests.cast import Shop
from warranty import cards, queries
from warranty.models import Card, CardEvent, CardScan, CardState


@pytest.fixture
def card(shop: Shop) -> Card:
    shop.sell(shop.ring())
    return Card.objects.select_related("piece", "store", "sale_line__sale").get()


def found(shop: Shop, text: str) -> list[Card]:
    return list(queries.search(shop.lin, text))


def body(client: Any, path: str) -> str:
    return str(client.get(path).content.decode())


@pytest.mark.parametrize(
    "spelled",
    [
        lambda card: card.number,
        lambda card: codes.group_card(card.number),
        lambda card: f"https://shop.example/w/{card.number}",
        lambda card: card.number[-4:],
        lambda card: card.number[-6:],
        lambda card: card.piece.number,
        lambda card: codes.group_piece(card.piece.number),
        lambda card: card.sale_line.sale.number,
        lambda card: card.sale_line.sale.number.lower(),
    ],
)
def test_it_is_found_by_each_of_its_numbers(
    shop: Shop, card: Card, spelled: Callable[[Card], str]
) -> None:
    shop.sell(shop.piece())
    assert found(shop, spelled(card)) == [card]


@pytest.mark.parametrize("text", ["9", "ring", "%", "'", "0000000000"])
def test_it_is_not_found_by_less(shop: Shop, card: Card, text: str) -> None:
    assert found(shop, text) == []


def test_it_lists_the_newest_cards_first_and_fifty_at_most(shop: Shop, card: Card) -> None:
    shop.sell(shop.piece())
    newest = Card.objects.latest("pk")
    page = body(shop.client(), "/cards/")
    assert page.index(codes.group_card(newest.number)) < page.index(codes.group_card(card.number))
    assert queries.ROWS == 50


def test_it_shows_icon_and_word_for_each_state(shop: Shop, card: Card) -> None:
    for state in CardState:
        Card.objects.filter(pk=card.pk).update(state=state)
        row = body(shop.client(), "/cards/").partition("<tbody>")[2]
        tag = row.partition('<span class="tag')[2].partition("</span>")[0]
        assert "<svg" in tag and str(state.label) in tag


def test_it_asks_the_database_equally_often_for_any_number_of_rows(shop: Shop) -> None:
    client, asked = shop.client(), []
    for _ in range(2):
        shop.sell(shop.ring(), shop.piece())
        with CaptureQueriesContext(connection) as captured:
            client.get("/cards/")
        asked.append(len(captured))
    assert asked[0] == asked[1]


def test_it_shows_everything_about_one_card(shop: Shop, card: Card) -> None:
    CardScan.objects.create(card=card, day="2026-06-03", count=7)
    cards.note_print(cards=[card], by=shop.chen)
    page = body(shop.client(), f"/cards/{card.number}/")
    facts = [codes.group_card(card.number), "18K金钻石戒指", "0.30 ct · D · VS2 · EX", "1 left"]
    facts += ["printed once", "7 times", "first on 2026-06-03", "陈", "issued"]
    facts += [f"/pieces/{card.piece.number}/", f"/sales/{card.sale_line.sale.number}/"]
    assert [fact for fact in facts if fact not in page] == []


def test_it_is_not_there_for_another_store(shop: Shop, card: Card) -> None:
    client = shop.client(shop.sun, counter=shop.a2)
    assert client.get(f"/cards/{card.number}/").status_code == 404
    assert codes.group_card(card.number) not in body(client, "/cards/")
    assert codes.group_card(card.number) not in body(client, f"/cards/?q={card.number}")


def test_it_links_to_the_sale_only_for_those_who_may_see_it(shop: Shop, card: Card) -> None:
    shop.s01.people.add(shop.gao)
    page = body(shop.client(shop.gao), f"/cards/{card.number}/")
    assert f"/sales/{card.sale_line.sale.number}/" not in page


def test_it_hides_the_purchase_for_the_owner_and_writes_it_down(shop: Shop, card: Card) -> None:
    client = shop.client()
    answer = client.post(f"/cards/{card.number}/purchase/", {"hidden": "1"})
    assert (answer.status_code, answer["Location"]) == (302, f"/cards/{card.number}/")
    card.refresh_from_db()
    assert card.hides_purchase
    event = CardEvent.objects.get(card=card)
    assert (event.change.kind, event.change.by) == ("card_hidden", shop.lin)
    assert "purchase hidden on the public page" in body(client, f"/cards/{card.number}/")
    client.post(f"/cards/{card.number}/purchase/", {"hidden": "0"})
    card.refresh_from_db()
    assert not card.hides_purchase


def test_it_writes_nothing_when_it_is_hidden_already(shop: Shop, card: Card) -> None:
    cards.hide_purchase(card=card, hidden=True, by=shop.lin)
    before = Change.objects.count()
    cards.hide_purchase(card=card, hidden=True, by=shop.chen)
    assert Change.objects.count() == before


def test_it_hides_nothing_for_another_store(shop: Shop, card: Card) -> None:
    client = shop.client(shop.sun, counter=shop.a2)
    assert client.post(f"/cards/{card.number}/purchase/", {"hidden": "1"}).status_code == 404
    card.refresh_from_db()
    assert not card.hides_purchase
