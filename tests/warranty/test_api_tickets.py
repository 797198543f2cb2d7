"""Head office's programs read tickets: work, weights and prices, and nobody's name."""

import pytest

from counter import customers
from tests.cast import Shop
from tests.programs import Program, register
from tests.service_desk import ServiceDesk, open_service_desk
from warranty import quotes
from warranty.models import Basis, JobKind, Ticket


@pytest.fixture
def desk(shop: Shop) -> ServiceDesk:
    return open_service_desk(shop)


@pytest.fixture
def program(desk: ServiceDesk) -> Program:
    return register("tickets:read", stores=[desk.shop.s01])


def test_a_ticket_tells_what_was_done_and_weighed(desk: ServiceDesk, program: Program) -> None:
    card = desk.sold_ring()
    ticket = desk.work(desk.free_cleaning(card), removed_mg=10)
    desk.hand_back(ticket, 2_010, stones=1)
    (row,) = program.rows("/tickets")
    assert row == program.get(f"/tickets/{ticket.number}").json()
    assert (row["number"], row["state"]) == (ticket.number, "collected")
    assert (row["piece"], row["card"]) == (card.piece.number, card.number)
    assert (row["taken_in_mg"], row["given_back"]) == (2_020, "2.010")
    assert row["jobs"] == [
        {
            "kind": "cleaning",
            "basis": "benefit",
            "state": "done",
            "added": "0.000",
            "added_mg": 0,
            "removed": "0.010",
            "removed_mg": 10,
        }
    ]


def test_the_newest_price_is_told(desk: ServiceDesk, program: Program) -> None:
    ticket = desk.weigh_in(desk.receive(), 5_000)
    desk.task(ticket, JobKind.SOLDER, Basis.PAID)
    (row,) = program.rows("/tickets")
    assert (row["quoted"], row["quoted_cents"], row["given_back"]) == (None, None, None)
    desk.quoted(ticket, 8_000)
    quotes.answer_by_link(quote=desk.quoted(ticket, 9_000), approved=True)
    (row,) = program.rows("/tickets")
    assert (row["quoted"], row["quoted_cents"]) == ("90.00", 9_000)


def test_nothing_personal_is_told(desk: ServiceDesk, program: Program) -> None:
    who = customers.find_or_make(
        phone="13800138000", name="周小梅", store=desk.shop.s01, by=desk.by
    )
    ticket = desk.receive(declared="外婆的", second_contact="王秀英")
    Ticket.objects.filter(pk=ticket.pk).update(customer=who)
    told = program.get("/tickets").content.decode()
    for secret in ("周小梅", "8000", "外婆", "王秀英", ticket.claim_check):
        assert secret not in told


def test_rows_are_chosen_by_day_and_state(desk: ServiceDesk, program: Program) -> None:
    desk.receive()
    done = desk.clean_now(desk.sold_ring())
    assert [row["number"] for row in program.rows("/tickets?state=checked")] == [done.number]
    assert len(program.rows(f"/tickets?business_day={done.business_day}")) == 2
    assert program.rows("/tickets?business_day=2020-01-01") == []


def test_another_stores_tickets_are_not_there(desk: ServiceDesk) -> None:
    ticket = desk.receive()
    elsewhere = register("tickets:read", stores=[desk.shop.s02])
    assert elsewhere.rows("/tickets") == []
    assert elsewhere.get(f"/tickets/{ticket.number}").status_code == 404
    without = register("sales:read", stores=[desk.shop.s01])
    assert without.get("/tickets").status_code == 403


def test_it_goes_on_behind_the_cursor(desk: ServiceDesk, program: Program) -> None:
    first, second = desk.receive(), desk.receive()
    page = program.get("/tickets?limit=1").json()
    assert [row["number"] for row in page["items"]] == [first.number]
    rest = program.get(f"/tickets?cursor={page['next_cursor']}").json()
    assert [row["number"] for row in rest["items"]] == [second.number]


def test_many_cost_as_many_queries_as_one(desk: ServiceDesk, program: Program) -> None:
    counts = []
    for _ in range(2):
        desk.receive()
        counts.append(program.questions("/tickets"))
    assert counts[0] == counts[1]
