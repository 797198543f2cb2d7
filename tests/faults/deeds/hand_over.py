"""A counter changes hands: a blind count of every place and of the money, and two PINs."""

import re
from collections.abc import Iterator

from counter.models import Handover, Shift, Signature
from inventory.ground import measures
from tests.counters import in_notes
from tests.faults.books import Books, differ
from tests.faults.clerk import WECHAT, Clerk
from tests.faults.tablet import hidden

WEIGHT = 1
ITEM = re.compile(r'/items/([0-9]+)/"')


def do(clerk: Clerk) -> None:
    """The clerk of the shift hands over to the partner, and the other way next time."""
    place = clerk.place
    partner = place.partner if clerk.on_duty == place.clerk else place.clerk
    fields = {"kind": "change", "outgoing": clerk.on_duty, "incoming": partner}
    begun = clerk.session.post(f"/handovers/start/{place.counter}/", fields)
    if not begun.done:
        clerk.tablet.broken.append(f"fault: no count could begin: {begun.refusal}")
        return
    at = begun.location.partition("?")[0]
    # the place that opens by itself after the tray, and all that nobody has begun
    _done(clerk, f"{at}empty/", {"place": _count_tray(clerk, f"{at}trays/{place.tray}/")})
    notes = {f"of-{value}": str(n) for value, n in in_notes(clerk.drawer_cents).items()}
    _done(clerk, f"{at}money/cash/", notes)
    if slips := clerk.slips[WECHAT]:
        amount = measures.yuan(clerk.slip_cents[WECHAT]).replace(",", "").lstrip("¥")
        _done(clerk, f"{at}money/{WECHAT}/", {"vouchers": str(slips), "amount": amount})
    _done(clerk, f"{at}no-slips/", {})
    # the one kind of thing besides goods and money: rings that customers have brought
    lying = [ring for ring in clerk.brought if ring.state not in {"returned", "bagged"}]
    for item in set(ITEM.findall(clerk.session.get(f"{at}?part=items").body)):
        _done(clerk, f"{at}items/{item}/", {"counted": str(len(lying))})
    seals = [ring.seal for ring in clerk.brought if ring.seal]
    for seal in seals:
        _done(clerk, f"{at}bags/scan/", {"code": seal})
    if seals:
        _done(clerk, f"{at}bags/hand-in/", {})
    if clerk.tablet.broken:
        return
    for side, who in (("outgoing", clerk.on_duty), ("incoming", partner)):
        signed = {"signer": f"{side}:{who}", "pin": place.pins[who]}
        # without a key: a second try of a signature that was written is told so
        clerk.session.post(f"{at}sign/", signed, keyed=False)
    clerk.sheets.append(at.strip("/").removeprefix("handovers/"))
    clerk.on_duty = partner
    clerk.shift_sales = []
    clerk.slips.clear()
    clerk.slip_cents.clear()


def broken(books: Books) -> Iterator[str]:
    """Every sheet signed by two, without a difference, and one open shift at each counter."""
    told = [number for clerk in books.clerks for number in clerk.sheets]
    signed = Handover.objects.filter(state="signed").values_list("number", flat=True)
    yield from differ("signed sheet", told, list(signed))
    hands = Signature.objects.values_list("handover__number", flat=True)
    yield from differ("signature", [*told, *told], list(hands))
    odd = Handover.objects.filter(number__in=told, investigations__isnull=False)
    yield from (f"lost: sheet {sheet.number} found a difference" for sheet in odd)
    shifts = Shift.objects.filter(closed_at=None, counter__code__startswith="K")
    open_now = list(shifts.values_list("counter__code", "opened_by__username"))
    on_duty = [(clerk.place.counter, clerk.on_duty) for clerk in books.clerks]
    yield from differ("open shift", on_duty, open_now)


def _count_tray(clerk: Clerk, tray: str) -> str:
    """Scans what the clerk knows to lie there; the code of the place that comes next."""
    _done(clerk, f"{tray}open/", {})
    for number in list(clerk.lying):
        _done(clerk, f"{tray}scan/", {"code": number})
    at = f"{tray.partition('trays/')[0]}?tray={clerk.place.tray}"
    page = clerk.session.get(at)
    handed = clerk.session.post(f"{tray}hand-in/", {"seen_seq": hidden(page, "seen_seq")})
    if not handed.done:
        clerk.tablet.broken.append(f"fault: the tray was not taken: {handed.refusal}")
    return handed.location.partition("?tray=")[2]


def _done(clerk: Clerk, path: str, fields: dict[str, str]) -> None:
    told = clerk.session.post(path, fields)
    if not told.done:
        clerk.tablet.broken.append(f"fault: {path} was refused: {told.refusal}")
    elif "?money=" in told.location:
        clerk.tablet.broken.append(f"torn: {path} differs, counted as it was paid: {fields}")
