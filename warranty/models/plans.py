from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from inventory.ground.measures import Metal
from inventory.models import Category, Pricing


class HandOut(models.TextChoices):
    PRINTED = "printed", _("printed card")
    RECEIPT = "receipt", _("number and QR on the receipt")
    NOTHING = "nothing", _("nothing")


class Plan(models.Model):
    """Dated terms; a card keeps the row it was sold under. Empty columns mean any."""

    # the link of a published version covers its promises
    chain_parts = ("benefits",)

    code = models.CharField(max_length=20)
    version = models.SmallIntegerField(default=1)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    metal = models.CharField(max_length=2, choices=Metal, blank=True)
    category = models.CharField(max_length=10, choices=Category, blank=True)
    pricing = models.CharField(max_length=6, choices=Pricing, blank=True)
    with_main_stone = models.BooleanField(null=True, blank=True)
    member_level = models.CharField(max_length=12, blank=True)
    hand_out = models.CharField(max_length=8, choices=HandOut, default=HandOut.PRINTED)
    # the more exact plan wins
    precedence = models.SmallIntegerField(default=0)
    source = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="plan_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class BenefitKind(models.TextChoices):
    CARE = "care", _("cleaning, repair and polish")
    CLEANING = "cleaning", _("cleaning")
    SHAPING = "shaping", _("shaping")
    POLISH = "polish", _("polish")
    REPLATING = "replating", _("replating")
    RESIZE = "resize", _("resizing")
    SOLDER = "solder", _("chain soldering")
    REPAIR = "repair", _("repair")
    INSPECTION = "inspection", _("prong inspection")
    STONES = "stones", _("stone guarantee")
    REWEIGH = "reweigh", _("re-weighing and appraisal")
    TRADE_IN = "trade_in", _("trade-in")
    EXCHANGE = "exchange", _("exchange")


class PlanBenefit(models.Model):
    """One promise of a plan: until when, how often, in which words."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="benefits")
    kind = models.CharField(max_length=12, choices=BenefitKind)
    position = models.SmallIntegerField()
    months = models.SmallIntegerField(null=True, blank=True)  # empty: for life
    days = models.SmallIntegerField(null=True, blank=True)  # instead of months
    uses = models.SmallIntegerField(null=True, blank=True)  # empty: as often as you like
    # `uses` is then the number in each year after the purchase
    is_yearly = models.BooleanField(default=False)
    every_months = models.SmallIntegerField(null=True, blank=True)
    most_sizes = models.SmallIntegerField(null=True, blank=True)  # resizing, up or down
    # a stone guarantee sleeps while the prong inspection is overdue, and a present one wakes it
    needs_inspection = models.BooleanField(default=False)
    title_zh = models.CharField(max_length=60)
    title_en = models.CharField(max_length=60)
    terms_zh = models.CharField(max_length=160, blank=True)
    terms_en = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["plan", "position"]

    @property
    def title(self) -> str:
        return self.title_zh if _chinese() else self.title_en

    @property
    def terms(self) -> str:
        return self.terms_zh if _chinese() else self.terms_en


class JobKind(models.TextChoices):
    """What a goldsmith or the counter does to a piece."""

    CLEANING = "cleaning", _("cleaning")
    SHAPING = "shaping", _("shaping")
    POLISH = "polish", _("polish")
    REPLATING = "replating", _("replating")
    RESIZE = "resize", _("resizing")
    SOLDER = "solder", _("chain soldering")
    SETTING = "setting", _("stone setting")
    CLASP = "clasp", _("clasp or spring")
    STRINGING = "stringing", _("stringing")
    ENGRAVING = "engraving", _("engraving")
    INSPECTION = "inspection", _("prong inspection")
    REWEIGH = "reweigh", _("re-weighing")
    APPRAISAL = "appraisal", _("appraisal by an institution")
    MATCHING = "matching", _("matching single")  # 配单只: one of a pair was lost
    OTHER = "other", _("other work")


class Per(models.TextChoices):
    JOB = "job", _("a job")
    GRAM = "gram", _("a gram of metal added")
    SIZE = "size", _("a size")
    STONE = "stone", _("a stone")


class CarePrice(models.Model):
    """The price list after the free time, "at cost": dated rows, and how long the work itself is
    guaranteed. Empty columns mean any."""

    kind = models.CharField(max_length=12, choices=JobKind)
    metal = models.CharField(max_length=2, choices=Metal, blank=True)
    category = models.CharField(max_length=10, choices=Category, blank=True)
    cents = models.BigIntegerField()
    per = models.CharField(max_length=6, choices=Per, default=Per.JOB)
    warranty_days = models.SmallIntegerField(default=0)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["kind", "-valid_from", "pk"]
        constraints = [
            models.CheckConstraint(
                name="care_price_bounds", condition=Q(cents__gte=0, warranty_days__gte=0)
            )
        ]


class Institution(models.Model):
    """A laboratory that a store lists for appraisals: where the referral slip sends people."""

    store = models.ForeignKey("inventory.Store", models.PROTECT, related_name="institutions")
    name = models.CharField(max_length=60)
    address = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["store", "name"]

    def __str__(self) -> str:
        return self.name


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")
