"""The slip that goes with a parcel to another store, every figure already a text."""

from dataclasses import dataclass
from datetime import datetime

from inventory import papers
from inventory.ground.measures import Tally
from inventory.models import Shipment, Store
from inventory.papers import SheetLine


@dataclass(frozen=True)
class ShipmentSheet:
    """调拨单, see `templates/inventory/print_shipment.html`."""

    number: str
    from_store: Store
    to_store: Store
    carrier: str
    parcels: str
    by: str
    handed_by: str
    received_by: str
    at: datetime
    lines: list[SheetLine]
    pieces: int
    classes: list[tuple[str, int, str]]


def sheet_of(shipment: Shipment) -> ShipmentSheet:
    """The slip of a shipment with both ends (3 queries)."""
    lines = list(shipment.lines.select_related("piece").order_by("piece__number"))
    tally = Tally()
    for line in lines:
        tally.add(metal=line.piece.metal, fineness=line.piece.grade, net_mg=line.net_mg)
    arrival = shipment.arrivals.select_related("receiver").first()
    return ShipmentSheet(
        number=shipment.number,
        from_store=shipment.store,
        to_store=shipment.to_store,
        carrier=shipment.carrier,
        parcels=shipment.parcels,
        by=papers.name_of(shipment.sender),
        handed_by=papers.name_of(shipment.handed_by),
        received_by=papers.name_of(arrival.receiver) if arrival else "",
        at=shipment.at,
        lines=[papers.line_of(line.piece, line.net_mg) for line in lines],
        pieces=tally.pieces,
        classes=papers.classes_of(tally),
    )
