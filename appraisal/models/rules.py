from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.ground.measures import Metal
from inventory.models import PriceKind, Pricing, Store, Written


class TradeKind(models.TextChoices):
    SWAP = "swap", _("old for new")
    BUY_BACK = "buy_back", _("buy-back")


class BrandTier(models.TextChoices):
    OWN_STORE = "own_store", _("our brand, bought at this store")
    OWN = "own", _("our brand")
    PEER = "peer", _("a named peer")
    OTHER = "other", _("another brand, or none")


class PriceBase(models.TextChoices):
    SELL = PriceKind.SELL.value, _("selling board")
    EXCHANGE = PriceKind.EXCHANGE.value, _("exchange board")
    BUYBACK = PriceKind.BUYBACK.value, _("buy-back board")
    PAID = "paid", _("the price once paid")


class GramsOf(models.TextChoices):
    """Which grams a fee is charged on."""

    GROSS = "gross", _("old gross grams")
    NET = "net", _("old net grams")
    FINAL = "final", _("old grams after the loss")
    NEW = "new", _("new grams")
    ADDED = "added", _("added grams")


class On(models.TextChoices):
    WEIGHT = "weight", _("weight")
    VALUE = "value", _("value")


class Below(models.TextChoices):
    """What happens when the new goods do not reach the ratio."""

    REFUSE = "refuse", _("refuse")
    CHARGE = "charge", _("charge the fee")
    OTHER_RULE = "other_rule", _("value by another rule")


class Surplus(models.TextChoices):
    NONE = "none", _("lapses")
    CREDIT = "credit", _("store credit")
    MONEY = "money", _("money at the buy-back price")


class ReadingRule(models.TextChoices):
    MEAN = "mean", _("mean")
    MEDIAN = "median", _("median")
    MINIMUM = "minimum", _("lowest")


class TradeInRule(Written):
    """One published rule as a row: what an old piece is worth against new goods or money.

    A version is never edited. Yuan per gram in cents, shares and ratios in basis points,
    fineness in tenths of a permille. `store` empty: the whole house.
    """

    code = models.CharField(max_length=20)
    version = models.SmallIntegerField(default=1)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=TradeKind)
    store = models.ForeignKey(Store, models.PROTECT, null=True, related_name="+")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    source = models.CharField(max_length=160)
    # the more exact rule wins
    precedence = models.SmallIntegerField(default=0)

    # for whom
    metal = models.CharField(max_length=2, choices=Metal)
    fineness_min = models.IntegerField()  # below it the piece is refused
    fineness_max = models.IntegerField(default=10_000)
    brand_tier = models.CharField(max_length=10, choices=BrandTier, blank=True)  # empty: any
    peers = models.JSONField(default=list)  # names of the peers; empty: any
    needs_receipt = models.BooleanField(null=True)  # true: with; false: without; empty: either
    max_age_days = models.IntegerField(null=True)
    same_store_only = models.BooleanField(default=False)
    same_channel_only = models.BooleanField(default=False)
    old_pricing = models.CharField(max_length=6, choices=Pricing, blank=True)
    old_with_stones = models.BooleanField(null=True)
    pays_for = models.JSONField(default=list)  # kinds of new goods it may pay; empty: all
    weekdays = models.JSONField(default=list)  # 0 is Monday; empty: every day
    member_level = models.CharField(max_length=12, blank=True)
    promotion = models.CharField(max_length=40, blank=True)

    # how much
    price_base = models.CharField(max_length=8, choices=PriceBase)
    price_delta_cents_per_g = models.IntegerField(default=0)
    fee_cents_per_g = models.IntegerField(default=0)
    fee_on = models.CharField(max_length=6, choices=GramsOf, default=GramsOf.GROSS)
    fee_fixed_cents = models.BigIntegerField(default=0)
    loss_bp = models.IntegerField(default=0)
    loss_on = models.CharField(max_length=6, choices=On, default=On.WEIGHT)
    labour_bp = models.IntegerField(default=0)
    saves_labour = models.BooleanField(default=False)  # new labour for the added grams only

    # against what
    min_ratio_bp = models.IntegerField(default=0)  # 12,000 is 1.2 times
    ratio_by = models.CharField(max_length=6, choices=On, default=On.WEIGHT)
    ratio_strict = models.BooleanField(default=False)  # more than, not at least
    min_extra_cents = models.BigIntegerField(default=0)
    below_ratio = models.CharField(max_length=10, choices=Below, default=Below.REFUSE)
    below_rule = models.CharField(max_length=20, blank=True)  # code of the other rule
    max_share_bp = models.IntegerField(default=10_000)
    surplus = models.CharField(max_length=6, choices=Surplus, default=Surplus.NONE)
    surplus_base = models.CharField(max_length=8, choices=PriceBase, blank=True)
    keeps_old_discount = models.BooleanField(default=False)
    counts_fixed_price = models.BooleanField(default=False)  # fixed-price lines in the ratio

    # in which way
    needs_melt = models.BooleanField(default=False)
    reading_rule = models.CharField(max_length=8, choices=ReadingRule, default=ReadingRule.MEAN)
    # the order of operations; it changes the result and no published rule states it
    steps = models.JSONField(default=list)

    class Meta:
        ordering = ["code", "version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="trade_in_rule_once"),
            models.CheckConstraint(
                name="trade_in_rule_bounds",
                condition=Q(
                    fineness_min__gt=0,
                    fineness_min__lte=models.F("fineness_max"),
                    fineness_max__lte=10_000,
                    loss_bp__gte=0,
                    loss_bp__lt=10_000,
                    labour_bp__gte=0,
                    labour_bp__lt=10_000,
                    max_share_bp__gt=0,
                    max_share_bp__lte=10_000,
                    min_ratio_bp__gte=0,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"
