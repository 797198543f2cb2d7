from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from appraisal.models.rules import ReadingRule
from inventory.ground.measures import Metal
from inventory.models import Store, Written


class Method(models.TextChoices):
    """How an old piece was tested; each sees something else and is fooled by something else."""

    XRF = "xrf", _("X-ray fluorescence")
    DENSITY = "density", _("density in water")
    TOUCHSTONE = "touchstone", _("touchstone and acid")
    CONDUCTIVITY = "conductivity", _("conductivity")
    DIAMOND = "diamond", _("diamond tester")
    MELT = "melt", _("melted, then X-ray")
    FIRE = "fire", _("fire assay")


class Spot(models.TextChoices):
    BODY = "body", _("body")
    FINDING = "finding", _("clasp or finding")
    SOLDER = "solder", _("solder")
    STONE = "stone", _("stone")


class ContentUnit(models.IntegerChoices):
    """In what an analyser writes contents: tenths of a permille in one of them."""

    UNTOLD = 0, _("as the sum of a line says")
    PERMILLE = 10, _("permille")
    PERCENT = 100, _("percent")


class AnalyserLayout(models.Model):
    """How the file of an analyser is written; a row, so that a new analyser needs no code. Several
    headings of one meaning stand in one field, divided by a bar; a star stands for the element."""

    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=30)
    name_en = models.CharField(max_length=40)
    lines_before = models.PositiveSmallIntegerField(default=0)  # the headings of the table
    sample_headings = models.CharField(max_length=160)
    time_headings = models.CharField(max_length=160, blank=True)
    element_headings = models.CharField(max_length=160)
    unit = models.SmallIntegerField(choices=ContentUnit, default=ContentUnit.UNTOLD)
    active = models.BooleanField(default=True)
    position = models.SmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


class Instrument(models.Model):
    """An analyser, touch needle set or tester, with what it knows and does not know."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="instruments")
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=40)
    method = models.CharField(max_length=12, choices=Method)
    model = models.CharField(max_length=40, blank=True)
    curve = models.CharField(max_length=40, blank=True)  # calibration in use
    elements = models.JSONField(default=list)  # that its calibration knows: ["Au", "Ag", …]
    # expanded uncertainty (k = 2) in tenths of a permille: the guard band of a decision
    guard = models.IntegerField(default=50)
    # none: its files have the usual headings
    layout = models.ForeignKey(
        AnalyserLayout, models.PROTECT, null=True, blank=True, related_name="instruments"
    )
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["store", "code"]
        constraints = [
            models.UniqueConstraint(fields=["store", "code"], name="instrument_code_once")
        ]

    def __str__(self) -> str:
        return self.name


class Verdict(models.TextChoices):
    """The four outcomes of a decision with guard band: ILAC G8:09/2019."""

    PASS = "pass", _("pass")
    CONDITIONAL_PASS = "c_pass", _("conditional pass")
    CONDITIONAL_FAIL = "c_fail", _("conditional fail")
    FAIL = "fail", _("fail")
    REFER = "refer", _("refer to a second method")
    NONE = "none", _("no verdict")


class Assay(Written):
    """One test of one spot by one method: every reading, the rule that joined them, the outcome."""

    old_piece = models.ForeignKey("appraisal.OldPiece", models.PROTECT, related_name="assays")
    method = models.CharField(max_length=12, choices=Method)
    instrument = models.ForeignKey(Instrument, models.PROTECT, null=True, related_name="assays")
    spot = models.CharField(max_length=8, choices=Spot, default=Spot.BODY)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # every reading: fineness in tenths of a permille, or mg per cm³ for density; of a stone: words
    readings = models.JSONField(default=list)
    # other elements that an analyser named, in tenths of a permille: {"Re": 120}
    elements = models.JSONField(default=dict)
    rule = models.CharField(max_length=8, choices=ReadingRule, default=ReadingRule.MEAN)
    metal = models.CharField(max_length=2, choices=Metal, blank=True)
    result = models.IntegerField(null=True)  # as the readings
    guard = models.IntegerField(default=0)  # in the unit of the result
    limit = models.IntegerField(null=True)  # the grade it was held against
    verdict = models.CharField(max_length=6, choices=Verdict, default=Verdict.NONE)
    warnings = models.JSONField(default=list)  # stable words, see `assays.WARNINGS`
    # density: the two weighings and the water
    air = models.ForeignKey("appraisal.Weighing", models.PROTECT, null=True, related_name="+")
    water = models.ForeignKey("appraisal.Weighing", models.PROTECT, null=True, related_name="+")
    water_decidegrees = models.SmallIntegerField(null=True)
    remark = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="assay_result_bounds", condition=Q(result__isnull=True) | Q(result__gte=0)
            )
        ]


class Decision(Written):
    """What the clerk decided about an old piece after the three acts; the newest row holds.

    Own brand confirmed or not, stones counted and tested, fineness decided from the assays.
    """

    old_piece = models.ForeignKey("appraisal.OldPiece", models.PROTECT, related_name="decisions")
    own_brand = models.BooleanField()
    stones = models.SmallIntegerField(default=0)
    stones_tested = models.BooleanField(default=False)
    stones_mg = models.BigIntegerField(default=0)  # taken off the gross weight
    dirt_mg = models.BigIntegerField(default=0)
    metal = models.CharField(max_length=2, choices=Metal)
    fineness = models.IntegerField()
    # the keys of the assays it rests on
    rests_on = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="decision_bounds",
                condition=Q(
                    fineness__gt=0,
                    fineness__lte=10_000,
                    stones__gte=0,
                    stones_mg__gte=0,
                    dirt_mg__gte=0,
                ),
            )
        ]
