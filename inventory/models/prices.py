from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.ground.measures import Metal
from inventory.models.ledger import Written
from inventory.models.places import Store


class PriceKind(models.TextChoices):
    SELL = "sell", _("sell")
    EXCHANGE = "exchange", _("exchange")
    BUYBACK = "buyback", _("buy-back")


class MetalPrice(Written):
    """A row of the price board, never edited. A row of head office holds for every store."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="metal_prices")
    metal = models.CharField(max_length=2, choices=Metal)
    fineness = models.IntegerField()
    kind = models.CharField(max_length=8, choices=PriceKind)
    cents_per_gram = models.BigIntegerField()
    valid_from = models.DateTimeField()

    class Meta:
        ordering = ["-valid_from", "-pk"]
        indexes = [
            models.Index(
                fields=["store", "metal", "fineness", "kind", "-valid_from"], name="price_now"
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="price_above_zero",
                condition=Q(cents_per_gram__gt=0) & Q(fineness__gt=0, fineness__lte=10000),
            )
        ]
