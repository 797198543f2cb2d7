from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from counter.models.people import Customer
from counter.models.sales import Sale, SaleLine
from counter.models.shifts import Shift
from inventory.ground.measures import Metal
from inventory.models import Approval, Category, Photo, Piece, Place, Pricing, Store, Written
from warranty.models import Cause, Fault

USER = settings.AUTH_USER_MODEL


class Channel(models.TextChoices):
    SHOP = "shop", _("in the shop")
    DISTANCE = "distance", _("at a distance")


class LeadsTo(models.TextChoices):
    EXCHANGE = "exchange", _("exchange")
    REFUND = "refund", _("money back")


class ExchangeBasis(models.TextChoices):
    """What the piece counts in an exchange: trade.md 4.12."""

    AMOUNT = "amount", _("the price paid")
    GRAMS = "grams", _("gram for gram, with the difference in labour")
    BETTER = "better", _("the better of both for the customer")


class Starts(models.TextChoices):
    """From which day the days of a window count."""

    SALE = "sale", _("the day of the sale")
    RECEIPT = "receipt", _("the day the goods were received")


class ReturnWindow(models.Model):
    """Until when a reason leads to an exchange or to money: a dated row with its source. Empty
    columns mean any; the more exact row wins."""

    chain_later: ClassVar[Mapping[str, object]] = {"starts": Starts.SALE}

    fault = models.CharField(max_length=14, choices=Fault)
    leads_to = models.CharField(max_length=8, choices=LeadsTo)
    channel = models.CharField(max_length=8, choices=Channel, blank=True)
    metal = models.CharField(max_length=2, choices=Metal, blank=True)
    category = models.CharField(max_length=10, choices=Category, blank=True)
    pricing = models.CharField(max_length=6, choices=Pricing, blank=True)
    # the day on which it starts is day 0; empty: without end
    days = models.SmallIntegerField(null=True, blank=True)
    starts = models.CharField(max_length=7, choices=Starts, default=Starts.SALE)
    basis = models.CharField(
        max_length=6, choices=ExchangeBasis, default=ExchangeBasis.AMOUNT, blank=True
    )
    must_be_unworn = models.BooleanField(default=False)
    keeps_old_discount = models.BooleanField(default=False)
    is_house_promise = models.BooleanField(default=False)  # else it is the law
    precedence = models.SmallIntegerField(default=0)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["fault", "leads_to", "-precedence", "-valid_from"]

    def __str__(self) -> str:
        return f"{self.fault} {self.leads_to} {self.days}"


class ReturnState(models.TextChoices):
    OPEN = "open", _("checked, not settled")
    AT_MALL = "at_mall", _("refund at the mall's desk")
    SETTLED = "settled", _("settled")
    DROPPED = "dropped", _("given up")


class Return(Written):
    """退换单: pieces of one sale that came back, checked in hand; settled by money back to the
    tenders they were paid with, or by other pieces on a new bill."""

    append_only = False
    chain_exempt = frozenset(
        {"state", "shift_id", "settled_at", "mall_number", "bill", "approval_id"}
    )
    chain_parts = ("lines",)
    chain_later: ClassVar[Mapping[str, object]] = {"cause": "", "received_on": None}

    number = models.CharField(max_length=24, unique=True)
    store = models.ForeignKey(Store, models.PROTECT, related_name="returns")
    counter = models.ForeignKey(Place, models.PROTECT, related_name="+")
    shift = models.ForeignKey(Shift, models.PROTECT, null=True, related_name="returns")
    sale = models.ForeignKey(Sale, models.PROTECT, related_name="returns")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="returns")
    leads_to = models.CharField(max_length=8, choices=LeadsTo)
    fault = models.CharField(max_length=14, choices=Fault)
    # what the look at it found; empty where the reason is no fault
    cause = models.CharField(max_length=12, choices=Cause, blank=True)
    words = models.CharField(max_length=200, blank=True)
    window = models.ForeignKey(ReturnWindow, models.PROTECT, null=True, related_name="+")
    # when the customer got the goods, where the days of the window count from there
    received_on = models.DateField(null=True)
    # 裁量从宽: the reason or its time is not proved and the house decides for the customer
    is_goodwill = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=ReturnState, default=ReturnState.OPEN)
    credit_cents = models.BigIntegerField()  # what the pieces count, in money or against new goods
    # the open bill of an exchange, by its uuid
    bill = models.UUIDField(null=True)
    mall_number = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001  because: unique, and few have one
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")
    business_day = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["store", "business_day"], name="return_by_day")]
        constraints = [
            models.CheckConstraint(name="return_not_below_zero", condition=Q(credit_cents__gte=0))
        ]

    def __str__(self) -> str:
        return self.number


