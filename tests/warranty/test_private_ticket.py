"""The private link of a ticket: how far the work is, and the customer's own yes or no."""

from typing import Any

import pytest
from django.test import Client

from counter import customers
from tests.cast import Shop
from tests.old_gold import SIGNED
from tests.service_desk import ServiceDesk, open_service_desk
from warranty import quotes, throttle
from warranty.models import Basis, JobKind, QuoteAnswer, Ticket, TicketState


@pytest.fixture
def desk(shop: Shop) -> ServiceDesk:
    return open_service_desk(shop)


@pytest.fixture
def ticket(desk: ServiceDesk) -> Ticket:
    """A chain that is to be soldered for ¥60.00, if its owner agrees."""
    who = customers.find_or_make(
        phone="13812345678", name="周小梅", store=desk.shop.s01, by=desk.by
    )
    ticket = desk.weigh_in(desk.receive(second_contact="her sister"), 5_400)
    Ticket.objects.filter(pk=ticket.pk).update(customer=who)
    desk.task(ticket, JobKind.SOLDER, Basis.PAID)
    desk.quoted(ticket, 6_000)
    ticket.refresh_from_db()
    return ticket


@pytest.fixture
def phone() -> Client:
    """Nobody's telephone; it checks the token of every form."""
    return Client(enforce_csrf_checks=True, headers={"accept-language": "en"})


def link(ticket: Ticket) -> str:
    return f"/t/{ticket.claim_check}/"


def read(phone: Client, ticket: Ticket) -> str:
    answer = phone.get(link(ticket))
    assert answer.status_code == 200
    return str(answer.content.decode())


def say(phone: Client, ticket: Ticket, answer: str, version: int = 1) -> Any:
    return phone.post(link(ticket), {"quote": version, "answer": answer})


def test_it_says_how_far_the_work_is_and_nothing_of_a_person(
    desk: ServiceDesk, ticket: Ticket, phone: Client
) -> None:
    answer = phone.get(link(ticket))
    page = answer.content.decode()
    assert "We have named a price" in page
    assert "¥60.00" in page
    for secret in ("周", "1381", "5678", "sister", "5.40", desk.by.first_name):
        assert secret not in page, secret
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert not answer.cookies


def test_yes_begins_the_work(ticket: Ticket, phone: Client) -> None:
    answer = say(phone, ticket, "yes")
    assert (answer.status_code, answer["Location"]) == (303, link(ticket))
    ticket.refresh_from_db()
    given = QuoteAnswer.objects.get()
    assert (ticket.state, given.approved, given.how) == (TicketState.APPROVED, True, "link")
    assert "waits for the goldsmith" in read(phone, ticket)


def test_no_ends_the_repair(ticket: Ticket, phone: Client) -> None:
    say(phone, ticket, "no")
    ticket.refresh_from_db()
    assert ticket.state == TicketState.UNREPAIRED
    assert "not repaired" in read(phone, ticket)


@pytest.mark.parametrize(("answer", "version"), [("perhaps", 1), ("", 1), ("yes", 2), ("yes", 0)])
def test_what_did_not_stand_there_is_no_answer(
    ticket: Ticket, phone: Client, answer: str, version: int
) -> None:
    refused = say(phone, ticket, answer, version)
    assert refused.status_code == 409
    assert "does not hold any more" in refused.content.decode()
    assert not QuoteAnswer.objects.exists()


def test_an_old_version_is_not_agreed_to(desk: ServiceDesk, ticket: Ticket, phone: Client) -> None:
    desk.quoted(ticket, 9_000)
    assert say(phone, ticket, "yes", version=1).status_code == 409
    assert say(phone, ticket, "yes", version=2).status_code == 303


def test_it_is_answered_once_wherever(desk: ServiceDesk, ticket: Ticket, phone: Client) -> None:
    quote = quotes.newest(ticket)
    assert quote is not None
    quotes.approve_on_tablet(quote=quote, drawn=SIGNED, by=desk.by)
    assert say(phone, ticket, "no").status_code == 409
    ticket.refresh_from_db()
    assert ticket.state == TicketState.APPROVED


def test_a_guess_gets_the_same_calm_page_and_then_a_wait(phone: Client, ticket: Ticket) -> None:
    for text in ("a" * 22, "short", ticket.claim_check.swapcase()):
        answer = phone.get(f"/t/{text}/")
        assert answer.status_code == 200
        assert "There is nothing under this address." in answer.content.decode()
    for _guess in range(throttle.PER_NETWORK - 3):
        phone.get("/t/guess/")
    assert phone.get("/t/guess/").status_code == 429
    assert "We have named a price" in read(phone, ticket)
