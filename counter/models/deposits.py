import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from counter.models.orders import NetworkOrder
from counter.models.people import Customer
from counter.models.sales import LineState, Sale
from inventory.models import Piece, Store, Written

USER = settings.AUTH_USER_MODEL


class DepositKind(models.TextChoices):
    """The same sound in Chinese and another law: the word is chosen, never typed."""

    RETURNABLE = "returnable", _("deposit, given back by the shop's rule")
    EARNEST = "earnest", _("earnest money, lost or doubled")


class Afterwards(models.TextChoices):
    """What happens with the money when the day has passed and nothing was bought."""

    BACK = "back", _("the money is given back")
    CREDIT = "credit", _("the money becomes store credit")
    LOST = "lost", _("as when the customer withdraws")


class DepositState(models.TextChoices):
    OPEN = "open", _("kept")
    USED = "used", _("credited on a bill")
    DUE_BACK = "due_back", _("to be paid back")
    PAID_BACK = "paid_back", _("paid back")
    TURNED = "turned", _("store credit")
    LOST = "lost", _("stays with the shop")
    VOIDED = "voided", _("voided")


FOR_ONE_THING = Q(order__isnull=False, piece__isnull=True) | Q(
    order__isnull=True, piece__isnull=False
)
LOST_IS_EARNEST = Q(kind=DepositKind.EARNEST) | ~Q(afterwards=Afterwards.LOST)


class DepositLine(models.Model):
    """Money on a bill that is paid before the goods: for an order, or for a piece set aside."""

    chain_exempt = frozenset({"state"})

    sale = models.ForeignKey(Sale, models.CASCADE, related_name="deposits")
    position = models.SmallIntegerField()
    state = models.CharField(max_length=8, choices=LineState, default=LineState.OPEN)
    kind = models.CharField(max_length=10, choices=DepositKind)
    order = models.ForeignKey(NetworkOrder, models.PROTECT, null=True, related_name="deposit_lines")
    piece = models.ForeignKey(Piece, models.PROTECT, null=True, related_name="deposit_lines")
    words = models.CharField(max_length=120)
    price_cents = models.BigIntegerField()  # of the goods, when it was put on the bill
    total_cents = models.BigIntegerField()
    until = models.DateTimeField()
    afterwards = models.CharField(max_length=6, choices=Afterwards)

    class Meta:
        ordering = ["sale", "position"]
        constraints = [
            models.UniqueConstraint(fields=["sale", "position"], name="deposit_line_position"),
            models.CheckConstraint(name="deposit_line_for_one_thing", condition=FOR_ONE_THING),
            models.CheckConstraint(
                name="deposit_line_amount",
                condition=Q(total_cents__gt=0, total_cents__lte=F("price_cents")),
            ),
            models.CheckConstraint(name="deposit_line_lost", condition=LOST_IS_EARNEST),
        ]


class Deposit(Written):
    """订金 or 定金 that a completed bill has taken: what the shop owes a customer until it is
    credited, given back or lost. What became of it say its entries; their sum is what is left."""

    append_only = False
    chain_exempt: ClassVar[frozenset[str]] = frozenset({"state"})

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    store = models.ForeignKey(Store, models.PROTECT, related_name="deposits")
    line = models.OneToOneField(DepositLine, models.PROTECT, related_name="deposit")
    sale = models.ForeignKey(Sale, models.PROTECT, related_name="deposits_taken")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="deposits")
    kind = models.CharField(max_length=10, choices=DepositKind)
    order = models.ForeignKey(NetworkOrder, models.PROTECT, null=True, related_name="deposits")
    piece = models.ForeignKey(Piece, models.PROTECT, null=True, related_name="deposits")
    cents = models.BigIntegerField()
    price_cents = models.BigIntegerField()
    # what of it counts as earnest money: nothing of a deposit, at most 20 % of the price
    earnest_cents = models.BigIntegerField()
    until = models.DateTimeField()
    afterwards = models.CharField(max_length=6, choices=Afterwards)
    state = models.CharField(max_length=9, choices=DepositState, default=DepositState.OPEN)
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["store", "state", "at"], name="deposit_by_age"),
        ]
        constraints = [
            models.CheckConstraint(name="deposit_for_one_thing", condition=FOR_ONE_THING),
            models.CheckConstraint(
                name="deposit_amounts",
                condition=Q(
                    cents__gt=0,
                    cents__lte=F("price_cents"),
                    earnest_cents__gte=0,
                    earnest_cents__lte=F("cents"),
                ),
            ),
            models.CheckConstraint(name="deposit_lost", condition=LOST_IS_EARNEST),
        ]

    def __str__(self) -> str:
        return self.sale.number or ""


class DepositReason(models.TextChoices):
    TAKEN = "taken", _("taken")
    CREDITED = "credited", _("credited on a bill")
    TURNED = "turned", _("became store credit")
    REFUNDED = "refunded", _("paid back")
    FORFEITED = "forfeited", _("lost: the customer withdrew")
    DOUBLED = "doubled", _("doubled: the shop failed")
    ENDED = "ended", _("to be paid back")  # no cents: from now on the shop owes money
    UNDONE = "undone", _("taken back")
    VOIDED = "voided", _("the bill that took it was voided")


class DepositEntry(Written):
    """What was added to a deposit or taken from it; what is left of it is their sum."""

    deposit = models.ForeignKey(Deposit, models.PROTECT, related_name="entries")
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")  # in whose chain it stands
    reason = models.CharField(max_length=9, choices=DepositReason)
    cents = models.BigIntegerField()
    sale = models.ForeignKey(Sale, models.PROTECT, null=True, related_name="deposit_entries")
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="deposit_entry_not_zero",
                condition=~Q(cents=0) | Q(reason__in=[DepositReason.ENDED, DepositReason.UNDONE]),
            ),
            models.UniqueConstraint(
                fields=["deposit"],
                condition=Q(reason=DepositReason.TAKEN),
                name="deposit_taken_once",
            ),
        ]
