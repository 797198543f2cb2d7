from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inventory.models.ledger import Approval, Written
from inventory.models.pieces import Piece, State
from inventory.models.places import Place, Store

USER = settings.AUTH_USER_MODEL


class ShipmentState(models.TextChoices):
    SENT = "sent", pgettext_lazy("shipment", "on the road")
    PARTLY_RECEIVED = "partly_received", _("partly received")
    RECEIVED = "received", pgettext_lazy("shipment", "received")
    RECALLED = "recalled", _("back at the sending store")
    LOST = "lost", pgettext_lazy("shipment", "lost")


OPEN_SHIPMENTS = (ShipmentState.SENT, ShipmentState.PARTLY_RECEIVED)


class RoadState(models.TextChoices):
    """What became of one piece of a shipment."""

    ROAD = "road", pgettext_lazy("shipment", "on the road")
    ARRIVED = "arrived", _("arrived")
    BACK = "back", _("back at the sending store")
    LOST = "lost", _("lost on the road")
    WRITTEN_OFF = "written_off", _("written off")


class Shipment(Written):
    """调拨单: pieces that leave one store for another. The store that sends answers for them until
    the other one has scanned them."""

    append_only = False
    chain_exempt = frozenset({"state", "closed_at", "emptied_at"})
    chain_parts = ("lines",)

    number = models.CharField(max_length=24, unique=True)
    store = models.ForeignKey(Store, models.PROTECT, related_name="shipments")  # that sends
    to_store = models.ForeignKey(Store, models.PROTECT, related_name="shipments_coming")
    sender = models.ForeignKey(USER, models.PROTECT, related_name="+")
    # the second person, who gave the parcel to the carrier
    handed_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    carrier = models.CharField(max_length=60)
    parcels = models.CharField(max_length=120, blank=True)  # numbers of the sealed parcels
    state = models.CharField(max_length=16, choices=ShipmentState, default=ShipmentState.SENT)
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    # when the store that opens the parcel has said that nothing is left in it
    emptied_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["store", "state"], name="shipment_from_store"),
            models.Index(fields=["to_store", "state"], name="shipment_to_store"),
        ]
        constraints = [
            models.CheckConstraint(
                name="shipment_to_another_store", condition=~Q(store=F("to_store"))
            ),
            models.CheckConstraint(name="shipment_by_two", condition=~Q(sender=F("handed_by"))),
            models.CheckConstraint(
                name="shipment_closed_when_over",
                condition=Q(state__in=OPEN_SHIPMENTS, closed_at__isnull=True)
                | (~Q(state__in=OPEN_SHIPMENTS) & Q(closed_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ShipmentLine(models.Model):
    """One piece of a shipment: where it lay, what it weighed by its label, what became of it."""

    # `shipment_id` is covered with its shipment
    chain_exempt: ClassVar[frozenset[str]] = frozenset(
        {"shipment_id", "state", "weighed_mg", "settled_at"}
    )

    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="lines")
    piece = models.ForeignKey(Piece, models.PROTECT, related_name="shipment_lines")
    from_place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    was = models.CharField(max_length=12, choices=State)  # its state before it was sent
    gross_mg = models.BigIntegerField()
    net_mg = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=RoadState, default=RoadState.ROAD)
    weighed_mg = models.BigIntegerField(null=True)  # on the scale of the store that received it
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["shipment", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["piece"],
                condition=Q(state__in=("road", "lost")),
                name="shipment_line_once_on_the_road",
            ),
            models.UniqueConstraint(
                fields=["shipment", "piece"], name="shipment_line_once_per_piece"
            ),
            models.CheckConstraint(
                name="shipment_line_settled_with_its_moment",
                condition=Q(state="road", settled_at__isnull=True)
                | (~Q(state="road") & Q(settled_at__isnull=False)),
            ),
        ]


class ShipmentArrival(Written):
    """A parcel was opened and its pieces scanned: which ones came, what those weighed that were put
    on the scale, and who signed for them."""

    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="arrivals")
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")  # that received
    to_place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    receiver = models.ForeignKey(USER, models.PROTECT, related_name="+")
    # [number of the piece, gross milligrams on the scale or null, whether its label disagrees]
    found = models.JSONField()
    emptied = models.BooleanField(default=False)  # the receiver says: nothing is left in it
    # the second signature under weights that disagree
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]


class ShipmentWeighing(Written):
    """What a piece weighed when its parcel was opened, gross. Each weight that is put down stays,
    the last one counts."""

    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="weighings")
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")  # that opens the parcel
    piece = models.ForeignKey(Piece, models.PROTECT, related_name="+")
    mg = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]


class ShipmentOutcome(Written):
    """What became of a piece that did not arrive with the others, in somebody's words."""

    line = models.ForeignKey(ShipmentLine, models.PROTECT, related_name="outcomes")
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")  # where it is written down
    outcome = models.CharField(max_length=12, choices=RoadState)
    # how somebody knows, in words; the number of the count that found a lost piece
    remark = models.CharField(max_length=200)
    # the second signature under a piece that is given up
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]


class SurplusOutcome(models.TextChoices):
    """What became of a piece too many."""

    HERE = "here", _("in our book by now")
    BACK = "back", _("back at its store")


class ShipmentSurplus(Written):
    """A piece that lay in a parcel and is not on its slip; or, with `settles`, what became of it in
    somebody's words."""

    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="surpluses")
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")  # that opened the parcel
    piece = models.ForeignKey(Piece, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=4, choices=SurplusOutcome, blank=True)
    remark = models.CharField(max_length=200, blank=True)
    settles = models.OneToOneField("self", models.PROTECT, null=True, related_name="settled_by")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["shipment", "piece"],
                condition=Q(settles__isnull=True),
                name="shipment_surplus_once",
            ),
            models.CheckConstraint(
                name="shipment_surplus_settled_by_outcome",
                condition=Q(settles__isnull=True, outcome="")
                | (Q(settles__isnull=False) & ~Q(outcome="")),
            ),
        ]
