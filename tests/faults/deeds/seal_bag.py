"""Old gold that paid a bill goes under a seal, watched by a second person with their PIN."""

from collections.abc import Iterator
from typing import Final

from appraisal.models import ScrapBag
from inventory.models import Approval
from tests.faults.books import Books, differ
from tests.faults.clerk import Brought, Clerk
from tests.faults.tablet import hidden

WEIGHT = 2
GRAMS: Final = "11.50"  # a ring as in `trade_in`, and the bag


def do(clerk: Clerk) -> None:
    """One ring that is the shop's and lies in no bag yet."""
    may = [ring for ring in clerk.brought if ring.state_now(clerk.bills) == "settled"]
    if may:
        _seal(clerk, clerk.dice.choice(may))


def broken(books: Books) -> Iterator[str]:
    """Each seal closes one bag with the ring that was told, each with a yes that was used once."""
    told = [(ring.seal, ring.number) for clerk in books.clerks for ring in clerk.brought]
    sealed = [(seal, number) for seal, number in told if seal]
    rows = ScrapBag.objects.values_list("seal", "old_pieces__trade_in__number")
    yield from differ("bag", sealed, list(rows))
    spent = Approval.objects.filter(action="seal_bag", spent_at__isnull=False)
    agreed = spent.values_list("document", flat=True)
    yield from differ("yes to a seal", [number for _seal, number in sealed], list(agreed))


def _seal(clerk: Clerk, ring: Brought) -> None:
    page = clerk.session.get(ring.at)
    seal = f"{clerk.place.counter}-{ring.number}"
    fields = {name: hidden(page, name) for name in ("metal", "grade")}
    fields |= {"seal": seal, "grams": GRAMS}
    path = f"{ring.at}bag/"
    asked = clerk.session.post(path, fields)
    if asked.refusal == "approval_needed":
        agreed = {"ask": hidden(asked, "ask"), "approver": clerk.place.chief, "again_path": path}
        agreed |= {"pin": clerk.place.pins[clerk.place.chief]}
        clerk.session.post("/approvals/", agreed, keyed=False)
        asked = clerk.session.post(path, fields)
    if asked.done:
        ring.state, ring.seal = "bagged", seal
    else:
        clerk.tablet.broken.append(f"fault: {path} was refused: {asked.refusal}")
