"""The published rules of real shops as rows of `TradeInRule`: trade.md 5.2, T01 to T25.

T26 is a local cap on rules and not a rule; the dates are those of the publications.
"""

from datetime import UTC, datetime
from typing import Any

from appraisal.models import TradeInRule

GOLD: dict[str, Any] = {"metal": "Au", "kind": "swap", "price_base": "exchange"}
FINE = GOLD | {"fineness_min": 9900}
K_GOLD = GOLD | {"fineness_min": 3750, "fineness_max": 9159}
VALUE_FIRST = ["value", "fee", "labour", "loss"]
LOSS_ON_VALUE = {"loss_on": "value", "steps": ["value", "loss", "fee", "labour"]}

ROWS: dict[str, dict[str, Any]] = {
    "T01": FINE
    | {
        "brand_tier": "own",
        "needs_receipt": True,
        "price_base": "sell",
        "fee_cents_per_g": 1800,
        "surplus": "credit",
    },
    "T02": FINE
    | {
        "needs_receipt": False,
        "price_base": "sell",
        "fee_cents_per_g": 2800,
        "loss_bp": 800,
    },
    "T03-999": GOLD
    | LOSS_ON_VALUE
    | {
        "kind": "buy_back",
        "fineness_min": 9990,
        "price_base": "buyback",
        "price_delta_cents_per_g": -300,
        "loss_bp": 100,
    },
    "T03-990": GOLD
    | LOSS_ON_VALUE
    | {
        "kind": "buy_back",
        "fineness_min": 9900,
        "fineness_max": 9989,
        "price_base": "buyback",
        "price_delta_cents_per_g": -300,
        "loss_bp": 200,
    },
    "T04": FINE
    | {
        "price_base": "sell",
        "fee_cents_per_g": 3000,
        "min_ratio_bp": 12_000,
        "ratio_strict": True,
        "below_ratio": "charge",
    },
    "T05": FINE
    | LOSS_ON_VALUE
    | {
        "brand_tier": "own",
        "fee_cents_per_g": 2000,
        "loss_bp": 100,
        "min_ratio_bp": 12_000,
    },
    "T06": FINE
    | {
        "brand_tier": "other",
        "fee_cents_per_g": 4000,
        "min_ratio_bp": 12_000,
        "needs_melt": True,
    },
    "T07": FINE
    | {
        "brand_tier": "own",
        "needs_receipt": True,
        "price_base": "sell",
        "fee_cents_per_g": 3000,
        "min_ratio_bp": 12_500,
    },
    "T08": FINE | {"brand_tier": "other", "loss_bp": 1000, "max_share_bp": 7500},
    "T09": FINE
    | {
        "price_base": "sell",
        "weekdays": [2],
        "member_level": "member",
        "min_ratio_bp": 13_000,
        "ratio_by": "value",
        "promotion": "Wednesday",
    },
    "T10": FINE | {"brand_tier": "own", "min_ratio_bp": 10_000},
    "T11-peer": FINE
    | LOSS_ON_VALUE
    | {
        "brand_tier": "peer",
        "peers": ["周大福", "周生生", "谢瑞麟"],
        "loss_bp": 200,
        "min_ratio_bp": 10_000,
    },
    "T11-other": FINE
    | LOSS_ON_VALUE
    | {"brand_tier": "other", "loss_bp": 400, "min_ratio_bp": 10_000},
    "T12": FINE | {"brand_tier": "own", "price_base": "sell", "min_ratio_bp": 12_000},
    "T13-own-store": FINE | {"brand_tier": "own_store", "fee_cents_per_g": 1000},
    "T13-own": FINE | {"brand_tier": "own", "fee_cents_per_g": 1500},
    "T14": GOLD
    | {
        "brand_tier": "other",
        "fineness_min": 9990,
        "loss_bp": 300,
        "labour_bp": 800,
        "min_ratio_bp": 12_000,
    },
    "T15": GOLD
    | {
        "brand_tier": "other",
        "fineness_min": 9900,
        "fineness_max": 9989,
        "loss_bp": 300,
        "labour_bp": 1000,
        "min_ratio_bp": 13_000,
    },
    "T16-own": FINE | {"brand_tier": "own", "fee_cents_per_g": 500},
    "T16-other": FINE | {"brand_tier": "other", "fee_cents_per_g": 800, "loss_bp": 100},
    "T17": FINE | LOSS_ON_VALUE | {"loss_bp": 800, "surplus": "money", "surplus_base": "buyback"},
    "T18": FINE
    | {"brand_tier": "own", "fee_cents_per_g": 1000, "saves_labour": True, "old_pricing": "weight"},
    "T19": GOLD
    | {
        "fineness_min": 3750,
        "brand_tier": "own",
        "old_pricing": "fixed",
        "price_base": "paid",
        "pays_for": ["fixed"],
        "counts_fixed_price": True,
        "min_ratio_bp": 10_000,
        "ratio_by": "value",
    },
    "T20-10": K_GOLD
    | LOSS_ON_VALUE
    | {"brand_tier": "own", "price_base": "paid", "pays_for": ["k_gold"], "loss_bp": 1000},
    "T20-15": K_GOLD
    | LOSS_ON_VALUE
    | {"brand_tier": "own", "price_base": "paid", "pays_for": ["k_gold"], "loss_bp": 1500},
    "T21": K_GOLD
    | {
        "brand_tier": "own_store",
        "same_store_only": True,
        "needs_receipt": True,
        "old_with_stones": True,
        "price_base": "paid",
        "pays_for": ["diamond"],
        "min_extra_cents": 100_000,
        "below_ratio": "charge",
        "fee_fixed_cents": 20_000,
    },
    "T22": K_GOLD
    | LOSS_ON_VALUE
    | {
        "brand_tier": "own",
        "price_base": "paid",
        "pays_for": ["fine_gold"],
        "loss_bp": 1500,
        "fee_fixed_cents": 5_000,
    },
    "T23": K_GOLD
    | {
        "brand_tier": "own",
        "same_channel_only": True,
        "old_with_stones": True,
        "price_base": "paid",
        "pays_for": ["diamond"],
        "min_ratio_bp": 13_000,
        "ratio_by": "value",
    },
    "T24": GOLD
    | {
        "fineness_min": 3750,
        "brand_tier": "own",
        "needs_receipt": True,
        "price_base": "paid",
        "keeps_old_discount": True,
        "fee_fixed_cents": 10_000,
    },
    "T25": FINE
    | {
        "brand_tier": "own",
        "price_base": "paid",
        "max_age_days": 3,
        "old_with_stones": False,
        "min_ratio_bp": 10_000,
        "ratio_by": "value",
    },
}


def row(code: str, **other: Any) -> TradeInRule:
    """A published rule as a row that is not saved; `other` columns instead of its own."""
    columns: dict[str, Any] = {
        "code": code,
        "name": code,
        "valid_from": datetime(2024, 4, 12, tzinfo=UTC),
        "source": "trade.md 5.2",
    }
    return TradeInRule(**columns | ROWS[code] | other)
