from datetime import time

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class StoreKind(models.TextChoices):
    SHOP = "shop", _("shop")
    SHOWROOM = "showroom", _("network showroom")
    HEAD_OFFICE = "head_office", _("head office")


class Store(models.Model):
    """A shop, the network showroom, or head office. Each has its own chain of changes."""

    code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=StoreKind, default=StoreKind.SHOP)
    phone = models.CharField(max_length=30, blank=True)
    address = models.CharField(max_length=120, blank=True)
    time_zone = models.CharField(max_length=40, default="Asia/Shanghai")
    day_starts_at = models.TimeField(default=time(5))
    # who may see this store's rows: its clerks, and API clients that are bound to it
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="stores", blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            # the house's own prices and settings hang on one row
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(kind=StoreKind.HEAD_OFFICE),
                name="store_one_head_office",
            )
        ]

    def __str__(self) -> str:
        return self.name


class PlaceKind(models.TextChoices):
    COUNTER = "counter", _("counter")
    TRAY = "tray", _("tray")
    WINDOW = "window", _("window")
    SAFE = "safe", _("safe")
    BENCH = "bench", _("bench")
    VIRTUAL = "virtual", _("elsewhere")


# 在途: the virtual place of a store for what it has sent and the other store has not received
ROAD = "ROAD"


class CountDepth(models.TextChoices):
    """How deep a place is counted at a handover."""

    PIECES = "pieces", _("pieces only")
    SCAN = "scan", _("scan")
    TRAY = "tray", _("scan and tray weight")
    EACH = "each", _("every piece on the scale")


class Place(models.Model):
    """Where a piece can be; a small tree in a store: counter, then tray or window."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="places")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=8, choices=PlaceKind)
    # empty: the tray is weighed when its tare is known and all that was scanned is plain metal
    count_depth = models.CharField(max_length=6, choices=CountDepth, blank=True)
    tare_mg = models.BigIntegerField(null=True, blank=True)
    # the document that counts this place blind at this moment; nobody who counts sees its figures
    counted_in = models.CharField(max_length=24, blank=True, editable=False)
    # the same for a stocktake, which may count it at the same time as a handover
    stocktaken_in = models.CharField(
        max_length=24, blank=True, editable=False, default="", db_default=""
    )

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["store", "code"], name="place_code_once_per_store")
        ]

    def __str__(self) -> str:
        if self.code == ROAD and not self.name:
            return gettext("on the road")
        return self.name or self.code

    @property
    def is_counted(self) -> bool:
        """Whether somebody counts it blind at this moment, at a handover or a stocktake."""
        return bool(self.counted_in or self.stocktaken_in)

    @property
    def counter(self) -> "Place | None":
        """The counter that answers for this place."""
        if self.kind == PlaceKind.COUNTER:
            return self
        return self.parent.counter if self.parent else None
