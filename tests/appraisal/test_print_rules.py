"""The rules for old gold on paper, in plain words, for whoever brings some."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from appraisal import posters, rule_words, rules
from appraisal.models import TradeInRule
from inventory.ground import nobody
from tests.appraisal.test_choose_rule import rule
from tests.cast import Shop
from tests.old_gold import Desk
from tests.paper import page_texts, text_of


def put(**columns: Any) -> TradeInRule:
    begun = {"valid_from": timezone.now() - timedelta(days=1)}
    return rules.put(rule=rule(**begun | columns), by=nobody.system())


def said(**columns: Any) -> str:
    return " ".join(rule_words.sentences(rule(**columns)))


def test_a_clerk_prints_store_day_prices_and_rules(desk: Desk, shop: Shop) -> None:
    answer = shop.client().get("/trade-ins/rules/poster.pdf")
    assert answer["Content-Type"] == "application/pdf"
    (text,) = page_texts(answer.content)
    page = " ".join(text.split())  # a sentence may break at the end of a line
    for words in (shop.s01.name, posters.poster_of(shop.s01).day, "本品牌足金，凭票"):
        assert words in page
    # selling, exchange and buy-back price side by side
    assert "¥1,177.00 ¥1,100.00 ¥936.00" in page
    for words in (
        "Depreciation fee ¥18.00 for each old gram.",
        "Loss 8 %, taken off the weight.",
        "Not taken: Gold below",
        "you may take your pieces back at any time, free of charge",
    ):
        assert words in page


def test_buying_for_money_stands_there_only_where_the_store_does_it(desk: Desk, shop: Shop) -> None:
    names = [name for name, _rules in posters.poster_of(shop.s01).groups]
    assert names == ["old for new"]
    desk.put("buy_back", "yes")
    names = [name for name, _rules in posters.poster_of(shop.s01).groups]
    assert names == ["old for new", "buy-back"]


def test_a_rule_that_is_over_hangs_there_no_more(desk: Desk, shop: Shop) -> None:
    now = timezone.now()
    put(code="GONE", name="gone", valid_to=now - timedelta(hours=1))
    put(code="SOON", name="soon", valid_from=now + timedelta(hours=1))
    put(code="THERE", name="there", store=shop.s02)
    put(code="HERE", name="here", store=shop.s01)
    hung = {each.name for _kind, group in posters.poster_of(shop.s01).groups for each in group}
    assert {"here"} == hung & {"gone", "soon", "there", "here"}


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"needs_receipt": False}, "Without a receipt."),
        ({"brand_tier": "peer", "peers": ["六福", "周生生"]}, "For: 六福、周生生."),
        ({"price_base": "buyback", "price_delta_cents_per_g": -300}, "less ¥3.00 for each gram."),
        ({"price_base": "paid"}, "Counted at the price once paid."),
        ({"fee_cents_per_g": 2_000, "fee_on": "added"}, "Fee ¥20.00 for each gram that is added."),
        ({"labour_bp": 1_000}, "Handling, 10 % of the value."),
        ({}, "Nothing is taken off."),
        (
            {"min_ratio_bp": 12_500},
            "The new goods weigh at least 1.25 times the old.",
        ),
        (
            {"min_ratio_bp": 12_000, "ratio_strict": True, "below_ratio": "charge"},
            "No fee when the new goods weigh more than 1.2 times the old.",
        ),
        ({"max_share_bp": 7_500}, "Old gold pays at most 75 % of the new goods."),
        ({"surplus": "credit"}, "becomes store credit."),
        ({"pays_for": ["k_gold"]}, "Pays for new goods: K gold."),
    ],
)
def test_every_column_that_a_customer_feels_has_its_sentence(
    columns: dict[str, Any], sentence: str
) -> None:
    assert sentence in said(**columns)


def test_who_sells_for_money_reads_nothing_of_new_goods() -> None:
    told = said(kind="buy_back", min_ratio_bp=12_000, surplus="credit")
    assert "new goods" not in told


def test_the_threshold_of_refusal_is_the_lowest_of_each_metal(desk: Desk, shop: Shop) -> None:
    refused = posters.poster_of(shop.s01).promises[0]
    assert "Gold below 375‰" in refused
    assert "Platinum below 850‰" in refused


def test_a_store_without_rules_says_so(shop: Shop) -> None:
    assert posters.poster_of(shop.s01).groups == []
    page = text_of(shop.client().get("/trade-ins/rules/poster.pdf").content)
    assert "This store takes no old gold at the moment." in page
