"""The life of a piece: every move and every state, and nothing else may change them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import shipment_states
from inventory.ground import statements
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.ground.statements import Asked
from inventory.models import Movement, Piece, Place, Reason, State, Transfer
from inventory.models.pieces import GONE
from inventory.queries import LYING

# what may become what; the design's table
MOVES: dict[str, frozenset[State]] = {
    State.RECEIVED: frozenset({State.ON_SALE, State.IN_TRANSIT, State.MISSING, State.WRITTEN_OFF}),
    State.ON_SALE: frozenset(
        {
            State.HELD,
            State.SOLD,
            State.IN_TRANSIT,
            State.IN_SERVICE,
            State.MISSING,
            State.WRITTEN_OFF,
        }
    ),
    State.HELD: frozenset({State.ON_SALE, State.SOLD, State.MISSING}),
    State.SOLD: frozenset({State.RETURNED, State.IN_SERVICE}),
    State.RETURNED: frozenset({State.ON_SALE, State.IN_SERVICE, State.MISSING, State.WRITTEN_OFF}),
    # back to where it came from: its last movement says which of these
    State.IN_SERVICE: frozenset({State.RECEIVED, State.ON_SALE, State.SOLD, State.RETURNED}),
    State.IN_TRANSIT: frozenset({State.RECEIVED, State.MISSING}),
    State.MISSING: frozenset({State.RECEIVED, State.WRITTEN_OFF}),
}


class PieceMoved(RuleBroken):
    """Somebody else moved, sold or held the piece in the meantime."""

    code = "piece_moved"
    sentence = gettext_lazy("The piece has just been moved. Scan it again.")


class NoReport(RuleBroken):
    """不检测不上柜: no laboratory's report, no counter."""

    code = "no_report"

    def __init__(self, piece: Piece) -> None:
        super().__init__(
            _("Piece %(number)s has no laboratory report; it cannot go on sale.")
            % {"number": piece.number}
        )


def lock(ids: Collection[int]) -> list[Piece]:
    """This and `ask_locked` are the only places that lock pieces; by id, so that two bills never
    wait for each other."""
    return statements.read_among(Piece, "id", ids, lock=True)


def ask_locked(condition: str, values: Sequence[object]) -> Asked[Piece]:
    """As `lock`, of the pieces that fulfil a condition in SQL; they may be fetched later."""
    return statements.ask(Piece, f"{condition} ORDER BY id", values, lock=True)


def enter(*, rows: Sequence[Piece], book: Book) -> list[Movement]:
    """New pieces of a store, each in its place, as received."""
    Piece.objects.bulk_create(rows)
    movements = [
        Movement(
            piece=piece,
            new=State.RECEIVED,
            to_place_id=piece.place_id,
            reason=Reason.RECEIVED,
            net_mg=piece.net_mg,
        )
        for piece in rows
    ]
    return book.write(movements, kind="piece_received")


def put_on_sale(*, rows: Sequence[Piece], book: Book) -> list[Movement]:
    """From received to on sale. Refused for a piece whose style demands a report it lacks; pass
    pieces with `style` and `certificates` at hand."""
    for piece in rows:
        if piece.style.report_required and not piece.certificates.all():
            raise NoReport(piece)
    return _move(rows=rows, new=State.ON_SALE, reason=Reason.PUT_ON_SALE, book=book)


def hold(*, piece: Piece, counter: Place, book: Book) -> list[Movement]:
    return _move(rows=[piece], new=State.HELD, reason=Reason.HELD, book=book, counter=counter)


def release(*, rows: Sequence[Piece], book: Book, lapsed: bool = False) -> list[Movement]:
    reason = Reason.LAPSED if lapsed else Reason.RELEASED
    return _move(rows=rows, new=State.ON_SALE, reason=reason, book=book)


def sell(*, rows: Sequence[Piece], counter: Place, number: str, book: Book) -> list[Movement]:
    """The pieces leave their trays with the customer, whichever counter the trays belong to."""
    return _move(
        rows=rows, new=State.SOLD, reason=Reason.SOLD, book=book, counter=counter, number=number
    )


