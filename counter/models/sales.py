import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from counter.models.people import Customer
from counter.models.shifts import Shift
from inventory.models import Approval, MetalPrice, Photo, Piece, Place, Store, Written

if TYPE_CHECKING:
    from warranty.models import Card

USER = settings.AUTH_USER_MODEL


class SaleState(models.TextChoices):
    OPEN = "open", _("open")
    COMPLETED = "completed", _("completed")
    VOIDED = "voided", _("voided")


class Sale(models.Model):
    """The bill for everything paid at the counter. Without a number until it is completed."""

    chain_exempt = frozenset({"state", "mark"})
    chain_parts = ("lines", "services", "deposits")
    chain_later: ClassVar[Mapping[str, object]] = {"services": [], "deposits": []}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=24, unique=True, null=True)  # noqa: DJ001  because: unique, and many are open
    store = models.ForeignKey(Store, models.PROTECT, related_name="sales")
    counter = models.ForeignKey(Place, models.PROTECT, related_name="+")
    shift = models.ForeignKey(Shift, models.PROTECT, null=True, related_name="sales")
    state = models.CharField(max_length=10, choices=SaleState, default=SaleState.OPEN)
    mark = models.CharField(max_length=30, blank=True)  # 红外套: how the clerk knows this bill
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="sales")
    opened_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    completed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    completed_at = models.DateTimeField(null=True)
    business_day = models.DateField(null=True)
    rounding_cents = models.BigIntegerField(default=0)  # 抹零, taken off the sum
    total_cents = models.BigIntegerField(null=True)
    change = models.OneToOneField(
        "inventory.Change", models.PROTECT, null=True, related_name="counter_sale"
    )

    class Meta:
        indexes = [
            models.Index(fields=["store", "business_day"], name="sale_by_day"),
            models.Index(fields=["counter", "state"], name="sale_by_counter"),
        ]
        constraints = [
            models.CheckConstraint(
                name="sale_complete_or_open",
                condition=Q(state=SaleState.OPEN, number__isnull=True, total_cents__isnull=True)
                | (
                    ~Q(state=SaleState.OPEN)
                    & Q(
                        number__isnull=False,
                        total_cents__gte=0,
                        shift__isnull=False,
                        change__isnull=False,
                    )
                ),
            ),
            models.CheckConstraint(name="sale_rounds_down", condition=Q(rounding_cents__gte=0)),
        ]

    def __str__(self) -> str:
        return self.number or self.mark or str(self.uuid)[:8]


class LineState(models.TextChoices):
    OPEN = "open", _("open")
    SOLD = "sold", _("sold")
    RETURNED = "returned", _("returned")
    VOIDED = "voided", _("voided")


