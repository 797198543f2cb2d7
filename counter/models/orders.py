import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from counter.models.people import Customer
from inventory.ground.measures import Metal
from inventory.models import Piece, Store, Style, Written

USER = settings.AUTH_USER_MODEL


class OrderState(models.TextChoices):
    PLACED = "placed", _("placed, not confirmed")
    REVIEWING = "reviewing", _("first check")
    TRANSFERRED = "transferred", _("waiting for the second check")
    CONFIRMED = "confirmed", _("confirmed")
    ALLOTTING = "allotting", _("stones are allotted")
    IN_PRODUCTION = "in_production", _("in production")
    ARRIVED = "arrived", _("arrived")
    NOTIFIED = "notified", _("customer told")
    SHIPPED = "shipped", _("shipped")
    HANDED_OVER = "handed_over", pgettext_lazy("order", "handed over")
    DELIVERED = "delivered", _("delivered and signed for")
    REFUSED = "refused", pgettext_lazy("order", "refused")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("never confirmed")


ENDED_ORDERS = (
    OrderState.HANDED_OVER,
    OrderState.DELIVERED,
    OrderState.REFUSED,
    OrderState.CANCELLED,
    OrderState.EXPIRED,
)


class OrderChannel(models.TextChoices):
    """Where the order came in; kept for life, since return windows and the queue follow it."""

    ONLINE = "online", _("network showroom")
    BRAND_SHOP = "brand_shop", _("brand's online shop")
    COUNTER = "counter", _("at the counter")
    TELEPHONE = "telephone", _("by telephone")
    SHOWROOM = "showroom", _("in the showroom")
    DEALER_FILE = "dealer_file", _("dealer's list")


class PriceMode(models.TextChoices):
    SETTLEMENT = "settlement", _("price of the day of settlement")
    LOCKED = "locked", _("locked price")


class DeliveryWay(models.TextChoices):
    COLLECT = "collect", _("collected in the store")
    SHIP = "ship", _("sent to the customer")


class StonesFrom(models.TextChoices):
    """用石情况: whose stones are set."""

    NONE = "none", _("no stone")
    OURS = "ours", _("our stones")
    CUSTOMER = "customer", _("the customer's stones")


