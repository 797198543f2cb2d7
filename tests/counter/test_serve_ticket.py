"""The road of a ticket: taken in, quoted, worked on, checked, given back."""

import pytest

from counter import service_desk
from counter.books import verify
from inventory.ground.approvals import ApprovalNeeded
from inventory.models import State
from tests.cast import Shop
from tests.old_gold import SIGNED
from tests.service_desk import ServiceDesk, open_service_desk
from warranty import benefits, intakes, jobs, quotes, ticket_weights, tickets
from warranty.models import Basis, Card, JobKind, TicketState, TicketStep


@pytest.fixture
def desk(shop: Shop) -> ServiceDesk:
    return open_service_desk(shop)


@pytest.fixture
def card(desk: ServiceDesk) -> Card:
    return desk.sold_ring()


def test_a_free_cleaning_goes_from_hand_to_hand(desk: ServiceDesk, card: Card) -> None:
    ticket = desk.free_cleaning(card)
    assert ticket.state == TicketState.APPROVED
    card.piece.refresh_from_db()
    assert card.piece.state == State.IN_SERVICE
    desk.work(ticket)
    done = desk.hand_back(ticket, 2_020, stones=1)
    assert (done.state, done.place) == (TicketState.COLLECTED, None)
    card.piece.refresh_from_db()
    assert (card.piece.state, card.piece.place) == (State.SOLD, None)
    states = TicketStep.objects.filter(ticket=ticket).values_list("new", flat=True)
    assert list(states) == [
        "received",
        "approved",
        "at_bench",
        "at_bench",
        "done",
        "checked",
        "collected",
    ]
    assert not list(verify(desk.shop.s01, full=True))


def test_the_five_minutes_cleaning_takes_two_acts_and_uses_the_ledger(
    desk: ServiceDesk, card: Card
) -> None:
    ticket = desk.clean_now(card)
    assert ticket.state == TicketState.CHECKED
    assert benefits.bearing(card, JobKind.CLEANING, on=card.issued_on).used == 1  # type: ignore[union-attr]  # because: the plan has it
    service_desk.hand_back(
        ticket=ticket,
        on_scale=None,
        explanation="",
        collected_by="",
        drawn=None,
        by=desk.by,
    )
    ticket.refresh_from_db()
    assert ticket.state == TicketState.COLLECTED
    assert not list(verify(desk.shop.s01, full=True))


def test_gold_that_was_added_is_in_the_weight_that_goes_out(desk: ServiceDesk, card: Card) -> None:
    ticket = desk.weigh_in(desk.receive(card), 2_020, stones=1)
    desk.task(ticket, JobKind.RESIZE, Basis.BENEFIT, size_from="15", size_to="17", sizes=2)
    desk.photograph(ticket)
    desk.sign(ticket)
    desk.work(ticket, added_mg=190, removed_mg=3)
    desk.hand_back(ticket, 2_207, stones=1)
    assert service_desk.known_mg(card.piece) == 2_207


def test_a_lighter_piece_is_not_handed_back_unexplained(desk: ServiceDesk, card: Card) -> None:
    ticket = desk.work(desk.free_cleaning(card))
    with pytest.raises(ticket_weights.ExplanationNeeded, match=r"1\.90"):
        desk.hand_back(ticket, 1_900, stones=1)
    ticket.refresh_from_db()
    assert ticket.state == TicketState.CHECKED


def test_a_missing_stone_stops_the_hand_back(desk: ServiceDesk, card: Card) -> None:
    ticket = desk.work(desk.free_cleaning(card))
    with pytest.raises(ticket_weights.ExplanationNeeded, match="0 stones now, 1"):
        desk.hand_back(ticket, 2_020, stones=0)


def test_an_explanation_needs_a_second_person(desk: ServiceDesk, card: Card) -> None:
    ticket = desk.work(desk.free_cleaning(card))
    with pytest.raises(ApprovalNeeded):
        desk.hand_back(ticket, 1_900, stones=1, explanation="old solder taken off")


def test_the_second_hand_back_is_refused(desk: ServiceDesk, card: Card) -> None:
    ticket = desk.work(desk.free_cleaning(card))
    desk.hand_back(ticket, 2_020, stones=1)
    with pytest.raises(tickets.HandedBack):
        desk.hand_back(ticket, 2_020, stones=1)


