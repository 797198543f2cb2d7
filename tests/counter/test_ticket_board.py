"""The board of the service desk: what presses comes first, and what is found."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import KeyedClient, Shop
from tests.service_desk import ServiceDesk, open_service_desk
from tests.ticket_pages import CHAIN, at, page_of, taken_in
from tests.trade_in_pages import text_of
from warranty import ticket_queries, tickets
from warranty.models import Basis, Card, JobKind, Ticket

MOST_STATEMENTS = 28


@pytest.fixture
def desk(shop: Shop) -> ServiceDesk:
    return open_service_desk(shop)


@pytest.fixture
def card(desk: ServiceDesk) -> Card:
    return desk.sold_ring()


def test_the_board_shows_what_is_pressing_first(desk: ServiceDesk, tablet: KeyedClient) -> None:
    plain = desk.receive(item="plain chain")
    rush = desk.receive(item="rush chain", wish={"is_rush": True})
    today = timezone.localdate()
    late = desk.receive(item="late chain", wish={"promised_on": today.replace(year=2020, day=1)})
    column = ticket_queries.board(desk.by, store=desk.shop.s01)[0]
    assert [row.ticket for row in column.rows] == [late, rush, plain]
    page = text_of(tablet.get("/tickets/"))
    assert page.index("late chain") < page.index("rush chain") < page.index("plain chain")
    assert [row.ticket for row in ticket_queries.overdue(desk.by, store=desk.shop.s01)] == [late]
    assert "plain chain" not in text_of(tablet.get("/tickets/", {"show": "overdue"}))


def test_a_ticket_is_found(desk: ServiceDesk, tablet: KeyedClient) -> None:
    ticket = taken_in(tablet, **CHAIN, phone="13812345678", name="李女士")
    desk.receive(item="other thing")
    store = desk.shop.s01
    for asked in ("5678", "李女", "银项", ticket.number, ticket.claim_check):
        found = ticket_queries.found(desk.by, store=store, text=asked)
        assert [row.ticket for row in found] == [ticket], asked
    page = text_of(tablet.get("/tickets/", {"q": "5678"}))
    assert ticket.number in page
    assert "other thing" not in page


def test_what_waits_too_long_is_listed_with_its_attempts(
    desk: ServiceDesk, card: Card, tablet: KeyedClient
) -> None:
    ticket = desk.work(desk.free_cleaning(card))
    assert ticket.number not in text_of(tablet.get("/tickets/", {"show": "unclaimed"}))
    month_ago = timezone.now() - timedelta(days=31)
    Ticket.objects.filter(pk=ticket.pk).update(stage_at=month_ago)
    tickets.note_contact(ticket=ticket, how="telephone", result="no answer", by=desk.by)
    (row,) = ticket_queries.unclaimed(desk.by, store=desk.shop.s01)
    assert (row.ticket, row.ticket.attempts) == (ticket, 1)  # type: ignore[attr-defined]  # because: annotated
    assert ticket.number in text_of(tablet.get("/tickets/", {"show": "unclaimed"}))


def test_a_full_board_asks_no_more_than_an_empty_one(
    desk: ServiceDesk, tablet: KeyedClient, django_assert_max_num_queries: Any
) -> None:
    for n in range(35):
        desk.receive(item=f"chain {n}")
    with django_assert_max_num_queries(11):
        page = text_of(tablet.get("/tickets/"))
    assert "5 more" in page
    assert page.count("chain ") < text_of(tablet.get("/tickets/", {"show": "in"})).count("chain ")


def test_a_scanned_number_opens_the_ticket(desk: ServiceDesk, tablet: KeyedClient) -> None:
    ticket = desk.receive()
    found = tablet.get("/scan/", {"code": ticket.number})
    assert found.headers["Location"] == at(ticket)


def test_another_store_sees_nothing(desk: ServiceDesk) -> None:
    ticket = desk.receive()
    shop = desk.shop
    elsewhere = shop.client(shop.sun, counter=shop.a2)
    assert elsewhere.get(at(ticket)).status_code == 404
    assert ticket.number not in text_of(elsewhere.get("/tickets/"))


def test_a_ticket_opens_with_as_few_statements_after_much_work(
    desk: ServiceDesk, card: Card, tablet: KeyedClient
) -> None:
    """Its page is opened at every step."""
    fresh, worked = desk.receive(card), desk.priced_chain(yes=True)
    for _turn in range(3):
        desk.task(worked, JobKind.POLISH, Basis.PAID)
        desk.photograph(worked)
        tickets.note_contact(ticket=worked, how="telephone", result="busy", by=desk.by)
    asked = []
    for ticket in (fresh, worked):
        with CaptureQueriesContext(connection) as captured:
            assert ticket.number in page_of(tablet, ticket)
        asked.append(len(captured))
    assert 10 < max(asked) <= MOST_STATEMENTS, asked
