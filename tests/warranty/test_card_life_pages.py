"""The card page of the desk: lost, found, replaced, passed on; a piece without its card."""

from typing import Any

import pytest

from counter.models import Customer
from tests.cast import KeyedClient, Shop
from warranty.models import Card, CardState


@pytest.fixture
def card(shop: Shop) -> Card:
    return Card.objects.get(sale_line__sale=shop.sell(shop.ring()))


@pytest.fixture
def client(shop: Shop) -> KeyedClient:
    return shop.client()


def page(client: KeyedClient, path: str) -> str:
    return str(client.get(path).content.decode())


def act(client: KeyedClient, card: Card, word: str, **typed: str) -> Any:
    return client.post(f"/cards/{card.number}/{word}/", typed)


def test_a_card_goes_from_lost_to_its_replacement(client: KeyedClient, card: Card) -> None:
    receipt = str(card.sale_line.sale.number)
    assert act(client, card, "lost", proof=receipt, why="bus").status_code == 302
    lost = page(client, f"/cards/{card.number}/")
    assert "reported lost" in lost
    assert "Found again" in lost
    answer = act(client, card, "replace", proof=card.piece.number)
    new = Card.objects.get(replaces=card)
    assert answer.headers["Location"] == f"/cards/{new.number}/"
    assert new.number[-4:] in page(client, f"/cards/{card.number}/")
    assert "In the place of" in page(client, f"/cards/{new.number}/")
    assert "no longer valid" in page(client, f"/w/{card.number}")


def test_a_lost_card_is_found_again(client: KeyedClient, card: Card) -> None:
    act(client, card, "lost", proof=card.piece.number)
    assert act(client, card, "found").status_code == 302
    card.refresh_from_db()
    assert card.state == CardState.VALID


def test_without_proof_nothing_happens_and_a_sentence_says_why(
    client: KeyedClient, card: Card
) -> None:
    for word in ("lost", "replace"):
        answer = act(client, card, word, proof="1")
        assert answer.status_code == 422
        assert "Scan the receipt of this card" in answer.content.decode()
    card.refresh_from_db()
    assert card.state == CardState.VALID


def test_it_is_passed_on_to_a_customer_with_the_piece(client: KeyedClient, card: Card) -> None:
    told = {"phone": "139 0000 0001", "name": "梅", "proof": card.piece.number}
    assert act(client, card, "pass-on", **told).status_code == 303
    assert card.owners.get().customer == Customer.objects.get(phone="13900000001")
    assert "passed on" in page(client, f"/cards/{card.number}/")


def test_the_new_owners_telephone_is_no_part_of_the_public_page(
    client: KeyedClient, card: Card
) -> None:
    act(client, card, "pass-on", phone="13900000001", name="梅梅", proof=card.piece.number)
    public = page(client, f"/w/{card.number}")
    assert "13900000001" not in public
    assert "梅梅" not in public


def test_the_desk_finds_a_piece_without_its_card(client: KeyedClient, card: Card) -> None:
    answer = client.post("/cards/find/", {"text": card.piece.number})
    assert f"/cards/{card.number}/" in answer.content.decode()
    weighed = client.post("/cards/find/", {"mark": "G18K", "grams": "2.00"})
    assert f"/cards/{card.number}/" in weighed.content.decode()
    unknown = client.post("/cards/find/", {"text": "13912345678"})
    assert "No card of the house fits." in unknown.content.decode()
    assert client.post("/cards/find/", {"grams": "many"}).status_code == 422


def test_a_valid_card_leads_to_the_service_desk_and_a_void_one_does_not(
    client: KeyedClient, card: Card
) -> None:
    link = f"/tickets/new/?code={card.number}"
    assert link in page(client, f"/cards/{card.number}/")
    assert client.get(link).status_code == 200
    Card.objects.filter(pk=card.pk).update(state=CardState.VOID)
    over = page(client, f"/cards/{card.number}/")
    assert link not in over
    assert "Replace by a new card" not in over


def test_a_cashier_sees_the_card_and_none_of_these_acts(shop: Shop, card: Card) -> None:
    seen = page(shop.client(shop.qian), f"/cards/{card.number}/")
    assert card.piece.name in seen
    assert "Report lost" not in seen
