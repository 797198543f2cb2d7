"""What the desk reads of a card and what its owner reads on the telephone is the same."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from inventory.ground import changes
from tests.cast import Shop
from tests.service_desk import ServiceDesk, open_service_desk
from warranty import benefits, jobs, public_cards, replacements
from warranty.models import Basis, BenefitEntry, BenefitKind, Card, EntryKind, JobKind, PlanBenefit

# the day of the sale, the tenth and eleventh day, an overdue inspection, the second and third year
DAYS = (0, 10, 11, 200, 365, 400, 731)


@pytest.fixture
def card(shop: Shop) -> Card:
    """A ring with a yearly cleaning beside all that its plan promises; some of it is used."""
    desk = open_service_desk(shop)
    card = desk.sold_ring()
    _promise_cleaning(desk, card)
    ticket = desk.weigh_in(desk.receive(card), card.piece.gross_mg, stones=1)
    for kind in (JobKind.RESIZE, JobKind.CLEANING, JobKind.POLISH):
        desk.task(ticket, kind, Basis.BENEFIT, sizes=1)
    dropped = desk.task(ticket, JobKind.CLEANING, Basis.BENEFIT)
    jobs.drop(job=dropped, reason="no time", by=desk.by)
    return card


def _promise_cleaning(desk: ServiceDesk, card: Card) -> None:
    yearly = PlanBenefit.objects.create(
        plan=card.plan,
        kind=BenefitKind.CLEANING,
        position=90,
        uses=2,
        is_yearly=True,
        title_zh="每年清洗两次",
        title_en="Two cleanings a year",
    )
    with changes.opened(store=desk.shop.s01, by=desk.by) as book:
        grant = BenefitEntry(
            card=card, benefit=yearly, kind=EntryKind.GRANT, uses=2, on=card.issued_on
        )
        book.write([grant], kind="benefit_granted")


def staff(card: Card, on: date) -> list[tuple[str, str, str, bool]]:
    rows = benefits.remaining(card, on=on)
    return [(row.benefit.title, row.note, row.answer, row.over) for row in rows]


def public(card: Card, on: date) -> list[tuple[str, str, str, bool]]:
    facts = public_cards.look_up(card.number, on=on).facts
    assert facts is not None
    return public_cards.benefit_lines(facts.promises, on=on)


def test_both_pages_say_the_same_on_every_day_in_both_languages(card: Card) -> None:
    said = set()
    for days in DAYS:
        on = card.issued_on + timedelta(days=days)
        for language in ("en", "zh-hans"):
            with translation.override(language):
                assert staff(card, on) == public(card, on), days
        said |= {answer for _title, _note, answer, _over in staff(card, on)}
    # so that the days above see each of them
    told = {"used", "1 left", "2 left", "ended", "at cost", "due now", "after the next inspection"}
    assert told <= said


def test_both_pages_say_the_same_of_a_replacement(shop: Shop, card: Card) -> None:
    before = {days: staff(card, card.issued_on + timedelta(days=days)) for days in DAYS}
    new = replacements.replace(card=card, proof=card.piece.number, why="", by=shop.lin)
    for days in DAYS:
        on = card.issued_on + timedelta(days=days)
        assert staff(new, on) == public(new, on) == before[days]
