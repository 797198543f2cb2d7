"""Old gold is bought for money: the chief takes it in at the counter that buys, and a transfer goes
out once."""

import re
from collections.abc import Iterator
from typing import Final

from appraisal.models import OldPiece, TradeIn, TradeKind
from counter.models import Payment
from tests.faults.books import Books, differ
from tests.faults.clerk import Brought, Clerk
from tests.faults.deeds.trade_in import OLD_GOLD, RING, SIGNED, go, tested
from tests.faults.journal import Answer
from tests.faults.tablet import hidden

WEIGHT = 1
COUNTER: Final = "A"  # where no tablet of a run counts
TRANSFER: Final = "transfer"
SOLD_FOR: Final = re.compile(r"I sell my old gold for ¥([0-9,]+)\.([0-9]{2})")


def do(clerk: Clerk) -> None:
    """One ring, from the hand of its seller to the transfer."""
    told = _begin(clerk)
    if told.refusal == "no_counter":
        # killed after the shift was open and before its session knew: one chooses the counter again
        told = _begin(clerk)
    if not told.done:
        clerk.tablet.broken.append(f"fault: nothing could be bought: {told.refusal}")
        return
    ring = Brought(told.location, clerk.chief)
    clerk.bought.append(ring)
    if not (tested(clerk, ring) and go(clerk, ring, "offer/", {}, "offered")):
        return
    page = ring.by.get(ring.at)
    said = SOLD_FOR.search(page.body)
    if said is None:
        clerk.tablet.broken.append(f"fault: {ring.at} does not say what is paid")
        return
    signed = SIGNED | {"offer": hidden(page, "offer")}
    if go(clerk, ring, "accept/", signed, "accepted") and go(
        clerk, ring, "pay-out/", {"tender": TRANSFER}, "settled"
    ):
        ring.bought_cents = int(said[1].replace(",", "") + said[2])


def _begin(clerk: Clerk) -> Answer:
    clerk.chief.post(f"/shifts/{COUNTER}/open/")
    return clerk.chief.post("/trade-ins/new/", RING | {"kind": TradeKind.BUY_BACK})


def broken(books: Books) -> Iterator[str]:
    """Each ring where it was told to be, and the money for it out once."""
    bought = [ring for clerk in books.clerks for ring in clerk.bought]
    rows = TradeIn.objects.filter(kind=TradeKind.BUY_BACK)
    told = [(ring.number, ring.state) for ring in bought]
    yield from differ("buy-back", told, list(rows.values_list("number", "state")))
    there = OldPiece.objects.filter(trade_in__in=rows, place__isnull=False)
    stored = there.values_list("trade_in__number", flat=True)
    yield from differ("bought piece", [ring.number for ring in bought], list(stored))
    paid = [
        (ring.number, tender, sign * ring.bought_cents)
        for ring in bought
        if ring.bought_cents
        for tender, sign in ((OLD_GOLD, 1), (TRANSFER, -1))
    ]
    out = Payment.objects.filter(trade_in__in=rows)
    told_out = out.values_list("trade_in__number", "tender__code", "amount_cents")
    yield from differ("payment of a buy-back", paid, list(told_out))
