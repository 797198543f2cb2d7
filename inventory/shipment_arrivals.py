"""A parcel of another store is opened: its pieces are scanned blind, and come into our book."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import pieces_on_road, shipment_states, shipment_surpluses, shipments
from inventory.ground import access, approvals, changes
from inventory.ground.approvals import Ask
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import grams
from inventory.models import (
    Approval,
    Piece,
    Place,
    PlaceKind,
    RoadState,
    Shipment,
    ShipmentArrival,
    ShipmentLine,
    ShipmentWeighing,
)
from inventory.places import PlaceUnknown
from inventory.shipment_states import ShipmentMoved


class NothingFound(RuleBroken):
    code = "nothing_found"
    status = 422
    sentence = gettext_lazy("Scan what is in the parcel first.")


class AlreadyReceived(RuleBroken):
    code = "already_received"

    def __init__(self, piece: Piece) -> None:
        super().__init__(
            _("Piece %(number)s of this transfer is received already.") % {"number": piece.number}
        )


@dataclass(frozen=True)
class Found:
    """A piece that lay in the parcel; gross milligrams when it was put on the scale, and whether
    they differ from its label by more than the goods allow."""

    piece: Piece
    weighed_mg: int | None = None
    is_off: bool = False


def weigh(*, shipment: Shipment, piece: Piece, mg: int, by: User) -> ShipmentWeighing:
    """A piece of the parcel was put on the scale; gross milligrams. What is put down stays: a later
    weight counts instead of it and hides nothing. Refused to a role without the right and to
    people of another store than the one that opens the parcel."""
    store = shipment.to_store
    access.refuse_unless(by, "receive_shipments", store=store)
    with changes.opened(store=store, by=by) as book:
        row = ShipmentWeighing(shipment=shipment, store=store, piece=piece, mg=mg, at=book.at)
        book.write([row], kind="shipment_weighed", number=shipment.number)
    return row


def weights_of(shipment: Shipment) -> dict[str, list[int]]:
    """By the number of a piece: all that was put down at the scale, in milligrams, the last one
    last (1 query)."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, mg in shipment.weighings.order_by("pk").values_list("piece__number", "mg"):
        found[number].append(mg)
    return found


def receive(
    *,
    shipment: Shipment,
    found: Sequence[Found],
    to: Place,
    receiver: User,
    by: User,
    emptied: bool = False,
) -> Shipment:
    """What was scanned is ours and lies in `to`; what was not stays on the road until somebody
    says what became of it. `receiver` signs; their PIN was checked before. A weight that its label
    does not allow is written down, and a second person agrees. A piece that is not on the slip is
    written down as one too many and stays where the books have it. `emptied`: nothing is left in
    the parcel; before that its slip stays closed to those who scan it.

    Refused: nothing scanned, to a role without the right, a receiver of another store, a place of
    another store, a transfer that is over, a piece that came before.
    """
    if not found:
        raise NothingFound
    for person in (by, receiver):
        access.refuse_unless(person, "receive_shipments", store=shipment.to_store)
    if to.store_id != shipment.to_store_id or to.kind == PlaceKind.VIRTUAL:
        raise PlaceUnknown(field="to")
    with shipments.opened_both(shipment, by=by) as (left, came):
        locked = shipments.lock(shipment)
        lines, too_many = _lines(locked, found)
        approval = _agreed(locked, found, by=by)
        legs = [shipments.leg_of(line, to) for line in lines]
        if legs:
            pieces_on_road.arrive(legs=legs, number=locked.number, left=left, came=came)
            shipment_states.settle(lines, RoadState.ARRIVED, book=came)
            _keep_weights(lines, found)
        shipment_surpluses.note(shipment=locked, rows=too_many, book=came)
        arrival = ShipmentArrival(
            to_place=to, receiver=receiver, approval=approval, emptied=emptied
        )
        _write(arrival, locked, found, book=came)
        shipment_states.restate(locked, book=came)
    return locked


def weights_ask(shipment: Shipment, off: Sequence[Found]) -> Ask:
    """What the second person agrees to: that these pieces weigh what was put down."""
    told = [
        _("%(number)s: label %(label)s g, scale %(weighed)s g")
        % {
            "number": each.piece.number,
            "label": grams(each.piece.gross_mg),
            "weighed": grams(each.weighed_mg or 0),
        }
        for each in off
    ]
    return Ask(
        action="receive_off_weight",
        store=shipment.to_store.code,
        document=shipment.number,
        figures={each.piece.number: each.weighed_mg or 0 for each in off},
        summary=" · ".join(told),
        permission="receive_shipments",
    )


def _lines(shipment: Shipment, found: Sequence[Found]) -> tuple[list[ShipmentLine], list[Piece]]:
    """The lines of what was found, each with its piece locked, and the pieces that have none.
    Pieces that were lost before may turn up as well."""
    waiting = shipments.lines_of(shipment, RoadState.ROAD, RoadState.LOST)
    by_piece = {line.piece_id: line for line in waiting}
    too_many = []
    for each in found:
        if each.piece.pk in by_piece:
            continue
        if shipment.lines.filter(piece=each.piece, state=RoadState.ARRIVED).exists():
            raise AlreadyReceived(each.piece)
        if shipment.lines.filter(piece=each.piece).exists():
            raise ShipmentMoved(shipment)
        too_many.append(each.piece)
    if not by_piece:
        raise ShipmentMoved(shipment)  # it is over: nothing more lies in it
    came = {each.piece.pk for each in found} & set(by_piece)
    return [by_piece[pk] for pk in sorted(came)], too_many


def _agreed(shipment: Shipment, found: Sequence[Found], *, by: User) -> Approval | None:
    off = [each for each in found if each.is_off]
    return approvals.spend(ask=weights_ask(shipment, off), by=by) if off else None


def _keep_weights(lines: Sequence[ShipmentLine], found: Sequence[Found]) -> None:
    weighed = {each.piece.pk: each.weighed_mg for each in found}
    for line in lines:
        line.weighed_mg = weighed[line.piece_id]
    ShipmentLine.objects.bulk_update(lines, ["weighed_mg"])


def _write(
    arrival: ShipmentArrival, shipment: Shipment, found: Sequence[Found], *, book: Book
) -> None:
    """The signature under what came, in the book of the store that received it."""
    arrival.shipment, arrival.store, arrival.at = shipment, shipment.to_store, book.at
    arrival.found = [[each.piece.number, each.weighed_mg, each.is_off] for each in found]
    book.write([arrival], kind="shipment_arrived", number=shipment.number)
    if arrival.emptied and shipment.emptied_at is None:
        shipment.emptied_at = book.at
        shipment.save(update_fields=["emptied_at"])
