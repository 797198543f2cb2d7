from django.conf import settings
from django.db import models
from django.db.models import Q

from inventory.models.ledger import Written
from inventory.models.pieces import Piece
from inventory.models.places import Place, Store
from inventory.models.stocktakes import Stocktake, StocktakePlace
from inventory.models.supplies import SupplyItem

USER = settings.AUTH_USER_MODEL


class StocktakeSample(models.Model):
    """A piece drawn to be put on the scale by itself, in one round of one place."""

    spot = models.ForeignKey(StocktakePlace, models.PROTECT, related_name="samples")
    round = models.SmallIntegerField()
    piece = models.ForeignKey(Piece, models.PROTECT, related_name="+")
    scale_mg = models.BigIntegerField(null=True)
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["spot", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["spot", "round", "piece"], name="stocktake_sample_once")
        ]


class StocktakeUnlabelled(models.Model):
    """标签缺失: a piece without a label, or with one that nobody can read, as it was described."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    spot = models.ForeignKey(StocktakePlace, models.PROTECT, related_name="unlabelled")
    round = models.SmallIntegerField()
    words = models.CharField(max_length=120)
    gross_mg = models.BigIntegerField()  # on the scale
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["spot", "pk"]
        constraints = [
            models.CheckConstraint(name="stocktake_unlabelled_weighs", condition=Q(gross_mg__gt=0))
        ]


class StocktakeSupply(models.Model):
    """Supplies of one place: pieces, or milligrams of what goes by the gram. Typed blind."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    stocktake = models.ForeignKey(Stocktake, models.PROTECT, related_name="supplies")
    spot = models.ForeignKey(StocktakePlace, models.PROTECT, related_name="supplies")
    item = models.ForeignKey(SupplyItem, models.PROTECT, related_name="+")
    opening = models.BigIntegerField()  # by the books when the stocktake was opened
    expected = models.BigIntegerField(null=True)  # by the books when the place was handed in
    counted = models.BigIntegerField(null=True)
    cost_cents = models.BigIntegerField()  # of one piece or one gram, when it was opened
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["spot", "item"]
        constraints = [
            models.UniqueConstraint(fields=["spot", "item"], name="stocktake_supply_once"),
            models.CheckConstraint(
                name="stocktake_supply_not_below_zero",
                condition=Q(counted__isnull=True) | Q(counted__gte=0),
            ),
        ]


class StocktakeHandIn(Written):
    """One round of one place: what was counted, as it was handed in. A recount writes another."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    stocktake = models.ForeignKey(Stocktake, models.PROTECT, related_name="hand_ins")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    round = models.SmallIntegerField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # {"results": {"found": [pieces, {"Au 9900": mg}]}, "reads": {"unknown": 1}, "gap_mg": 0, …}
    figures = models.JSONField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["stocktake", "place", "round"], name="stocktake_hand_in_once"
            )
        ]
