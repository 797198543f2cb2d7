"""What was sent and did not arrive stays an open difference until somebody says what became of it:
it never left, it is lost, it came to light again, it is written off."""

from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import pieces, pieces_on_road, shipment_states, shipments
from inventory.ground import access, approvals
from inventory.ground.approvals import Ask
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, RuleBroken
from inventory.models import Approval, RoadState, Shipment, ShipmentLine, ShipmentOutcome
from inventory.shipment_states import ShipmentMoved

# what somebody may say; that a piece arrived is said by scanning it
OUTCOMES: Final = (RoadState.BACK, RoadState.LOST, RoadState.WRITTEN_OFF)
# by these a piece is given up: two people put a name to it
GIVEN_UP: Final = (RoadState.LOST, RoadState.WRITTEN_OFF)


class WrongOutcome(BadField):
    code = "wrong_outcome"
    sentence = gettext_lazy(
        "A piece is back at the sending store, lost, or written off after that."
    )


class SentByYou(RuleBroken):
    """Who sent a piece does not give it up as well."""

    code = "sent_by_you"
    sentence = gettext_lazy("You have sent this parcel. Somebody else says that a piece is lost.")


class RemarkNeeded(BadField):
    code = "remark_needed"
    sentence = gettext_lazy("Say in a few words how you know.")


def settle(*, line: ShipmentLine, outcome: str, remark: str, by: User) -> Shipment:
    """Writes down what became of one piece, in words. One that never left lies in its old place
    again; a lost one is missing in the book of the store that sent it; a lost one that is written
    off leaves the books. To these two a second person agrees, and who sent the parcel says
    neither.

    Refused: to a role without the right, to people of other stores than the one that sent it,
    without a remark, and what may not follow: a piece is written off only after it was lost.
    """
    shipment = line.shipment
    access.refuse_unless(by, "settle_shipments", store=shipment.store)
    if outcome not in OUTCOMES:
        raise WrongOutcome(field="outcome")
    if not remark.strip():
        raise RemarkNeeded(field="remark")
    new = RoadState(outcome)
    with shipments.opened_both(shipment, by=by) as (book, _other):
        locked = shipments.lock(shipment)
        waiting = shipments.lines_of(locked, RoadState.ROAD, RoadState.LOST)
        found = [each for each in waiting if each.pk == line.pk]
        if not found or new not in shipment_states.LINE_MOVES[found[0].state]:
            raise ShipmentMoved(locked)
        approval = _agreed(found[0], new, by=by)
        _move(found[0], new, book=book)
        shipment_states.settle(found, new, book=book)
        told = ShipmentOutcome(
            line=found[0],
            store=locked.store,
            outcome=new,
            remark=remark.strip(),
            approval=approval,
            at=book.at,
        )
        book.write([told], kind="shipment_settled", number=locked.number)
        shipment_states.restate(locked, book=book)
    return locked


def outcome_ask(line: ShipmentLine, outcome: str) -> Ask:
    """What the second person agrees to: that this one piece is given up, and how."""
    shipment = line.shipment
    told = {
        "piece": line.piece.number,
        "number": shipment.number,
        "outcome": RoadState(outcome).label,
    }
    return Ask(
        action="settle_shipment",
        store=shipment.store.code,
        document=shipment.number,
        figures={"piece": line.piece.number, "outcome": str(outcome)},
        summary=_("Piece %(piece)s of transfer %(number)s: %(outcome)s") % told,
        permission="agree_difference",
    )


def _agreed(line: ShipmentLine, new: RoadState, *, by: User) -> Approval | None:
    if new not in GIVEN_UP:
        return None
    if by.pk == line.shipment.sender_id:
        raise SentByYou
    return approvals.spend(ask=outcome_ask(line, new), by=by)


def _move(line: ShipmentLine, new: RoadState, *, book: Book) -> None:
    number = line.shipment.number
    if new == RoadState.BACK:
        shipments.bring_back([line], number=number, book=book)
    elif new == RoadState.LOST:
        pieces_on_road.lose(rows=[line.piece], number=number, book=book)
    else:
        pieces.write_off(piece=line.piece, number=number, book=book)
