from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from counter.models.orders import NetworkOrder
from inventory.models import MetalPrice, Written

USER = settings.AUTH_USER_MODEL


class LockEnd(models.TextChoices):
    DELIVERED = "delivered", _("delivered")
    RELEASED = "released", _("given up, the deposit is settled")
    EXPIRED = "expired", _("expired")


class PriceLock(Written):
    """锁价: so many grams of a metal at one price until a moment, against a deposit. It ends in the
    delivery or with the deposit given back, never in paying out a difference."""

    append_only = False
    chain_exempt: ClassVar[frozenset[str]] = frozenset({"ended_at", "ended_how"})

    order = models.ForeignKey(NetworkOrder, models.PROTECT, related_name="locks")
    metal_price = models.ForeignKey(MetalPrice, models.PROTECT, related_name="+")
    cents_per_gram = models.BigIntegerField()
    mg = models.BigIntegerField()
    until = models.DateTimeField()
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=10, choices=LockEnd, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["ended_at", "until"], name="lock_by_end")]
        constraints = [
            models.CheckConstraint(
                name="lock_amounts", condition=Q(cents_per_gram__gt=0, mg__gt=0)
            ),
            models.UniqueConstraint(
                fields=["order", "metal_price"],
                condition=Q(ended_at__isnull=True),
                name="lock_once_per_metal",
            ),
            models.CheckConstraint(
                name="lock_ended",
                condition=Q(ended_at__isnull=True, ended_how="")
                | (Q(ended_at__isnull=False) & ~Q(ended_how="")),
            ),
        ]

    def __str__(self) -> str:
        return self.order.number
