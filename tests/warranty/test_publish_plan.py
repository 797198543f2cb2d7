"""Head office publishes promises as dated versions; what was sold keeps its own."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from counter import bills, customers, sales
from counter.books import verify
from counter.models import Customer
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.models import Change, Piece
from tests.cast import Shop
from tests.day_files import at_noon
from warranty import benefits, care_prices, plans, seed
from warranty.models import (
    BenefitKind,
    Card,
    CarePrice,
    HandOut,
    JobKind,
    Per,
    Plan,
    PlanBenefit,
)


@pytest.fixture
def shop(standing_noon: Shop) -> Iterator[Shop]:
    """At noon: before its day begins, a shop still trades by the rules of yesterday."""
    with at_noon():
        yield standing_noon


def plan(**columns: Any) -> Plan:
    told = {"code": "gala", "valid_from": timezone.localdate(), "precedence": 90}
    return Plan(**(told | columns))


def promise(kind: BenefitKind = BenefitKind.CLEANING, **columns: Any) -> PlanBenefit:
    told = {"kind": kind, "position": 1, "title_zh": "免费清洗", "title_en": "Free cleaning"}
    return PlanBenefit(**(told | columns))


def put(shop: Shop, row: Plan, *rows: PlanBenefit) -> Plan:
    return plans.put(plan=row, benefits=rows or [promise()], by=shop.head)


def sold_under(piece: Piece, *, day: date | None = None, level: str = "") -> str:
    (found,) = plans.for_pieces([piece], day=day or timezone.localdate(), level=level)
    return str(found)


def test_a_version_holds_from_its_day_and_a_card_keeps_its_own(shop: Shop) -> None:
    today = timezone.localdate()
    old = Card.objects.get(sale_line__sale=shop.sell(shop.ring()))
    tomorrow = today + timedelta(days=1)
    put(shop, plan(code="set-ring", metal="Au", valid_from=tomorrow), promise())
    ring = shop.ring()
    assert sold_under(ring) == "set-ring 1"
    assert sold_under(ring, day=tomorrow) == "set-ring 2"
    old.refresh_from_db()
    assert str(old.plan) == "set-ring 1"


def test_a_version_that_ended_ends_its_plan(shop: Shop) -> None:
    today = timezone.localdate()
    put(shop, plan(code="plain", precedence=0, valid_to=today))
    necklace = shop.piece()
    assert sold_under(necklace) == "plain 2"
    assert sold_under(necklace, day=today + timedelta(days=1)) == "None"


def test_a_version_that_holds_for_less_does_not_bring_the_one_before_back(shop: Shop) -> None:
    put(shop, plan(code="plain", metal="Pt", precedence=0))
    assert sold_under(shop.piece()) == "None"


def test_a_plan_for_members_is_theirs_alone(shop: Shop) -> None:
    put(shop, plan(member_level="gold"))
    necklace = shop.piece()
    assert sold_under(necklace) == "plain 1"
    assert sold_under(necklace, level="silver") == "plain 1"
    assert sold_under(necklace, level="gold") == "gala 1"


def test_a_member_buys_under_the_plan_of_their_level(shop: Shop) -> None:
    put(shop, plan(member_level="gold"))
    sold = []
    for phone, level in (("13900000001", "gold"), ("13900000002", "")):
        who = customers.find_or_make(phone=phone, name="", store=shop.s01, by=shop.lin)
        Customer.objects.filter(pk=who.pk).update(level=level)
        bill = shop.bill(shop.piece())
        bills.name_customer(sale=bill, customer=who)
        shop.pay(bill)
        total = bills.total_cents(bill, list(bill.lines.all()))
        sales.complete(sale=bill, shown_cents=total, by=shop.lin)
        sold.append(str(Card.objects.get(sale_line__sale=bill).plan))
    assert sold == ["gala 1", "plain 1"]


def test_head_office_gives_the_level_and_changes_nothing_else(shop: Shop) -> None:
    who = customers.find_or_make(phone="13900000001", name="Mei", store=shop.s01, by=shop.lin)
    client = shop.client(shop.head)
    path = f"/admin/counter/customer/{who.pk}/change/"
    page = client.get(path).content.decode()
    assert "139****0001" in page and "13900000001" not in page
    client.post(path, {"level": "gold", "name": "Eve", "phone": "1"})
    who.refresh_from_db()
    assert (who.level, who.name, who.phone) == ("gold", "Mei", "13900000001")


def test_who_published_it_stands_in_the_chain(shop: Shop) -> None:
    row = put(shop, plan())
    assert Change.objects.get(kind="plan_set").number == str(row) == "gala 1"
    assert not list(verify(shop.hq, full=True))
    standing = {str(each.plan): each for each in plans.published(on=timezone.localdate())}
    assert (standing["gala 1"].standing, standing["gala 1"].by) == ("in_force", "总部")
    second = put(shop, plan(valid_from=timezone.localdate() + timedelta(days=3)))
    assert second.version == 2
    told = {str(each.plan): each.standing for each in plans.published(on=second.valid_from)}
    assert (told["gala 1"], told["gala 2"]) == ("past", "in_force")


def test_only_head_office_publishes(shop: Shop) -> None:
    with pytest.raises(NotAllowed):
        plans.put(plan=plan(), benefits=[promise()], by=shop.wang)
    with pytest.raises(NotAllowed):
        care_prices.put(row=price(), by=shop.wang)


@pytest.mark.parametrize(
    ("row", "rows", "field"),
    [
        ({"valid_from": date(2020, 1, 1)}, [{}], "valid_from"),
        ({"valid_to": date(2020, 1, 1)}, [{}], "valid_to"),
        ({}, [], "kind"),
        ({}, [{}, {}], "kind"),
        ({}, [{"title_en": " "}], "title_zh"),
        ({}, [{"months": 12, "days": 10}], "days"),
        ({}, [{"is_yearly": True}], "uses"),
        ({}, [{"most_sizes": 2}], "most_sizes"),
        ({}, [{"needs_inspection": True}], "needs_inspection"),
    ],
)
def test_terms_that_cannot_be_kept_are_refused(
    shop: Shop, row: dict[str, Any], rows: list[dict[str, Any]], field: str
) -> None:
    before = Plan.objects.count()
    with pytest.raises(RuleBroken) as refused:
        plans.put(plan=plan(**row), benefits=[promise(**each) for each in rows], by=shop.head)
    assert refused.value.field == field
    assert Plan.objects.count() == before


def test_unlawful_words_are_refused_and_named(shop: Shop) -> None:
    with pytest.raises(plans.UnlawfulPlan, match="最终解释权"):
        put(shop, plan(), promise(terms_zh="最终解释权归本店"))


def test_a_plan_that_hands_out_nothing_may_promise_nothing(shop: Shop) -> None:
    row = plans.put(plan=plan(hand_out=HandOut.NOTHING), benefits=[], by=shop.head)
    assert not row.benefits.exists()


def test_its_lines_are_those_of_a_card_sold_today() -> None:
    day = date(2026, 6, 2)
    cleaning = promise(months=12, terms_en="then at cost")
    inspection = promise(BenefitKind.INSPECTION, every_months=6)
    first, second = benefits.at_sale([cleaning, inspection], day=day)
    assert (first.note, first.answer) == ("until 2027-06-02, then at cost", "any time")
    assert second.answer == "by 2026-12-02"


# --- the seed


def test_older_terms_of_ours_get_the_present_ones_as_their_next_version(shop: Shop) -> None:
    old = Card.objects.get(sale_line__sale=shop.sell(shop.ring()))
    PlanBenefit.objects.filter(kind=BenefitKind.STONES).exclude(plan=old.plan).delete()
    PlanBenefit.objects.filter(kind=BenefitKind.RESIZE).update(most_sizes=None)
    seed.put_seed_plans()
    again = Plan.objects.get(code="set-ring", version=2)
    assert again.valid_from == timezone.localdate()
    assert again.benefits.get(kind=BenefitKind.RESIZE).most_sizes == 2
    assert again.benefits.get(kind=BenefitKind.STONES).needs_inspection
    old.refresh_from_db()
    assert old.plan.version == 1
    assert not Plan.objects.filter(code="plain", version=2).exists()
    before = Plan.objects.count()
    seed.put_seed_plans()
    assert Plan.objects.count() == before


def test_the_seed_leaves_head_offices_own_version_alone(shop: Shop) -> None:
    put(shop, plan(code="set-ring"))
    seed.put_seed_plans()
    assert Plan.objects.filter(code="set-ring").count() == 2


def test_the_seed_brings_nothing_back_that_head_office_has_ended(shop: Shop) -> None:
    day = timezone.localdate()
    Plan.objects.filter(code="set-ring").update(valid_to=day)
    PlanBenefit.objects.filter(plan__code="set-ring").update(months=1)
    Plan.objects.filter(code="silver").update(code="our-silver", source="our own")
    before = Plan.objects.count()
    seed.put_seed_plans()
    assert Plan.objects.count() == before


# --- the price list


def price(**columns: Any) -> CarePrice:
    told = {
        "kind": JobKind.RESIZE,
        "cents": 8_000,
        "warranty_days": 30,
        "per": Per.SIZE,
        "valid_from": timezone.localdate(),
    }
    return CarePrice(**(told | columns))


def asked(metal: str = "Au", days: int = 0) -> CarePrice | None:
    on = timezone.localdate() + timedelta(days=days)
    return care_prices.row_for(kind=JobKind.RESIZE, metal=metal, category="ring", on=on)


def test_a_price_holds_from_its_day_and_the_more_exact_one_wins(shop: Shop) -> None:
    now = care_prices.put(row=price(), by=shop.head)
    later = care_prices.put(
        row=price(cents=9_000, valid_from=now.valid_from + timedelta(days=2)), by=shop.head
    )
    platinum = care_prices.put(row=price(metal="Pt", cents=12_000), by=shop.head)
    assert (asked(), asked(days=2), asked("Pt", days=2)) == (now, later, platinum)
    told = {each.row.pk: each.standing for each in care_prices.listed(on=later.valid_from)}
    assert told == {now.pk: "past", later.pk: "in_force", platinum.pk: "in_force"}
    assert not list(verify(shop.hq, full=True))


def test_of_two_prices_of_one_day_the_one_typed_last_holds(shop: Shop) -> None:
    care_prices.put(row=price(), by=shop.head)
    last = care_prices.put(row=price(cents=8_800), by=shop.head)
    assert asked() == last


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"valid_from": date(2020, 1, 1)}, "valid_from"),
        ({"valid_to": date(2020, 1, 1)}, "valid_to"),
        ({"cents": -1}, "cents"),
        ({"warranty_days": 4_000}, "warranty_days"),
    ],
)
def test_a_price_that_cannot_be_is_refused(shop: Shop, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        care_prices.put(row=price(**wrong), by=shop.head)
    assert refused.value.field == field
    assert not CarePrice.objects.exists()


def test_the_seed_list_guarantees_the_work_by_its_kind(shop: Shop) -> None:
    seed.put_seed_care_prices()
    before = CarePrice.objects.count()
    seed.put_seed_care_prices()
    assert CarePrice.objects.count() == before
    days = {row.kind: row.warranty_days for row in CarePrice.objects.all()}
    assert {days[kind] for kind in (JobKind.RESIZE, JobKind.POLISH, JobKind.REPLATING)} == {30}
    assert {days[kind] for kind in (JobKind.SOLDER, JobKind.CLASP, JobKind.SETTING)} == {90}
    assert days[JobKind.ENGRAVING] == 0
