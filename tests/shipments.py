"""A parcel from S01 to S02: lin sends it, zhao gives it to the carrier, sun opens it."""

from typing import Any

from django.contrib.auth.models import User

from counter import clerks
from counter.books import verify
from counter.models import Role
from inventory import shipment_arrivals, shipment_outcomes, shipments
from inventory.ground import approvals
from inventory.models import Piece, Shipment, ShipmentLine, Store
from inventory.shipment_arrivals import Found
from inventory.shipments import Way
from tests.cast import PASSWORD, Shop

CARRIER = Way(carrier="顺丰", parcels="F-771, F-772")


def send(shop: Shop, *rows: Piece, to: Store | None = None, **facts: Any) -> Shipment:
    """These pieces of S01 leave for S02."""
    return shipments.send(
        rows=rows,
        store=shop.s01,
        to=to or shop.s02,
        **{"way": CARRIER, "handed_by": shop.zhao, "sender": shop.lin, **facts},
    )


def receive(shop: Shop, shipment: Shipment, *rows: Piece, **facts: Any) -> Shipment:
    """These pieces lay in the parcel; sun lays them into A-01 of S02."""
    found = [Found(row) for row in rows]
    told = {"to": shop.tray("A-01", shop.s02), "receiver": shop.sun, "by": shop.sun}
    return shipment_arrivals.receive(shipment=shipment, **{"found": found, **told, **facts})


def recall(shop: Shop, shipment: Shipment, *, by: User | None = None) -> Shipment:
    """The parcel does not go, and zhao agrees."""
    who = by or shop.lin
    ask = shipments.recall_ask(shipment)
    approvals.grant(ask=ask, store=shop.s01, asked_by=who, by=shop.zhao)
    return shipments.recall(shipment=shipment, by=who)


def settle(shop: Shop, shipment: Shipment, piece: Piece, outcome: str) -> Shipment:
    """The manager of the sending store says what became of a piece; chen agrees that it is gone."""
    line = shipment.lines.select_related("shipment__store", "piece").get(piece=piece)
    agree(shop, line, outcome, asked_by=shop.wang)
    return shipment_outcomes.settle(line=line, outcome=outcome, remark="问过快递", by=shop.wang)


def agree(shop: Shop, line: ShipmentLine, outcome: str, *, asked_by: User) -> None:
    """The chief agrees that a piece is given up, if that is what is said."""
    if outcome in shipment_outcomes.GIVEN_UP:
        ask = shipment_outcomes.outcome_ask(line, outcome)
        approvals.grant(ask=ask, store=line.shipment.store, asked_by=asked_by, by=shop.chen)


def hire_fang(shop: Shop) -> User:
    """A second person at S02."""
    fang = clerks.hire(
        username="fang",
        name="方",
        role=Role.MANAGER,
        store=shop.s02,
        password=PASSWORD,
        pin="271828",
    )
    return fang.user


def now(piece: Piece) -> tuple[str, str, str]:
    """Store, place and state of a piece at this moment."""
    fresh = Piece.objects.select_related("store", "place").get(pk=piece.pk)
    return fresh.store.code, fresh.place.code if fresh.place else "", fresh.state


def state_of(shipment: Shipment) -> str:
    return Shipment.objects.get(pk=shipment.pk).state


def line_of(shipment: Shipment, piece: Piece) -> ShipmentLine:
    return shipment.lines.get(piece=piece)


def broken(shop: Shop) -> list[str]:
    return [str(each) for store in (shop.s01, shop.s02) for each in verify(store)]
