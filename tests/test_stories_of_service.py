"""The promises of the card are kept: stories of the service desk, through the pages; every story
ends with the books in agreement."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from inventory.models import Notice
from tests.cast import KeyedClient, Shop
from tests.service_desk import ServiceDesk, open_service_desk
from tests.ticket_pages import CHAIN, NAME, at, page_of, photographed, taken_in
from tests.trade_in_pages import send, text_of
from warranty import seed
from warranty.models import Card, Ticket, TicketState

pytestmark = pytest.mark.usefixtures("books_agree_afterwards")


@pytest.fixture
def books_agree_afterwards(shop: Shop) -> Iterator[None]:
    yield
    call_command("verify_books", "--full", verbosity=0)


@pytest.fixture
def tablet(shop: Shop) -> KeyedClient:
    return shop.client()


@pytest.fixture
def card(shop: Shop) -> Card:
    """Of a diamond ring of 2.020 g that was sold today."""
    desk: ServiceDesk = open_service_desk(shop)
    seed.put_seed_care_prices()
    return desk.sold_ring()


def public(card: Card) -> str:
    return text_of(Client().get(f"/w/{card.number}", headers={"Accept-Language": "en"}))


def signed_in(tablet: KeyedClient, ticket: Ticket, *, grams: str, stones: int = 0) -> None:
    """Weighed, photographed and signed for."""
    send(tablet, at(ticket, "weigh/"), grams=grams, stones=stones)
    photographed(tablet, ticket)
    send(tablet, at(ticket, "sign/"), signature=NAME)


def handed_back(tablet: KeyedClient, ticket: Ticket, *, grams: str, stones: int = 0) -> str:
    send(tablet, at(ticket, "weigh-out/"), **{"out-grams": grams, "stones": stones})
    send(tablet, at(ticket, "hand-back/"), signature=NAME)
    ticket.refresh_from_db()
    return ticket.state


def test_a_free_cleaning_takes_two_taps_and_costs_something_after_the_year(
    shop: Shop, card: Card, tablet: KeyedClient
) -> None:
    assert "Free clean, repair, polish" in public(card)
    send(tablet, "/tickets/clean/", card=card.number, grams="2.02")
    ticket = Ticket.objects.get()
    page = text_of(send(tablet, at(ticket, "hand-back/")))
    assert "Given back." in page
    life = text_of(tablet.get(f"/cards/{card.number}/"))
    assert "used: Free clean, repair, polish" in life
    with time_machine.travel(timezone.now() + timedelta(days=366)):
        late = shop.client().post("/tickets/clean/", {"card": card.number, "grams": "2.02"})
        assert late.headers["X-Refusal"] == "benefit_ended"
        assert "¥20.00" in late.content.decode()
    assert Ticket.objects.count() == 1


def test_a_ring_is_resized_and_gold_is_added(card: Card, tablet: KeyedClient) -> None:
    ticket = taken_in(tablet, card=card.number, condition="scratched")
    send(tablet, at(ticket, "weigh/"), grams="2.02", stones="1")
    photographed(tablet, ticket)
    wish = {"kind": "resize", "basis": "benefit", "size_from": "12", "size_to": "14"}
    three = tablet.post(at(ticket, "tasks/"), wish | {"sizes": "3"})
    assert three.headers["X-Refusal"] == "too_many_sizes"
    send(tablet, at(ticket, "tasks/"), **wish, sizes="2")
    send(tablet, at(ticket, "sign/"), signature=NAME)
    send(tablet, at(ticket, "start/"))
    done = {"added": "0.19", "removed": "0.003"}
    send(tablet, at(ticket, f"jobs/{ticket.jobs.get().pk}/done/"), **done)
    send(tablet, at(ticket, "finish/"))
    send(tablet, at(ticket, "check/"), passed="yes")
    light = tablet.post(at(ticket, "weigh-out/"), {"out-grams": "2.02", "stones": "1"})
    assert light.headers["X-Refusal"] == "explanation_needed"
    assert handed_back(tablet, ticket, grams="2.21", stones=1) == TicketState.COLLECTED
    page = page_of(tablet, ticket)
    assert "0.19 g added" in page
    assert "guaranteed until" in page
    again = text_of(tablet.get("/tickets/new/", {"code": card.number}))
    assert "Free resizing" in again and "used" in again


def test_a_repair_is_refused_and_the_piece_goes_back_as_it_came(tablet: KeyedClient) -> None:
    ticket = taken_in(tablet, **CHAIN, phone="13812345678")
    send(tablet, at(ticket, "tasks/"), kind="solder", basis="paid")
    signed_in(tablet, ticket, grams="5.40")
    (job,) = ticket.jobs.all()
    send(tablet, at(ticket, "quote/"), **{f"price-{job.pk}": "180"})
    assert Notice.objects.filter(document__startswith=ticket.number).exists()
    customer = KeyedClient()
    link = f"/t/{ticket.claim_check}/"
    assert "180.00" in text_of(customer.get(link))
    send(customer, link, answer="no", quote=ticket.quotes.get().version)
    early = tablet.post(at(ticket, "hand-back/"), {"signature": NAME})
    assert early.headers["X-Refusal"] == "weight_needed"
    assert handed_back(tablet, ticket, grams="5.40") == TicketState.RETURNED
    twice = tablet.post(at(ticket, "hand-back/"), {"signature": NAME})
    assert twice.headers["X-Refusal"] == "handed_back"


def test_a_lost_card_is_replaced_and_gives_what_was_left(card: Card, tablet: KeyedClient) -> None:
    ticket = taken_in(tablet, card=card.number)
    send(tablet, at(ticket, "weigh/"), grams="2.02", stones="1")
    send(tablet, at(ticket, "tasks/"), kind="resize", basis="benefit", sizes="1")
    at_card = f"/cards/{card.number}"
    assert tablet.post(f"{at_card}/lost/", {"proof": "", "why": ""}).status_code == 422
    tablet.post(f"{at_card}/lost/", {"proof": card.sale_line.sale.number, "why": "on the bus"})
    assert "no longer valid" in public(card)
    moved = tablet.post(f"{at_card}/replace/", {"proof": card.piece.number, "why": ""})
    new = Card.objects.get(replaces=card)
    assert moved.headers["Location"] == f"/cards/{new.number}/"
    assert "no longer valid" in public(card)
    assert "Free clean, repair, polish" in public(new)
    # the ring is still in its envelope, and goes on with the new card
    used_up = tablet.post(at(ticket, "tasks/"), {"kind": "resize", "basis": "benefit"})
    assert used_up.headers["X-Refusal"] == "benefit_used_up"
    send(tablet, at(ticket, "tasks/"), kind="cleaning", basis="benefit")
    assert "the new card keeps its benefits" in page_of(tablet, ticket)