def take_back(*, rows: Sequence[Piece], counter: Place, number: str, book: Book) -> None:
    """A voided sale: each piece is checked in hand and goes back to the tray it was sold from."""
    trays = _places_before_sale(rows)
    for piece in rows:
        piece.place = trays[piece.pk]
    same = {"reason": Reason.VOIDED, "book": book, "counter": counter, "number": number}
    _move(rows=rows, new=State.RETURNED, back=True, **same)  # type: ignore[arg-type]  # because: one dict of several types
    _move(rows=rows, new=State.ON_SALE, **same)  # type: ignore[arg-type]  # because: one dict of several types


def bring_back(*, rows: Sequence[Piece], to: Place, number: str, book: Book) -> list[Movement]:
    """The customer has returned them: into a place of the store, to be checked before anybody sells
    them again."""
    for piece in rows:
        piece.place = to
    return _move(
        rows=rows,
        new=State.RETURNED,
        reason=Reason.BACK,
        book=book,
        counter=to.parent or to,
        number=number,
        back=True,
    )


def pass_check(*, piece: Piece, book: Book) -> list[Movement]:
    """A returned piece was looked at and may be sold again. Refused as in `put_on_sale`."""
    if piece.style.report_required and not piece.certificates.exists():
        raise NoReport(piece)
    return _move(rows=[piece], new=State.ON_SALE, reason=Reason.CHECKED, book=book)


def take_in(*, piece: Piece, counter: Place, number: str, book: Book) -> list[Movement]:
    """A customer's piece comes into our hands for the work on a ticket; it is no stock of ours."""
    piece.place = counter
    return _move(
        rows=[piece],
        new=State.IN_SERVICE,
        reason=Reason.SERVICE_IN,
        book=book,
        counter=counter,
        number=number,
        back=True,
    )


def give_out(*, piece: Piece, counter: Place, number: str, book: Book) -> list[Movement]:
    """The customer has the piece again."""
    return _move(
        rows=[piece],
        new=State.SOLD,
        reason=Reason.SERVICE_OUT,
        book=book,
        counter=counter,
        number=number,
    )


def move(*, rows: Sequence[Piece], to: Place, transfer: Transfer, book: Book) -> list[Movement]:
    """To another place of the same store; the state stays. Refused for what is not in a place."""
    reason = Reason.LENT if transfer.lent else Reason.MOVED
    movements = []
    for piece in rows:
        # two transfers of one piece at once: the second no longer finds it in its tray
        found = Piece.objects.filter(pk=piece.pk, state=piece.state, place=piece.place_id)
        if found.update(place=to, updated_at=book.at) != 1:
            raise PieceMoved(_gone(piece))
        movement = Movement(
            piece=piece,
            old=piece.state,
            new=piece.state,
            from_place_id=piece.place_id,
            to_place=to,
            reason=reason,
            net_mg=piece.net_mg,
            transfer=transfer,
        )
        movements.append(movement)
        piece.place = to
    return book.write(movements, kind="piece_moved")


def enter_forgotten(*, piece: Piece, to: Place, number: str, book: Book) -> list[Movement]:
    """A piece was carried to another place of its store and nobody entered it; found at the count
    with this number. Refused for a piece that lies in no place: sold, missing or on the road."""
    found = Piece.objects.filter(pk=piece.pk, state=piece.state, place=piece.place_id)
    if piece.state not in LYING or found.update(place=to, updated_at=book.at) != 1:
        raise PieceMoved(_gone(piece))
    movement = Movement(
        piece=piece,
        old=piece.state,
        new=piece.state,
        from_place_id=piece.place_id,
        to_place=to,
        reason=Reason.FORGOTTEN,
        net_mg=piece.net_mg,
    )
    piece.place = to
    return book.write([movement], kind="piece_moved", number=number)


