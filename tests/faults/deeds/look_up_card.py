"""A customer looks a card up: facts as long as it is valid, "no longer valid" after a void or
a return."""

import re
from collections.abc import Iterator

from tests.faults.books import Books, differ
from tests.faults.clerk import Clerk, Sold
from tests.faults.tablet import heading
from warranty.models import Card

WEIGHT = 12
GONE = "This card is no longer valid, please ask the shop."


def do(clerk: Clerk) -> None:
    if not clerk.sales:
        return
    sold = clerk.dice.choice(clerk.sales[-20:])
    number = card_of(clerk, sold.number)
    if not number:
        return
    path = f"/w/{number}"
    told = heading(clerk.session.get(path).body)
    names = {piece.name for piece in sold.pieces}
    known = told if told in names else " or ".join(sorted(names))
    known = known if sold.stands else GONE
    clerk.tablet.agree(path, told=told, known=known)


def broken(books: Books) -> Iterator[str]:
    """One card for each piece of each sale, valid unless the sale was voided or came back."""
    told = [
        (sold.number, piece.number, _state(sold))
        for _clerk, sold in books.sales()
        for piece in sold.pieces
    ]
    told += [
        (kept.sold_on, kept.piece.number, "valid")
        for clerk in books.clerks
        for kept in clerk.kept
        if kept.sold_on
    ]
    rows = Card.objects.values_list("sale_line__sale__number", "piece__number", "state")
    yield from differ("card", told, list(rows))


def _state(sold: Sold) -> str:
    if sold.voided:
        return "void"
    return "closed" if sold.returned else "valid"


def card_of(clerk: Clerk, number: str) -> str:
    """The number of a card of a sale, as the page of the sale tells it; then it is remembered."""
    if number in clerk.cards:
        return clerk.cards[number]
    page = clerk.session.get(f"/sales/{number}/").body
    found = re.search(r"/cards/(\d{20})/", page)
    if found:
        clerk.cards[number] = found[1]
    return found[1] if found else ""
