"""调拨单: pieces leave one store for another. Two people of the store that sends put a name to it,
and the pieces stay in its book until the other store has scanned them.

What arrives is in `shipment_arrivals`, what did not in `shipment_outcomes`.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import User
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import pieces, pieces_on_road, places, shipment_states
from inventory.ground import access, approvals, changes, numbers
from inventory.ground.approvals import Ask
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.models import (
    Piece,
    Place,
    RoadState,
    Shipment,
    ShipmentLine,
    ShipmentState,
    State,
    Store,
)
from inventory.pieces_on_road import Leg
from inventory.shipment_states import ShipmentMoved
from inventory.transfers import NothingToMove, SameHands

SENDABLE: Final = (State.RECEIVED, State.ON_SALE)
MOST_PIECES: Final = 200
# how a piece lies on the road while its line is open
ON_ROAD_AS: Final[dict[str, State]] = {
    RoadState.ROAD: State.IN_TRANSIT,
    RoadState.LOST: State.MISSING,
}


class NotSendable(RuleBroken):
    """The piece is held, returned, sold or elsewhere."""

    code = "not_sendable"

    def __init__(self, piece: Piece) -> None:
        told = {"number": piece.number, "state": piece.get_state_display()}
        super().__init__(_("Piece %(number)s cannot be sent: it is %(state)s.") % told)


class SameStore(RuleBroken):
    code = "same_store"
    status = 422
    sentence = gettext_lazy("The pieces are in this store. Choose a place in it.")


class TooManyPieces(RuleBroken):
    code = "too_many_pieces"
    status = 422
    sentence = gettext_lazy("A parcel takes up to 200 pieces. Send these first.")


@dataclass(frozen=True)
class Way:
    """How a parcel goes: who carries it, and the numbers of its seals."""

    carrier: str
    parcels: str = ""


def send(
    *,
    rows: Sequence[Piece],
    store: Store,
    to: Store,
    way: Way,
    handed_by: User,
    sender: User,
) -> Shipment:
    """Pieces of a store leave for another one, in one transaction or not at all. `handed_by` gives
    the parcel to the carrier; their PIN was checked before.

    Refused: nothing or more than 200 pieces, to a role without the right, a second person who is
    the first or of another store, to the same store, and a piece that is held, returned, sold or
    of another store.
    """
    if not rows:
        raise NothingToMove
    if len(rows) > MOST_PIECES:
        raise TooManyPieces
    if to.pk == store.pk:
        raise SameStore(field="store")
    for person in (sender, handed_by):
        access.refuse_unless(person, "move_pieces", store=store)
    if handed_by.pk == sender.pk:
        raise SameHands
    with changes.opened(store=store, by=sender) as book:
        locked = pieces.lock([piece.pk for piece in rows])
        for piece in locked:
            if piece.store_id != store.pk or piece.state not in SENDABLE:
                raise NotSendable(piece)
        shipment = Shipment(
            number=numbers.issue(
                store=store,
                kind=numbers.Kind.TRANSFER,
                day=places.business_day(store, book.at),
            ),
            store=store,
            to_store=to,
            sender=sender,
            handed_by=handed_by,
            carrier=way.carrier,
            parcels=way.parcels,
            at=book.at,
        )
        lines = [_line(shipment, piece) for piece in locked]
        changes.lay_out(shipment, lines=lines)
        book.write([shipment], kind="shipment_sent")
        ShipmentLine.objects.bulk_create(lines)
        pieces_on_road.leave(rows=locked, number=shipment.number, book=book)
    return shipment


def recall(*, shipment: Shipment, by: User) -> Shipment:
    """A parcel that has not left, or came back closed: its pieces lie where they lay before. A
    second person agrees.

    Refused: to a role without the right, to people of another store, and once a part has arrived.
    """
    access.refuse_unless(by, "move_pieces", store=shipment.store)
    with opened_both(shipment, by=by) as (book, _other):
        locked = lock(shipment)
        if locked.state != ShipmentState.SENT:
            raise ShipmentMoved(locked)
        approvals.spend(ask=recall_ask(locked), by=by)
        lines = lines_of(locked, RoadState.ROAD)
        bring_back(lines, number=locked.number, book=book)
        shipment_states.settle(lines, RoadState.BACK, book=book)
        shipment_states.restate(locked, book=book)
    return locked


def recall_ask(shipment: Shipment) -> Ask:
    """What the second person agrees to when a parcel is taken back."""
    told = {"number": shipment.number, "store": shipment.to_store}
    return Ask(
        action="recall_shipment",
        store=shipment.store.code,
        document=shipment.number,
        figures={"shipment": shipment.number},
        summary=_("Transfer %(number)s does not go to %(store)s; its pieces are here") % told,
        permission="move_pieces",
    )


# --- what arrivals and outcomes share


@contextmanager
def opened_both(shipment: Shipment, *, by: User) -> Iterator[tuple[Book, Book]]:
    """The chains of the store that sends and of the one that receives, in one transaction. The
    lower id is locked first, so that two parcels in opposite directions never wait for each
    other."""
    ends = sorted((shipment.store, shipment.to_store), key=lambda store: store.pk)
    with ExitStack() as stack:
        books = {
            store.pk: stack.enter_context(changes.opened(store=store, by=by)) for store in ends
        }
        left, came = books[shipment.store_id], books[shipment.to_store_id]
        # neither chain tells a moment before what it has told already
        left.at = came.at = max(left.at, came.at)
        yield left, came


def lock(shipment: Shipment) -> Shipment:
    """The shipment as it is now; its heads are locked, and nobody changes it without them."""
    rows = Shipment.objects.select_related("store", "to_store", "sender", "handed_by")
    return rows.get(pk=shipment.pk)


def lines_of(shipment: Shipment, *states: RoadState) -> list[ShipmentLine]:
    """Lines in these states in the order of their pieces' ids, with their pieces locked; without
    those whose piece is not where the parcel left it any more: they move nothing."""
    rows = shipment.lines.filter(state__in=states).select_related("from_place")
    found = {line.piece_id: line for line in rows}
    road = pieces_on_road.road_of(shipment.store)
    locked = [
        piece
        for piece in pieces.lock(list(found))
        if (piece.place_id, piece.state) == (road.pk, ON_ROAD_AS[found[piece.pk].state])
    ]
    prefetch_related_objects(locked, "style", "certificates")
    for piece in locked:
        found[piece.pk].piece = piece
    return [found[piece.pk] for piece in locked]


def leg_of(line: ShipmentLine, to: Place) -> Leg:
    """On sale again where it was on sale, as long as it has the report that its style demands."""
    piece = line.piece
    may = not piece.style.report_required or bool(piece.certificates.all())
    new = State.ON_SALE if line.was == State.ON_SALE and may else State.RECEIVED
    return Leg(piece, to, new)


def bring_back(lines: Sequence[ShipmentLine], *, number: str, book: Book) -> None:
    """Into the places that these pieces were sent from."""
    legs = [leg_of(line, line.from_place) for line in lines]
    pieces_on_road.come_back(legs=legs, number=number, book=book)


def _line(shipment: Shipment, piece: Piece) -> ShipmentLine:
    return ShipmentLine(
        shipment=shipment,
        piece=piece,
        from_place_id=piece.place_id or 0,  # whatever may be sent lies in a place
        was=piece.state,
        gross_mg=piece.gross_mg,
        net_mg=piece.net_mg,
    )