class SaleLine(models.Model):
    """One piece on a bill: its price in parts, the board row it used, and who sold it."""

    chain_exempt = frozenset({"state"})
    chain_parts = ("reductions", "sellers", "gifts")
    chain_later: ClassVar[Mapping[str, object]] = {
        "gifts": [],
        "photo_id": None,
        "made_to_order": False,
    }

    sale = models.ForeignKey(Sale, models.CASCADE, related_name="lines")
    position = models.SmallIntegerField()
    state = models.CharField(max_length=8, choices=LineState, default=LineState.OPEN)
    piece = models.ForeignKey(Piece, models.PROTECT, related_name="sale_lines")
    net_mg = models.BigIntegerField()
    metal_price = models.ForeignKey(MetalPrice, models.PROTECT, null=True, related_name="+")
    metal_cents = models.BigIntegerField(default=0)
    labour_cents = models.BigIntegerField(default=0)
    fixed_cents = models.BigIntegerField(default=0)
    reduced_cents = models.BigIntegerField(default=0)
    total_cents = models.BigIntegerField()
    # how the customer took note of grams and yuan per gram of a fixed price
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_how = models.CharField(max_length=10, blank=True)
    # 定制: made for this customer, who was told that it does not come back for no reason
    made_to_order = models.BooleanField(default=False, db_default=False)
    # as it was sold: what comes back is looked at beside it
    photo = models.ForeignKey(Photo, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["sale", "position"]
        constraints = [
            # the last wall against selling a piece twice
            models.UniqueConstraint(
                fields=["piece"], condition=Q(state=LineState.SOLD), name="line_piece_sold_once"
            ),
            models.UniqueConstraint(fields=["sale", "piece"], name="line_piece_once_per_sale"),
            models.CheckConstraint(
                name="line_adds_up",
                condition=Q(
                    total_cents=F("metal_cents")
                    + F("labour_cents")
                    + F("fixed_cents")
                    - F("reduced_cents")
                )
                & Q(total_cents__gte=0, reduced_cents__gte=0),
            ),
        ]

    @property
    def before_cents(self) -> int:
        return self.metal_cents + self.labour_cents + self.fixed_cents

    @property
    def card(self) -> "Card | None":
        """The newest card of this line; one that was lost was replaced."""
        return max(self.cards.all(), key=lambda card: card.pk, default=None)


class ServiceLine(models.Model):
    """A fee of the service desk on a bill: for the work of a ticket, or money on account of it."""

    chain_exempt = frozenset({"state"})

    sale = models.ForeignKey(Sale, models.CASCADE, related_name="services")
    position = models.SmallIntegerField()
    state = models.CharField(max_length=8, choices=LineState, default=LineState.OPEN)
    ticket = models.ForeignKey("warranty.Ticket", models.PROTECT, related_name="service_lines")
    words = models.CharField(max_length=120)
    total_cents = models.BigIntegerField()
    is_deposit = models.BooleanField(default=False)  # paid before the work is done

    class Meta:
        ordering = ["sale", "position"]
        constraints = [
            models.UniqueConstraint(fields=["sale", "ticket"], name="service_once_per_sale"),
            models.CheckConstraint(name="service_above_zero", condition=Q(total_cents__gt=0)),
        ]


class Part(models.TextChoices):
    METAL = "metal", _("metal")
    LABOUR = "labour", _("labour")
    FIXED = "fixed", _("fixed price")


class Reduction(models.Model):
    """What was taken off one price part of a line, by whom and why."""

    chain_later: ClassVar[Mapping[str, object]] = {"returned_id": None}

    line = models.ForeignKey(SaleLine, models.CASCADE, related_name="reductions")
    part = models.CharField(max_length=6, choices=Part)
    cents = models.BigIntegerField()
    reason = models.CharField(max_length=60)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")
    # 享原折扣: the return whose piece had as much taken off; it goes with the return off the bill
    returned = models.ForeignKey("counter.Return", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["line", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["line", "part"], name="reduction_once_per_part"),
            models.CheckConstraint(name="reduction_above_zero", condition=Q(cents__gt=0)),
        ]


class LineSeller(models.Model):
    """Who sold a line, in basis points that add up to 10,000 over its sellers."""

    line = models.ForeignKey(SaleLine, models.CASCADE, related_name="sellers")
    user = models.ForeignKey(USER, models.PROTECT, related_name="+")
    share_bp = models.IntegerField()

    class Meta:
        ordering = ["line", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["line", "user"], name="seller_once_per_line"),
            models.CheckConstraint(
                name="seller_has_share", condition=Q(share_bp__gt=0, share_bp__lte=10000)
            ),
        ]


class TenderKind(models.TextChoices):
    CASH = "cash", _("cash")
    ELECTRONIC = "electronic", _("electronic")
    TRANSFER = "transfer", _("transfer")
    MALL = "mall", _("mall's cashier")
    OLD_GOLD = "old_gold", _("old gold")
    EXCHANGE = "exchange", _("returned piece")
    CREDIT = "credit", _("store credit")
    DEPOSIT = "deposit", _("deposit")


class Tender(models.Model):
    """A way to pay; a row, so that a shop adds one without new code."""

    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=20)
    name_en = models.CharField(max_length=30)
    kind = models.CharField(max_length=10, choices=TenderKind)
    position = models.SmallIntegerField()
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en

    @property
    def is_cash(self) -> bool:
        return self.kind == TenderKind.CASH


