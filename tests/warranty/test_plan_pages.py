"""Head office's pages of promises and prices; the preview shows the lines of the card."""

from typing import Any

import pytest
from django.utils import timezone

from tests.cast import KeyedClient, Shop
from warranty.models import BenefitKind, CarePrice, Plan

TYPED: dict[str, Any] = {
    "code": "gala",
    "valid_from": "",
    "metal": "Au",
    "category": "",
    "pricing": "",
    "with_main_stone": "no",
    "member_level": "",
    "hand_out": "printed",
    "precedence": "90",
    "source": "leaflet",
    "cleaning-promised": "on",
    "cleaning-position": "2",
    "cleaning-uses": "2",
    "cleaning-is_yearly": "on",
    "cleaning-title_zh": "免费清洗",
    "cleaning-title_en": "Free cleaning",
    "care-title_zh": "not promised, so not looked at",
    "care-days": "many",
    "polish-promised": "on",
    "polish-position": "1",
    "polish-months": "12",
    "polish-title_zh": "免费抛光",
    "polish-title_en": "Free polish",
    "polish-terms_en": "then at cost",
}
PRICE = {
    "kind": "polish",
    "metal": "",
    "category": "",
    "cents": "50",
    "per": "job",
    "warranty_days": "30",
    "source": "",
}


@pytest.fixture
def client(shop: Shop) -> KeyedClient:
    return shop.client(shop.head)


@pytest.fixture
def typed(shop: Shop) -> dict[str, Any]:
    return TYPED | {"valid_from": timezone.localdate().isoformat()}


def test_what_is_typed_becomes_a_plan_with_its_promises(
    client: KeyedClient, typed: dict[str, Any]
) -> None:
    answer = client.post("/cards/plans/new/", typed)
    assert answer.status_code == 302, answer.context["paper"].plan.errors
    row = Plan.objects.get(code="gala")
    assert (row.version, row.metal, row.with_main_stone) == (1, "Au", False)
    polish, cleaning = row.benefits.all()
    assert (polish.kind, polish.months, polish.uses) == (BenefitKind.POLISH, 12, None)
    assert (cleaning.kind, cleaning.uses, cleaning.is_yearly) == (BenefitKind.CLEANING, 2, True)
    assert "gala" in client.get("/cards/plans/").content.decode()


def test_a_new_version_begins_as_the_one_before(client: KeyedClient) -> None:
    first = Plan.objects.get(code="set-ring")
    paper = client.get(f"/cards/plans/{first.pk}/").context["paper"]
    sent: dict[str, Any] = {}
    for form in (paper.plan, *paper.rows):
        shown = {form[name].html_name: form[name].value() for name in form.fields}
        sent |= {name: value for name, value in shown.items() if value not in {None, False}}
    sent["with_main_stone"] = "yes"
    answer = client.post(f"/cards/plans/{first.pk}/", sent | {"resize-most_sizes": "3"})
    assert answer.status_code == 302, answer.context["paper"].plan.errors
    second = Plan.objects.get(code="set-ring", version=2)
    same = ("kind", "position", "months", "days", "uses", "title_zh", "terms_en")
    assert [tuple(getattr(row, name) for name in same) for row in second.benefits.all()] == [
        tuple(getattr(row, name) for name in same) for row in first.benefits.all()
    ]
    sizes = [plan.benefits.get(kind="resize").most_sizes for plan in (first, second)]
    assert sizes == [2, 3]
    assert (second.with_main_stone, second.precedence) == (True, first.precedence)


def test_the_preview_shows_the_lines_and_writes_nothing(
    client: KeyedClient, typed: dict[str, Any]
) -> None:
    answer = client.post("/cards/plans/new/preview/", typed)
    assert [left.benefit.title_en for left in answer.context["lines"]] == [
        "Free polish",
        "Free cleaning",
    ]
    page = answer.content.decode()
    assert "then at cost" in page
    assert "2 left" in page
    assert not Plan.objects.filter(code="gala").exists()


@pytest.mark.parametrize("address", ["/cards/plans/new/", "/cards/plans/new/preview/"])
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"polish-terms_zh": "最终解释权归本店"}, "最终解释权"),
        ({"valid_from": "2020-01-01"}, "begins today or later"),
        ({"polish-days": "10"}, "months or days"),
        ({"cleaning-uses": "0"}, "greater than or equal to 1"),
        ({"cleaning-title_en": ""}, "both languages"),
    ],
)
def test_a_wrong_plan_is_told_on_its_page(
    client: KeyedClient, typed: dict[str, Any], address: str, wrong: dict[str, str], words: str
) -> None:
    answer = client.post(address, typed | wrong)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Plan.objects.filter(code="gala").exists()


def test_a_price_is_typed_in_yuan(client: KeyedClient) -> None:
    today = timezone.localdate().isoformat()
    answer = client.post("/cards/prices/", PRICE | {"valid_from": today})
    assert answer.status_code == 302, answer.context["form"].errors
    row = CarePrice.objects.get()
    assert (row.cents, row.warranty_days, row.metal) == (5_000, 30, "")
    assert "¥50.00" in client.get("/cards/prices/").content.decode()


def test_a_wrong_price_is_told_beside_its_field(client: KeyedClient) -> None:
    answer = client.post("/cards/prices/", PRICE | {"valid_from": "2020-01-01"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["valid_from"]
    assert not CarePrice.objects.exists()


def test_no_store_opens_these_pages(shop: Shop) -> None:
    client = shop.client(shop.wang)
    for address in ("plans/", "plans/new/", f"plans/{Plan.objects.earliest('pk').pk}/", "prices/"):
        assert client.get(f"/cards/{address}").status_code == 403


def test_head_office_lists_the_laboratories_of_a_store(shop: Shop, client: KeyedClient) -> None:
    told = {"store": shop.s01.pk, "name": "NGTC", "address": "", "phone": "", "active": "on"}
    answer = client.post("/admin/warranty/institution/add/", told)
    assert answer.status_code == 302
    assert shop.s01.institutions.get().name == "NGTC"
