from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.models import Approval, Piece, Store, Written


class ScaleClass(models.TextChoices):
    """Accuracy classes of OIML R 76; electronic balances in China by JJG 1036."""

    SPECIAL = "I", _("I special")
    HIGH = "II", _("II high")
    MEDIUM = "III", _("III medium")


class Protocol(models.TextChoices):
    """How a scale speaks."""

    MT_SICS = "mt_sics", "MT-SICS"
    CONTINUOUS = "continuous", _("continuous, A&D lines")


class Scale(models.Model):
    """A balance with what its certificate says. Class and e decide what it may settle, not d."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="scales")
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=40)
    accuracy = models.CharField(max_length=3, choices=ScaleClass)
    e_mg = models.IntegerField()  # verification interval
    d_mg = models.IntegerField()  # what it shows
    max_mg = models.BigIntegerField()
    min_mg = models.BigIntegerField()
    verified_on = models.DateField()
    verified_until = models.DateField()
    certificate = models.CharField(max_length=40, blank=True)
    serial = models.CharField(max_length=40, blank=True)  # what it answers to I4
    # pyserial's words: /dev/ttyUSB0 or socket://192.0.2.7:4001; empty: read by eye, typed
    connection = models.CharField(max_length=100, blank=True)
    protocol = models.CharField(max_length=12, choices=Protocol, default=Protocol.MT_SICS)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["store", "code"]
        constraints = [
            models.UniqueConstraint(fields=["store", "code"], name="scale_code_once_per_store"),
            models.CheckConstraint(
                name="scale_bounds",
                condition=Q(
                    e_mg__gt=0,
                    d_mg__gt=0,
                    d_mg__lte=F("e_mg"),
                    min_mg__gt=0,
                    max_mg__gt=F("min_mg"),
                    verified_until__gte=F("verified_on"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ScaleReading(models.Model):
    """Evidence: a stable value that a scale showed to somebody, whether or not it was settled."""

    scale = models.ForeignKey(Scale, models.PROTECT, related_name="readings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    mg = models.BigIntegerField()
    line = models.CharField(max_length=80)
    # taken over into one field of a form that weighs several things one after the other
    taken_at = models.DateTimeField(null=True)
    taken_for = models.CharField(max_length=30, blank=True)  # the prefix of that field
    serial = models.CharField(max_length=40, blank=True)


class WeighedFor(models.TextChoices):
    """Why something was put on the scale."""

    GROSS = "gross", _("old piece as received")
    WATER = "water", _("old piece in water")
    FINAL = "final", _("old piece after melting or un-setting")
    REWEIGHED = "reweighed", _("weighed again by a second person")
    RETURNED = "returned", _("old piece as given back")
    BAG = "bag", _("sealed bag")
    SALE = "sale", _("for the customer at the sale")
    PIECE = "piece", _("a piece of the shop")
    CHECK = "check", _("for a customer, 复称")
    SERVICE = "service", _("on a ticket of the service desk")
    BACK = "back", _("a piece that was returned")


class Weighing(Written):
    """One settled reading: what was on the scale, how much, and where the figure came from."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="weighings")
    purpose = models.CharField(max_length=10, choices=WeighedFor)
    mg = models.BigIntegerField()
    # a reading settles once; a typed weight has none, but the scale may be known all the same
    reading = models.OneToOneField(ScaleReading, models.PROTECT, null=True, related_name="weighing")
    scale = models.ForeignKey(Scale, models.PROTECT, null=True, related_name="weighings")
    is_typed = models.BooleanField(default=False)
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")
    document = models.CharField(max_length=40, blank=True)  # trade-in, bag, sale, sheet
    old_piece = models.ForeignKey(
        "appraisal.OldPiece", models.PROTECT, null=True, related_name="weighings"
    )
    piece = models.ForeignKey(Piece, models.PROTECT, null=True, related_name="weighings")
    metal = models.CharField(max_length=2)  # whose tolerance counts
    # the label it was weighed against
    label_mg = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["document"], name="weighing_by_document")]
        constraints = [
            models.CheckConstraint(name="weighing_above_zero", condition=Q(mg__gt=0)),
            models.CheckConstraint(
                name="weighing_read_or_typed",
                condition=Q(is_typed=True, reading__isnull=True)
                | Q(is_typed=False, reading__isnull=False, scale__isnull=False),
            ),
        ]


class WeightTolerance(models.Model):
    """What a label may differ from the scale by law: one row for each edition of a rule."""

    code = models.CharField(max_length=30)
    metal = models.CharField(max_length=2)
    below_mg = models.IntegerField()  # the piece may weigh so much less than its label
    above_mg = models.IntegerField(null=True)  # and so much more; empty: as much as it likes
    up_to_mg = models.BigIntegerField()  # for pieces up to this weight
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=160)

    class Meta:
        ordering = ["metal", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "metal", "valid_from"], name="tolerance_edition_once"
            )
        ]
