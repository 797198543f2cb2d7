"""What a shop that takes old gold starts with: lawful tolerances, and the rules of the house."""

from datetime import UTC, date, datetime
from typing import Any, Final

from django.db import transaction

from appraisal import rules
from appraisal.facts import Operation
from appraisal.models import (
    Below,
    BrandTier,
    On,
    PriceBase,
    Surplus,
    TradeInRule,
    TradeKind,
    WeightTolerance,
)
from inventory.ground import nobody
from inventory.ground.measures import Metal
from inventory.models import Pricing

RETAIL: Final = "Order 66 of 2004, amended 2020-10-23, annex 2"
MAKERS: Final = "QB/T 1690, edition in force mid-2022"

# code, metal, short mg, over mg, up to mg, from, source: standards.md 2.1
TOLERANCES: Final = (
    ("order-66", Metal.GOLD, 10, None, 100_000, date(2020, 10, 23), RETAIL),
    ("order-66", Metal.SILVER, 100, None, 100_000, date(2020, 10, 23), RETAIL),
    ("qbt-1690", Metal.GOLD, 10, 30, 500_000, date(2022, 6, 1), MAKERS),
    ("qbt-1690", Metal.PLATINUM, 10, 30, 500_000, date(2022, 6, 1), MAKERS),
    ("qbt-1690", Metal.PALLADIUM, 10, 30, 500_000, date(2022, 6, 1), MAKERS),
)

VALID_FROM: Final = datetime(2024, 4, 12, tzinfo=UTC)
LOSS_ON_VALUE: Final = [Operation.VALUE, Operation.LOSS, Operation.FEE, Operation.LABOUR]

# the columns are those of `TradeInRule`
RULES: Final[tuple[dict[str, Any], ...]] = (
    {
        "code": "OWN",
        "name": "本品牌足金，凭票",
        "kind": TradeKind.SWAP,
        "metal": Metal.GOLD,
        "fineness_min": 9_900,
        "brand_tier": BrandTier.OWN,
        "needs_receipt": True,
        "old_pricing": Pricing.WEIGHT,
        "price_base": PriceBase.EXCHANGE,
        "fee_cents_per_g": 1_800,
        "surplus": Surplus.CREDIT,
    },
    {
        "code": "ANY",
        "name": "其他足金",
        "kind": TradeKind.SWAP,
        "metal": Metal.GOLD,
        "fineness_min": 9_900,
        "price_base": PriceBase.EXCHANGE,
        "fee_cents_per_g": 2_800,
        "loss_bp": 800,
        "loss_on": On.WEIGHT,
    },
    {
        "code": "OWN-FIXED",
        "name": "本品牌一口价，原价换新",
        "kind": TradeKind.SWAP,
        "metal": Metal.GOLD,
        "fineness_min": 3_750,
        "brand_tier": BrandTier.OWN,
        "needs_receipt": True,
        "old_pricing": Pricing.FIXED,
        "price_base": PriceBase.PAID,
        "pays_for": ["fixed"],
        "counts_fixed_price": True,
        "min_ratio_bp": 10_000,
        "ratio_by": On.VALUE,
        "below_ratio": Below.REFUSE,
        "keeps_old_discount": True,
    },
    {
        "code": "PT",
        "name": "铂金",
        "kind": TradeKind.SWAP,
        "metal": Metal.PLATINUM,
        "fineness_min": 8_500,
        "price_base": PriceBase.EXCHANGE,
        "loss_bp": 1_000,
        "loss_on": On.WEIGHT,
    },
    {
        "code": "BUY-999",
        "name": "足金999 回收",
        "kind": TradeKind.BUY_BACK,
        "metal": Metal.GOLD,
        "fineness_min": 9_990,
        "price_base": PriceBase.BUYBACK,
        "price_delta_cents_per_g": -300,
        "loss_bp": 100,
        "loss_on": On.VALUE,
        "steps": LOSS_ON_VALUE,
    },
    {
        "code": "BUY-990",
        "name": "足金 回收",
        "kind": TradeKind.BUY_BACK,
        "metal": Metal.GOLD,
        "fineness_min": 9_900,
        "fineness_max": 9_989,
        "price_base": PriceBase.BUYBACK,
        "price_delta_cents_per_g": -300,
        "loss_bp": 200,
        "loss_on": On.VALUE,
        "steps": LOSS_ON_VALUE,
    },
)


@transaction.atomic
def put_tolerances() -> None:
    """The editions in force; one that is there stays as it is."""
    for code, metal, below_mg, above_mg, up_to_mg, since, source in TOLERANCES:
        WeightTolerance.objects.get_or_create(
            code=code,
            metal=metal,
            valid_from=since,
            defaults={
                "below_mg": below_mg,
                "above_mg": above_mg,
                "up_to_mg": up_to_mg,
                "source": source,
            },
        )


@transaction.atomic
def put_rules() -> None:
    """The house's rules, on head office's chain; codes that are there stay as they are."""
    there = set(TradeInRule.objects.values_list("code", flat=True))
    for row in RULES:
        if row["code"] not in there:
            rule = TradeInRule(valid_from=VALID_FROM, source="price list of the house", **row)
            rules.put(rule=rule, by=nobody.system())
