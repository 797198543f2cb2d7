from django.conf import settings
from django.db import models
from django.db.models import Q

from counter.models.people import Customer
from inventory.models import Store, Style, Written

USER = settings.AUTH_USER_MODEL


class DealerTerms(Written):
    """What holds for one dealer from a moment on: the level whose prices they see, and how much
    they may owe. The newest row counts; the ones before explain what was delivered under them."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    dealer = models.ForeignKey(Customer, models.PROTECT, related_name="terms")
    level = models.CharField(max_length=8)
    credit_cents = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="dealer_terms_bounds", condition=Q(credit_cents__gte=0) & ~Q(level="")
            )
        ]


class LevelLabour(Written):
    """What a level of dealers pays of the labour, of one style or of all; the newest row counts,
    and one for the style goes before one for all."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    level = models.CharField(max_length=8)
    style = models.ForeignKey(Style, models.PROTECT, null=True, related_name="+")
    labour_bp = models.IntegerField()  # of the offer's labour, 10,000 is all of it
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["level", "style"], name="labour_by_level")]
        constraints = [
            models.CheckConstraint(
                name="level_labour_bounds", condition=Q(labour_bp__gte=0, labour_bp__lte=20_000)
            )
        ]
