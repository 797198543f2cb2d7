"""Old gold is taken in, tested and signed for; then it pays a bill, or goes back as it came."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from appraisal.models import Offer, OldPiece, TradeIn, Weighing
from tests.faults.books import Books, differ
from tests.faults.clerk import Brought, Clerk
from tests.faults.journal import Answer
from tests.faults.tablet import hidden

WEIGHT = 3
OLD_GOLD: Final = "old_gold"
GRAMS: Final = "10.00"
SIGNED: Final = {"on_paper": "on"}
RING: Final = {
    "category": "ring",
    "metal": "Au",
    "mark": "足金",
    "description": "素圈戒指",
    "tier": "other",
    "source": "本人购买，票据已失",
}
TEST: Final = {"method": "xrf", "metal": "Au", "readings": "999 999.2 999.1"}
DECISION: Final = {"own_brand": "no", "has_stones": "no", "metal": "Au", "fineness": "999"}
PIECE: Final = re.compile(r"/pieces/([0-9]+)/weigh/")
# what was written when a trade-in has come so far: weighings and offers
WRITTEN: Final[Mapping[str, tuple[int, int]]] = {
    "received": (0, 0),
    "consented": (0, 0),
    "weighed": (1, 0),
    "tested": (1, 0),
    "offered": (1, 1),
    "accepted": (1, 1),
    "settled": (1, 1),
    "bagged": (1, 1),
    "declined": (1, 0),
    "returned": (2, 0),
}


def do(clerk: Clerk) -> None:
    """One ring, as far as the shop goes along; what was told is remembered step by step."""
    told = clerk.session.post("/trade-ins/new/", RING)
    if not told.done:
        return
    ring = Brought(told.location, clerk.session)
    clerk.brought.append(ring)
    if piece := tested(clerk, ring):
        clerk.dice.choice((_pay_with, _give_back))(clerk, ring, piece)


def tested(clerk: Clerk, ring: Brought) -> str:
    """Explained, weighed, tested and signed for; the key of the old piece, or nothing when the shop
    refused."""
    if not go(clerk, ring, "consent/", SIGNED, "consented"):
        return ""
    found = PIECE.search(ring.by.get(ring.at).body)
    if found is None:
        clerk.tablet.broken.append(f"fault: {ring.at} does not ask for a weight")
        return ""
    at = f"pieces/{found[1]}/"
    is_tested = (
        go(clerk, ring, f"{at}weigh/", {f"{found[1]}-grams": GRAMS}, "weighed")
        and _done(clerk, ring, f"{at}test/", TEST)
        and _done(clerk, ring, f"{at}decide/", DECISION)
        and go(clerk, ring, "test/", SIGNED, "tested")
    )
    return found[1] if is_tested else ""


def broken(books: Books) -> Iterator[str]:
    """Every old piece where it was told to be, weighed and offered for as often as was told."""
    told = {
        ring.number: ring.state_now(clerk.bills) for clerk in books.clerks for ring in clerk.brought
    }
    rows = TradeIn.objects.filter(counter__code__startswith="K")
    yield from differ("trade-in", list(told.items()), list(rows.values_list("number", "state")))
    there = OldPiece.objects.filter(trade_in__in=rows, place__isnull=False)
    kept = [number for number, state in told.items() if state != "returned"]
    yield from differ("old piece", kept, list(there.values_list("trade_in__number", flat=True)))
    weighed = [number for number, state in told.items() for _ in range(WRITTEN[state][0])]
    weighings = Weighing.objects.filter(old_piece__trade_in__in=rows)
    stored = weighings.values_list("old_piece__trade_in__number", flat=True)
    yield from differ("weighing", weighed, list(stored))
    offered = [number for number, state in told.items() for _ in range(WRITTEN[state][1])]
    made = Offer.objects.filter(trade_in__in=rows)
    yield from differ("offer", offered, list(made.values_list("trade_in__number", flat=True)))


def _pay_with(clerk: Clerk, ring: Brought, _piece: str) -> None:
    """The ring pays the whole of a bill that nobody has paid anything for."""
    unpaid = [bill for bill in clerk.bills if bill.is_plain and not bill.paid]
    if not unpaid:
        return
    bill = clerk.dice.choice(unpaid)
    uuid = bill.at.removeprefix("/sell/").strip("/")
    if not go(clerk, ring, "offer/", {"bill": uuid}, "offered"):
        return
    shown = hidden(ring.by.get(ring.at), "offer")
    if go(clerk, ring, "accept/", SIGNED | {"offer": shown}, "accepted") and _done(
        clerk, ring, "pay/", {}
    ):
        ring.pays = bill
        bill.paid.append((OLD_GOLD, bill.sum_cents))


def _give_back(clerk: Clerk, ring: Brought, piece: str) -> None:
    if go(clerk, ring, "decline/", {"reason": "thinks it over"}, "declined"):
        go(clerk, ring, "give-back/", SIGNED | {f"{piece}-grams": GRAMS}, "returned")


def go(clerk: Clerk, ring: Brought, step: str, fields: Mapping[str, str], state: str) -> bool:
    """A step that leads to another state."""
    if not _done(clerk, ring, step, fields):
        return False
    ring.state = state
    return True


def _done(clerk: Clerk, ring: Brought, step: str, fields: Mapping[str, str]) -> bool:
    told: Answer = ring.by.post(f"{ring.at}{step}", fields)
    if not told.done:
        clerk.tablet.broken.append(f"fault: {ring.at}{step} was refused: {told.refusal}")
    return told.done
