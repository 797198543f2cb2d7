"""Counts of a counter, made by the rules as people make them by hand."""

from collections.abc import Sequence

from django.contrib.auth.models import User

from counter import counting, drawers, handovers, scans, shifts, signatures
from counter.models import CountItem, Handover, ItemKind, SignedAs, TrayCount, TrayState
from inventory.ground import settings_rows
from inventory.models import CountDepth, Piece, Place
from tests import listed
from tests.cast import Shop


def begin(shop: Shop, counter: Place) -> Handover:
    """A change of shift from Lin to Zhao; the shift is opened where there is none."""
    shifts.open_at(counter=counter, by=shop.lin)
    return handovers.start(
        counter=counter, kind="change", outgoing=shop.lin, incoming=shop.zhao, by=shop.lin
    )


def tray(sheet: Handover, code: str) -> TrayCount:
    return sheet.trays.select_related("place", "handover__store").get(place__code=code)


def scan(sheet: Handover, code: str, rows: Sequence[Piece], *, by: User) -> None:
    """Opens a tray and scans these pieces; it stays open."""
    counting.open_tray(tray=tray(sheet, code), by=by)
    for piece in rows:
        scans.scan(tray=tray(sheet, code), text=piece.number, by=by)


def count(sheet: Handover, code: str, rows: Sequence[Piece], *, by: User) -> TrayState:
    """Scans and hands in; what became of the tray."""
    scan(sheet, code, rows, by=by)
    return TrayState(counting.hand_in(tray=tray(sheet, code), by=by).state)


def count_the_rest(sheet: Handover, *, by: User) -> None:
    """All trays that nobody has begun are empty; no cash, no slips, every key is there."""
    counting.hand_in_empty(handover=sheet, by=by)
    drawers.count_money(money=sheet.money.get(tender__code="cash"), denominations={}, by=by)
    drawers.count_no_vouchers(handover=sheet, by=by)
    listed.count(sheet, by=by)


def at_every_stage(shop: Shop) -> dict[str, str]:
    """Numbers of three sheets: `count` at counter B has a tray in the hand, one on another
    tablet, one that differs and one counted by pieces; `agreed` and `signed` are of counter C."""
    settings_rows.put(store=shop.s01, key="alone_on_duty", new="no", by=shop.wang)
    CountItem.objects.create(store=shop.s01, kind=ItemKind.KEY, name="柜台钥匙", expected=3)
    Place.objects.filter(store=shop.s01, code="B-03").update(count_depth=CountDepth.PIECES)
    chain = shop.piece(place=shop.tray("B-01"))
    ring = shop.ring(place=shop.tray("B-02"))
    shop.ring(place=shop.tray("B-02"))
    running = begin(shop, shop.b)
    for person in (shop.lin, shop.zhao):
        count(running, "B-02", [ring], by=person)
    counting.open_tray(tray=tray(running, "B-03"), by=shop.lin)
    counting.open_tray(tray=tray(running, "B-04"), by=shop.zhao)
    scan(running, "B-01", [chain], by=shop.lin)
    c = Place.objects.get(store=shop.s01, code="C")
    signed = begin(shop, c)
    count_the_rest(signed, by=shop.lin)
    signatures.sign(handover=signed, as_=SignedAs.OUTGOING, user=shop.lin)
    signatures.sign(handover=signed, as_=SignedAs.INCOMING, user=shop.zhao)
    agreed = handovers.start(
        counter=c, kind="change", outgoing=shop.zhao, incoming=shop.lin, by=shop.lin
    )
    count_the_rest(agreed, by=shop.lin)
    return {"count": running.number, "agreed": agreed.number, "signed": signed.number}