class Tendered(models.Model):
    """What the customer has put on the counter for an open bill; a payment once it is completed."""

    sale = models.ForeignKey(Sale, models.CASCADE, related_name="tendered")
    tender = models.ForeignKey(Tender, models.PROTECT, related_name="+")
    amount_cents = models.BigIntegerField()  # what it pays of the bill
    given_cents = models.BigIntegerField()  # cash in hand, the rest goes back
    merchant_number = models.CharField(max_length=64, null=True)  # noqa: DJ001  because: unique, and cash has none
    # 旧料抵扣: the old gold that pays; on one bill only
    trade_in = models.OneToOneField(
        "appraisal.TradeIn", models.PROTECT, null=True, related_name="tendered"
    )
    # 换货: pieces that came back and pay here; on one bill only
    returned = models.OneToOneField(
        "counter.Return", models.PROTECT, null=True, related_name="tendered"
    )
    # what was paid before the goods and is credited now; on one bill only
    deposit = models.OneToOneField(
        "counter.Deposit", models.PROTECT, null=True, related_name="tendered"
    )
    # what old gold, store credit or a doubled deposit is worth beyond the bill goes out by it
    back_by = models.ForeignKey(Tender, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["sale", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["merchant_number"], name="tendered_number_once"),
            # ratio and minimum are tested over one trade-in
            models.UniqueConstraint(
                fields=["sale"],
                condition=Q(trade_in__isnull=False),
                name="tendered_one_trade_in",
            ),
            # what is bought back, or credit that is paid out, pays nothing of a bill: all of it
            # goes out again
            models.CheckConstraint(
                name="tendered_above_zero",
                condition=Q(given_cents__gt=0, given_cents__gte=F("amount_cents"))
                & (Q(amount_cents__gt=0) | Q(amount_cents=0, back_by__isnull=False)),
            ),
        ]

    @property
    def back_cents(self) -> int:
        return self.given_cents - self.amount_cents


class Payment(Written):
    """Money in, or with a minus sign money out. A refund points at what it reverses."""

    chain_later: ClassVar[Mapping[str, object]] = {
        "trade_in_id": None,
        "is_payout": False,
        "returned_id": None,
        "deposit_id": None,
    }
    chain_spelled_out = frozenset({"trade_in_id", "is_payout"})

    sale = models.ForeignKey(Sale, models.PROTECT, related_name="payments")
    shift = models.ForeignKey(Shift, models.PROTECT, related_name="payments")
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    tender = models.ForeignKey(Tender, models.PROTECT, related_name="+")
    amount_cents = models.BigIntegerField()
    given_cents = models.BigIntegerField()
    # the merchant order number of a terminal or wallet, unique for ever
    merchant_number = models.CharField(max_length=64, null=True)  # noqa: DJ001  because: unique, and cash has none
    # several times for a payment that is given back in parts; never more than it was
    reverses = models.ForeignKey("self", models.PROTECT, null=True, related_name="reversals")
    # old gold in, and for a buy-back the money out for it; a payout without is of store credit
    trade_in = models.ForeignKey(
        "appraisal.TradeIn", models.PROTECT, null=True, related_name="payments"
    )
    is_payout = models.BooleanField(default=False)
    # the return that gives this money back, or whose pieces pay here
    returned = models.ForeignKey(
        "counter.Return", models.PROTECT, null=True, related_name="payments"
    )
    # the deposit that pays here, or that goes back to the customer by this money
    deposit = models.ForeignKey(
        "counter.Deposit", models.PROTECT, null=True, related_name="payments"
    )

    class Meta:
        ordering = ["sale", "pk"]
        indexes = [models.Index(fields=["store", "change"], name="payment_in_order")]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_number"],
                condition=Q(reverses__isnull=True),
                name="payment_number_once",
            ),
            # old gold pays a bill once; that it lies on one bill only is `Tendered`'s one-to-one,
            # so that after a void it may pay again
            models.UniqueConstraint(
                fields=["sale"],
                condition=Q(reverses__isnull=True, is_payout=False, trade_in__isnull=False),
                name="payment_old_gold_once",
            ),
            models.UniqueConstraint(
                fields=["sale", "deposit"],
                condition=Q(reverses__isnull=True, is_payout=False, deposit__isnull=False),
                name="payment_deposit_once",
            ),
            models.CheckConstraint(
                name="payment_or_refund",
                condition=Q(amount_cents__gt=0, reverses__isnull=True, is_payout=False)
                | Q(amount_cents__lt=0, reverses__isnull=False, is_payout=False)
                | Q(amount_cents__gt=0, reverses__isnull=False, is_payout=True)
                | Q(amount_cents__lt=0, reverses__isnull=True, is_payout=True),
            ),
        ]

    @property
    def back_cents(self) -> int:
        return self.given_cents - self.amount_cents

    @property
    def out_cents(self) -> int:
        """What went out, as an amount above zero."""
        return -self.amount_cents


class SaleVoid(Written):
    """A sale taken back in the same shift, with the pieces in hand and a second person."""

    sale = models.OneToOneField(Sale, models.PROTECT, related_name="void")
    shift = models.ForeignKey(Shift, models.PROTECT, related_name="voids")
    reason = models.CharField(max_length=120)
    approval = models.ForeignKey(Approval, models.PROTECT, related_name="+")
