"""A customer looks a card up: facts as long as it is valid, "no longer valid" after a void."""

import re
from collections.abc import Iterator

from tests.faults.books import Books, differ
from tests.faults.clerk import Clerk
from warranty.models import Card

WEIGHT = 4


def do(clerk: Clerk) -> None:
    if not clerk.sales:
        return
    sold = clerk.dice.choice(clerk.sales[-20:])
    number = clerk.cards.get(sold.number) or _card_of(clerk, sold.number)
    if not number:
        return
    page = clerk.session.get(f"/w/{number}")
    gone = "no longer valid" in page.body
    if page.status == 200 and gone != sold.voided:
        clerk.tablet.broken.append(f"lost: card {number} of {sold.number}: {gone=} {sold.voided=}")


def broken(books: Books) -> Iterator[str]:
    """One card for each piece of each sale, valid unless the sale was voided."""
    told = [
        (sold.number, piece.number, "void" if sold.voided else "valid")
        for _clerk, sold in books.sales()
        for piece in sold.pieces
    ]
    rows = Card.objects.values_list("sale_line__sale__number", "piece__number", "state")
    yield from differ("card", told, list(rows))


def _card_of(clerk: Clerk, number: str) -> str:
    page = clerk.session.get(f"/sales/{number}/").body
    found = re.search(r"/cards/(\d{20})/", page)
    if found:
        clerk.cards[number] = found[1]
    return found[1] if found else ""
