"""A piece leaves for the other store and does not go after all: two people at each end of it, and
the piece lies in its tray again."""

import re
from collections.abc import Iterator
from typing import Final

from inventory.models import Approval, Shipment
from tests.faults.books import Books, differ
from tests.faults.clerk import Clerk
from tests.faults.tablet import hidden

WEIGHT = 2
TO: Final = "S02"
ROW: Final = r'data-shipment="([^"]+)"(?:(?!</li>).)*?· {seal}<'


def do(clerk: Clerk) -> None:
    """One piece of the tray that is on no bill."""
    if not (free := clerk.free()):
        return
    place, seal = clerk.place, f"{clerk.place.counter}-{len(clerk.sent) + 1}"
    partner = place.partner if clerk.on_duty == place.clerk else place.clerk
    # the session is the clerk's, whoever has the shift: another person gives it to the carrier
    second = partner if partner != clerk.session.user else clerk.on_duty
    fields = {"n": clerk.dice.choice(free).number, "store": TO, "carrier": "顺丰"}
    fields |= {"parcels": seal, "handed_by": second, "pin": place.pins[second]}
    # without a key: a second try of a parcel that has left is told that the piece is not here
    told = clerk.session.post("/shipments/send/", fields, keyed=False)
    if not told.done and told.refusal != "not_sendable":
        clerk.tablet.broken.append(f"fault: nothing could be sent: {told.refusal}")
        return
    found = re.search(ROW.format(seal=seal), clerk.session.get("/shipments/").body, re.DOTALL)
    if found is None:
        clerk.tablet.broken.append(f"lost: parcel {seal} is not on the road")
        return
    clerk.sent.append(found[1])
    _recall(clerk, f"/shipments/{found[1]}/recall/")


def broken(books: Books) -> Iterator[str]:
    """Each parcel once, back with its piece, each with a yes that was used once."""
    told = [number for clerk in books.clerks for number in clerk.sent]
    rows = Shipment.objects.filter(store__code="S01")
    yield from differ("parcel", told, list(rows.values_list("number", flat=True)))
    yield from (
        f"lost: parcel {row.number} is {row.state}" for row in rows.exclude(state="recalled")
    )
    spent = Approval.objects.filter(action="recall_shipment", spent_at__isnull=False)
    yield from differ("yes to a recall", told, list(spent.values_list("document", flat=True)))


def _recall(clerk: Clerk, path: str) -> None:
    asked = clerk.session.post(path)
    if asked.refusal == "approval_needed":
        agreed = {"ask": hidden(asked, "ask"), "approver": clerk.place.chief, "again_path": path}
        agreed |= {"pin": clerk.place.pins[clerk.place.chief]}
        clerk.session.post("/approvals/", agreed, keyed=False)
        asked = clerk.session.post(path)
    if not asked.done:
        clerk.tablet.broken.append(f"fault: {path} was refused: {asked.refusal}")
