from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from counter.models.handovers import Handover
from inventory.ground.measures import Metal
from inventory.models import Place, Store, SupplyItem


class ItemKind(models.TextChoices):
    KEY = "key", _("keys")
    CERTIFICATE = "certificate", _("certificates")
    SEAL = "seal", _("seals and stamps")
    SUPPLY = "supply", _("supplies")
    PROP = "prop", _("props and samples")
    OLD_GOLD = "old_gold", _("old gold")
    TICKET = "ticket", _("repair envelopes")


# what a shop lists itself; old gold and envelopes come from their own books
FROM_BOOKS = frozenset({ItemKind.OLD_GOLD, ItemKind.TICKET})
LISTED_KINDS = [choice for choice in ItemKind.choices if choice[0] not in FROM_BOOKS]


class CountItem(models.Model):
    """What is handed over besides goods and money; a row, so that a shop adds its own."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    counter = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=12, choices=LISTED_KINDS)
    name = models.CharField(max_length=40)
    expected = models.SmallIntegerField()
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["kind", "pk"]

    def __str__(self) -> str:
        return self.name


class HandoverItem(models.Model):
    """One kind of key, certificate, seal, supply or prop on a sheet, old gold of one class, or the
    envelopes of the service desk."""

    chain_later: ClassVar[Mapping[str, object]] = {
        "metal": "",
        "grade": None,
        "mg": None,
        "supply_id": None,
    }
    chain_spelled_out = frozenset({"metal", "grade", "mg"})

    handover = models.ForeignKey(Handover, models.CASCADE, related_name="items")
    kind = models.CharField(max_length=12, choices=ItemKind)
    name = models.CharField(max_length=40)
    expected = models.SmallIntegerField()
    counted = models.SmallIntegerField(null=True)
    remark = models.CharField(max_length=120, blank=True)
    # old gold: its metal, its class, which loose pieces do not have yet, and the grams of the books
    # at the comparison
    metal = models.CharField(max_length=2, choices=Metal, blank=True)
    grade = models.IntegerField(null=True)
    mg = models.BigIntegerField(null=True)
    # of the house's supplies: the books say how many lie at the counter
    supply = models.ForeignKey(SupplyItem, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["handover", "pk"]
