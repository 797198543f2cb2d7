"""Hands that count: what two people do with a sheet, through the rules and nothing else."""

from collections.abc import Collection

from django.contrib.auth.models import User

from counter import counting, drawers, handovers, scans, signatures
from counter.custody import PRESENT
from counter.drawers import DENOMINATIONS
from counter.models import Handover, SignedAs, TrayCount, TrayState
from inventory.ground import approvals, settings_rows
from inventory.models import Piece
from tests import listed
from tests.cast import Shop

OUTGOING, INCOMING, WITNESS = SignedAs.OUTGOING, SignedAs.INCOMING, SignedAs.WITNESS


def change(shop: Shop) -> Handover:
    """A count of counter A from Lin to Zhao."""
    return handovers.start(counter=shop.a, kind="change", by=shop.lin, incoming=shop.zhao)


def never_alone(shop: Shop) -> None:
    settings_rows.put(store=shop.s01, key="alone_on_duty", new="no", by=shop.wang)


def agree(shop: Shop, ask: approvals.Ask) -> None:
    """The chief's yes to what Lin asks for."""
    approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.chen)


def tray_of(handover: Handover, code: str) -> TrayCount:
    rows = TrayCount.objects.select_related("place", "handover__store", "handover__counter")
    return rows.get(handover=handover, place__code=code)


def scan_tray(
    handover: Handover,
    code: str,
    *,
    by: User,
    but: Collection[Piece] = (),
    also: Collection[Piece] = (),
) -> TrayCount:
    """Opens a tray and scans what lies in it; `but` is not found, `also` is found besides."""
    tray = counting.open_tray(tray=tray_of(handover, code), by=by)
    lying = Piece.objects.filter(place=tray.place, state__in=PRESENT)
    missing = {piece.pk for piece in but}
    for piece in [*lying.exclude(pk__in=missing).order_by("-number"), *also]:
        scans.scan(tray=tray, text=piece.number, by=by)
    return tray


def count_tray(
    handover: Handover,
    code: str,
    *,
    by: User,
    but: Collection[Piece] = (),
    also: Collection[Piece] = (),
) -> TrayCount:
    tray = scan_tray(handover, code, by=by, but=but, also=also)
    counting.hand_in(tray=tray, by=by)
    return tray_of(handover, code)


def count_drawer(handover: Handover, *, by: User, off_cents: int = 0) -> None:
    """Cash and slips as the books have them; `off_cents`: so much more is in the drawer."""
    from counter import custody  # because: only this hand looks into the books

    since = custody.begins_after(handover)
    paid = custody.paid(handover.counter, since=since)
    for row in handover.money.select_related("tender", "handover__store"):
        cents, slips = paid.get(row.tender_id, (0, 0))
        if row.tender.is_cash:
            left = custody.cash_left(handover, row.tender) or 0
            notes = in_notes(left + cents + off_cents)
            drawers.count_money(money=row, denominations=notes, by=by)
        else:
            drawers.count_money(money=row, cents=cents, vouchers=slips, by=by)


def in_notes(cents: int) -> dict[int, int]:
    """The fewest notes and coins for an amount that can be paid in cash."""
    notes = {}
    for value in DENOMINATIONS:
        notes[value], cents = divmod(cents, value)
    assert cents == 0, "cash has no coin for this"
    return notes


def count_rest(handover: Handover, *, by: User) -> Handover:
    """Every tray that waits, the list, and the money."""
    for tray in handover.trays.filter(state=TrayState.WAITING).select_related("place"):
        count_tray(handover, tray.place.code, by=by)
    listed.count(handover, by=by)
    count_drawer(handover, by=by)
    handover.refresh_from_db()
    return handover


def sign_both(handover: Handover, first: tuple[str, User], second: tuple[str, User]) -> Handover:
    for as_, user in (first, second):
        signatures.sign(handover=handover, as_=as_, user=user)
    handover.refresh_from_db()
    return handover
