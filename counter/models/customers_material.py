from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from counter.models.orders import NetworkOrder
from inventory.ground.measures import Metal
from inventory.models import DrawnSignature, Photo, Written

USER = settings.AUTH_USER_MODEL


class MaterialKind(models.TextChoices):
    STONE = "stone", _("stones")
    METAL = "metal", _("metal")


class CustomersMaterial(Written):
    """客料: stones or metal that the customer brought for an order, as both looked at it and the
    customer signed for it."""

    order = models.ForeignKey(NetworkOrder, models.PROTECT, related_name="materials")
    kind = models.CharField(max_length=5, choices=MaterialKind)
    words = models.CharField(max_length=120)
    count = models.SmallIntegerField()  # stones, or pieces of metal
    weight_mct = models.BigIntegerField(default=0)  # of stones
    weight_mg = models.BigIntegerField(default=0)  # of metal
    metal = models.CharField(max_length=2, choices=Metal, blank=True)
    fineness = models.IntegerField(null=True)  # by looks and stamp, tenths of a permille
    signature = models.ForeignKey(DrawnSignature, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="material_weighs",
                condition=Q(count__gt=0)
                & (
                    Q(kind=MaterialKind.STONE, weight_mct__gt=0, weight_mg=0)
                    | Q(kind=MaterialKind.METAL, weight_mg__gt=0, weight_mct=0)
                ),
            )
        ]


class MaterialPhoto(Written):
    """A picture of what the customer brought, taken before they left."""

    material = models.ForeignKey(CustomersMaterial, models.PROTECT, related_name="photos")
    photo = models.ForeignKey(Photo, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]


class MaterialEnd(models.TextChoices):
    USED = "used", _("used in the piece")
    RETURNED = "returned", _("given back")
    LOST = "lost", _("lost or broken in the work")


class MaterialEntry(Written):
    """What became of a part of it; received less all entries is what still lies with us."""

    material = models.ForeignKey(CustomersMaterial, models.PROTECT, related_name="entries")
    end = models.CharField(max_length=8, choices=MaterialEnd)
    count = models.SmallIntegerField()
    weight_mct = models.BigIntegerField(default=0)
    weight_mg = models.BigIntegerField(default=0)
    words = models.CharField(max_length=120, blank=True)
    signature = models.ForeignKey(DrawnSignature, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="material_entry_counts",
                condition=Q(count__gte=0, weight_mct__gte=0, weight_mg__gte=0)
                & (Q(count__gt=0) | Q(weight_mct__gt=0) | Q(weight_mg__gt=0)),
            ),
            # what goes back is signed for, what is lost is explained
            models.CheckConstraint(
                name="material_entry_is_proved",
                condition=Q(end=MaterialEnd.USED)
                | Q(end=MaterialEnd.RETURNED, signature__isnull=False)
                | (Q(end=MaterialEnd.LOST) & ~Q(words="")),
            ),
        ]
