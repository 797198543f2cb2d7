from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from appraisal.models.rules import BrandTier, TradeInRule, TradeKind
from inventory.ground.measures import Metal
from inventory.models import (
    Approval,
    Category,
    DrawnSignature,
    MetalPrice,
    Photo,
    Piece,
    Place,
    Pricing,
    Store,
    Written,
)

USER = settings.AUTH_USER_MODEL


class TradeInState(models.TextChoices):
    RECEIVED = "received", pgettext_lazy("trade-in", "received")
    CONSENTED = "consented", _("consented")
    WEIGHED = "weighed", _("weighed")
    TESTED = "tested", _("tested")
    OFFERED = "offered", _("offered")
    ACCEPTED = "accepted", _("accepted")
    MELT_CONSENTED = "melting", _("melting agreed")
    MELTED = "melted", _("melted")
    REWEIGHED = "reweighed", _("weighed again")
    SETTLED = "settled", _("settled")
    BAGGED = "bagged", _("bagged")
    DECLINED = "declined", _("declined")
    RETURNED = "returned", _("given back")


class TradeIn(Written):
    """以旧换新 or 回收: what a customer brought in, from the counter to the sealed bag."""

    append_only = False
    chain_exempt = frozenset({"state", "bill", "customer_id"})

    number = models.CharField(max_length=24, unique=True)
    store = models.ForeignKey(Store, models.PROTECT, related_name="trade_ins")
    counter = models.ForeignKey(Place, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=TradeKind)
    state = models.CharField(max_length=10, choices=TradeInState, default=TradeInState.RECEIVED)
    customer = models.ForeignKey(
        "counter.Customer", models.PROTECT, null=True, related_name="trade_ins"
    )
    source = models.CharField(max_length=200)  # 来源说明, in the customer's words
    representative = models.CharField(max_length=60, blank=True)
    business_day = models.DateField()
    at = models.DateTimeField()
    # the open bill it will pay into; a bill is known by its uuid
    bill = models.UUIDField(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["store", "business_day"], name="trade_in_by_day"),
            models.Index(fields=["store", "state"], name="trade_in_by_state"),
        ]

    def __str__(self) -> str:
        return self.number


class TradeInStep(Written):
    """One move of a trade-in: from which state to which, who did it, what was signed with it."""

    trade_in = models.ForeignKey(TradeIn, models.PROTECT, related_name="steps")
    old = models.CharField(max_length=10, choices=TradeInState, blank=True)
    new = models.CharField(max_length=10, choices=TradeInState)
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    signature = models.ForeignKey(DrawnSignature, models.PROTECT, null=True, related_name="+")
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")
    remark = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["pk"]


class OldPiece(Written):
    """One thing that the customer put on the counter. It is in exactly one place, like a piece."""

    append_only = False
    chain_exempt = frozenset({"place_id", "bag_id"})

    trade_in = models.ForeignKey(TradeIn, models.PROTECT, related_name="old_pieces")
    position = models.SmallIntegerField()
    category = models.CharField(max_length=10, choices=Category)
    description = models.CharField(max_length=80)
    mark = models.CharField(max_length=20, blank=True)  # as stamped; a claim, no evidence
    metal = models.CharField(max_length=2, choices=Metal)  # as the mark or the customer says
    brand_tier = models.CharField(max_length=10, choices=BrandTier)
    brand = models.CharField(max_length=40, blank=True)
    # where it came from, when it is our own
    piece = models.ForeignKey(Piece, models.PROTECT, null=True, related_name="came_back")
    sale_line = models.ForeignKey(
        "counter.SaleLine", models.PROTECT, null=True, related_name="came_back"
    )
    has_receipt = models.BooleanField(default=False)
    receipt = models.CharField(max_length=40, blank=True)
    bought_on = models.DateField(null=True)
    same_store = models.BooleanField(default=False)
    old_pricing = models.CharField(max_length=6, choices=Pricing, default=Pricing.WEIGHT)
    old_price_cents = models.BigIntegerField(null=True)  # once paid, after every reduction
    old_discount_bp = models.IntegerField(default=0)
    # empty once it left the house
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="old_pieces")
    bag = models.ForeignKey(
        "appraisal.ScrapBag", models.PROTECT, null=True, related_name="old_pieces"
    )

    class Meta:
        ordering = ["trade_in", "position"]
        constraints = [
            models.UniqueConstraint(fields=["trade_in", "position"], name="old_piece_position_once")
        ]

    def __str__(self) -> str:
        return self.description


class OldPiecePhoto(Written):
    """A picture of an old piece, taken before anything was done to it."""

    old_piece = models.ForeignKey(OldPiece, models.PROTECT, related_name="photos")
    photo = models.ForeignKey(Photo, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]


class OldPieceMove(Written):
    """Old gold moves like a piece: from which place to which, and how many grams."""

    old_piece = models.ForeignKey(OldPiece, models.PROTECT, related_name="moves")
    from_place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    to_place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    mg = models.BigIntegerField()  # 0 until it was weighed
    reason = models.CharField(max_length=12)

    class Meta:
        ordering = ["pk"]


class Offer(Written):
    """What the shop offers for the old pieces of a trade-in, line by line; the newest row holds."""

    chain_parts = ("pieces",)

    trade_in = models.ForeignKey(TradeIn, models.PROTECT, related_name="offers")
    at = models.DateTimeField()
    holds_until = models.DateTimeField()
    pays_cents = models.BigIntegerField()  # into the bill, or out to the seller
    credit_cents = models.BigIntegerField(default=0)  # surplus as store credit
    money_cents = models.BigIntegerField(default=0)  # surplus in money
    # the new goods it was reckoned against, as `valuation.NewLine` says them
    basket = models.JSONField(default=list)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="offer_not_below_zero",
                condition=Q(pays_cents__gte=0, credit_cents__gte=0, money_cents__gte=0),
            )
        ]

    @property
    def worth_cents(self) -> int:
        """Everything the customer gets for the old pieces."""
        return self.pays_cents + self.credit_cents + self.money_cents


class OfferPiece(models.Model):
    """The part of an offer that belongs to one old piece: facts and rule, so that the same cents
    come out whenever it is reckoned again."""

    chain_parts = ("lines",)
    chain_exempt = frozenset({"offer_id"})  # it is covered as a part of its offer

    offer = models.ForeignKey(Offer, models.PROTECT, related_name="pieces")
    old_piece = models.ForeignKey(OldPiece, models.PROTECT, related_name="+")
    rule = models.ForeignKey(TradeInRule, models.PROTECT, related_name="+")
    board = models.ForeignKey(MetalPrice, models.PROTECT, null=True, related_name="+")
    facts = models.JSONField()
    pays_cents = models.BigIntegerField()
    credit_cents = models.BigIntegerField(default=0)
    money_cents = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["offer", "pk"]


class OfferLine(models.Model):
    """One printed line of the arithmetic; screen, voucher and replay show the same."""

    chain_exempt = frozenset({"offer_piece_id"})

    offer_piece = models.ForeignKey(OfferPiece, models.PROTECT, related_name="lines")
    position = models.SmallIntegerField()
    step = models.CharField(max_length=16)
    words = models.JSONField(default=dict)  # figures for the sentence of the step
    mg = models.BigIntegerField(null=True)
    cents = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["offer_piece", "position"]
