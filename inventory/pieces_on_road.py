"""A piece between two stores: it leaves a place of one, lies on the road in that store's own book,
and comes into the book of the other. As `pieces` does, and by its table: nothing else may do it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from inventory import pieces
from inventory.ground import statements
from inventory.ground.changes import Book
from inventory.models import Movement, Piece, Place, PlaceKind, Reason, State, Store
from inventory.models.places import ROAD
from inventory.pieces import PieceMoved

HANDED_OVER: Final = (State.IN_TRANSIT, State.MISSING)

# state, place and store that a piece comes from; place and state it comes into
Key = tuple[str, int | None, int, int, State]


@dataclass(frozen=True)
class Leg:
    """One piece, and the place and state it comes into."""

    piece: Piece
    to: Place
    new: State


def road_of(store: Store) -> Place:
    """在途: where lies what a store has sent. Made when the first piece leaves; call it with the
    store's chain open, so that two parcels do not make it twice."""
    place, _made = Place.objects.get_or_create(
        store=store, code=ROAD, defaults={"kind": PlaceKind.VIRTUAL}
    )
    return place


def leave(*, rows: Sequence[Piece], number: str, book: Book) -> list[Movement]:
    """Out of their places and on the road, with the shipment of this number. Refused for a piece
    that is held, sold, missing or on the road already."""
    road = road_of(book.store)
    legs = [Leg(piece, road, State.IN_TRANSIT) for piece in rows]
    return _step(legs, reason=Reason.SENT, number=number, book=book)


def arrive(*, legs: Sequence[Leg], number: str, left: Book, came: Book) -> None:
    """Into places of the other store, and on sale there where they may be: `Leg.new` says so. Both
    chains tell it: the one that they left, that they were handed over; the other, that they
    came."""
    gate = road_of(came.store)
    handed = [Leg(leg.piece, gate, State(leg.piece.state)) for leg in legs]
    _step(handed, reason=Reason.DELIVERED, number=number, book=left)
    _settle(legs, reason=Reason.ARRIVED, number=number, book=came)


def come_back(*, legs: Sequence[Leg], number: str, book: Book) -> None:
    """They never left, or came back: into places of the store that sent them."""
    _settle(legs, reason=Reason.RECALLED, number=number, book=book)


def lose(*, rows: Sequence[Piece], number: str, book: Book) -> list[Movement]:
    """Nobody knows where they are; each stays with the store that sent it."""
    road = road_of(book.store)
    legs = [Leg(piece, road, State.MISSING) for piece in rows]
    return _step(legs, reason=Reason.ASTRAY, number=number, book=book)


def _settle(legs: Sequence[Leg], *, reason: Reason, number: str, book: Book) -> None:
    """Every piece is received first; then those are on sale that were before."""
    received = [Leg(leg.piece, leg.to, State.RECEIVED) for leg in legs]
    _step(received, reason=reason, number=number, book=book)
    on_sale = [leg for leg in legs if leg.new == State.ON_SALE]
    _step(on_sale, reason=reason, number=number, book=book)


def _step(legs: Sequence[Leg], *, reason: Reason, number: str, book: Book) -> list[Movement]:
    """Compare and set, and the history in the same breath. A piece belongs to the store of the
    place it comes into."""
    movements = []
    for leg in legs:
        piece = leg.piece
        # only what is on the road, or was lost there, is handed over as it is
        as_it_is = reason == Reason.DELIVERED and leg.new == piece.state in HANDED_OVER
        if not as_it_is and leg.new not in pieces.MOVES[piece.state]:
            raise PieceMoved
        movement = Movement(
            piece=piece,
            old=piece.state,
            new=leg.new,
            from_place_id=piece.place_id,
            to_place=leg.to,
            reason=reason,
            net_mg=piece.net_mg,
        )
        movements.append(movement)
    _set(legs, book=book)
    return book.write(movements, kind=f"piece_{reason}", number=number)


def _set(legs: Sequence[Leg], *, book: Book) -> None:
    """Two tablets may want the same piece: one of them still finds it as it was. Pieces that come
    from one place into another go in one statement, in order of their ids."""
    for (state, place, store, to, new), same in _grouped(legs).items():
        ids = [leg.piece.pk for leg in same]
        found = statements.update(
            Piece,
            f"state = %s AND place_id = %s AND store_id = %s AND id IN {statements.marks(ids)}",
            [state, place, store, *ids],
            state=new,
            place_id=to,
            store_id=same[0].to.store_id,
            updated_at=book.at,
        )
        if found != len(ids):
            raise PieceMoved
    for leg in legs:
        piece = leg.piece
        piece.state, piece.place, piece.store_id = leg.new, leg.to, leg.to.store_id


def _grouped(legs: Sequence[Leg]) -> dict[Key, list[Leg]]:
    groups: dict[Key, list[Leg]] = {}
    for leg in sorted(legs, key=lambda each: each.piece.pk):
        piece = leg.piece
        key = (piece.state, piece.place_id, piece.store_id, leg.to.pk, leg.new)
        groups.setdefault(key, []).append(leg)
    return groups
