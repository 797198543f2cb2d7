"""A card is lost, found, replaced, passed on and closed; what it promises is neither doubled nor
lost on the way."""

from datetime import timedelta

import pytest

from counter import customers
from counter.books import verify
from inventory.ground import changes
from inventory.ground.errors import NotAllowed
from tests.cast import Shop
from tests.service_desk import ServiceDesk, open_service_desk
from tests.trade_in_pages import text_of
from warranty import (
    benefits,
    card_proofs,
    cards,
    finding,
    jobs,
    public_cards,
    queries,
    replacements,
)
from warranty.models import (
    Basis,
    BenefitEntry,
    BenefitKind,
    Card,
    CardEvent,
    CardState,
    EntryKind,
    JobKind,
    PlanBenefit,
    Ticket,
)


@pytest.fixture
def desk(shop: Shop) -> ServiceDesk:
    return open_service_desk(shop)


@pytest.fixture
def card(desk: ServiceDesk) -> Card:
    return desk.sold_ring()


@pytest.fixture
def ticket(desk: ServiceDesk, card: Card) -> Ticket:
    return desk.weigh_in(desk.receive(card), card.piece.gross_mg, stones=1)


def lose(desk: ServiceDesk, card: Card, proof: str = "") -> Card:
    shown = proof or str(card.sale_line.sale.number)
    return cards.report_lost(card=card, proof=shown, why="on the bus", by=desk.by)


def replace(desk: ServiceDesk, card: Card, proof: str = "") -> Card:
    shown = proof or card.piece.number
    return replacements.replace(card=card, proof=shown, why="", by=desk.by)


def told(card: Card, *, days: int = 0) -> list[tuple[str, int | None, object, object, bool]]:
    rows = benefits.remaining(card, on=card.issued_on + timedelta(days=days))
    return [(row.benefit.kind, row.left, row.valid_until, row.next_due, row.asleep) for row in rows]


# --- lost and found


@pytest.mark.parametrize("proof", ["receipt", "piece", "certificate"])
def test_it_is_reported_lost_with_a_proof_that_the_event_keeps(
    desk: ServiceDesk, card: Card, proof: str
) -> None:
    number = {
        "receipt": card.sale_line.sale.number,
        "piece": card.piece.number,
        "certificate": card.piece.certificates.get().number,
    }[proof]
    lost = lose(desk, card, str(number))
    assert lost.state == CardState.LOST
    event = CardEvent.objects.get(card=card)
    assert (event.new, event.why) == (CardState.LOST, f"{number} · on the bus")
    assert public_cards.look_up(card.number, on=card.issued_on).facts is None
    assert not list(verify(desk.shop.s01, full=True))


@pytest.mark.parametrize("proof", ["", "1234", "S01-20260101-0001"])
def test_it_is_not_reported_lost_without_a_proof(desk: ServiceDesk, card: Card, proof: str) -> None:
    with pytest.raises(card_proofs.ProofNeeded):
        cards.report_lost(card=card, proof=proof, why="", by=desk.by)
    with pytest.raises(card_proofs.ProofNeeded):
        lose(desk, card, desk.shop.ring().number)
    card.refresh_from_db()
    assert card.state == CardState.VALID


def test_only_the_service_desk_reports_it_lost(desk: ServiceDesk, card: Card) -> None:
    with pytest.raises(NotAllowed):
        cards.report_lost(card=card, proof=card.piece.number, why="", by=desk.shop.qian)


def test_a_lost_card_gives_nothing_until_it_is_found(desk: ServiceDesk, card: Card) -> None:
    lost = lose(desk, card)
    with pytest.raises(benefits.CardOver):
        benefits.check(lost, JobKind.CLEANING, on=card.issued_on)
    again = cards.find_again(card=lost, why="in a coat", by=desk.by)
    assert benefits.check(again, JobKind.CLEANING, on=card.issued_on).is_free
    with pytest.raises(cards.CardMoved):
        cards.find_again(card=again, why="", by=desk.by)


# --- replaced


def test_a_ticket_goes_on_with_the_card_that_replaced_its_own(
    desk: ServiceDesk, card: Card, ticket: Ticket
) -> None:
    new = replace(desk, replace(desk, card))
    job = desk.task(ticket, JobKind.RESIZE, Basis.BENEFIT, sizes=1)
    assert BenefitEntry.objects.get(job=job).card == new
    page = text_of(desk.shop.client().get(f"/tickets/{ticket.number}/"))
    assert "the new card keeps its benefits" in page
    left = {row.benefit.kind: row.left for row in benefits.remaining(new, on=new.issued_on)}
    assert left[BenefitKind.RESIZE] == 0
    jobs.drop(job=job, reason="", by=desk.by)
    assert not list(verify(desk.shop.s01, full=True))


