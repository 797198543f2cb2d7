"""A customer is shown some pieces: the scanner asks for each of them what it is and costs."""

import json
from collections.abc import Iterator

from inventory.models import Piece
from tests.faults.books import Books, differ
from tests.faults.clerk import Clerk, Stock

WEIGHT = 90
LATELY = 200
MOST = 5


def do(clerk: Clerk) -> None:
    """Pieces of the clerk's own lists, in the tray, on a bill or sold: nobody else moves them."""
    lately = clerk.imported[-LATELY:]
    for piece in clerk.dice.sample(lately, min(len(lately), clerk.dice.randint(1, MOST))):
        _look(clerk, piece)


def broken(books: Books) -> Iterator[str]:
    """Each answer was held against the clerk's memory when it came; now every piece is."""
    told = [
        (piece.number, clerk.state_of(piece)) for clerk in books.clerks for piece in clerk.imported
    ]
    rows = Piece.objects.filter(number__startswith="4")
    yield from differ("state of a piece", told, list(rows.values_list("number", "state")))


def _look(clerk: Clerk, piece: Stock) -> None:
    path = f"/api/v1/pieces/{piece.number}"
    said = json.loads(clerk.scanner.get(path).raw)
    told = [said.get(name) for name in ("number", "state", "place", "price_cents", "name")]
    state = clerk.state_of(piece)
    place = None if state == "sold" else clerk.place.tray
    known = [piece.number, state, place, piece.cents, piece.name]
    clerk.tablet.agree(path, told=told, known=known)
