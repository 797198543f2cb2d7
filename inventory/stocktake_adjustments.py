"""The outcomes of an approved stocktake, carried out: each is a movement with its number.

What was sold, sent or carried after the count is left alone: the books know better by now.
"""

from collections.abc import Iterable

from inventory import holds, pieces, supplies
from inventory.ground.changes import Book
from inventory.models import (
    DifferenceKind,
    DifferenceOutcome,
    Piece,
    Place,
    State,
    Stocktake,
    StocktakeDifference,
)
from inventory.queries import LYING

LOST = (DifferenceOutcome.MISSING, DifferenceOutcome.COMPENSATION)
CARRIED = (DifferenceOutcome.LATE_MOVEMENT, DifferenceOutcome.FOUND)


def carry_out(stocktake: Stocktake, book: Book) -> None:
    """All of them at once, in one transaction with the approval."""
    rows = stocktake.differences.exclude(outcome="").select_related(
        "place", "to_place", "supply__item"
    )
    decided = list(rows.order_by("pk"))
    locked = {piece.pk: piece for piece in pieces.lock(_pieces_of(decided))}
    _lose(decided, locked, book, stocktake.number)
    for row in decided:
        piece = locked.get(row.piece_id or 0)
        if piece is not None and row.outcome in CARRIED and row.to_place is not None:
            _carry(piece, row.to_place, book, stocktake.number)
        if piece is not None and row.outcome == DifferenceOutcome.SURPLUS:
            _find(piece, row, book, stocktake.number)
        if row.outcome == DifferenceOutcome.PUT_RIGHT:
            _put_right(row, book, stocktake.number)


def _pieces_of(rows: Iterable[StocktakeDifference]) -> list[int]:
    return sorted({row.piece_id for row in rows if row.piece_id is not None})


def _lose(
    rows: Iterable[StocktakeDifference], locked: dict[int, Piece], book: Book, number: str
) -> None:
    lost = {
        piece.pk: piece
        for row in rows
        if row.kind == DifferenceKind.MISSING and row.outcome in LOST
        if (piece := locked[row.piece_id or 0]).place_id == row.place_id and piece.state in LYING
    }
    if lost:
        holds.break_off(rows=list(lost.values()), book=book)
        pieces.lose(rows=list(lost.values()), number=number, book=book)


def _carry(piece: Piece, to: Place, book: Book, number: str) -> None:
    here = piece.store_id == to.store_id and piece.state in LYING
    if here and piece.place_id != to.pk:
        pieces.enter_forgotten(piece=piece, to=to, number=number, book=book)


def _find(piece: Piece, row: StocktakeDifference, book: Book, number: str) -> None:
    """A piece that an earlier count had missed is here again."""
    place = row.to_place or row.place
    if piece.state == State.MISSING and place is not None and piece.store_id == place.store_id:
        pieces.find_again(piece=piece, to=place, number=number, book=book)


def _put_right(row: StocktakeDifference, book: Book, number: str) -> None:
    """So much more or less lies there than the books say: what was given or received since the
    place was handed in stays."""
    if row.supply is None or row.place is None:
        return
    now = supplies.lying_in(item=row.supply.item, place=row.place)
    found = max(now + row.quantity, 0)
    if found != now:
        why = supplies.Why(number=number)
        supplies.enter_count(item=row.supply.item, place=row.place, found=found, why=why, book=book)
