"""Which rule holds for an old piece; and what a rule must be before it is published."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from appraisal import caps, reckoning, rules
from appraisal.caps import CapExceeded
from appraisal.models import BrandTier, TradeInRule
from appraisal.rules import Asked, BadRule, FinenessTooLow, NoRule, RulesCollide
from inventory.ground import settings_rows
from inventory.ground.errors import NotAllowed
from tests.cast import Shop
from tests.old_gold import NECKLACE, Desk

GOLD = Asked(kind="swap", metal="Au", fineness=9_990, tier=BrandTier.OTHER)
OURS = replace(GOLD, tier=BrandTier.OWN)
BOUGHT_HERE = replace(GOLD, tier=BrandTier.OWN_STORE)
PEER = replace(GOLD, tier=BrandTier.PEER, brand="六福")


def rule(code: str = "R", **columns: Any) -> TradeInRule:
    """A rule for fine gold, any brand, in force since yesterday."""
    told: dict[str, Any] = {
        "code": code,
        "name": code,
        "kind": "swap",
        "metal": "Au",
        "fineness_min": 9_900,
        "price_base": "exchange",
        "source": "test",
        "valid_from": timezone.now() - timedelta(days=1),
    }
    return TradeInRule(**told | columns)


def put(shop: Shop, code: str = "R", **columns: Any) -> TradeInRule:
    return rules.put(rule=rule(code, **columns), by=shop.head)


def chosen(shop: Shop, asked: Asked = GOLD, **moment: Any) -> str:
    """Code and version of the rule that holds at S01."""
    return str(rules.choose(store=shop.s01, asked=asked, **moment))


# --- choosing


def test_without_a_rule_nothing_is_guessed(shop: Shop) -> None:
    with pytest.raises(NoRule):
        chosen(shop)
    put(shop, metal="Pt")
    put(shop, "B", kind="buy_back")
    with pytest.raises(NoRule):
        chosen(shop)


def test_below_its_fineness_nothing_is_taken(shop: Shop) -> None:
    put(shop)
    put(shop, "K", fineness_min=7_500, fineness_max=9_159)
    with pytest.raises(FinenessTooLow, match="750‰"):
        chosen(shop, replace(GOLD, fineness=5_850))
    with pytest.raises(FinenessTooLow, match="990‰"):
        chosen(shop, replace(GOLD, fineness=9_200))
    assert chosen(shop, replace(GOLD, fineness=9_159)) == "K 1"
    assert chosen(shop, replace(GOLD, fineness=9_900)) == "R 1"


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [(GOLD, "OTHER 1"), (PEER, "PEER 1"), (OURS, "OWN 1"), (BOUGHT_HERE, "HERE 1")],
)
def test_the_exact_tier_goes_before_the_wider_one(shop: Shop, asked: Asked, wanted: str) -> None:
    for code, tier in (("HERE", "own_store"), ("OWN", "own"), ("PEER", "peer"), ("OTHER", "other")):
        put(shop, code, brand_tier=tier)
    put(shop, "ANY")
    assert chosen(shop, asked) == wanted


@pytest.mark.parametrize(
    ("asked", "there", "wanted"),
    [
        (BOUGHT_HERE, ["own", ""], "own 1"),
        (BOUGHT_HERE, ["other", ""], " 1"),
        (OURS, ["own_store", ""], " 1"),
        (PEER, ["other", ""], "other 1"),
        (PEER, ["own", ""], " 1"),
        (GOLD, ["own", "peer", ""], " 1"),
    ],
)
def test_without_its_own_a_tier_falls_back_to_the_next(
    shop: Shop, asked: Asked, there: list[str], wanted: str
) -> None:
    for tier in there:
        put(shop, tier, brand_tier=tier)
    assert chosen(shop, asked) == wanted


def test_our_own_brand_never_falls_back_to_the_rule_for_others(shop: Shop) -> None:
    put(shop, brand_tier="other")
    with pytest.raises(NoRule):
        chosen(shop, OURS)


def test_a_named_peer_is_named(shop: Shop) -> None:
    put(shop, brand_tier="peer", peers=["六福", "周生生"])
    assert chosen(shop, PEER) == "R 1"
    with pytest.raises(NoRule):
        chosen(shop, replace(PEER, brand="别家"))


@pytest.mark.parametrize(
    ("columns", "fits", "fits_not"),
    [
        ({"needs_receipt": True}, {"has_receipt": True}, {"has_receipt": False}),
        ({"needs_receipt": False}, {"has_receipt": False}, {"has_receipt": True}),
        ({"max_age_days": 365}, {"age_days": 365}, {"age_days": 366}),
        ({"max_age_days": 365}, {"age_days": 0}, {"age_days": None}),
        ({"same_store_only": True}, {"same_store": True}, {"same_store": False}),
        ({"same_channel_only": True}, {"same_channel": True}, {"same_channel": False}),
        ({"old_pricing": "fixed"}, {"old_pricing": "fixed"}, {"old_pricing": "weight"}),
        ({"old_with_stones": True}, {"with_stones": True}, {"with_stones": False}),
        ({"old_with_stones": False}, {"with_stones": False}, {"with_stones": True}),
        ({"weekdays": [2]}, {"weekday": 2}, {"weekday": 3}),
        ({"member_level": "gold"}, {"member_level": "gold"}, {"member_level": ""}),
    ],
)
def test_a_condition_of_a_rule_is_met_or_the_rule_is_another(
    shop: Shop, columns: dict[str, Any], fits: dict[str, Any], fits_not: dict[str, Any]
) -> None:
    put(shop, **columns)
    assert chosen(shop, replace(GOLD, **fits)) == "R 1"
    with pytest.raises(NoRule):
        chosen(shop, replace(GOLD, **fits_not))


def test_a_stores_own_rule_goes_before_the_houses(shop: Shop) -> None:
    put(shop, "HOUSE")
    put(shop, "S01", store=shop.s01)
    assert chosen(shop) == "S01 1"
    assert str(rules.choose(store=shop.s02, asked=GOLD)) == "HOUSE 1"


def test_head_office_may_put_one_first(shop: Shop) -> None:
    put(shop, "S01", store=shop.s01, brand_tier="other")
    put(shop, "FIRST", precedence=1)
    assert chosen(shop) == "FIRST 1"


def test_two_that_fit_alike_are_told(shop: Shop) -> None:
    put(shop, "A")
    put(shop, "B")
    with pytest.raises(RulesCollide, match="A / B"):
        chosen(shop)


def test_the_newest_version_in_force_holds(shop: Shop) -> None:
    now = timezone.now()
    put(shop)
    put(shop, valid_from=now - timedelta(hours=1))
    put(shop, valid_from=now + timedelta(days=1))
    assert chosen(shop) == "R 2"
    assert chosen(shop, at=now - timedelta(hours=2)) == "R 1"
    assert chosen(shop, at=now + timedelta(days=2)) == "R 3"


def test_a_rule_holds_from_its_moment_until_its_end(shop: Shop) -> None:
    since, until = timezone.now(), timezone.now() + timedelta(days=1)
    put(shop, valid_from=since, valid_to=until)
    assert chosen(shop, at=since) == "R 1"
    for moment in (since - timedelta(seconds=1), until):
        with pytest.raises(NoRule):
            chosen(shop, at=moment)


def test_a_rule_that_ended_does_not_fall_back_to_its_version_before(shop: Shop) -> None:
    now = timezone.now()
    put(shop)
    put(shop, valid_from=now - timedelta(hours=2), valid_to=now - timedelta(hours=1))
    with pytest.raises(NoRule):
        chosen(shop)


# --- publishing


def test_a_version_before_stays_as_it_was(shop: Shop) -> None:
    first = put(shop, loss_bp=100)
    assert put(shop, loss_bp=200).version == 2
    first.refresh_from_db()
    assert (first.version, first.loss_bp) == (1, 100)


def test_the_list_says_which_version_holds(shop: Shop) -> None:
    now = timezone.now()
    put(shop, "A")
    put(shop, "A", valid_from=now - timedelta(hours=1))
    put(shop, "A", valid_from=now + timedelta(hours=1))
    put(shop, "A", store=shop.s01)
    put(shop, "B", valid_to=now - timedelta(hours=1))
    told = {str(each.rule): each.standing for each in rules.published(at=now)}
    assert told == {
        "A 3": "coming",
        "A 4": "in_force",
        "A 2": "in_force",
        "A 1": "past",
        "B 1": "past",
    }


def test_only_head_office_publishes(shop: Shop) -> None:
    with pytest.raises(NotAllowed):
        rules.put(rule=rule(), by=shop.wang)


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"steps": ["value", "value"]}, "steps"),
        ({"steps": ["fee"]}, "steps"),
        ({"steps": ["value", "gift"]}, "steps"),
        ({"steps": ["value"], "fee_cents_per_g": 100}, "steps"),
        ({"steps": ["value"], "fee_fixed_cents": 100}, "steps"),
        ({"steps": ["value"], "labour_bp": 100}, "steps"),
        ({"steps": ["value"], "loss_bp": 100}, "steps"),
        ({"steps": ["value", "loss"], "loss_bp": 100, "loss_on": "weight"}, "steps"),
        ({"steps": ["loss", "value"], "loss_bp": 100, "loss_on": "value"}, "steps"),
        ({"loss_bp": 100, "price_base": "paid"}, "loss_on"),
        ({"pays_for": ["coins"]}, "pays_for"),
        ({"weekdays": [7]}, "weekdays"),
        ({"below_ratio": "other_rule"}, "below_rule"),
        ({"valid_to": timezone.now() - timedelta(days=9)}, "valid_to"),
    ],
)
def test_a_rule_that_cannot_be_reckoned_is_not_published(
    shop: Shop, columns: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadRule) as refused:
        put(shop, **columns)
    assert refused.value.field == field
    assert not TradeInRule.objects.exists()


def test_the_rule_below_the_ratio_is_the_one_of_that_moment(shop: Shop) -> None:
    put(shop, "LESS", loss_bp=1_000)
    first = put(shop, min_ratio_bp=12_000, below_ratio="other_rule", below_rule="LESS")
    put(shop, "LESS", loss_bp=2_000, valid_from=timezone.now() + timedelta(days=1))
    below = rules.terms_of(first).below
    later = rules.terms_of(first, at=timezone.now() + timedelta(days=2)).below
    assert below is not None
    assert later is not None
    assert (below.loss_bp, later.loss_bp) == (1_000, 2_000)


def test_a_rule_below_the_ratio_that_is_not_there_is_no_rule(shop: Shop) -> None:
    alone = put(shop, below_ratio="other_rule", below_rule="GONE")
    with pytest.raises(NoRule):
        rules.terms_of(alone)


# --- local caps, T26: gold 3 %, platinum 10 %, labour 10 % of the board, a fixed price 10 %

AT_MOST = {caps.LOSS_GOLD: 300, caps.LOSS_PLATINUM: 1_000, caps.LABOUR: 1_000, caps.FIXED: 1_000}
VALUE_FIRST = ["value", "loss", "fee", "labour"]


def cap(shop: Shop) -> None:
    for key, most in AT_MOST.items():
        settings_rows.put(
            store=shop.s01, key=key, new=str(most), by=shop.wang, source="Ningbo, 2013"
        )


PAID = {"price_base": "paid", "loss_on": "value", "steps": VALUE_FIRST}


@pytest.mark.parametrize(
    ("within", "more", "named"),
    [
        ({"loss_bp": 300}, {"loss_bp": 301}, caps.LOSS_GOLD),
        ({"metal": "Pt", "loss_bp": 1_000}, {"metal": "Pt", "loss_bp": 1_001}, caps.LOSS_PLATINUM),
        # the exchange board has ¥1,100.00
        ({"fee_cents_per_g": 11_000}, {"fee_cents_per_g": 11_001}, caps.LABOUR),
        ({"labour_bp": 1_000}, {"labour_bp": 1_001}, caps.LABOUR),
        (PAID | {"loss_bp": 1_000}, PAID | {"loss_bp": 1_001}, caps.FIXED),
    ],
)
def test_a_rule_beyond_a_local_cap_is_refused_with_its_name(
    shop: Shop, within: dict[str, Any], more: dict[str, Any], named: str
) -> None:
    cap(shop)
    put(shop, "WITHIN", **within)
    put(shop, "ELSEWHERE", store=shop.s02, **more)
    for store in (shop.s01, None):
        with pytest.raises(CapExceeded) as refused:
            put(shop, "MORE", store=store, **more)
        assert refused.value.extra["cap"] == named
        assert shop.s01.name in str(refused.value)


def test_without_a_cap_there_is_none(shop: Shop) -> None:
    assert put(shop, loss_bp=9_999, fee_cents_per_g=10_000).version == 1


def test_a_cap_that_is_younger_than_the_rule_stops_the_offer(desk: Desk) -> None:
    trade_in = desk.tested()
    assert reckoning.reckon(trade_in, [NECKLACE]).value.pays_cents > 0
    cap(desk.shop)  # the house takes 8 % of other gold
    with pytest.raises(CapExceeded):
        reckoning.reckon(trade_in, [NECKLACE])
