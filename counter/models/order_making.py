from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from counter.models.orders import NetworkOrder, OrderedPiece
from inventory.models import Piece, Written

USER = settings.AUTH_USER_MODEL


class StoneSource(models.TextChoices):
    STOCK = "stock", _("from stock")
    BUY = "buy", _("to be bought")
    CUSTOMER = "customer", _("the customer's")


class StoneAllotment(Written):
    """配石: the stone for one ordered piece; from stock it is a piece of ours that is held."""

    append_only = False
    chain_exempt = frozenset({"released_at", "came_at"})

    ordered = models.ForeignKey(OrderedPiece, models.PROTECT, related_name="stones")
    source = models.CharField(max_length=8, choices=StoneSource)
    stone = models.ForeignKey(Piece, models.PROTECT, null=True, related_name="allotments")
    words = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=20, blank=True)
    weight_mct = models.BigIntegerField()
    color = models.CharField(max_length=10, blank=True)
    clarity = models.CharField(max_length=10, blank=True)
    cut = models.CharField(max_length=10, blank=True)
    certificate = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    came_at = models.DateTimeField(null=True)  # one that had to be bought is here
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            # one stone is set in one piece
            models.UniqueConstraint(
                fields=["stone"],
                condition=Q(stone__isnull=False, released_at__isnull=True),
                name="allotment_stone_once",
            ),
            models.CheckConstraint(
                name="allotment_names_stone",
                condition=~Q(source=StoneSource.STOCK) | Q(stone__isnull=False),
            ),
            models.CheckConstraint(name="allotment_weighs", condition=Q(weight_mct__gt=0)),
        ]


class OrderArrival(Written):
    """One ordered piece came from the workshop: weighed, and checked against the order."""

    ordered = models.OneToOneField(OrderedPiece, models.PROTECT, related_name="arrival")
    piece = models.ForeignKey(Piece, models.PROTECT, related_name="+")
    net_mg = models.BigIntegerField()
    gross_mg = models.BigIntegerField()
    is_typed = models.BooleanField()  # typed by hand, or read from a scale
    differs = models.CharField(max_length=200, blank=True)  # how it is not as ordered
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="arrival_weighs", condition=Q(net_mg__gt=0, gross_mg__gte=F("net_mg"))
            )
        ]


class OrderParcel(Written):
    """发货: pieces of an order on their way to the customer, until somebody signs for them.

    Which pieces: `OrderedPiece.parcel`; how many stands in the chain.
    """

    append_only = False
    chain_exempt = frozenset({"signed_at", "signed_name"})

    order = models.ForeignKey(NetworkOrder, models.PROTECT, related_name="parcels")
    carrier = models.CharField(max_length=30)
    tracking = models.CharField(max_length=40)
    count = models.SmallIntegerField()  # of pieces
    signed_at = models.DateTimeField(null=True)
    signed_name = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["carrier", "tracking"], name="parcel_tracking_once")
        ]
