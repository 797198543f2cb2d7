"""Shipments as people read them: between which stores, since when, pieces and grams, and what of it
is still on the road. Who may see one is decided here, in the getter."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy

from inventory import counted
from inventory.ground import access, settings_rows
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import Tally
from inventory.models import (
    OPEN_SHIPMENTS,
    RoadState,
    Shipment,
    ShipmentLine,
    ShipmentOutcome,
    ShipmentSurplus,
    ShipmentWeighing,
    Store,
    StoreKind,
)
from inventory.queries import Who

ALL = "all"  # the lines of a shipment in whatever state


class ParcelClosed(RuleBroken):
    """Who scans a parcel blind does not read its slip first."""

    code = "parcel_closed"
    sentence = gettext_lazy("The slip can be read when the parcel has been scanned.")


@dataclass(frozen=True)
class RoadSlip:
    """A shipment with its sums. `is_blind`: whoever reads this is to scan the parcel, and may not
    know what is in it before."""

    shipment: Shipment
    tally: Tally
    open_tally: Tally  # of what is neither here nor there
    is_blind: bool
    is_overdue: bool

    @property
    def is_open(self) -> bool:
        return self.shipment.state in OPEN_SHIPMENTS


@dataclass(frozen=True)
class RoadList:
    """What is on the road to a store and from it; for head office, between all stores."""

    coming: list[RoadSlip]
    leaving: list[RoadSlip]
    closed: list[RoadSlip]

    @property
    def overdue(self) -> int:
        """Shipments whose days are over."""
        return sum(slip.is_overdue for slip in [*self.coming, *self.leaving])


@dataclass(frozen=True)
class Waiting:
    """Parcels that somebody has to look after."""

    coming: int
    overdue: int


def shipments_for(user: Who) -> QuerySet[Shipment]:
    """Shipments that begin or end at a store this person may see, newest first."""
    rows = Shipment.objects.select_related("store", "to_store", "sender", "handed_by")
    ids = access.store_ids(user)
    if ids is not None:
        rows = rows.filter(Q(store__in=ids) | Q(to_store__in=ids))
    return rows.order_by("-pk")


def shipment_for(user: Who, number: str) -> Shipment:
    return get_object_or_404(shipments_for(user), number=number)


def line_for(user: Who, number: str, piece: str) -> ShipmentLine:
    """The line of one piece, by its number."""
    shipment = shipment_for(user, number)
    rows = shipment.lines.select_related("piece")
    return get_object_or_404(rows, piece__number=piece)


def coming_for(user: Who, number: str) -> Shipment:
    """A shipment to a store this person may see: only there its parcel is opened."""
    rows = access.visible(shipments_for(user), user, store="to_store")
    return get_object_or_404(rows, number=number)


def surplus_for(user: Who, number: str, piece: str) -> ShipmentSurplus:
    """A piece too many of a parcel that a store of this person has opened."""
    rows = access.visible(ShipmentSurplus.objects.filter(settles=None), user)
    along = rows.select_related("shipment", "store", "piece")
    return get_object_or_404(along, shipment__number=number, piece__number=piece)


def lines_of(shipment: Shipment) -> list[ShipmentLine]:
    """The pieces of a shipment in order of their numbers, what is still on the road first, with
    what was said of those that did not arrive (2 queries)."""
    rows = shipment.lines.select_related("piece__style", "from_place")
    said = ShipmentOutcome.objects.select_related("change__by", "approval__approved_by")
    full = rows.prefetch_related(Prefetch("outcomes", said)).order_by("piece__number")
    return sorted(full, key=lambda line: line.state not in {RoadState.ROAD, RoadState.LOST})


def weighings_of(shipment: Shipment) -> QuerySet[ShipmentWeighing]:
    """Every weight that was put down when the parcel was opened, also those that others replaced,
    with who did (1 query)."""
    return shipment.weighings.select_related("piece", "change__by").order_by("pk")


def refuse_blind(shipment: Shipment, user: Who) -> None:
    """Refused to whoever is to scan the parcel and may not know before what is in it."""
    if is_blind(shipment, user):
        raise ParcelClosed


def is_blind(shipment: Shipment, user: Who) -> bool:
    """Whether this person is of the store that opens the parcel, and not of the one that sent
    it, and something may still lie in it: a piece is on the road, and nobody has said that the
    parcel is empty."""
    is_closed = shipment.state in OPEN_SHIPMENTS and shipment.emptied_at is None
    is_ours = access.may_see(shipment.store_id, user)
    return is_closed and not is_ours and counted.is_blind(user)


def slips_of(
    rows: Sequence[Shipment], *, user: Who, late: datetime | None = None
) -> list[RoadSlip]:
    """Many shipments with their sums (1 query). `late`: an open one that left before is overdue."""
    sums = _sums(rows)
    return [
        RoadSlip(
            shipment=each,
            tally=sums[each.pk][ALL],
            open_tally=sums[each.pk][RoadState.ROAD],
            is_blind=is_blind(each, user),
            is_overdue=late is not None and each.state in OPEN_SHIPMENTS and each.at < late,
        )
        for each in rows
    ]


def late_at(store: Store) -> datetime:
    """What left before this moment is longer on the road than the store allows (1 query)."""
    return timezone.now() - timedelta(days=settings_rows.number(store, "road_days"))


def road_list(user: Who, *, store: Store, closed: int) -> RoadList:
    """What is open at a store, oldest first, and the last ones that are over."""
    mine = shipments_for(user)
    if store.kind != StoreKind.HEAD_OFFICE:
        mine = mine.filter(Q(store=store) | Q(to_store=store))
    is_open = list(mine.filter(state__in=OPEN_SHIPMENTS).order_by("pk"))
    over = list(mine.exclude(state__in=OPEN_SHIPMENTS)[:closed])
    slips = slips_of([*is_open, *over], user=user, late=late_at(store))
    on_road, done = slips[: len(is_open)], slips[len(is_open) :]
    coming = [slip for slip in on_road if slip.shipment.to_store_id == store.pk]
    others = [slip for slip in on_road if slip.shipment.to_store_id != store.pk]
    return RoadList(coming=coming, leaving=others, closed=done)


def waiting_at(store: Store) -> Waiting:
    """How many parcels a store is to open, and how many from it or to it are overdue; for head
    office, of all stores (2 queries)."""
    rows = Shipment.objects.filter(state__in=OPEN_SHIPMENTS)
    if store.kind != StoreKind.HEAD_OFFICE:
        rows = rows.filter(Q(store=store) | Q(to_store=store))
    found = rows.aggregate(
        coming=Count("pk", filter=Q(to_store=store)),
        overdue=Count("pk", filter=Q(at__lt=late_at(store))),
    )
    return Waiting(**found)


def _sums(rows: Sequence[Shipment]) -> dict[int, dict[str, Tally]]:
    """By shipment: the tally of all its lines, and of those in each state (1 query)."""
    lines = ShipmentLine.objects.filter(shipment__in=rows).order_by()
    groups = lines.values("shipment", "state", "piece__metal", "piece__grade")
    found: dict[int, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
    for group in groups.annotate(n=Count("pk"), mg=Sum("net_mg")):
        for key in (ALL, group["state"]):
            found[group["shipment"]][key].add(
                metal=group["piece__metal"],
                fineness=group["piece__grade"],
                net_mg=group["mg"],
                pieces=group["n"],
            )
    return found
