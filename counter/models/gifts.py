from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from counter.models.sales import SaleLine
from inventory.models import SupplyItem


class GiftKind(models.TextChoices):
    PROMOTION = "promotion", _("gift of a promotion")
    MEMBER = "member", _("gift for a member")


class Gift(models.Model):
    """赠品: what the customer gets with a piece and does not pay for. Its value is printed on the
    slip: it comes back with the piece, or is charged. With an `item` one of the house's supplies
    leaves the store with it."""

    chain_later: ClassVar[Mapping[str, object]] = {"item_id": None}

    line = models.ForeignKey(SaleLine, models.CASCADE, related_name="gifts")
    kind = models.CharField(max_length=9, choices=GiftKind)
    item = models.ForeignKey(SupplyItem, models.PROTECT, null=True, related_name="+")
    words = models.CharField(max_length=60)
    value_cents = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["line", "pk"]
        constraints = [
            models.CheckConstraint(name="gift_has_value", condition=Q(value_cents__gt=0))
        ]
