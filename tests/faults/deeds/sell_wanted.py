"""One piece that every clerk wants: one of them gets it."""

from collections.abc import Iterator

from counter.models import SaleLine
from tests.faults.books import Books
from tests.faults.clerk import Clerk, Stock
from tests.faults.deeds import sell

WEIGHT = 5


def do(clerk: Clerk) -> None:
    """The same few pieces for everybody of the store, the next ones when those are gone."""
    if len(clerk.bills) >= sell.MOST_PARKED:
        return
    taken = {piece.number for sold in clerk.sales for piece in sold.pieces}
    wanted = [number for number in clerk.stars if number not in taken]
    if wanted and (bill := sell.begin(clerk, Stock(wanted[0]))):
        sell.complete(clerk, bill)
    elif wanted:
        clerk.stars.remove(wanted[0])  # somebody else has it


def broken(books: Books) -> Iterator[str]:
    """Nobody was told to have what another one has."""
    told: dict[str, str] = {}
    for _clerk, sold in books.sales():
        for piece in sold.pieces:
            if sold.stands and told.setdefault(piece.number, sold.number) != sold.number:
                yield f"doubled: {piece.number} was sold as {told[piece.number]}, {sold.number}"
    lines = SaleLine.objects.filter(state="sold").values_list("piece_id", flat=True)
    if len(lines) != len(set(lines)):
        yield "doubled: a piece stands on two sold lines"
