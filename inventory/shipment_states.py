"""What may become of a shipment and of each of its pieces: the tables, and who writes by them.

Whoever writes here has the chain of the sending store open, so that nobody else does meanwhile.
"""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _

from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.models import (
    OPEN_SHIPMENTS,
    Piece,
    RoadState,
    Shipment,
    ShipmentLine,
    ShipmentOutcome,
    ShipmentState,
)

# what may become of a shipment; a lost piece that is found again opens nothing, it only changes
# what the whole was
MOVES: Final[dict[str, frozenset[ShipmentState]]] = {
    ShipmentState.SENT: frozenset(
        {
            ShipmentState.PARTLY_RECEIVED,
            ShipmentState.RECEIVED,
            ShipmentState.RECALLED,
            ShipmentState.LOST,
        }
    ),
    ShipmentState.PARTLY_RECEIVED: frozenset(
        {ShipmentState.RECEIVED, ShipmentState.RECALLED, ShipmentState.LOST}
    ),
    ShipmentState.RECEIVED: frozenset(),
    ShipmentState.RECALLED: frozenset({ShipmentState.RECEIVED}),
    ShipmentState.LOST: frozenset({ShipmentState.RECEIVED, ShipmentState.RECALLED}),
}
# what may become of one of its pieces
LINE_MOVES: Final[dict[str, frozenset[RoadState]]] = {
    RoadState.ROAD: frozenset({RoadState.ARRIVED, RoadState.BACK, RoadState.LOST}),
    RoadState.LOST: frozenset({RoadState.ARRIVED, RoadState.BACK, RoadState.WRITTEN_OFF}),
}


class ShipmentMoved(RuleBroken):
    """Somebody else was faster, or this does not come now."""

    code = "shipment_moved"

    def __init__(self, shipment: Shipment) -> None:
        told = {"number": shipment.number, "state": shipment.get_state_display()}
        super().__init__(
            _("Transfer %(number)s is in the state: %(state)s.") % told,
            next_url=f"/shipments/{shipment.number}/",
            next_label=_("See the transfer"),
        )


def settle(lines: Sequence[ShipmentLine], new: RoadState, *, book: Book) -> None:
    """Compare and set by the table of moves, lines of one state in one statement. Refused for any
    other move, and when somebody else was faster."""
    for old in sorted({line.state for line in lines}):
        same = [line for line in lines if line.state == old]
        rows = ShipmentLine.objects.filter(pk__in=[line.pk for line in same], state=old)
        may = new in LINE_MOVES.get(old, frozenset())
        if not may or rows.update(state=new, settled_at=book.at) != len(same):
            raise ShipmentMoved(same[0].shipment)
    for line in lines:
        line.state, line.settled_at = new, book.at


def restate(shipment: Shipment, *, book: Book) -> None:
    """The state that follows from what became of the pieces; compare and set, as above."""
    new = _state_by(set(shipment.lines.values_list("state", flat=True)))
    old = ShipmentState(shipment.state)
    if new == old:
        return
    closed_at = None if new in OPEN_SHIPMENTS else book.at
    rows = Shipment.objects.filter(pk=shipment.pk, state=old)
    if new not in MOVES[old] or rows.update(state=new, closed_at=closed_at) != 1:
        raise ShipmentMoved(shipment)
    shipment.state, shipment.closed_at = new, closed_at


def close_lost(piece: Piece, *, number: str, book: Book) -> None:
    """A piece that was lost on the road lies in a place of the store that had sent it: its line is
    over, and says by which count (its number). Nothing is done for a piece that was lost from a
    tray."""
    rows = ShipmentLine.objects.select_related("shipment").filter(
        piece=piece, state=RoadState.LOST, shipment__store=book.store
    )
    for line in rows:
        settle([line], RoadState.BACK, book=book)
        told = ShipmentOutcome(
            line=line, store=book.store, outcome=RoadState.BACK, remark=number, at=book.at
        )
        book.write([told], kind="shipment_settled", number=line.shipment.number)
        restate(line.shipment, book=book)


def _state_by(lines: set[str]) -> ShipmentState:
    if lines == {RoadState.ROAD}:
        return ShipmentState.SENT
    if RoadState.ROAD in lines:
        return ShipmentState.PARTLY_RECEIVED
    if RoadState.ARRIVED in lines:
        return ShipmentState.RECEIVED
    return ShipmentState.RECALLED if RoadState.BACK in lines else ShipmentState.LOST