class ReturnLine(models.Model):
    """One piece that came back: what was checked, by which marks it was known, what it counts."""

    chain_exempt = frozenset({"back_id", "is_live"})  # `back_id` is covered with its return
    chain_later: ClassVar[Mapping[str, object]] = {
        "goodwill_cents": 0,
        "old_discount_bp": 0,
        "gifts_back": [],
    }

    back = models.ForeignKey(Return, models.PROTECT, related_name="lines")
    sale_line = models.ForeignKey(SaleLine, models.PROTECT, related_name="return_lines")
    piece = models.ForeignKey(Piece, models.PROTECT, related_name="+")
    mg = models.BigIntegerField()  # gross, as it was weighed again
    is_typed = models.BooleanField(default=False)
    tag_intact = models.BooleanField()
    unworn = models.BooleanField()
    # marks that identify it: "weight", "certificate", "xrf", "diamond"
    marks = models.JSONField(default=list)
    photo = models.ForeignKey(Photo, models.PROTECT, null=True, related_name="+")
    basis = models.CharField(max_length=6, choices=ExchangeBasis, blank=True)
    paid_cents = models.BigIntegerField()  # for this piece, after every reduction and rounding
    credit_cents = models.BigIntegerField()
    # gifts that did not come back are charged
    charged_cents = models.BigIntegerField(default=0)
    # keys of those that did: what is of the house's supplies lies in its place again
    gifts_back = models.JSONField(default=list)
    # what the house bears of it where nobody knows who answers
    goodwill_cents = models.BigIntegerField(default=0)
    # 享原折扣: so much of its price was taken off, and as much is of the new piece's
    old_discount_bp = models.IntegerField(default=0)
    # False once the return is given up, so that the piece may come back again
    is_live = models.BooleanField(default=True)

    class Meta:
        ordering = ["back", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sale_line"], condition=Q(is_live=True), name="return_line_once"
            ),
            models.CheckConstraint(
                name="return_line_bounds",
                condition=Q(mg__gt=0, paid_cents__gte=0, credit_cents__gte=0, charged_cents__gte=0),
            ),
        ]


class SwapTest(Written):
    """The rule of a swap, tested again when a piece that its old gold paid for came back: what the
    goods that stay lack for it, and what the old gold is worth less."""

    back = models.ForeignKey(Return, models.PROTECT, related_name="swap_tests")
    trade_in = models.ForeignKey(
        "appraisal.TradeIn", models.PROTECT, related_name="tests_of_returns"
    )
    offer = models.ForeignKey("appraisal.Offer", models.PROTECT, related_name="+")
    # the goods that stay, as `valuation.NewLine` says them
    basket = models.JSONField(default=list)
    lacks_mg = models.BigIntegerField(default=0)
    lacks_cents = models.BigIntegerField(default=0)
    taken_cents = models.BigIntegerField(default=0)  # off what goes back

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["back", "trade_in"], name="swap_test_once"),
            models.CheckConstraint(
                name="swap_test_not_below_zero",
                condition=Q(lacks_mg__gte=0, lacks_cents__gte=0, taken_cents__gte=0),
            ),
        ]
