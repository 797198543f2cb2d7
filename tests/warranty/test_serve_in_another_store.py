"""What one store promised, another store of the house keeps."""

import pytest

from counter import customers
from counter.books import verify
from inventory.ground import codes
from tests.cast import KeyedClient, Shop
from tests.service_desk import ServiceDesk, open_service_desk
from tests.trade_in_pages import send, text_of
from warranty import benefits, cards
from warranty.models import Card, Ticket, TicketState

PHONE = "13812345678"


@pytest.fixture
def card(shop: Shop) -> Card:
    desk: ServiceDesk = open_service_desk(shop)
    card = desk.sold_ring()
    mei = customers.find_or_make(phone=PHONE, name="李美", store=shop.s01, by=shop.lin)
    proof = card.piece.number
    cards.pass_on(card=card, proof=proof, customer_id=mei.pk, why="", by=shop.lin)
    return card


@pytest.fixture
def tablet(shop: Shop) -> KeyedClient:
    """At the other store."""
    return shop.client(shop.sun, counter=shop.a2)


def test_a_card_of_the_house_is_found_without_a_person_or_a_price(
    shop: Shop, card: Card, tablet: KeyedClient
) -> None:
    sale, report = card.sale_line.sale, card.piece.certificates.get().number
    for text in (PHONE, sale.number, report, card.number, card.piece.number):
        page = text_of(tablet.post("/cards/find/", {"text": text}))
        assert codes.group_card(card.number) in page, text
        assert f"/tickets/new/?code={card.number}" in page
        assert "国贸店" in page
        assert "李美" not in page
        assert "¥" not in page
    assert codes.group_card(card.number) not in text_of(
        tablet.post("/cards/find/", {"text": "13800000001"})
    )
    scanned = tablet.get("/scan/", {"code": card.number})
    assert scanned["Location"].endswith(f"/tickets/new/?code={card.number}")


def test_its_piece_is_cleaned_there_and_both_books_agree(
    shop: Shop, card: Card, tablet: KeyedClient
) -> None:
    assert "1 left" in text_of(tablet.get("/tickets/new/", {"code": card.piece.number}))
    send(tablet, "/tickets/clean/", card=card.number, grams="2.02")
    ticket = Ticket.objects.get()
    assert (ticket.store, ticket.state) == (shop.s02, TicketState.CHECKED)
    assert not [*verify(shop.s01, full=True), *verify(shop.s02, full=True)]
    page = text_of(send(tablet, f"/tickets/{ticket.number}/hand-back/"))
    assert f'href="/cards/{card.number}/"' not in page
    card.piece.refresh_from_db()
    assert (card.piece.state, card.piece.place) == ("sold", None)
    used = {row.benefit.kind: row.used for row in benefits.remaining(card, on=card.issued_on)}
    assert used["care"] == 1
    assert not [*verify(shop.s01, full=True), *verify(shop.s02, full=True)]
