"""A benefit is granted, used and reversed; nobody gets more of it than is left."""

from datetime import date, timedelta

import pytest

from counter.books import verify
from inventory.ground import changes
from tests.cast import Shop
from tests.service_desk import ServiceDesk, open_service_desk
from warranty import benefits, jobs
from warranty.benefits import Remainder
from warranty.models import (
    Basis,
    BenefitEntry,
    BenefitKind,
    Card,
    CardState,
    CarePrice,
    EntryKind,
    JobKind,
    PlanBenefit,
    Ticket,
    TicketJob,
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


def left(card: Card, kind: str, *, on: date | None = None) -> Remainder:
    rows = benefits.remaining(card, on=on or card.issued_on)
    return next(row for row in rows if row.benefit.kind == kind)


def use(shop: Shop, job: TicketJob, card: Card, *, days: int = 0) -> BenefitEntry:
    """A use so many days after the sale, as `jobs` makes it."""
    with changes.opened(store=shop.s01, by=shop.lin) as book:
        on = card.issued_on + timedelta(days=days)
        return benefits.use(card=card, job=job, on=on, book=book)


def promise(card: Card, kind: BenefitKind, **terms: object) -> PlanBenefit:
    """One more promise in the plan of this card, granted with the rest."""
    return PlanBenefit.objects.create(
        plan=card.plan, kind=kind, position=90, title_zh="测试", title_en="Test", **terms
    )


def test_a_task_uses_it_and_the_card_shows_one_less(
    desk: ServiceDesk, card: Card, ticket: Ticket
) -> None:
    job = desk.task(ticket, JobKind.RESIZE, Basis.BENEFIT, size_from="15", size_to="16", sizes=1)
    entry = BenefitEntry.objects.get(job=job)
    assert (entry.kind, entry.nth, entry.store, entry.on) == (
        EntryKind.USE,
        1,
        desk.shop.s01,
        card.issued_on,
    )
    assert left(card, BenefitKind.RESIZE).left == 0
    assert job.benefit == entry.benefit


def test_the_second_resize_says_what_it_costs_instead(
    desk: ServiceDesk, card: Card, ticket: Ticket
) -> None:
    CarePrice.objects.create(kind=JobKind.RESIZE, cents=8_000, valid_from=date(2020, 1, 1))
    desk.task(ticket, JobKind.RESIZE, Basis.BENEFIT, sizes=1)
    with pytest.raises(benefits.BenefitUsedUp, match=r"80\.00") as refused:
        desk.task(ticket, JobKind.RESIZE, Basis.BENEFIT, sizes=1)
    assert refused.value.code == "benefit_used_up"
    assert TicketJob.objects.filter(ticket=ticket).count() == 1


def test_a_task_that_is_dropped_gives_it_back_once(
    desk: ServiceDesk, card: Card, ticket: Ticket
) -> None:
    job = desk.task(ticket, JobKind.RESIZE, Basis.BENEFIT, sizes=1)
    jobs.drop(job=job, reason="fits", by=desk.by)
    assert left(card, BenefitKind.RESIZE).left == 1
    with changes.opened(store=desk.shop.s01, by=desk.by) as book:
        entry = BenefitEntry.objects.get(job=job, kind=EntryKind.USE)
        with pytest.raises(benefits.BenefitReversed):
            benefits.reverse(entry=entry, book=book)
    again = desk.task(ticket, JobKind.RESIZE, Basis.BENEFIT, sizes=1)
    assert BenefitEntry.objects.get(job=again).nth == 2
    assert not list(verify(desk.shop.s01, full=True))


def test_care_is_free_on_the_last_day_of_its_year_and_no_longer(
    desk: ServiceDesk, card: Card, ticket: Ticket
) -> None:
    last = benefits.months_later(card.issued_on, 12)
    assert benefits.check(card, JobKind.POLISH, on=last).is_free
    with pytest.raises(benefits.BenefitEnded):
        benefits.check(card, JobKind.POLISH, on=last + timedelta(days=1))


def test_nothing_bears_work_that_the_plan_does_not_name(card: Card) -> None:
    with pytest.raises(benefits.NoBenefit):
        benefits.check(card, JobKind.ENGRAVING, on=card.issued_on)


@pytest.mark.parametrize("state", [CardState.VOID, CardState.LOST, CardState.REPLACED])
def test_a_card_that_is_over_gives_nothing(card: Card, state: CardState) -> None:
    Card.objects.filter(pk=card.pk).update(state=state)
    card.refresh_from_db()
    with pytest.raises(benefits.CardOver):
        benefits.check(card, JobKind.CLEANING, on=card.issued_on)


def test_an_overdue_inspection_lets_the_stone_guarantee_sleep_until_a_present_one(
    shop: Shop, desk: ServiceDesk, card: Card, ticket: Ticket
) -> None:
    stones = promise(card, BenefitKind.STONES, needs_inspection=True)
    with changes.opened(store=shop.s01, by=shop.lin) as book:
        grant = BenefitEntry(card=card, benefit=stones, kind=EntryKind.GRANT)
        book.write([grant], kind="benefit_granted")
    late = benefits.months_later(card.issued_on, 7)
    assert left(card, BenefitKind.STONES, on=late).asleep
    with pytest.raises(benefits.BenefitAsleep):
        benefits.check(card, JobKind.SETTING, on=late)
    job = desk.task(ticket, JobKind.INSPECTION, Basis.BENEFIT)
    use(shop, job, card, days=(late - card.issued_on).days)
    with pytest.raises(benefits.BenefitAsleep):  # written down, and nobody has looked yet
        benefits.check(card, JobKind.SETTING, on=late)
    with changes.opened(store=shop.s01, by=shop.lin) as book:
        jobs.end(job, ticket, book)
    assert benefits.check(card, JobKind.SETTING, on=late).is_free
    assert not left(card, BenefitKind.STONES, on=late).asleep
    assert left(card, BenefitKind.INSPECTION, on=late).next_due == benefits.months_later(late, 6)


def test_a_yearly_number_begins_again_on_the_anniversary(
    shop: Shop, desk: ServiceDesk, card: Card, ticket: Ticket
) -> None:
    yearly = promise(card, BenefitKind.CLEANING, uses=1, is_yearly=True)
    with changes.opened(store=shop.s01, by=shop.lin) as book:
        grant = BenefitEntry(
            card=card, benefit=yearly, kind=EntryKind.GRANT, uses=1, on=card.issued_on
        )
        book.write([grant], kind="benefit_granted")
    job = desk.task(ticket, JobKind.CLEANING, Basis.BENEFIT)
    assert BenefitEntry.objects.get(job=job).benefit == yearly
    anniversary = benefits.months_later(card.issued_on, 12)
    assert left(card, BenefitKind.CLEANING, on=anniversary - timedelta(days=1)).left == 0
    assert left(card, BenefitKind.CLEANING, on=anniversary).left == 1


def test_it_needs_the_piece_beside_the_card(desk: ServiceDesk, card: Card) -> None:
    unseen = desk.receive(card)
    with pytest.raises(jobs.CardNeeded):
        desk.task(unseen, JobKind.CLEANING, Basis.BENEFIT)


def test_it_gives_no_more_sizes_than_the_plan(
    desk: ServiceDesk, card: Card, ticket: Ticket
) -> None:
    PlanBenefit.objects.filter(plan=card.plan, kind=BenefitKind.RESIZE).update(most_sizes=2)
    with pytest.raises(jobs.TooManySizes, match="2"):
        desk.task(ticket, JobKind.RESIZE, Basis.BENEFIT, sizes=3)
    # what the two sizes say goes before what was counted, and something is said
    ends = {"size_from": "１５", "size_to": "17.5"}
    with pytest.raises(jobs.TooManySizes):
        desk.task(ticket, JobKind.RESIZE, Basis.BENEFIT, sizes=1, **ends)
    with pytest.raises(jobs.SizesNeeded):
        desk.task(ticket, JobKind.RESIZE, Basis.BENEFIT, size_from="15", size_to="larger")
    assert left(card, BenefitKind.RESIZE).left == 1
