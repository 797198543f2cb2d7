"""A card is issued with the sale: which plan, which promises, until when."""

from datetime import date

import pytest

from inventory.models import Category, Stone
from tests.cast import Shop
from warranty import benefits, plans, seed
from warranty.models import BenefitEntry, Card, EntryKind, HandOut, Plan, PlanBenefit

SUMMER = date(2026, 6, 2)


def kinds_of(card: Card) -> list[str]:
    return [entry.benefit.kind for entry in card.entries.order_by("benefit__position")]


def issued(shop: Shop, *pieces: object) -> list[Card]:
    sale = shop.sell(*pieces)  # type: ignore[arg-type]  # because: pieces of the cast
    return list(Card.objects.filter(sale_line__sale=sale).order_by("sale_line__position"))


def test_it_gives_each_piece_a_number_of_its_own(shop: Shop) -> None:
    cards = issued(shop, shop.piece(), shop.ring())
    assert len({card.number for card in cards}) == 2
    assert all(len(card.number) == 20 for card in cards)


def test_it_promises_a_plain_necklace_no_resizing_and_no_inspection(shop: Shop) -> None:
    (card,) = issued(shop, shop.piece())
    assert (card.plan.code, card.plan.hand_out) == ("plain", HandOut.PRINTED)
    assert kinds_of(card) == ["care", "reweigh", "trade_in", "exchange"]


def test_it_promises_a_diamond_ring_everything(shop: Shop) -> None:
    (card,) = issued(shop, shop.ring())
    assert (card.plan.code, card.plan.hand_out) == ("set-ring", HandOut.PRINTED)
    told = ["care", "resize", "inspection", "reweigh", "trade_in", "exchange", "stones"]
    assert kinds_of(card) == told


def test_it_puts_the_number_of_a_silver_charm_on_the_receipt(shop: Shop) -> None:
    (card,) = issued(shop, shop.charm())
    assert (card.plan.code, card.plan.hand_out) == ("silver", HandOut.RECEIPT)


def test_it_takes_the_silver_plan_for_a_silver_ring_with_a_stone(shop: Shop) -> None:
    ring = shop.charm(name="银925戒指", category=Category.RING)
    Stone.objects.create(piece=ring, kind="zirconia", weight_mct=500)
    (card,) = issued(shop, ring)
    assert card.plan.code == "silver-set-ring"
    assert {"resize", "inspection"} <= set(kinds_of(card))


def test_it_does_not_take_side_stones_for_a_main_stone(shop: Shop) -> None:
    necklace = shop.piece()
    Stone.objects.create(piece=necklace, main=False, kind="diamond", count=12, weight_mct=60)
    (card,) = issued(shop, necklace)
    assert card.plan.code == "plain"


def test_it_issues_no_card_where_the_plan_hands_out_nothing(shop: Shop) -> None:
    Plan.objects.filter(code="silver").update(hand_out=HandOut.NOTHING)
    assert issued(shop, shop.charm()) == []


def test_it_keeps_the_terms_under_which_the_piece_was_sold(shop: Shop) -> None:
    (old,) = issued(shop, shop.piece())
    newer = Plan.objects.create(code="plain", version=2, valid_from=date(2020, 1, 1))
    (new,) = issued(shop, shop.piece())
    assert (old.plan.version, new.plan) == (1, newer)
    assert not new.entries.exists()


def test_it_grants_care_for_a_year_and_one_resizing(shop: Shop) -> None:
    (card,) = issued(shop, shop.ring())
    granted = {entry.benefit.kind: entry for entry in card.entries.all()}
    assert {entry.kind for entry in granted.values()} == {EntryKind.GRANT}
    assert granted["care"].valid_until == benefits.months_later(card.issued_on, 12)
    assert (granted["care"].uses, granted["resize"].uses) == (None, 1)
    assert granted["resize"].valid_until is None
    assert granted["inspection"].next_due == benefits.months_later(card.issued_on, 6)


def test_it_counts_ten_days_from_the_day_after_the_purchase() -> None:
    assert benefits.until(PlanBenefit(days=10), SUMMER) == date(2026, 6, 12)


@pytest.mark.parametrize(
    ("day", "months", "same_day"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 6, 2), 12, date(2027, 6, 2)),
    ],
)
def test_it_ends_a_benefit_on_the_same_day_or_the_last_of_the_month(
    day: date, months: int, same_day: date
) -> None:
    assert benefits.months_later(day, months) == same_day


def test_it_puts_the_plans_down_only_once(shop: Shop) -> None:
    before = (Plan.objects.count(), PlanBenefit.objects.count())
    seed.put_seed_plans()
    assert (Plan.objects.count(), PlanBenefit.objects.count()) == before == (8, 44)


def test_it_has_terms_in_both_languages(shop: Shop) -> None:
    for row in PlanBenefit.objects.all():
        assert row.title_zh and row.title_en and row.terms_zh and row.terms_en
        assert row.title_en.isascii() and row.terms_en.isascii()


@pytest.mark.parametrize("phrase", plans.UNLAWFUL)
@pytest.mark.parametrize("between", ["", " ", "・"])
def test_it_refuses_an_unlawful_promise_and_names_the_phrase(phrase: str, between: str) -> None:
    terms = f"本店：{between.join(phrase)}。"
    promise = PlanBenefit(title_zh="以旧换新", title_en="Trade-in", terms_zh=terms)
    with pytest.raises(plans.UnlawfulPlan, match=phrase):
        plans.check_words([promise])


def test_it_writes_cards_and_benefits_into_the_chain(shop: Shop) -> None:
    (card,) = issued(shop, shop.ring())
    assert card.change.kind == "card_issued"
    entries = BenefitEntry.objects.filter(card=card).select_related("change")
    assert {entry.change.kind for entry in entries} == {"benefit_granted"}
    assert {entry.change.number for entry in entries} == {entry.card.number for entry in entries}
