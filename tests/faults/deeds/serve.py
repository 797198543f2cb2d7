"""The service desk: a piece of ours is cleaned while its owner waits; another thing is taken in,
cannot be repaired, and goes back as it came."""

from collections.abc import Iterator, Mapping
from typing import Final

from tests.faults.books import Books, differ
from tests.faults.clerk import Clerk, Served
from tests.faults.deeds.look_up_card import card_of
from tests.faults.journal import Answer
from tests.old_gold import picture
from warranty.models import BenefitEntry, EntryKind, Ticket, TicketWeight

WEIGHT = 3
GRAMS: Final = "5.40"
SIGNED: Final = {"on_paper": "on"}
CHAIN: Final = {"item": "银项链", "category": "necklace", "metal": "Ag", "declared": "三百左右"}
CHARM_GRAMS: Final = "2.59"  # as the lists of `bring_in` have it


def do(clerk: Clerk) -> None:
    clerk.dice.choice((_clean, _take_in))(clerk)


def broken(books: Books) -> Iterator[str]:
    """Every ticket in the state that was told, weighed as often, and each use of a benefit once."""
    served = [each for clerk in books.clerks for each in clerk.served]
    rows = Ticket.objects.filter(counter__code__startswith="K")
    told = [(each.number, each.state) for each in served]
    yield from differ("ticket", told, list(rows.values_list("number", "state")))
    weighed = [each.number for each in served for _ in range(each.weighed)]
    stored = TicketWeight.objects.filter(ticket__in=rows).values_list("ticket__number", flat=True)
    yield from differ("weight of a ticket", weighed, list(stored))
    used = [each.card for each in served if each.card]
    uses = BenefitEntry.objects.filter(kind=EntryKind.USE).values_list("card__number", flat=True)
    yield from differ("use of a benefit", used, list(uses))


def _clean(clerk: Clerk) -> None:
    """Two taps: cleaned, given back."""
    own = {piece.number for piece in clerk.imported}
    sold = [
        each
        for each in clerk.sales[-20:]
        if each.stands
        and all(piece.number in own and piece.cents is not None for piece in each.pieces)
    ]
    if not sold:
        return
    card = card_of(clerk, clerk.dice.choice(sold).number)
    cleaned = clerk.session.post("/tickets/clean/", {"card": card, "grams": CHARM_GRAMS})
    if not _done(clerk, cleaned, "/tickets/clean/"):
        return
    ticket = Served(cleaned.location, state="checked", card=card)
    clerk.served.append(ticket)
    if _go(clerk, ticket, "hand-back/", {}):
        ticket.state = "collected"


def _take_in(clerk: Clerk) -> None:
    """Weighed, photographed, signed for; given up, weighed again, fetched."""
    taken = clerk.session.post("/tickets/new/", CHAIN)
    if not _done(clerk, taken, "/tickets/new/"):
        return
    ticket = Served(taken.location, state="received")
    clerk.served.append(ticket)
    if not _go(clerk, ticket, "weigh/", {"grams": GRAMS, "stones": "0"}):
        return
    ticket.weighed = 1
    photo = {"photo": ("chain.jpg", picture().read())}
    kept = clerk.session.post(f"{ticket.at}photo/", {"of": "intake"}, keyed=False, files=photo)
    if not (
        _done(clerk, kept, "photo/")
        and _go(clerk, ticket, "tasks/", {"kind": "solder", "basis": "paid"})
        and _go(clerk, ticket, "sign/", SIGNED)
        and _go(clerk, ticket, "give-up/", {"reason": "the links are too thin"})
    ):
        return
    ticket.state = "unrepaired"
    if _go(clerk, ticket, "weigh-out/", {"out-grams": GRAMS, "stones": "0"}):
        ticket.weighed = 2
        if _go(clerk, ticket, "hand-back/", SIGNED):
            ticket.state = "returned"


def _go(clerk: Clerk, ticket: Served, step: str, fields: Mapping[str, str]) -> bool:
    return _done(clerk, clerk.session.post(f"{ticket.at}{step}", fields), f"{ticket.at}{step}")


def _done(clerk: Clerk, told: Answer, path: str) -> bool:
    if not told.done:
        clerk.tablet.broken.append(f"fault: {path} was refused: {told.refusal}")
    return told.done