def test_another_ring_is_not_the_cards(desk: ServiceDesk, card: Card) -> None:
    ticket = desk.receive(card)
    with pytest.raises(service_desk.NotThisPiece, match=r"2\.60"):
        desk.weigh_in(ticket, 2_600, stones=1)


def test_a_piece_lies_in_one_envelope(desk: ServiceDesk, card: Card) -> None:
    first = desk.receive(card)
    with pytest.raises(intakes.PieceInHand, match=first.number):
        desk.receive(card)


def test_a_lost_card_brings_nothing(desk: ServiceDesk, card: Card) -> None:
    Card.objects.filter(pk=card.pk).update(state="lost")
    card.refresh_from_db()
    with pytest.raises(intakes.CardNotValid):
        desk.receive(card)


def test_a_piece_of_the_stock_is_no_customers(desk: ServiceDesk, card: Card) -> None:
    with pytest.raises(intakes.NotTheCards):
        desk.receive(card, piece=desk.shop.ring())
    with pytest.raises(intakes.NotTheCustomers):
        desk.receive(piece=desk.shop.ring())


def test_the_customer_says_yes_to_a_price_and_to_each_new_one(desk: ServiceDesk) -> None:
    ticket = desk.weigh_in(desk.receive(), 5_400)
    desk.task(ticket, JobKind.SOLDER, Basis.PAID)
    desk.photograph(ticket)
    assert desk.sign(ticket).state == TicketState.RECEIVED
    first = desk.quoted(ticket, 6_000)
    second = desk.quoted(ticket, 8_000)
    with pytest.raises(quotes.QuoteOld):
        quotes.approve_on_tablet(quote=first, drawn=SIGNED, by=desk.by)
    quotes.approve_on_tablet(quote=second, drawn=SIGNED, by=desk.by)
    ticket.refresh_from_db()
    assert (ticket.state, quotes.agreed_cents(ticket)) == (TicketState.APPROVED, 8_000)


def test_no_at_the_private_link_ends_the_repair_and_gives_the_benefit_back(
    desk: ServiceDesk, card: Card
) -> None:
    ticket = desk.weigh_in(desk.receive(card), 2_020, stones=1)
    desk.task(ticket, JobKind.RESIZE, Basis.BENEFIT, sizes=1)
    desk.task(ticket, JobKind.ENGRAVING, Basis.PAID)
    quote = desk.quoted(ticket, 30_000)
    quotes.answer_by_link(quote=quote, approved=False)
    ticket.refresh_from_db()
    assert ticket.state == TicketState.UNREPAIRED
    assert benefits.bearing(card, JobKind.RESIZE, on=card.issued_on).left == 1  # type: ignore[union-attr]  # because: the plan has it
    back = desk.hand_back(ticket, 2_020, stones=1)
    assert back.state == TicketState.RETURNED


def test_unpaid_work_stays_with_us(desk: ServiceDesk) -> None:
    ticket = desk.weigh_in(desk.receive(), 5_400)
    desk.task(ticket, JobKind.SOLDER, Basis.PAID)
    desk.photograph(ticket)
    desk.sign(ticket)
    quotes.approve_on_tablet(quote=desk.quoted(ticket, 6_000), drawn=SIGNED, by=desk.by)
    desk.work(ticket)
    with pytest.raises(service_desk.Unpaid, match=r"60\.00"):
        desk.hand_back(ticket, 5_400)


def test_open_tasks_keep_the_work_open(desk: ServiceDesk, card: Card) -> None:
    ticket = desk.free_cleaning(card)
    tickets.start(ticket=ticket, by=desk.by)
    with pytest.raises(jobs.JobsOpen):
        jobs.finish_work(ticket=ticket, by=desk.by)


def test_nobody_leaves_without_a_picture_being_taken(desk: ServiceDesk, card: Card) -> None:
    ticket = desk.weigh_in(desk.receive(card), 2_020, stones=1)
    desk.task(ticket, JobKind.CLEANING, Basis.BENEFIT)
    with pytest.raises(intakes.PhotosNeeded):
        desk.sign(ticket)
