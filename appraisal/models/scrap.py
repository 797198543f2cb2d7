from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.ground.measures import Metal, MetalClass, class_of
from inventory.models import Place, Store, Written

USER = settings.AUTH_USER_MODEL


class BagState(models.TextChoices):
    SEALED = "sealed", _("sealed")
    SENT = "sent", _("on its way")
    ARRIVED = "arrived", _("at head office")
    MELTED = "melted", _("melted")
    OPENED = "opened", _("opened again")


class ScrapBag(Written):
    """旧料袋: old gold of one metal class under a numbered seal, weighed when it was closed."""

    append_only = False
    chain_exempt = frozenset({"state", "place_id", "store_id", "melt_id"})

    number = models.CharField(max_length=24, unique=True)
    seal = models.CharField(max_length=30, unique=True)
    store = models.ForeignKey(Store, models.PROTECT, related_name="scrap_bags")
    origin = models.ForeignKey(Store, models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="scrap_bags")
    state = models.CharField(max_length=8, choices=BagState, default=BagState.SEALED)
    metal = models.CharField(max_length=2, choices=Metal)
    grade = models.IntegerField()  # class: legal grade, 0 below the lowest
    mg = models.BigIntegerField()  # metal in it: the sum of its old pieces
    fine_mg = models.BigIntegerField()  # predicted: each piece by its decided fineness
    gross_mg = models.BigIntegerField()  # bag and all, on the scale
    sealed_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    # the second person, or nobody when the customer watched
    weighed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    customer_watched = models.BooleanField(default=False)
    at = models.DateTimeField()
    melt = models.ForeignKey("appraisal.Melt", models.PROTECT, null=True, related_name="bags")

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["store", "state"], name="bag_by_state")]
        constraints = [
            models.CheckConstraint(
                name="bag_weighs", condition=Q(mg__gt=0, fine_mg__gt=0, gross_mg__gte=0)
            ),
            models.CheckConstraint(
                name="bag_watched",
                condition=Q(weighed_by__isnull=False) | Q(customer_watched=True),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def metal_class(self) -> MetalClass:
        return class_of(metal=self.metal, fineness=self.grade)


class BagMove(Written):
    """A bag that changed its place or state, with the weight it had."""

    bag = models.ForeignKey(ScrapBag, models.PROTECT, related_name="moves")
    old = models.CharField(max_length=8, choices=BagState, blank=True)
    new = models.CharField(max_length=8, choices=BagState)
    from_place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    to_place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    gross_mg = models.BigIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]


class Melt(Written):
    """Bags of one class that were melted into one bar."""

    number = models.CharField(max_length=24, unique=True)
    store = models.ForeignKey(Store, models.PROTECT, related_name="melts")
    metal = models.CharField(max_length=2, choices=Metal)
    grade = models.IntegerField()
    in_mg = models.BigIntegerField()
    out_mg = models.BigIntegerField()
    predicted_mg = models.BigIntegerField()  # fine metal, from the bags
    at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="melt_loses", condition=Q(out_mg__gt=0, in_mg__gte=models.F("out_mg"))
            )
        ]

    @property
    def metal_class(self) -> MetalClass:
        return class_of(metal=self.metal, fineness=self.grade)


class RefinerAssay(Written):
    """What the refiner found in a bar; the paper's number, who entered it."""

    melt = models.OneToOneField(Melt, models.PROTECT, related_name="refiner_assay")
    refiner = models.CharField(max_length=60)
    paper = models.CharField(max_length=40)
    fineness = models.IntegerField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="refiner_assay_bounds", condition=Q(fineness__gt=0, fineness__lte=10_000)
            )
        ]
