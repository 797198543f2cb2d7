"""The service desk on the tablet: sent out, worked on, given back."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from counter import service_desk
from tests.cast import KeyedClient, Shop
from tests.old_gold import SIGNED
from tests.service_desk import ServiceDesk, open_service_desk
from tests.ticket_pages import NAME, at, page_of, taken_in
from tests.trade_in_pages import send, text_of
from warranty import tickets
from warranty.models import Basis, Card, JobKind, TicketState


@pytest.fixture
def desk(shop: Shop) -> ServiceDesk:
    return open_service_desk(shop)


@pytest.fixture
def card(desk: ServiceDesk) -> Card:
    return desk.sold_ring()


def test_it_goes_to_a_workshop_and_comes_back_weighed(
    desk: ServiceDesk, card: Card, tablet: KeyedClient
) -> None:
    ticket = desk.free_cleaning(card)
    out = {"workshop": "老张工坊", "back_on": "2030-01-31", "grams": "2.02", "stones": "1"}
    nameless = tablet.post(at(ticket, "send-out/"), out | {"workshop": ""})
    assert nameless.status_code == 422
    page = text_of(send(tablet, at(ticket, "send-out/"), **out))
    assert "老张工坊" in page
    send(tablet, at(ticket, "take-back/"), grams="2.01", stones="1")
    moments = [row.moment for row in ticket.weights.all()]
    assert moments == ["in", "to_workshop", "from_workshop"]


def test_bad_work_goes_back_to_the_bench_with_a_word(
    desk: ServiceDesk, card: Card, tablet: KeyedClient
) -> None:
    ticket = desk.work(desk.free_cleaning(card))
    wordless = tablet.post(at(ticket, "check/"), {"passed": "no"})
    assert wordless.status_code == 422
    send(tablet, at(ticket, "check/"), passed="no", remark="still dull")
    ticket.refresh_from_db()
    assert ticket.state == TicketState.AT_BENCH
    assert "still dull" in page_of(tablet, ticket)


def test_a_difference_asks_for_words_and_a_second_person(
    desk: ServiceDesk, card: Card, tablet: KeyedClient
) -> None:
    ticket = desk.work(desk.free_cleaning(card))
    light = {"out-grams": "1.90", "stones": "1"}
    unexplained = tablet.post(at(ticket, "weigh-out/"), light)
    assert unexplained.headers["X-Refusal"] == "explanation_needed"
    asked = tablet.post(at(ticket, "weigh-out/"), light | {"explanation": "old solder gone"})
    assert asked.headers["X-Refusal"] == "approval_needed"
    early = tablet.post(at(ticket, "hand-back/"), {"signature": NAME})
    assert early.headers["X-Refusal"] == "weight_needed"


def test_a_weight_of_before_the_work_was_taken_up_again_does_not_count(
    desk: ServiceDesk, card: Card, tablet: KeyedClient
) -> None:
    ticket = desk.work(desk.free_cleaning(card))
    send(tablet, at(ticket, "weigh-out/"), **{"out-grams": "2.02", "stones": "1"})
    tickets.check(ticket=ticket, passed=False, remark="dull", by=desk.by)
    send(tablet, at(ticket, "finish/"))
    send(tablet, at(ticket, "check/"), passed="yes")
    answer = tablet.post(at(ticket, "hand-back/"), {"signature": NAME})
    assert answer.headers["X-Refusal"] == "weight_needed"


def test_a_clock_that_is_put_back_takes_no_weight_away(desk: ServiceDesk, card: Card) -> None:
    ticket = desk.work(desk.free_cleaning(card))
    with time_machine.travel(timezone.now() - timedelta(minutes=1)):
        service_desk.weigh_out(
            ticket=ticket, on_scale=desk.scale(2_020, 1), explanation="", by=desk.by
        )
    back = service_desk.hand_back(
        ticket=ticket, on_scale=None, explanation="", collected_by="", drawn=SIGNED, by=desk.by
    )
    assert back.state == TicketState.COLLECTED


def test_nothing_is_handed_back_twice(desk: ServiceDesk, card: Card, tablet: KeyedClient) -> None:
    ticket = desk.work(desk.free_cleaning(card))
    desk.hand_back(ticket, 2_020, stones=1)
    again = tablet.post(at(ticket, "hand-back/"), {"signature": NAME})
    assert again.headers["X-Refusal"] == "handed_back"


def test_it_is_given_up_with_a_reason(desk: ServiceDesk, card: Card, tablet: KeyedClient) -> None:
    ticket = desk.free_cleaning(card)
    assert tablet.post(at(ticket, "give-up/"), {"reason": ""}).status_code == 422
    page = text_of(send(tablet, at(ticket, "give-up/"), reason="the prong would break"))
    assert "the prong would break" in page


def test_a_task_is_left_out_and_its_benefit_is_there_again(
    desk: ServiceDesk, card: Card, tablet: KeyedClient
) -> None:
    ticket = desk.weigh_in(desk.receive(card), 2_020, stones=1)
    job = desk.task(ticket, JobKind.RESIZE, Basis.BENEFIT, sizes=1)
    assert "1 left" not in page_of(tablet, ticket)
    page = text_of(send(tablet, at(ticket, f"jobs/{job.pk}/drop/"), reason="changed mind"))
    assert "1 left" in page


def test_day_place_and_attempts_are_noted(
    desk: ServiceDesk, card: Card, tablet: KeyedClient
) -> None:
    ticket = desk.free_cleaning(card)
    safe = desk.shop.tray("SAFE")
    send(tablet, at(ticket, "promise/"), promised_on="2030-01-31")
    send(tablet, at(ticket, "put/"), place=safe.pk)
    page = text_of(send(tablet, at(ticket, "contact/"), how="telephone", result="no answer"))
    assert "2030-01-31" in page
    assert "no answer" in page
    ticket.refresh_from_db()
    assert ticket.place == safe


def test_work_is_done_again_at_no_price(desk: ServiceDesk, tablet: KeyedClient) -> None:
    ticket = desk.work(desk.priced_chain(yes=True, cents=0))
    desk.hand_back(ticket, 5_400)
    assert f"/tickets/new/?code={ticket.number}" in page_of(tablet, ticket)
    again = taken_in(tablet, redo=ticket.number)
    assert (again.redo_of, again.item) == (ticket, ticket.item)
    job = ticket.jobs.get()
    ticket.jobs.update(warranty_until=timezone.localdate())
    send(tablet, at(again, "tasks/"), kind="solder", basis="warranty", again=job.pk)
    assert again.jobs.get().redo_of == job