def test_what_a_card_gave_may_be_taken_back_with_its_piece_alone(
    desk: ServiceDesk, card: Card, ticket: Ticket
) -> None:
    job = desk.task(ticket, JobKind.RESIZE, Basis.BENEFIT, sizes=1)
    jobs.finish(job=job, added_mg=0, removed_mg=0, words="", by=desk.by)
    with changes.opened(store=card.store, by=desk.by) as book:
        benefits.reverse(entry=BenefitEntry.objects.get(job=job), book=book)
    assert "whose work was not done" in str(next(iter(verify(desk.shop.s01))))
    with changes.opened(store=card.store, by=desk.by) as book:
        card.refresh_from_db()
        cards.close(cards=[card], why="returned", book=book)
    assert not list(verify(desk.shop.s01))


def test_a_replacement_has_a_new_number_and_the_same_promises(
    desk: ServiceDesk, card: Card, ticket: Ticket
) -> None:
    desk.task(ticket, JobKind.RESIZE, Basis.BENEFIT, sizes=1)
    desk.task(ticket, JobKind.INSPECTION, Basis.BENEFIT)
    before = [told(card, days=days) for days in (0, 11, 200, 400)]
    new = replace(desk, lose(desk, card))
    assert [told(new, days=days) for days in (0, 11, 200, 400)] == before
    card.refresh_from_db()
    assert (card.state, new.state, new.replaces) == (CardState.REPLACED, CardState.VALID, card)
    assert new.number != card.number
    assert (new.sale_line, new.plan, new.issued_on) == (card.sale_line, card.plan, card.issued_on)
    with pytest.raises(benefits.BenefitUsedUp):
        benefits.check(new, JobKind.RESIZE, on=new.issued_on)
    with pytest.raises(benefits.CardOver):
        benefits.check(card, JobKind.CLEANING, on=card.issued_on)
    assert not list(verify(desk.shop.s01, full=True))


def test_the_old_page_says_no_more_than_that_it_is_over(desk: ServiceDesk, card: Card) -> None:
    new = replace(desk, card)
    assert public_cards.look_up(card.number, on=card.issued_on).facts is None
    assert public_cards.look_up(new.number, on=card.issued_on).facts is not None


def test_a_card_is_replaced_once_and_its_replacement_again(desk: ServiceDesk, card: Card) -> None:
    new = replace(desk, card)
    with pytest.raises(cards.CardMoved):
        replace(desk, Card.objects.get(pk=card.pk))
    newest = replace(desk, new)
    assert told(newest) == told(card)
    assert Card.objects.filter(piece=card.piece, state=CardState.VALID).get() == newest
    with pytest.raises(cards.CardMoved):
        cards.find_again(card=Card.objects.get(pk=card.pk), why="", by=desk.by)


def test_work_that_is_dropped_after_the_replacement_gives_its_use_to_the_new_card(
    desk: ServiceDesk, card: Card, ticket: Ticket
) -> None:
    job = desk.task(ticket, JobKind.RESIZE, Basis.BENEFIT, sizes=1)
    new = replace(desk, card)
    jobs.drop(job=job, reason="fits", by=desk.by)
    assert benefits.check(new, JobKind.RESIZE, on=new.issued_on).left == 1
    assert not list(verify(desk.shop.s01, full=True))


def test_what_was_reversed_before_is_not_carried_over(
    desk: ServiceDesk, card: Card, ticket: Ticket
) -> None:
    job = desk.task(ticket, JobKind.RESIZE, Basis.BENEFIT, sizes=1)
    jobs.drop(job=job, reason="fits", by=desk.by)
    new = replace(desk, card)
    assert not new.entries.exclude(kind=EntryKind.GRANT).exists()
    assert benefits.check(new, JobKind.RESIZE, on=new.issued_on).left == 1


def test_a_yearly_number_begins_again_on_the_new_card_too(
    desk: ServiceDesk, card: Card, ticket: Ticket
) -> None:
    yearly = PlanBenefit.objects.create(
        plan=card.plan,
        kind=BenefitKind.CLEANING,
        position=90,
        uses=1,
        is_yearly=True,
        title_zh="清洗",
        title_en="Cleaning",
    )
    with changes.opened(store=desk.shop.s01, by=desk.by) as book:
        grant = BenefitEntry(
            card=card, benefit=yearly, kind=EntryKind.GRANT, uses=1, on=card.issued_on
        )
        book.write([grant], kind="benefit_granted")
    desk.task(ticket, JobKind.CLEANING, Basis.BENEFIT)
    new = replace(desk, card)
    anniversary = benefits.months_later(card.issued_on, 12)
    for day, left in ((anniversary - timedelta(days=1), 0), (anniversary, 1)):
        (row,) = [each for each in benefits.remaining(new, on=day) if each.benefit_id == yearly.pk]
        assert row.left == left


