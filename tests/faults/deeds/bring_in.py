"""A list of new pieces is brought in: checked, kept, and written with the second tap."""

from collections.abc import Iterator

from inventory.ground import codes
from inventory.models import Movement, Piece
from tests.faults.books import Books, differ
from tests.faults.clerk import Clerk, Stock

WEIGHT = 4
ROWS = 40
ENOUGH = 30
HEADINGS = (
    "piece_number,style,name,category,metal,fineness,mark,gross_g,net_g,lab,certificate,"
    "pricing,labour_per_g,price,cost,place"
)


def do(clerk: Clerk) -> None:
    if len(clerk.free()) <= ENOUGH:
        write(clerk)


def write(clerk: Clerk) -> None:
    """Forty pieces, every fifth of them gold by weight, into the clerk's own tray."""
    new = [_piece(clerk, len(clerk.imported) + turn) for turn in range(ROWS)]
    lines = [_line(clerk, piece) for piece in new]
    content = "\n".join([HEADINGS, *lines]).encode()
    store = {"store": clerk.place.store}
    file = {"file": (f"{new[0].number}.csv", content)}
    kept = clerk.office.post("/pieces/import/", store, keyed=False, files=file)
    assert kept.done, kept.body
    written = clerk.office.post(kept.location)
    assert written.done, written.refusal
    clerk.imported += new
    clerk.lying |= {piece.number: piece for piece in new}


def broken(books: Books) -> Iterator[str]:
    """The pieces of the lists, each of them received once."""
    told = [piece.number for clerk in books.clerks for piece in clerk.imported]
    rows = Piece.objects.filter(number__startswith="4")
    yield from differ("piece", told, list(rows.values_list("number", flat=True)))
    arrived = Movement.objects.filter(piece__in=rows, old="")
    yield from differ("arrival", told, list(arrived.values_list("piece__number", flat=True)))


def _piece(clerk: Clerk, turn: int) -> Stock:
    counter = int(clerk.place.counter.removeprefix("K"))
    number = codes.piece_number(f"4{counter:02d}{turn:06d}")
    return Stock(number, None) if turn % 5 == 0 else Stock(number)


def _line(clerk: Clerk, piece: Stock) -> str:
    tray = clerk.place.tray
    if piece.cents is None:
        return (
            f"{piece.number},W001,足金项链,necklace,Au,990,足金,8.72,8.72,NGTC,9{piece.number},"
            f"weight,38,,6543,{tray}"
        )
    price = piece.cents // 100
    return f"{piece.number},C001,银925吊坠,pendant,Ag,925,S925,2.59,2.59,,,fixed,,{price},31,{tray}"
