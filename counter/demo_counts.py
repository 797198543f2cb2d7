"""The demo's last evening: both counters are counted with the system and closed by two people."""

from django.contrib.auth.models import User

from appraisal import scrap
from counter import (
    bag_scans,
    counting,
    custody,
    differences,
    drawers,
    handovers,
    scans,
    signatures,
    weighing,
)
from counter.comparing import lying_pieces
from counter.drawers import DENOMINATIONS
from counter.models import Handover, HandoverKind, SignedAs, TrayCount, TrayState
from inventory.ground import approvals
from inventory.models import Piece, Place


def close(*, counter: Place, by: User, witness: User, lost: Piece | None = None) -> Handover:
    """Everything is counted as it lies there; `lost` is not found, and signed as a difference."""
    sheet = handovers.start(counter=counter, kind=HandoverKind.CLOSE, outgoing=by, by=by)
    for tray in sheet.trays.select_related("place"):
        _count(sheet, tray, by=by, lost=lost)
        if _again(tray).state == TrayState.RECOUNT:
            _count(sheet, tray, by=witness, lost=lost)
            _accept(_again(tray), by=by, chief=witness)
    for bag in scrap.lying_at(counter):
        bag_scans.scan(handover=sheet, text=bag.number, by=by)
    bag_scans.hand_in(handover=sheet, remark="", by=by)
    for item in sheet.items.filter(counted=None):
        handovers.check_item(item=item, counted=item.expected, remark="", by=by)
    _count_money(sheet, by=by)
    signatures.sign(handover=sheet, as_=SignedAs.OUTGOING, user=by)
    return signatures.sign(handover=sheet, as_=SignedAs.WITNESS, user=witness)


def _count(sheet: Handover, tray: TrayCount, *, by: User, lost: Piece | None) -> None:
    mine = counting.open_tray(tray=tray, by=by)
    for piece in lying_pieces(mine).order_by("number"):
        if piece != lost:
            scans.scan(tray=mine, text=piece.number, by=by)
    reads = scans.live_reads(mine)
    if weighing.wants_tray_weight(mine, reads) and mine.place.tare_mg is not None:
        goods = sum(read.piece.gross_mg for read in reads if read.piece)
        counting.weigh_tray(
            tray=mine,
            gross_mg=mine.place.tare_mg + goods,
            tare_mg=None,
            seen_seq=custody.head_seq(sheet.store),
            by=by,
        )
    counting.hand_in(tray=mine, by=by)


def _accept(tray: TrayCount, *, by: User, chief: User) -> None:
    ask = differences.accept_ask(tray)
    approvals.grant(ask=ask, store=tray.handover.store, asked_by=by, by=chief)
    differences.accept(tray=tray, reason="橱窗展示后未归位，正在查找", by=by)


def _count_money(sheet: Handover, *, by: User) -> None:
    paid = custody.paid(sheet.counter, since=custody.begins_after(sheet))
    for row in sheet.money.select_related("tender", "handover__store"):
        cents, slips = paid.get(row.tender_id, (0, 0))
        if row.tender.is_cash:
            notes = _in_notes(cents)
            drawers.count_money(money=row, denominations=notes, taken_cents=cents, by=by)
        else:
            drawers.count_money(money=row, cents=cents, vouchers=slips, by=by)


def _in_notes(cents: int) -> dict[int, int]:
    notes = {}
    for value in DENOMINATIONS:
        notes[value], cents = divmod(cents, value)
    return notes


def _again(tray: TrayCount) -> TrayCount:
    rows = TrayCount.objects.select_related("place", "handover__store", "handover__counter")
    return rows.get(pk=tray.pk)
