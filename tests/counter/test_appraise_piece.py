"""A piece goes to a listed institution with a slip, and what was found comes back."""

import pytest

from counter.books import verify
from tests.cast import KeyedClient, Shop
from tests.paper import text_of as printed
from tests.service_desk import ServiceDesk, open_service_desk
from tests.ticket_pages import at, page_of
from tests.trade_in_pages import send, text_of
from warranty import appraisals, jobs
from warranty.models import Basis, Card, Institution, JobKind, Ticket

FOUND = {"report": "GIC-77", "result": "diamond, 0.30 ct, G, VS2", "cost": "80"}


@pytest.fixture
def desk(shop: Shop) -> ServiceDesk:
    return open_service_desk(shop)


@pytest.fixture
def card(desk: ServiceDesk) -> Card:
    return desk.sold_ring()


@pytest.fixture
def listed(shop: Shop) -> Institution:
    return Institution.objects.create(store=shop.s01, name="国检中心", address="北京路 1 号")


@pytest.fixture
def ticket(desk: ServiceDesk, card: Card, listed: Institution, tablet: KeyedClient) -> Ticket:
    ticket = desk.weigh_in(desk.receive(card), card.piece.gross_mg, stones=1)
    task = {"kind": "appraisal", "basis": "benefit"}
    nowhere = tablet.post(at(ticket, "tasks/"), task)
    assert nowhere.headers["X-Refusal"] == "institution_needed"
    send(tablet, at(ticket, "tasks/"), **task, institution=listed.pk)
    return ticket


def test_the_slip_names_the_institution_and_no_customer(
    tablet: KeyedClient, ticket: Ticket
) -> None:
    paper = printed(tablet.get(at(ticket, "referral.pdf")).content)
    for word in ("国检中心", "北京路 1 号", ticket.number, ticket.item, "2.02"):
        assert word in paper, word
    assert "¥" not in paper


def test_there_is_no_slip_without_an_appraisal(desk: ServiceDesk, tablet: KeyedClient) -> None:
    assert tablet.get(at(desk.receive(), "referral.pdf")).status_code == 404


def test_what_was_found_stands_in_the_ticket_and_on_the_card(
    shop: Shop, tablet: KeyedClient, ticket: Ticket, card: Card
) -> None:
    job = ticket.jobs.get()
    path = at(ticket, f"jobs/{job.pk}/result/")
    assert tablet.post(path, FOUND | {"result": ""}).status_code == 422
    send(tablet, path, **FOUND)
    assert "Report GIC-77: diamond, 0.30 ct, G, VS2 · ¥80.00" in page_of(tablet, ticket)
    life = text_of(tablet.get(f"/cards/{card.number}/"))
    assert "appraised by 国检中心: diamond, 0.30 ct, G, VS2" in life
    assert tablet.post(path, FOUND).headers["X-Refusal"] == "result_kept"
    assert not list(verify(shop.s01, full=True))


def test_other_work_has_no_result_of_an_institution(desk: ServiceDesk, ticket: Ticket) -> None:
    soldered = desk.task(ticket, JobKind.SOLDER, Basis.PAID)
    dropped = jobs.drop(job=ticket.jobs.earliest("pk"), reason="", by=desk.by)
    for job in (soldered, dropped):
        with pytest.raises(appraisals.NotReferred):
            appraisals.note(job=job, report="1", result="gold", cents=0, by=desk.by)