class NetworkOrder(Written):
    """网络板房订单: what one customer ordered, in one queue whatever way it came in.

    `store` is the network showroom that numbered it; `queue` the store in whose queue it lies now,
    and in whose chain its next step is written. What was ordered stands in `OrderVersion`, the
    lines are those of the version that counts.
    """

    append_only = False
    chain_exempt = frozenset(
        {
            "queue_id",
            "state",
            "state_since",
            "due_at",
            "account_clerk_id",
            "first_checked_by_id",
            "confirmed_at",
            "version",
            "promised_on",
            "wanted_on",
            "price_mode",
            "delivery",
            "recipient",
            "address",
            "telephone",
            "is_rush",
            "remark",
            "promises",
            "total_cents",
        }
    )

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=24, unique=True)
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    queue = models.ForeignKey(Store, models.PROTECT, related_name="orders")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="orders")
    channel = models.CharField(max_length=11, choices=OrderChannel)
    # the number under which the brand's shop or the dealer keeps it; one order for each
    outside_number = models.CharField(max_length=64, blank=True)
    # the key of the customer's private link
    link = models.CharField(max_length=22, unique=True)
    state = models.CharField(max_length=13, choices=OrderState, default=OrderState.PLACED)
    state_since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # until when the next act is due; null when it is over
    account_clerk = models.ForeignKey(USER, models.PROTECT, null=True, related_name="orders")
    first_checked_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)  # when the customer confirmed the summary
    version = models.SmallIntegerField(default=1)  # the version that counts
    promised_on = models.DateField(null=True)  # 货期 as promised by us
    wanted_on = models.DateField(null=True)  # as the customer wishes
    price_mode = models.CharField(max_length=10, choices=PriceMode, default=PriceMode.SETTLEMENT)
    delivery = models.CharField(max_length=7, choices=DeliveryWay, default=DeliveryWay.COLLECT)
    recipient = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=200, blank=True)
    telephone = models.CharField(max_length=20, blank=True)
    is_rush = models.BooleanField(default=False)
    remark = models.CharField(max_length=200, blank=True)
    promises = models.CharField(max_length=200, blank=True)  # gifts and what else was promised
    total_cents = models.BigIntegerField()  # estimated at the board of the day it was placed
    business_day = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["queue", "state", "due_at"], name="order_by_clock"),
            models.Index(fields=["account_clerk", "state"], name="order_by_clerk"),
            models.Index(fields=["customer", "-at"], name="order_by_customer"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "outside_number"],
                condition=~Q(outside_number=""),
                name="order_outside_number_once",
            ),
            models.CheckConstraint(
                name="order_to_somewhere",
                condition=~Q(delivery=DeliveryWay.SHIP) | ~Q(address=""),
            ),
            models.CheckConstraint(name="order_total", condition=Q(total_cents__gte=0)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_over(self) -> bool:
        return self.state in ENDED_ORDERS


# lines that a change dropped, but whose pieces have a history, stand behind those that count
BEHIND = 10_000


class CountedLines(models.Manager["OrderLine"]):
    """The lines of the version that counts."""

    def get_queryset(self) -> models.QuerySet["OrderLine"]:
        return super().get_queryset().filter(position__lt=BEHIND)


class OrderLine(models.Model):
    """What is to be made, as the version that counts says; covered by that version's digest."""

    order = models.ForeignKey(NetworkOrder, models.PROTECT, related_name="lines")
    position = models.SmallIntegerField()
    style = models.ForeignKey(Style, models.PROTECT, related_name="+")
    pieces = models.SmallIntegerField()
    metal = models.CharField(max_length=2, choices=Metal)
    grade = models.IntegerField()  # the legal grade, tenths of a permille
    net_mg = models.BigIntegerField()  # of one piece, estimated
    size_spec = models.CharField(max_length=30, blank=True)  # 规格
    ring_size = models.CharField(max_length=10, blank=True)  # 手寸, Chinese size
    finish = models.CharField(max_length=20, blank=True)  # 喷沙, polish …
    mark = models.CharField(max_length=40, blank=True)  # 字印: what is stamped
    engraving = models.CharField(max_length=40, blank=True)  # 刻字: what the customer wants written
    stones_from = models.CharField(max_length=8, choices=StonesFrom, default=StonesFrom.NONE)
    stone_kind = models.CharField(max_length=20, blank=True)
    stone_mct = models.BigIntegerField(null=True)
    stone_color = models.CharField(max_length=10, blank=True)
    stone_clarity = models.CharField(max_length=10, blank=True)
    stone_cut = models.CharField(max_length=10, blank=True)
    certificate = models.CharField(max_length=20, blank=True)  # the laboratory that is wanted
    labour_cents = models.BigIntegerField()  # of one piece
    stone_cents = models.BigIntegerField(default=0)  # of one piece, stones and certificate
    unit_cents = models.BigIntegerField()  # of one piece, estimated at the board of the day
    remark = models.CharField(max_length=120, blank=True)

    objects = CountedLines()
    every = models.Manager["OrderLine"]()

    class Meta:
        ordering = ["order", "position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_line_once"),
            models.CheckConstraint(
                name="order_line_amounts",
                condition=Q(
                    pieces__gt=0,
                    net_mg__gt=0,
                    labour_cents__gte=0,
                    stone_cents__gte=0,
                    unit_cents__gte=0,
                ),
            ),
        ]


class OrderedState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("order", "waiting")
    IN_PRODUCTION = "in_production", _("in production")
    ARRIVED = "arrived", _("arrived")
    HANDED_OVER = "handed_over", pgettext_lazy("order", "handed over")
    SHIPPED = "shipped", _("shipped")
    DELIVERED = "delivered", _("delivered and signed for")
    CANCELLED = "cancelled", _("cancelled")


class OrderedPiece(models.Model):
    """One of the pieces of a line: each goes its own way, so that 8 of 12 may arrive first."""

    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="ordered")
    serial = models.SmallIntegerField()
    state = models.CharField(max_length=13, choices=OrderedState, default=OrderedState.WAITING)
    # what arrived; known by number and tag like every other piece
    piece = models.OneToOneField(Piece, models.PROTECT, null=True, related_name="ordered")
    parcel = models.ForeignKey(
        "counter.OrderParcel", models.PROTECT, null=True, related_name="ordered"
    )

    class Meta:
        ordering = ["line", "serial"]
        constraints = [
            models.UniqueConstraint(fields=["line", "serial"], name="ordered_piece_once"),
            models.CheckConstraint(
                name="ordered_piece_is_there",
                condition=Q(state__in=["waiting", "in_production", "cancelled"])
                | Q(piece__isnull=False),
            ),
        ]


class OrderStep(Written):
    """One move of an order: from which state and queue to which, who, and what was said."""

    order = models.ForeignKey(NetworkOrder, models.PROTECT, related_name="steps")
    old = models.CharField(max_length=13, choices=OrderState, blank=True)
    new = models.CharField(max_length=13, choices=OrderState)
    queue = models.ForeignKey(Store, models.PROTECT, related_name="+")
    account_clerk = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=30, blank=True)  # a code of `endings.REASONS`
    remark = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
