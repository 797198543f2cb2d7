"""A receipt comes back over the counter: what was sold, whether it stands, and how it was paid."""

import json
from collections.abc import Iterator

from counter.models import Sale
from tests.faults.books import Books, differ
from tests.faults.clerk import Clerk

WEIGHT = 14


def do(clerk: Clerk) -> None:
    """One of the last sales of this clerk, as the API tells it."""
    if not clerk.sales:
        return
    sold = clerk.dice.choice(clerk.sales[-50:])
    path = f"/api/v1/sales/{sold.number}"
    said = json.loads(clerk.scanner.get(path).raw)
    told = (
        said.get("state"),
        said.get("total_cents"),
        sorted(line["piece"] for line in said.get("lines", ())),
        sorted((row["tender"], row["amount_cents"]) for row in said.get("payments", ())),
    )
    back = [(tender, -cents) for tender, cents in sold.paid] if not sold.stands else []
    known = (
        "voided" if sold.voided else "completed",
        sold.total_cents,
        sorted(piece.number for piece in sold.pieces),
        sorted([*sold.paid, *back]),
    )
    clerk.tablet.agree(path, told=told, known=known)


def broken(books: Books) -> Iterator[str]:
    """Each answer was held against the clerk's memory when it came; now every sale stands at the
    counter where it was made. `sell` and `pay` prove what it holds."""
    told = [(sold.number, clerk.place.counter) for clerk, sold in books.sales()]
    rows = Sale.objects.filter(counter__code__startswith="K").exclude(number=None)
    yield from differ("sale at a counter", told, list(rows.values_list("number", "counter__code")))
