"""A sale is taken back: every piece scanned, a second person's PIN, the money returned."""

from collections.abc import Iterator

from counter.models import SaleVoid
from inventory.models import Approval
from tests.faults.books import Books, differ
from tests.faults.clerk import CASH, Clerk
from tests.faults.tablet import hidden

WEIGHT = 2


def do(clerk: Clerk) -> None:
    """A cash sale of the shift that is open, with pieces of the clerk's own tray."""
    own = {piece.number for piece in clerk.imported}
    may = [
        sold
        for sold in clerk.shift_sales
        if sold.stands
        and all(tender == CASH for tender, _cents in sold.paid)
        and all(piece.number in own for piece in sold.pieces)
    ]
    if not may:
        return
    sold = clerk.dice.choice(may)
    path = f"/sales/{sold.number}/void/"
    fields = {"reason": "wrong piece", "codes": " ".join(piece.number for piece in sold.pieces)}
    asked = clerk.session.post(path, fields)
    if asked.refusal == "approval_needed":
        agreed = {"ask": hidden(asked, "ask"), "approver": clerk.place.chief, "again_path": path}
        agreed |= {"pin": clerk.place.pins[clerk.place.chief]}
        clerk.session.post("/approvals/", agreed, keyed=False)
        asked = clerk.session.post(path, fields)
    if asked.done:
        sold.voided = True
        for tender, cents in sold.paid:
            clerk.book_payment(tender, -cents)
        clerk.lying |= {piece.number: piece for piece in sold.pieces}


def broken(books: Books) -> Iterator[str]:
    """Each void once, each with a yes of its own that was used once."""
    told = [sold.number for _clerk, sold in books.sales() if sold.voided]
    yield from differ("void", told, list(SaleVoid.objects.values_list("sale__number", flat=True)))
    spent = Approval.objects.filter(action="void_sale", spent_at__isnull=False)
    yield from differ("used yes", told, list(spent.values_list("document", flat=True)))
