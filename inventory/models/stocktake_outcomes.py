from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inventory.models.ledger import Written
from inventory.models.pieces import Piece
from inventory.models.places import Place, Store
from inventory.models.stocktake_evidence import (
    StocktakeSample,
    StocktakeSupply,
    StocktakeUnlabelled,
)
from inventory.models.stocktakes import Stocktake, StocktakeKind, StocktakeLine, StocktakeRead

USER = settings.AUTH_USER_MODEL


class DifferenceKind(models.TextChoices):
    MISSING = "missing", pgettext_lazy("stocktake", "missing")
    FOUND_ELSEWHERE = "found_elsewhere", _("found in another place")
    TWICE = "twice", _("read in two places")
    UNEXPECTED = "unexpected", _("ours, but not expected here")
    UNKNOWN = "unknown", _("unknown label")
    NO_LABEL = "no_label", _("without a label")
    WEIGHT = "weight", _("weight differs")
    SUPPLY = "supply", _("supplies differ")


class DifferenceOutcome(models.TextChoices):
    """What became of a difference."""

    FOUND = "found", pgettext_lazy("difference", "found after all")
    LATE_MOVEMENT = "late_movement", _("movement entered late")
    MISSING = "missing", pgettext_lazy("difference", "missing")
    SURPLUS = "surplus", pgettext_lazy("difference", "surplus")
    LABEL_REPLACED = "label_replaced", _("label replaced")
    COMPENSATION = "compensation", _("compensation case")
    PUT_RIGHT = "put_right", _("put right in the book of supplies")
    NOTED = "noted", _("noted, nothing to change")


class StocktakeDifference(models.Model):
    """盘盈、盘亏: something that hands and books do not agree about, and what became of it."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    stocktake = models.ForeignKey(Stocktake, models.PROTECT, related_name="differences")
    kind = models.CharField(max_length=15, choices=DifferenceKind)
    # where it showed: the place that lacks the piece, or the one in which something was read
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    line = models.ForeignKey(StocktakeLine, models.PROTECT, null=True, related_name="+")
    read = models.ForeignKey(StocktakeRead, models.PROTECT, null=True, related_name="+")
    unlabelled = models.ForeignKey(StocktakeUnlabelled, models.PROTECT, null=True, related_name="+")
    sample = models.ForeignKey(StocktakeSample, models.PROTECT, null=True, related_name="+")
    supply = models.ForeignKey(StocktakeSupply, models.PROTECT, null=True, related_name="+")
    piece = models.ForeignKey(
        Piece, models.PROTECT, null=True, related_name="stocktake_differences"
    )
    code = models.CharField(max_length=100, blank=True)  # of an unknown label
    # of a piece that is ours: why it was not expected here, as a state or a word of `Explained`
    explained = models.CharField(max_length=15, blank=True)
    pieces = models.SmallIntegerField(default=0)  # below zero: short
    # net by the label; gross where only the scale knows; below zero: short
    mg = models.BigIntegerField(default=0)
    quantity = models.BigIntegerField(default=0)  # of a supply, below zero: short
    cost_cents = models.BigIntegerField(null=True)
    retail_cents = models.BigIntegerField(null=True)

    outcome = models.CharField(max_length=14, choices=DifferenceOutcome, blank=True)
    words = models.CharField(max_length=200, blank=True)
    # where the piece was found, or went
    to_place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    # the piece that an unlabelled one turned out to be
    turned_out = models.ForeignKey(Piece, models.PROTECT, null=True, related_name="+")
    # a compensation case: facts in `words`, who was heard with which words, what was agreed
    hearing = models.CharField(max_length=200, blank=True)
    agreement = models.CharField(max_length=200, blank=True)
    decided_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["stocktake", "pk"]
        indexes = [models.Index(fields=["stocktake", "kind"], name="stocktake_difference_kind")]
        constraints = [
            models.UniqueConstraint(
                fields=["stocktake", "line"],
                condition=Q(line__isnull=False),
                name="stocktake_difference_of_line",
            ),
            models.UniqueConstraint(
                fields=["stocktake", "read"],
                condition=Q(read__isnull=False),
                name="stocktake_difference_of_read",
            ),
            models.UniqueConstraint(
                fields=["stocktake", "unlabelled"],
                condition=Q(unlabelled__isnull=False),
                name="stocktake_difference_of_thing",
            ),
            models.CheckConstraint(
                name="stocktake_difference_decided_by_somebody",
                condition=Q(outcome="", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(outcome="") & Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="stocktake_difference_case_is_whole",
                condition=~Q(outcome=DifferenceOutcome.COMPENSATION)
                | ~Q(words="") & ~Q(hearing="") & ~Q(agreement=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stocktake_id} {self.kind}"

    @property
    def is_decided(self) -> bool:
        return bool(self.outcome)


class Explained(models.TextChoices):
    """Why a piece of ours was not expected where it was read, beside the states of a piece."""

    OTHER_STORE = "other_store", _("of another store")
    OUTSIDE = "outside", _("outside of what is counted")
    EXCLUDED = "excluded", _("not to be counted")


class StocktakeSheet(Written):
    """盘点表: what was published, for ever. The file whose `sha256` stands here can be made again
    from the rows at any time; `verify_books` does."""

    stocktake = models.OneToOneField(Stocktake, models.PROTECT, related_name="sheet")
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=8, choices=StocktakeKind)
    month = models.CharField(max_length=7, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    # pieces, cost and retail by category and place, grams by class: `stocktake_sheets.figures`
    figures = models.JSONField()
    rows = models.BigIntegerField()  # of the content
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)  # of the content as NDJSON
    reads = models.BigIntegerField()
    reads_sha256 = models.CharField(max_length=64)
    differences = models.IntegerField()
    differences_sha256 = models.CharField(max_length=64)
    # the store's chain as it stood: nothing before it can be changed unseen
    sealed_seq = models.BigIntegerField()
    sealed_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.number


class StocktakeAcknowledgement(Written):
    """总部回执: head office has a published sheet, and names the content it has."""

    stocktake = models.OneToOneField(Stocktake, models.PROTECT, related_name="acknowledgement")
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
