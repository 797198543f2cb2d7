"""Transfers between stores: what is on the road, with both ends."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from ninja import Path, Query, Router

from inventory import shipment_slips
from inventory.ground import answers, lists, scopes
from inventory.ground.measures import Metal, Tally
from inventory.ground.schemas import (
    Asked,
    Fineness,
    Grams,
    Listed,
    Milligrams,
    Moment,
    Number,
    StoreCode,
    Strict,
)
from inventory.ground.scopes import Admitted
from inventory.models import RoadState, Shipment, ShipmentLine, ShipmentState
from inventory.shipment_slips import RoadSlip

router = Router(tags=["transfers"])

KEY = ("pk",)


class ClassOut(Strict):
    """Pieces and grams of one metal in one legal grade; two are never added."""

    metal: Metal
    grade: Fineness
    pieces: int
    net: Grams
    net_mg: Milligrams


class TransferOut(Strict):
    """`pieces` and `classes` are null for the store that is still to scan the parcel: it opens it
    blind. `pieces_on_road` of them are neither here nor there."""

    number: str
    from_store: str
    to_store: str
    state: ShipmentState
    sent_at: Moment
    closed_at: Moment | None
    sent_by: str
    handed_by: str
    carrier: str
    parcels: str
    pieces: int | None
    pieces_on_road: int | None
    classes: list[ClassOut] | None


class TransferLineOut(Strict):
    """`weighed` is what the piece weighed in all at the store that received it, if it was put on
    the scale; `gross` and `net` are its label's."""

    piece: str
    state: RoadState
    gross: Grams
    gross_mg: Milligrams
    net: Grams
    net_mg: Milligrams
    weighed: Grams | None
    weighed_mg: Milligrams | None
    settled_at: Moment | None


class WholeTransferOut(TransferOut):
    """`lines` is null as long as `pieces` is."""

    lines: list[TransferLineOut] | None


class TransfersAsked(Asked):
    store: StoreCode | None = None
    state: ShipmentState | None = None


@router.get("/transfers", response=Listed[TransferOut], **scopes.needs("pieces:read"))
def list_transfers(request: Admitted, asked: Query[TransfersAsked]) -> HttpResponse:
    """Transfers that begin or end at one store, or at all stores this key may see."""
    rows = shipment_slips.shipments_for(request.user)
    if asked.store is not None:
        end = lists.store_or_404(request.user, asked.store)
        rows = rows.filter(Q(store=end) | Q(to_store=end))
    if asked.state is not None:
        rows = rows.filter(state=asked.state)
    page = lists.by_key(rows.values(*KEY), asked=asked, of="transfers")
    read = rows.filter(pk__in=[row["pk"] for row in page.rows]).order_by("pk")
    slips = shipment_slips.slips_of(list(read), user=request.user)
    return answers.listed(map(_transfer, slips), page.next_cursor)


@router.get("/transfers/{number}", response=WholeTransferOut, **scopes.needs("pieces:read"))
def get_transfer(request: Admitted, number: Path[Number]) -> HttpResponse:
    """One transfer with what became of each piece."""
    found = shipment_slips.shipment_for(request.user, number)
    (slip,) = shipment_slips.slips_of([found], user=request.user)
    read = None if slip.is_blind else shipment_slips.lines_of(found)
    lines = None if read is None else [_line(line, found) for line in read]
    return answers.reply({**_transfer(slip), "lines": lines})


def _transfer(slip: RoadSlip) -> dict[str, Any]:
    row, zone = slip.shipment, slip.shipment.store.time_zone
    shown = None if slip.is_blind else slip
    return {
        "number": row.number,
        "from_store": row.store.code,
        "to_store": row.to_store.code,
        "state": row.state,
        "sent_at": answers.moment(row.at, zone),
        "closed_at": None if row.closed_at is None else answers.moment(row.closed_at, zone),
        "sent_by": row.sender.username,
        "handed_by": row.handed_by.username,
        "carrier": row.carrier,
        "parcels": row.parcels,
        "pieces": shown and shown.tally.pieces,
        "pieces_on_road": shown and shown.open_tally.pieces,
        "classes": shown and _classes(shown.tally),
    }


def _classes(tally: Tally) -> list[Mapping[str, Any]]:
    return [
        {
            "metal": of.metal,
            "grade": of.grade,
            "pieces": pieces,
            **answers.weight("net", mg),
        }
        for of, pieces, mg in tally.classes
    ]


def _line(line: ShipmentLine, of: Shipment) -> dict[str, Any]:
    zone, weighed = of.store.time_zone, line.weighed_mg
    told = {"weighed": None, "weighed_mg": None}
    return {
        "piece": line.piece.number,
        "state": line.state,
        **answers.weight("gross", line.gross_mg),
        **answers.weight("net", line.net_mg),
        **(told if weighed is None else answers.weight("weighed", weighed)),
        "settled_at": None if line.settled_at is None else answers.moment(line.settled_at, zone),
    }
