"""柜位转货单: pieces go from place to place inside a store, and a receiver puts a name to it."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import pieces, places
from inventory.ground import access, changes, numbers
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.models import Piece, Place, PlaceKind, State, Transfer

MOVABLE = {State.RECEIVED, State.ON_SALE, State.HELD, State.RETURNED}


class NothingToMove(RuleBroken):
    code = "nothing_to_move"
    status = 422
    sentence = gettext_lazy("Scan the pieces first.")


class SameHands(RuleBroken):
    """Liability passes when a second person puts a name to it."""

    code = "same_hands"
    status = 422
    sentence = gettext_lazy("Another person takes the pieces over and types their own PIN.")


class NotMovable(RuleBroken):
    """The piece is not lying in a place of this store."""

    code = "not_movable"

    def __init__(self, piece: Piece) -> None:
        told = {"number": piece.number, "state": piece.get_state_display()}
        super().__init__(_("Piece %(number)s cannot be moved: it is %(state)s.") % told)


class AlreadyThere(RuleBroken):
    code = "already_there"

    def __init__(self, piece: Piece) -> None:
        told = {"number": piece.number, "place": piece.place}
        super().__init__(_("Piece %(number)s is in %(place)s already.") % told)


@transaction.atomic
def hand_over(
    *,
    rows: Sequence[Piece],
    to: Place,
    sender: User,
    receiver: User,
    at: Place | None = None,
    lent: bool = False,
) -> Transfer:
    """Moves pieces to another place of their store. `lent`: back today; `at`: the counter where
    the sender stands. Refused when a piece is elsewhere, when it is there already, to a receiver
    of another store, and to the sender as receiver unless the pieces come to where the sender
    stands; the receiver's PIN was checked before."""
    if not rows:
        raise NothingToMove
    if not sender.has_perm("move_pieces"):
        raise NotAllowed
    # one may take pieces upon oneself, and never hand them to others in their name
    if receiver.pk == sender.pk and (at is None or to.counter != at):
        raise SameHands
    reach = access.store_ids(receiver)
    if reach is not None and to.store_id not in reach:
        raise NotAllowed
    with changes.opened(store=to.store, by=sender) as book:
        locked = pieces.lock([piece.pk for piece in rows])
        for piece in locked:
            _check(piece=piece, to=to)
        transfer = Transfer(
            number=numbers.issue(
                store=to.store,
                kind=numbers.Kind.TRANSFER,
                day=places.business_day(to.store, book.at),
            ),
            store=to.store,
            to_place=to,
            sender=sender,
            receiver=receiver,
            lent=lent,
            at=book.at,
        )
        book.write([transfer], kind="transfer")
        pieces.move(rows=locked, to=to, transfer=transfer, book=book)
    return transfer


def _check(*, piece: Piece, to: Place) -> None:
    if piece.store_id != to.store_id or piece.state not in MOVABLE:
        raise NotMovable(piece)
    if piece.place_id == to.pk:
        raise AlreadyThere(piece)
    if to.kind == PlaceKind.VIRTUAL:
        raise places.PlaceUnknown
