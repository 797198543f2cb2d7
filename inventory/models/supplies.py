from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.ground.measures import Metal
from inventory.models.ledger import Approval, Written
from inventory.models.places import Place, Store


class CountedIn(models.TextChoices):
    PIECES = "pieces", _("pieces")
    GRAMS = "grams", _("grams")


class SupplyKind(models.TextChoices):
    RECEIVED = "received", _("supplies received")
    GIVEN = "given", _("given with a sale")
    BACK = "back", _("came back")
    USED = "used", _("used in service")
    MOVED = "moved", _("moved")
    COUNTED = "counted", _("put right after a count")


class SupplyItem(models.Model):
    """辅料、赠品: goods that are no individuals, as the whole house calls them. Cords, boxes
    and gifts are counted in pieces, chain in grams of its metal."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    counted_in = models.CharField(max_length=6, choices=CountedIn, default=CountedIn.PIECES)
    metal = models.CharField(max_length=2, choices=Metal, blank=True)
    fineness = models.IntegerField(null=True, blank=True)
    cost_cents = models.BigIntegerField(default=0)  # of one piece, or of one gram
    value_cents = models.BigIntegerField(default=0)  # of one as a gift; the slip prints it
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="supply_item_metal_by_gram",
                condition=Q(metal="", fineness__isnull=True)
                | (~Q(metal="") & Q(counted_in=CountedIn.GRAMS, fineness__gt=0)),
            ),
            models.CheckConstraint(
                name="supply_item_money_bounds",
                condition=Q(cost_cents__gte=0, value_cents__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SupplyStock(models.Model):
    """What lies in a place now: pieces, or milligrams of what goes by the gram. Kept in step with
    the entries in the same transaction (`inventory/supplies.py`)."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    item = models.ForeignKey(SupplyItem, models.PROTECT, related_name="stocks")
    place = models.ForeignKey(Place, models.PROTECT, related_name="supplies")
    quantity = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["item", "place"]
        constraints = [
            models.UniqueConstraint(fields=["store", "item", "place"], name="supply_stock_once"),
            models.CheckConstraint(
                name="supply_stock_not_below_zero", condition=Q(quantity__gte=0)
            ),
        ]


class SupplyEntry(Written):
    """One row of the book of supplies: so much more or less of an item in a place, and why. Pieces,
    or milligrams of what goes by the gram."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    item = models.ForeignKey(SupplyItem, models.PROTECT, related_name="entries")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    other_place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=8, choices=SupplyKind)
    quantity = models.BigIntegerField()
    # the sale, return, ticket or count it belongs to, or the supplier's note
    number = models.CharField(max_length=40, blank=True)
    words = models.CharField(max_length=120, blank=True)
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")
    # the row with which it left, of what came back
    given = models.ForeignKey("self", models.PROTECT, null=True, related_name="came_back")

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["store", "item", "place"], name="supply_entry_by_place"),
            models.Index(fields=["number"], name="supply_entry_by_number"),
        ]
        constraints = [
            models.CheckConstraint(
                name="supply_entry_direction",
                condition=Q(kind__in=[SupplyKind.RECEIVED, SupplyKind.BACK], quantity__gt=0)
                | Q(kind__in=[SupplyKind.GIVEN, SupplyKind.USED], quantity__lt=0)
                | (Q(kind__in=[SupplyKind.MOVED, SupplyKind.COUNTED]) & ~Q(quantity=0)),
            ),
            models.CheckConstraint(
                name="supply_entry_moved_from_or_to",
                condition=Q(kind=SupplyKind.MOVED, other_place__isnull=False)
                | (~Q(kind=SupplyKind.MOVED) & Q(other_place__isnull=True)),
            ),
            models.CheckConstraint(
                name="supply_entry_back_from_given",
                condition=Q(kind=SupplyKind.BACK, given__isnull=False)
                | (~Q(kind=SupplyKind.BACK) & Q(given__isnull=True)),
            ),
            # a second person's yes, or the signed sheet of the count with this number
            models.CheckConstraint(
                name="supply_entry_put_right_by_two",
                condition=~Q(kind=SupplyKind.COUNTED) | Q(approval__isnull=False) | ~Q(number=""),
            ),
        ]

    def __str__(self) -> str:
        return self.item.code
