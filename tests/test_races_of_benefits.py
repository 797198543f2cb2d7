"""Real threads and real commits: fifty hands in two stores want one benefit, many tablets hold one
ticket."""

import pytest

from inventory.ground import changes
from tests.cast import Shop
from tests.service_desk import ServiceDesk, open_service_desk
from tests.test_races import THREADS, at_once, books_agree, patiently
from warranty import benefits, replacements, tickets
from warranty.models import (
    Basis,
    BenefitEntry,
    BenefitKind,
    Card,
    EntryKind,
    JobKind,
    Ticket,
    TicketJob,
    TicketState,
    WeighedAt,
)

pytestmark = pytest.mark.races


@pytest.fixture
def desk(trading_shop: Shop) -> ServiceDesk:
    return open_service_desk(trading_shop)


def job_of(desk: ServiceDesk, card: Card) -> TicketJob:
    """A task that the card is to bear, and does not yet."""
    ticket = desk.weigh_in(desk.receive(card), card.piece.gross_mg, stones=1)
    return desk.task(ticket, JobKind.RESIZE, Basis.PAID)


def test_one_benefit_is_redeemed_once_by_fifty_hands_in_two_stores(desk: ServiceDesk) -> None:
    shop = desk.shop
    card = desk.sold_ring()
    job = job_of(desk, card)
    hands = [(shop.s01, shop.lin), (shop.s02, shop.sun)]

    def redeem(index: int) -> str:
        store, by = hands[index % 2]

        def act() -> None:
            with changes.opened(store=store, by=by) as book:
                benefits.use(card=card, job=job, on=card.issued_on, book=book)

        return patiently(act) or "used"

    got = at_once(redeem)
    assert got == {"used": 1, benefits.BenefitUsedUp.code: THREADS - 1}
    assert BenefitEntry.objects.filter(card=card, kind=EntryKind.USE).count() == 1
    assert books_agree()


def test_a_card_that_is_replaced_while_it_is_used_gives_its_benefit_once(
    desk: ServiceDesk,
) -> None:
    """Either the use was first and is carried over, or the old card gave nothing any more."""
    card = desk.sold_ring()
    job = job_of(desk, card)
    hands = 10

    def act(index: int) -> str:
        if index == 0:
            return patiently(lambda: _replace(desk, card)) or "replaced"
        return patiently(lambda: _use(desk, card, job)) or "used"

    got = at_once(act, threads=hands)
    assert got["replaced"] == 1
    new = Card.objects.get(replaces=card)
    (left,) = [
        row
        for row in benefits.remaining(new, on=new.issued_on)
        if row.benefit.kind == BenefitKind.RESIZE
    ]
    assert left.left == 1 - got["used"]
    refused = got[benefits.CardOver.code] + got[benefits.BenefitUsedUp.code]
    assert got["used"] + refused == hands - 1, got
    assert books_agree()


def test_a_ticket_is_handed_back_once_by_many_tablets(desk: ServiceDesk) -> None:
    ticket = desk.work(desk.free_cleaning(desk.sold_ring()))
    got = at_once(lambda _index: patiently(lambda: _hand_back(desk, ticket)) or "given", threads=6)
    assert got == {"given": 1, tickets.HandedBack.code: 5}
    assert ticket.steps.filter(new=TicketState.COLLECTED).count() == 1
    assert ticket.weights.filter(moment=WeighedAt.OUT).count() == 1
    assert books_agree()


def _hand_back(desk: ServiceDesk, ticket: Ticket) -> None:
    desk.hand_back(Ticket.objects.get(pk=ticket.pk), 2_020, stones=1)


def _replace(desk: ServiceDesk, card: Card) -> None:
    mine = Card.objects.get(pk=card.pk)
    replacements.replace(card=mine, proof=card.piece.number, why="", by=desk.by)


def _use(desk: ServiceDesk, card: Card, job: TicketJob) -> None:
    shop = desk.shop
    with changes.opened(store=shop.s02, by=shop.sun) as book:
        benefits.use(card=card, job=job, on=card.issued_on, book=book)
