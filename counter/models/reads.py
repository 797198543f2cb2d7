from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from counter.models.handovers import Handover, TrayCount
from inventory.models import Piece, Written

USER = settings.AUTH_USER_MODEL


class ReadKind(models.TextChoices):
    PIECE = "piece", _("piece")
    NO_LABEL = "no_label", _("no label")
    STRAY = "stray", _("other counter's piece")


class CountRead(models.Model):
    """One scan of a count. What was undone stays, with its time."""

    handover = models.ForeignKey(Handover, models.CASCADE, related_name="reads")
    tray = models.ForeignKey(TrayCount, models.CASCADE, related_name="reads")
    kind = models.CharField(max_length=8, choices=ReadKind, default=ReadKind.PIECE)
    piece = models.ForeignKey(Piece, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    seq = models.BigIntegerField()  # the ledger when it was scanned
    attempt = models.SmallIntegerField()
    sampled = models.BooleanField(default=False)  # drawn to be weighed by itself
    scale_mg = models.BigIntegerField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["tray", "attempt"], name="read_by_attempt")]
        constraints = [
            models.UniqueConstraint(
                fields=["tray", "attempt", "piece"],
                condition=Q(undone_at__isnull=True, piece__isnull=False),
                name="read_piece_once",
            ),
            models.CheckConstraint(
                name="read_names_piece",
                condition=Q(kind=ReadKind.NO_LABEL, piece__isnull=True)
                | ~Q(kind=ReadKind.NO_LABEL) & Q(piece__isnull=False),
            ),
        ]


class BagRead(models.Model):
    """One bag of old gold that was scanned in a count. What was undone stays, with its time."""

    handover = models.ForeignKey(Handover, models.CASCADE, related_name="bag_reads")
    bag = models.ForeignKey("appraisal.ScrapBag", models.PROTECT, related_name="+")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["handover", "bag"],
                condition=Q(undone_at__isnull=True),
                name="read_bag_once",
            )
        ]


class CountAttempt(Written):
    """Evidence: what was handed in, by whom, when and with which result. Never rolled back."""

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="attempts")
    part = models.CharField(max_length=24)  # code of the place, of the tender, or of the item
    n = models.SmallIntegerField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    figures = models.JSONField()
    agreed = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handover", "part", "n"], name="attempt_once")
        ]