def test_an_earlier_inspection_that_is_reversed_leaves_the_later_one_its_day(
    desk: ServiceDesk, card: Card, ticket: Ticket
) -> None:
    first = desk.task(ticket, JobKind.INSPECTION, Basis.BENEFIT)
    second = desk.task(ticket, JobKind.INSPECTION, Basis.BENEFIT)
    later = card.issued_on + timedelta(days=100)
    kept = BenefitEntry.objects.get(job=second)
    with changes.opened(store=desk.shop.s01, by=desk.by) as book:
        use = benefits.use(card=card, job=second, on=later, book=book)
        for entry in (BenefitEntry.objects.get(job=first), kept):
            benefits.reverse(entry=entry, book=book)
    (row,) = [
        each
        for each in benefits.remaining(card, on=later)
        if each.benefit.kind == BenefitKind.INSPECTION
    ]
    assert row.next_due == use.next_due == benefits.months_later(later, 6)


# --- passed on


def test_a_new_owner_registers_with_card_and_piece(desk: ServiceDesk, card: Card) -> None:
    shop = desk.shop
    mei = customers.find_or_make(phone="13900000001", name="", store=shop.s01, by=desk.by)
    cards.pass_on(card=card, proof=card.piece.number, customer_id=mei.pk, why="gift", by=desk.by)
    assert cards.owner_id(card) == mei.pk
    found = finding.find(shop.lin, store=shop.s01, text=mei.phone, mark="", grams=None)
    assert [each.card for each in found] == [card]
    with pytest.raises(cards.OwnedAlready):
        cards.pass_on(card=card, proof=card.piece.number, customer_id=mei.pk, why="", by=desk.by)
    assert cards.owner_id(replace(desk, card)) == mei.pk


def test_a_receipt_is_not_enough_to_pass_it_on(desk: ServiceDesk, card: Card) -> None:
    mei = customers.find_or_make(phone="13900000001", name="", store=desk.shop.s01, by=desk.by)
    receipt = str(card.sale_line.sale.number)
    with pytest.raises(card_proofs.PieceNeeded):
        cards.pass_on(card=card, proof=receipt, customer_id=mei.pk, why="", by=desk.by)
    lost = lose(desk, card)
    with pytest.raises(cards.CardNotHeld):
        cards.pass_on(card=lost, proof=card.piece.number, customer_id=mei.pk, why="", by=desk.by)


# --- closed


def test_a_return_closes_the_card_and_leaves_those_before_it(desk: ServiceDesk, card: Card) -> None:
    new = replace(desk, card)
    old = Card.objects.get(pk=card.pk)
    with changes.opened(store=desk.shop.s01, by=desk.by) as book:
        cards.close(cards=[old, new], why="returned", book=book)
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, new.state) == (CardState.REPLACED, CardState.CLOSED)
    assert not list(verify(desk.shop.s01, full=True))


# --- a piece without its card


def test_a_piece_without_its_card_is_found_by_what_there_is(desk: ServiceDesk, card: Card) -> None:
    shop, piece = desk.shop, card.piece
    for text in (piece.number, card.sale_line.sale.number, piece.certificates.get().number):
        found = finding.find(shop.lin, store=shop.s01, text=str(text), mark="", grams=None)
        assert found == [finding.FoundCard(card, is_ours=True)], text
    worn = {"text": "", "mark": "g18k", "store": shop.s01}
    assert finding.find(shop.lin, grams=piece.gross_mg - 40, **worn)  # type: ignore[arg-type]  # because: one dict of several types
    assert finding.find(shop.lin, grams=piece.gross_mg - 400, **worn) == []  # type: ignore[arg-type]  # because: one dict of several types
    assert finding.find(shop.lin, grams=None, **worn) == []  # type: ignore[arg-type]  # because: one dict of several types
    assert finding.find(shop.sun, grams=piece.gross_mg, **worn) == []  # type: ignore[arg-type]  # because: one dict of several types


def test_the_life_of_a_card_tells_uses_and_owners(
    desk: ServiceDesk, card: Card, ticket: Ticket
) -> None:
    job = desk.task(ticket, JobKind.RESIZE, Basis.BENEFIT, sizes=1)
    jobs.drop(job=job, reason="fits", by=desk.by)
    mei = customers.find_or_make(phone="13900000001", name="", store=desk.shop.s01, by=desk.by)
    cards.pass_on(card=card, proof=card.piece.number, customer_id=mei.pk, why="gift", by=desk.by)
    told = [(moment.what, moment.why) for moment in queries.life_of(card)]
    assert ("passed on", "gift") in told
    assert ("used: Free resizing", ticket.number) in told
    assert ("not used after all: Free resizing", ticket.number) in told
