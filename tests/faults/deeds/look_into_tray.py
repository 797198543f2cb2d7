"""What lies in the tray, by the books: neither more nor less than the clerk put there."""

import json
from collections.abc import Iterator

from inventory.models import Piece
from tests.faults.books import Books, differ
from tests.faults.clerk import Clerk

WEIGHT = 4


def do(clerk: Clerk) -> None:
    place = clerk.place
    path = f"/api/v1/pieces?store={place.store}&place={place.tray}&limit=1000"
    said = json.loads(clerk.scanner.get(path).raw)
    told = sorted(row["number"] for row in said.get("items", ()))
    clerk.tablet.agree(path, told=told, known=sorted(clerk.lying))


def broken(books: Books) -> Iterator[str]:
    """Each answer was held against the clerk's memory when it came; now every tray is."""
    told = [(clerk.place.tray, number) for clerk in books.clerks for number in clerk.lying]
    rows = Piece.objects.filter(place__code__in=[clerk.place.tray for clerk in books.clerks])
    yield from differ("piece in a tray", told, list(rows.values_list("place__code", "number")))
