"""Goods come back for a fault: weighed, paid back with a second person's PIN, in the tray again."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from counter.models import Return
from tests.faults.books import Books, differ
from tests.faults.clerk import CASH, Clerk, Sold
from tests.faults.journal import Answer
from tests.faults.tablet import hidden
from warranty.models import Claim

WEIGHT = 2
GRAMS: Final = "2.59"  # as the lists of `bring_in` have it
WISH: Final = {"fault": "crack", "leads_to": "refund", "channel": "shop"}
LINE: Final = re.compile(r'name="(\d+)-back"')


def do(clerk: Clerk) -> None:
    """All charms of a cash sale of the shift that is open."""
    own = {piece.number for piece in clerk.imported if piece.cents is not None}
    may = [
        sold
        for sold in clerk.shift_sales
        if sold.stands
        and all(tender == CASH for tender, _cents in sold.paid)
        and all(piece.number in own for piece in sold.pieces)
    ]
    if may:
        _take_back(clerk, clerk.dice.choice(may))


def broken(books: Books) -> Iterator[str]:
    """Every return settled once, and a claim for each of its pieces."""
    told = [(sold.returned, sold.number) for _clerk, sold in books.sales() if sold.returned]
    rows = Return.objects.filter(state="settled")
    yield from differ("return", told, list(rows.values_list("number", "sale__number")))
    claimed = [
        (sold.returned, piece.number)
        for _clerk, sold in books.sales()
        if sold.returned
        for piece in sold.pieces
    ]
    claims = Claim.objects.values_list("document", "piece__number")
    yield from differ("claim", claimed, list(claims))


def _take_back(clerk: Clerk, sold: Sold) -> None:
    page = clerk.session.get(f"/returns/new/?code={sold.number}").body
    lines = LINE.findall(page)
    fields = {f"{line}-{name}": said for line in lines for name, said in _in_hand().items()}
    taken = clerk.session.post("/returns/new/", WISH | fields | {"code": sold.number})
    if not _done(clerk, taken, "/returns/new/"):
        return
    at = taken.location
    if not _settle(clerk, f"{at}settle/"):
        return
    sold.returned = at.strip("/").removeprefix("returns/")
    for tender, cents in sold.paid:
        clerk.book_payment(tender, -cents)
    shown = re.findall(r'name="line" value="(\d+)"', clerk.session.get(at).body)
    for line in shown:
        _done(clerk, clerk.session.post(f"{at}pass/", {"line": line}), f"{at}pass/")
    clerk.lying |= {piece.number: piece for piece in sold.pieces}


def _in_hand() -> Mapping[str, str]:
    return {"back": "on", "grams": GRAMS}


def _settle(clerk: Clerk, path: str) -> bool:
    asked = clerk.session.post(path)
    if asked.refusal == "approval_needed":
        agreed = {"ask": hidden(asked, "ask"), "approver": clerk.place.chief, "again_path": path}
        agreed |= {"pin": clerk.place.pins[clerk.place.chief]}
        clerk.session.post("/approvals/", agreed, keyed=False)
        asked = clerk.session.post(path)
    return _done(clerk, asked, path)


def _done(clerk: Clerk, told: Answer, path: str) -> bool:
    if not told.done:
        clerk.tablet.broken.append(f"fault: {path} was refused: {told.refusal}")
    return told.done
