"""The service desk on the tablet: taken in, priced, paid."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from counter.models import Sale, ServiceLine
from inventory.models import DrawnSignature, Photo
from tests.cast import KeyedClient, Shop
from tests.service_desk import ServiceDesk, open_service_desk
from tests.ticket_pages import CHAIN, NAME, at, page_of, photographed, taken_in
from tests.trade_in_pages import send, text_of
from tests.warranty.test_scan_photo import huge_png
from warranty import quotes
from warranty.models import Basis, Card, JobKind, Ticket, TicketState


@pytest.fixture
def desk(shop: Shop) -> ServiceDesk:
    return open_service_desk(shop)


@pytest.fixture
def card(desk: ServiceDesk) -> Card:
    return desk.sold_ring()


def test_a_card_brings_its_piece_and_what_is_left_of_its_benefits(
    desk: ServiceDesk, card: Card, tablet: KeyedClient
) -> None:
    page = text_of(tablet.get("/tickets/new/", {"code": card.number}))
    assert card.piece.name in page
    assert "1 left" in page
    ticket = taken_in(tablet, card=card.number, condition="scratched")
    assert (ticket.card, ticket.piece, ticket.condition) == (card, card.piece, "scratched")


def test_a_piece_brings_its_card(desk: ServiceDesk, card: Card, tablet: KeyedClient) -> None:
    ticket = taken_in(tablet, piece=card.piece.number)
    assert ticket.card == card


def test_a_foreign_thing_is_described(desk: ServiceDesk, tablet: KeyedClient) -> None:
    ticket = taken_in(tablet, **CHAIN, phone="138 1234 5678", name="李女士", is_rush="on")
    page = page_of(tablet, ticket)
    assert "about 300" in page
    assert "李女士" in page
    assert "13812345678" not in page
    assert "rush" in page


def test_it_asks_what_kind_of_thing_it_is(desk: ServiceDesk, tablet: KeyedClient) -> None:
    answer = tablet.post("/tickets/new/", {"item": "银项链"})
    assert (answer.status_code, answer.headers["X-Refusal"]) == (422, "bad_field")
    assert not Ticket.objects.exists()


def test_an_unknown_card_is_refused(desk: ServiceDesk, tablet: KeyedClient) -> None:
    answer = tablet.get("/tickets/new/", {"code": "12345678901234567888"})
    assert answer.headers["X-Refusal"] in {"card_not_known", "wrong_digit"}


def test_a_free_cleaning_goes_from_page_to_page(
    desk: ServiceDesk, card: Card, tablet: KeyedClient
) -> None:
    ticket = taken_in(tablet, card=card.number)
    assert "count the stones" in page_of(tablet, ticket)
    send(tablet, at(ticket, "weigh/"), grams="2.02", stones="1")
    photographed(tablet, ticket)
    send(tablet, at(ticket, "tasks/"), kind="cleaning", basis="benefit")
    page = page_of(tablet, ticket)
    send(tablet, at(ticket, "sign/"), signature=NAME)
    assert DrawnSignature.objects.get().text in page
    send(tablet, at(ticket, "start/"))
    job = ticket.jobs.get()
    send(tablet, at(ticket, f"jobs/{job.pk}/done/"), added="", removed="0.01")
    send(tablet, at(ticket, "finish/"))
    send(tablet, at(ticket, "check/"), passed="yes")
    send(tablet, at(ticket, "weigh-out/"), **{"out-grams": "2.01", "stones": "1"})
    shown = page_of(tablet, ticket)
    page = text_of(send(tablet, at(ticket, "hand-back/"), signature=NAME))
    signed = DrawnSignature.objects.latest("pk").text
    assert signed in shown
    assert "Weight 2.01 g. 1 stone." in signed
    assert "Given back." in page
    ticket.refresh_from_db()
    assert ticket.state == TicketState.COLLECTED


def test_the_certificate_proves_a_piece_as_well(
    desk: ServiceDesk, card: Card, tablet: KeyedClient
) -> None:
    card.piece.certificates.create(lab="NGTC", number="7115469434")
    ticket = taken_in(tablet, card=card.number)
    wrong = tablet.post(at(ticket, "certificate/"), {"certificate": "7115469435"})
    assert wrong.headers["X-Refusal"] == "not_this_piece"
    send(tablet, at(ticket, "certificate/"), certificate="7115469434")
    ticket.refresh_from_db()
    assert ticket.identified_by == "certificate"


def test_loose_stones_are_marked_on_the_picture_and_signed(
    desk: ServiceDesk, card: Card, tablet: KeyedClient
) -> None:
    ticket = desk.weigh_in(desk.receive(card), 2_020, stones=1)
    early = tablet.post(at(ticket, "stones/"), {"across": "340", "down": "510"})
    assert early.headers["X-Refusal"] == "photos_needed"
    desk.photograph(ticket)
    send(tablet, at(ticket, "stones/"), across="900", down="900")
    send(tablet, at(ticket, "stones/clear/"))
    page = text_of(send(tablet, at(ticket, "stones/"), across="340", down="510"))
    assert '<circle cx="340" cy="510"' in page
    desk.task(ticket, JobKind.CLEANING, Basis.BENEFIT)
    send(tablet, at(ticket, "sign/"), signature=NAME)
    assert "1 loose stone, marked at 34/51." in DrawnSignature.objects.get().text
    late = tablet.post(at(ticket, "stones/"), {"across": "1", "down": "1"})
    assert late.headers["X-Refusal"] == "intake_signed"


def test_a_mark_lies_on_the_picture(desk: ServiceDesk, tablet: KeyedClient) -> None:
    ticket = desk.receive()
    desk.photograph(ticket)
    for across in ("1001", "-1", "left"):
        assert (
            tablet.post(at(ticket, "stones/"), {"across": across, "down": "1"}).status_code == 422
        )


def test_a_picture_that_would_unpack_to_gigabytes_is_refused(
    desk: ServiceDesk, tablet: KeyedClient
) -> None:
    ticket = desk.receive()
    bomb = SimpleUploadedFile("ring.png", huge_png(30_000, 30_000), content_type="image/png")
    answer = tablet.post(at(ticket, "photo/"), {"photo": bomb, "of": "intake"})
    assert (answer.status_code, answer.headers["X-Refusal"]) == (413, "picture_too_large")
    assert not Photo.objects.exists()


def test_a_picture_that_is_none_is_refused(desk: ServiceDesk, tablet: KeyedClient) -> None:
    ticket = desk.receive()
    broken = {"photo": Card.__doc__, "of": "intake"}
    assert tablet.post(at(ticket, "photo/"), broken).status_code == 422
    assert not Photo.objects.exists()


# --- five minutes


def test_a_quick_cleaning_takes_two_taps(
    desk: ServiceDesk, card: Card, tablet: KeyedClient
) -> None:
    assert "Cleaned, free of charge" in text_of(tablet.get(f"/cards/{card.number}/"))
    send(tablet, "/tickets/clean/", card=card.number, grams="2.02")
    ticket = Ticket.objects.get()
    assert "Give it back" in page_of(tablet, ticket)
    send(tablet, at(ticket, "hand-back/"))
    ticket.refresh_from_db()
    assert (ticket.state, ticket.is_quick) == (TicketState.COLLECTED, True)


def test_a_quick_cleaning_needs_the_piece(
    desk: ServiceDesk, card: Card, tablet: KeyedClient
) -> None:
    answer = tablet.post("/tickets/clean/", {"card": card.number})
    assert answer.headers["X-Refusal"] == "nothing_weighed"
    other = tablet.post("/tickets/clean/", {"card": card.number, "grams": "3.00"})
    assert other.headers["X-Refusal"] == "not_this_piece"
    assert not Ticket.objects.exists()


# --- price


def test_the_list_proposes_a_price_and_the_customer_signs_it(
    desk: ServiceDesk, tablet: KeyedClient
) -> None:
    ticket = desk.weigh_in(desk.receive(), 5_400)
    job = desk.task(ticket, JobKind.SOLDER, Basis.PAID)
    desk.photograph(ticket)
    desk.sign(ticket)
    late = tablet.post(at(ticket, "stones/"), {"across": "1", "down": "1"})
    assert late.headers["X-Refusal"] == "intake_signed"
    none = tablet.post(at(ticket, "quote/"), {f"price-{job.pk}": ""})
    assert none.headers["X-Refusal"] == "price_needed"
    wrong = tablet.post(at(ticket, "quote/"), {f"price-{job.pk}": "much"})
    assert wrong.status_code == 422
    page = text_of(send(tablet, at(ticket, "quote/"), **{f"price-{job.pk}": "60"}))
    quote = quotes.newest(ticket)
    assert quote is not None
    assert "I agree to quote 1" in page
    send(tablet, at(ticket, "agree/"), quote=quote.pk, signature=NAME)
    ticket.refresh_from_db()
    assert ticket.state == TicketState.APPROVED


def test_an_old_version_is_not_signed(desk: ServiceDesk, tablet: KeyedClient) -> None:
    ticket = desk.priced_chain()
    old = quotes.newest(ticket)
    assert old is not None
    desk.quoted(ticket, 9_000)
    answer = tablet.post(at(ticket, "agree/"), {"quote": old.pk, "signature": NAME})
    assert answer.headers["X-Refusal"] == "quote_old"


def test_the_fee_goes_onto_a_bill_before_the_piece_is_given_back(
    desk: ServiceDesk, tablet: KeyedClient
) -> None:
    ticket = desk.work(desk.priced_chain(yes=True))
    assert "Pay at the counter" in page_of(tablet, ticket)
    answer = tablet.post(at(ticket, "pay/"))
    sale = Sale.objects.latest("pk")
    assert answer["Location"] == f"/sell/{sale.uuid}/"
    assert ServiceLine.objects.get().total_cents == 6_000
    assert f"/sell/{sale.uuid}/" in page_of(tablet, ticket)
    twice = tablet.post(at(ticket, "pay/"))
    assert twice.headers["X-Refusal"] == "fee_on_bill"


def test_a_part_is_paid_on_account_before_the_work(desk: ServiceDesk, tablet: KeyedClient) -> None:
    ticket = desk.priced_chain(yes=True)
    assert "Money on account" in page_of(tablet, ticket)
    cashier = page_of(desk.shop.client(desk.shop.qian), ticket)
    assert "Pay at the counter" in cashier
    assert "Begin at our bench" not in cashier
    high = tablet.post(at(ticket, "pay/"), {"amount": "60.01"})
    assert high.headers["X-Refusal"] == "fee_too_high"
    tablet.post(at(ticket, "pay/"), {"amount": "20"})
    line = ServiceLine.objects.get()
    assert (line.total_cents, line.is_deposit) == (2_000, True)