def lose(*, rows: Sequence[Piece], number: str, book: Book) -> list[Movement]:
    """Missing at the signed count with this number; each keeps the place it was lost from."""
    return _move(rows=rows, new=State.MISSING, reason=Reason.MISSING, book=book, number=number)


def find_again(*, piece: Piece, to: Place, number: str, book: Book) -> None:
    """A missing piece is here again: received, and on sale once more if it may be. One that was
    lost on the road is not on its way any more."""
    _move(rows=[piece], new=State.RECEIVED, reason=Reason.FOUND, book=book, number=number)
    shipment_states.close_lost(piece, number=number, book=book)
    if piece.place_id != to.pk:
        enter_forgotten(piece=piece, to=to, number=number, book=book)
    if not piece.style.report_required or piece.certificates.exists():
        _move(rows=[piece], new=State.ON_SALE, reason=Reason.FOUND, book=book, number=number)


def write_off(*, piece: Piece, number: str, book: Book) -> None:
    """A missing piece will not come back."""
    _move(rows=[piece], new=State.WRITTEN_OFF, reason=Reason.LOST, book=book, number=number)


def set_in(*, piece: Piece, number: str, book: Book) -> None:
    """A stone of ours was set into a piece that the workshop made; `number` of that piece."""
    _move(rows=[piece], new=State.WRITTEN_OFF, reason=Reason.SET, book=book, number=number)


def _move(
    *,
    rows: Sequence[Piece],
    new: State,
    reason: Reason,
    book: Book,
    counter: Place | None = None,
    number: str = "",
    back: bool = False,
) -> list[Movement]:
    """Compare and set, and the history in the same breath. `back`: from outside into a place."""
    movements = []
    for piece in rows:
        if new not in MOVES[piece.state]:
            raise PieceMoved(_gone(piece))
        tray = None if back else piece.place_id
        movement = Movement(
            piece=piece,
            old=piece.state,
            new=new,
            from_place_id=tray,
            to_place_id=None if new in GONE else piece.place_id,
            reason=reason,
            net_mg=piece.net_mg,
            at_counter=counter,
        )
        movements.append(movement)
    _compare_and_set(rows=rows, new=new, at=book.at, back=back)
    return book.write(movements, kind=f"piece_{new}", number=number)


def _compare_and_set(*, rows: Sequence[Piece], new: State, at: datetime, back: bool) -> None:
    """Two counters may want the same piece: only one of them still finds it as it was, in its old
    state and in its old place."""
    for (old, place), ids in _grouped(rows).items():
        before, after = None if back else place, None if new in GONE else place
        as_they_were = (
            f"state = %s AND COALESCE(place_id, 0) = %s AND id IN {statements.marks(ids)}"
        )
        found = statements.update(
            Piece,
            as_they_were,
            [old, before or 0, *ids],
            state=new,
            place_id=after,
            updated_at=at,
        )
        if found != len(ids):
            raise PieceMoved
    for piece in rows:
        piece.state = new
        if new in GONE:
            piece.place = None


def _grouped(rows: Iterable[Piece]) -> dict[tuple[str, int | None], list[int]]:
    """Pieces of one old state and one place go in one statement, in order of their ids."""
    groups: dict[tuple[str, int | None], list[int]] = {}
    for piece in sorted(rows, key=lambda each: each.pk):
        groups.setdefault((piece.state, piece.place_id), []).append(piece.pk)
    return groups


def _places_before_sale(rows: Sequence[Piece]) -> dict[int, Place]:
    sold = Movement.objects.filter(piece__in=rows, reason=Reason.SOLD).order_by("pk")
    places: dict[int, Place] = {}
    for movement in sold.select_related("from_place"):
        if movement.from_place is not None:
            places[movement.piece_id] = movement.from_place
    return places


def _gone(piece: Piece) -> str:
    return _("Piece %(number)s has just been moved. Scan it again.") % {"number": piece.number}


def may_see_cost(user: User) -> bool:
    """Cost prices are head office's, and a manager's where it is switched on."""
    return user.has_perm("see_cost")
