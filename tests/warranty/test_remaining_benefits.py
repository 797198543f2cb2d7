"""What is left of a card's benefits is a sum of its ledger."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from inventory.ground import changes
from tests.cast import Shop
from warranty import benefits
from warranty.benefits import Remainder
from warranty.models import BenefitEntry, BenefitKind, Card, EntryKind


@pytest.fixture
def card(shop: Shop) -> Card:
    sale = shop.sell(shop.ring())
    return Card.objects.get(sale_line__sale=sale)


def left(card: Card, kind: BenefitKind, *, days: int = 0) -> Remainder:
    rows = benefits.remaining(card, on=card.issued_on + timedelta(days=days))
    return next(row for row in rows if row.benefit.kind == kind)


def enter(shop: Shop, card: Card, kind: EntryKind, next_due: date | None = None) -> None:
    benefit = card.plan.benefits.get(kind=BenefitKind.RESIZE)
    entry = BenefitEntry(card=card, benefit=benefit, kind=kind, next_due=next_due)
    with changes.opened(store=shop.s01, by=shop.lin) as book:
        book.write([entry], kind="benefit_used", number=card.number)


def test_it_is_everything_on_the_day_of_the_sale(card: Card) -> None:
    rows = benefits.remaining(card, on=card.issued_on)
    answers = [row.answer for row in rows]
    due = benefits.months_later(card.issued_on, 6)
    assert answers == ["any time", "1 left", f"by {due}", *["any time"] * 4]
    assert not any(row.over for row in rows)


def test_it_is_less_after_use_and_back_after_a_reversal(shop: Shop, card: Card) -> None:
    enter(shop, card, EntryKind.USE)
    used = left(card, BenefitKind.RESIZE)
    assert (used.used, used.left, used.answer, used.over) == (1, 0, "used", True)
    enter(shop, card, EntryKind.REVERSE)
    assert left(card, BenefitKind.RESIZE).answer == "1 left"


def test_it_has_no_number_where_use_is_open(card: Card) -> None:
    assert left(card, BenefitKind.REWEIGH).left is None


def test_it_ends_the_exchange_after_its_tenth_day(card: Card) -> None:
    tenth, eleventh = (left(card, BenefitKind.EXCHANGE, days=n) for n in (10, 11))
    assert (tenth.expired, tenth.answer) == (False, "any time")
    assert (eleventh.over, eleventh.answer) == (True, "ended")


def test_it_goes_on_at_cost_after_the_free_year(card: Card) -> None:
    last = benefits.months_later(card.issued_on, 12) - card.issued_on
    assert left(card, BenefitKind.CARE, days=last.days).answer == "any time"
    after = left(card, BenefitKind.CARE, days=last.days + 1)
    assert (after.answer, after.over) == ("at cost", False)
    assert after.note == f"until {after.valid_until}, afterwards at cost"


def test_it_asks_for_an_inspection_when_its_day_has_passed(card: Card) -> None:
    due = benefits.months_later(card.issued_on, 6) - card.issued_on
    assert left(card, BenefitKind.INSPECTION, days=due.days).answer.startswith("by ")
    assert left(card, BenefitKind.INSPECTION, days=due.days + 1).answer == "due now"


def test_it_speaks_the_language_of_the_page(card: Card) -> None:
    row = left(card, BenefitKind.TRADE_IN)
    with translation.override("zh-hans"):
        assert row.note == "凭发票按原价抵换，收适当加工费"
    with translation.override("en"):
        assert row.note == "original price with invoice; labour fee"
