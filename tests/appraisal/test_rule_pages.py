"""Head office writes rules in trade units, tries them on an example, and publishes a version."""

from typing import Any

import pytest
from django.utils import timezone

from appraisal.models import TradeInRule
from inventory.ground import nobody
from tests.appraisal.test_choose_rule import rule
from tests.cast import KeyedClient, Shop

TYPED: dict[str, Any] = {
    "code": "T02",
    "name": "无票，经检测",
    "kind": "swap",
    "store": "",
    "valid_from": "2024-04-12T00:00",
    "precedence": "0",
    "source": "price list",
    "metal": "Au",
    "fineness_min": "990",
    "fineness_max": "1000",
    "needs_receipt": "no",
    "weekdays": ["2"],
    "peers": "六福，周生生",
    "price_base": "sell",
    "price_delta_cents_per_g": "-3",
    "fee_cents_per_g": "28",
    "fee_on": "gross",
    "loss_bp": "8",
    "loss_on": "weight",
    "reading_rule": "mean",
    "step_loss": "1",
    "step_value": "2",
    "step_fee": "3",
    "step_labour": "4",
    "pays_for": ["fine_gold"],
    "min_ratio_bp": "1.25",
    "ratio_by": "weight",
    "below_ratio": "refuse",
    "max_share_bp": "75",
    "surplus": "none",
    "brand_tier": "",
}
EXAMPLE: dict[str, Any] = {
    "grams": "10.00",
    "example_fineness": "999",
    "board": "696",
    "new_grams": "20.00",
    "new_yuan": "20000",
    "new_kind": ["weight", "fine_gold"],
}


@pytest.fixture
def client(shop: Shop) -> KeyedClient:
    return shop.client(shop.head)


def test_what_is_typed_in_trade_units_becomes_a_row(client: KeyedClient) -> None:
    answer = client.post("/trade-ins/rules/new/", TYPED)
    assert answer.status_code == 302, answer.context["form"].errors
    row = TradeInRule.objects.get()
    assert (row.version, row.fineness_min, row.fineness_max) == (1, 9_900, 10_000)
    assert (row.needs_receipt, row.weekdays, row.peers) == (False, [2], ["六福", "周生生"])
    assert (row.price_delta_cents_per_g, row.fee_cents_per_g, row.loss_bp) == (-300, 2_800, 800)
    assert (row.min_ratio_bp, row.max_share_bp, row.pays_for) == (12_500, 7_500, ["fine_gold"])
    assert row.steps == ["loss", "value", "fee", "labour"]
    assert "T02" in client.get("/trade-ins/rules/").content.decode()


def test_the_order_of_the_steps_is_that_of_their_numbers(client: KeyedClient) -> None:
    order = {"step_value": "1", "step_fee": "2", "step_loss": "3", "step_labour": ""}
    client.post("/trade-ins/rules/new/", TYPED | order | {"loss_on": "value"})
    assert TradeInRule.objects.get().steps == ["value", "fee", "loss"]


def test_a_new_version_begins_as_the_one_before(client: KeyedClient) -> None:
    client.post("/trade-ins/rules/new/", TYPED)
    first = TradeInRule.objects.get()
    form = client.get(f"/trade-ins/rules/{first.pk}/").context["form"]
    shown = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in shown.items() if value is not None}
    sent = {name: value for name, value in sent.items() if value is not False}
    sent["valid_from"] = "2024-05-01T00:00"
    answer = client.post(f"/trade-ins/rules/{first.pk}/", sent | {"loss_bp": "7.5"})
    assert answer.status_code == 302, answer.context["form"].errors
    first.refresh_from_db()
    second = TradeInRule.objects.get(version=2)
    assert (first.loss_bp, second.loss_bp) == (800, 750)
    same = ("name", "weekdays", "peers", "needs_receipt", "min_ratio_bp", "steps", "pays_for")
    assert all(getattr(first, name) == getattr(second, name) for name in same)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"fineness_min": "1001"}, "fineness_min"),
        ({"fineness_min": "999", "fineness_max": "990"}, "fineness_max"),
        ({"loss_bp": "100"}, "loss_bp"),
        ({"max_share_bp": "0"}, "max_share_bp"),
        ({"step_value": "1"}, "step_value"),
        ({"step_value": ""}, "step_value"),
        ({"step_fee": ""}, "step_value"),  # a fee that no step charges
        ({"below_ratio": "other_rule"}, "below_rule"),
        ({"valid_to": "2024-01-01T00:00"}, "valid_to"),
    ],
)
def test_a_wrong_rule_is_told_beside_its_field(
    client: KeyedClient, wrong: dict[str, str], field: str
) -> None:
    for address in ("/trade-ins/rules/new/", "/trade-ins/rules/new/preview/"):
        answer = client.post(address, TYPED | EXAMPLE | wrong)
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
    assert not TradeInRule.objects.exists()


def test_the_example_shows_the_lines_that_would_be_printed(client: KeyedClient) -> None:
    plain = {"price_delta_cents_per_g": "", "max_share_bp": "100"}
    answer = client.post("/trade-ins/rules/new/preview/", TYPED | EXAMPLE | plain)
    lines = answer.context["preview"].lines
    # trade.md 5.5, G9
    assert [line.amount for line in lines if line.amount] == [
        "¥6,403.20",
        "−¥280.00",
        "¥6,123.20",
    ]
    assert "¥6,123.20" in answer.content.decode()
    assert not TradeInRule.objects.exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"new_grams": "12.00"}, "0.50 g are missing"),
        ({"example_fineness": "750"}, "takes no 750‰"),
        ({"price_base": "paid", "loss_bp": "", "step_loss": ""}, "price once paid"),
    ],
)
def test_the_example_says_why_nothing_would_be_paid(
    client: KeyedClient, changed: dict[str, str], words: str
) -> None:
    answer = client.post("/trade-ins/rules/new/preview/", TYPED | EXAMPLE | changed)
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_no_store_opens_these_pages(shop: Shop) -> None:
    from appraisal import rules

    kept = rules.put(rule=rule(valid_from=timezone.now()), by=nobody.system())
    client = shop.client(shop.wang)
    for address in ("", "new/", f"{kept.pk}/"):
        assert client.get(f"/trade-ins/rules/{address}").status_code == 403
