"""Sheets for the tests: a counter counted by its own rules, and signed."""

from collections.abc import Collection, Mapping, Sequence

from django.contrib.auth.models import User

from counter import counting, custody, differences, drawers, handovers, scans, shifts, signatures
from counter.models import Handover, HandoverKind, HandoverMoney, SignedAs, TrayCount
from inventory.ground import approvals
from inventory.models import Piece, Place
from tests import listed
from tests.cast import Shop


def begin(shop: Shop, kind: str = HandoverKind.CHANGE, *, tray: Place | None = None) -> Handover:
    """A count of counter A. Lin and Zhao hand over to each other; a spot count is Chen's."""
    by = shop.chen if kind == HandoverKind.SPOT else shop.lin
    running = shifts.running_at(shop.a)
    to_lin = kind == HandoverKind.OPEN or (running is not None and running.opened_by == shop.zhao)
    incoming = None
    if kind in {HandoverKind.CHANGE, HandoverKind.OPEN}:
        incoming = shop.lin if to_lin else shop.zhao
    return handovers.start(counter=shop.a, kind=kind, incoming=incoming, by=by, tray=tray)


def count_tray(
    tray: TrayCount, *, by: User, lacking: Collection[Piece] = (), gross_mg: int | None = None
) -> TrayCount:
    """Everything in a place but what is lacking, scanned in the order of its numbers."""
    counting.open_tray(tray=tray, by=by)
    there = Piece.objects.filter(place=tray.place_id, state__in=custody.PRESENT)
    for piece in there.exclude(pk__in=[each.pk for each in lacking]).order_by("number"):
        scans.scan(tray=tray, text=piece.number, by=by)
    tray.refresh_from_db()
    if gross_mg is not None:
        seq = custody.head_seq(tray.handover.store)
        counting.weigh_tray(tray=tray, gross_mg=gross_mg, tare_mg=1_200, seen_seq=seq, by=by)
    return counting.hand_in(tray=tray, by=by)


def count_goods(
    shop: Shop,
    handover: Handover,
    *,
    lacking: Collection[Piece] = (),
    reason: str = "searched the whole counter",
    gross_mg: Mapping[str, int] | None = None,
) -> None:
    """Every place; what lacks is counted again by Chen, and signed as a difference."""
    filled = Piece.objects.filter(state__in=custody.PRESENT).values("place")
    for tray in handover.trays.filter(place__in=filled).select_related("place"):
        gross = (gross_mg or {}).get(tray.place.code)
        short = [piece for piece in lacking if piece.place_id == tray.place_id]
        count_tray(tray, by=shop.lin, lacking=short, gross_mg=gross)
        if short:
            accept(shop, count_tray(tray, by=shop.zhao, lacking=short), reason)
    counting.hand_in_empty(handover=handover, by=shop.lin)


def accept(shop: Shop, tray: TrayCount, reason: str) -> None:
    ask = differences.accept_ask(tray)
    approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.chen)
    differences.accept(tray=tray, reason=reason, by=shop.lin)


def count_money(shop: Shop, handover: Handover, *, short_cents: int = 0, taken: int = 0) -> None:
    """Cash in the largest notes, and the slips of the other tenders. A difference is counted
    twice and accepted."""
    since = custody.begins_after(handover)
    paid = custody.paid(handover.counter, since=since)
    for row in handover.money.select_related("tender"):
        cents, slips = paid.get(row.tender_id, (0, 0))
        if not row.tender.is_cash:
            drawers.count_money(money=row, cents=cents, vouchers=slips, by=shop.lin)
            continue
        cents += custody.cash_left(handover, row.tender) or 0
        notes = in_notes(cents - short_cents)
        drawers.count_money(money=row, denominations=notes, taken_cents=taken, by=shop.lin)
        if short_cents:
            drawers.count_money(money=row, denominations=notes, taken_cents=taken, by=shop.lin)
            accept_money(shop, row)


def accept_money(shop: Shop, row: HandoverMoney) -> None:
    row.refresh_from_db()
    ask = drawers.accept_ask(row)
    approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.chen)
    drawers.accept_money(money=row, reason="wrong change given", by=shop.lin)


def in_notes(cents: int) -> dict[int, int]:
    notes = {}
    for value in drawers.DENOMINATIONS:
        notes[value], cents = divmod(cents, value)
    assert cents == 0, "no coin is that small"
    return notes


def sign(shop: Shop, handover: Handover, *, alone: bool = False) -> Handover:
    """The people whom the form names; a witness is Chen, at a spot count Wang."""
    handover.refresh_from_db()
    roles: Sequence[SignedAs] = signatures.SIGNERS[handover.kind]
    for role in roles[:1] if alone else roles:
        named = {SignedAs.OUTGOING: handover.outgoing, SignedAs.INCOMING: handover.incoming}
        witness = shop.wang if handover.kind == HandoverKind.SPOT else shop.chen
        user = named.get(role) or witness
        handover = signatures.sign(handover=handover, as_=role, user=user, alone=alone)
    return handover


def signed(
    shop: Shop,
    kind: str = HandoverKind.CHANGE,
    *,
    lacking: Collection[Piece] = (),
    short_cents: int = 0,
    alone: bool = False,
) -> Handover:
    """A whole sheet of counter A, from the first tray to the last signature."""
    handover = begin(shop, kind)
    count_goods(shop, handover, lacking=lacking)
    listed.count(handover, by=shop.lin)
    count_money(shop, handover, short_cents=short_cents)
    return sign(shop, handover, alone=alone)
