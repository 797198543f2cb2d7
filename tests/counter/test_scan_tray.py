"""One piece after the other goes into the count of a tray."""

import pytest

from counter import counting, scans
from counter.models import TrayState
from inventory.models import CountDepth, Place
from tests.cast import Shop
from tests.counters import change, scan_tray, tray_of

pytestmark = pytest.mark.usefixtures("books_agree_afterwards")


def test_the_same_piece_twice_is_counted_once(shop: Shop) -> None:
    piece = shop.piece()
    sheet = change(shop)
    tray = scan_tray(sheet, "A-01", by=shop.lin)
    with pytest.raises(scans.AlreadyCounted):
        scans.scan(tray=tray, text=piece.number, by=shop.lin)
    scans.undo(tray=tray, by=shop.lin)
    scans.scan(tray=tray, text=piece.number, by=shop.lin)


def test_the_last_scan_is_taken_back_and_stays_written(shop: Shop) -> None:
    shop.piece(), shop.piece()
    tray = scan_tray(change(shop), "A-01", by=shop.lin)
    first, last = scans.live_reads(tray)
    assert scans.undo(tray=tray, by=shop.lin) == last
    assert scans.live_reads(tray) == [first]
    scans.undo(tray=tray, by=shop.lin)
    with pytest.raises(scans.NothingScanned):
        scans.undo(tray=tray, by=shop.lin)
    assert tray.reads.filter(undone_at__isnull=False).count() == 2


def test_a_piece_without_a_label_is_one_too_many(shop: Shop) -> None:
    shop.piece()
    sheet = change(shop)
    for person in (shop.lin, shop.zhao):
        tray = scan_tray(sheet, "A-01", by=person)
        scans.no_label(tray=tray, by=person)
        with pytest.raises(scans.NothingScanned):  # it cannot be named as another counter's
            scans.stray(tray=tray, by=person)
        counting.hand_in(tray=tray, by=person)
    tray = tray_of(sheet, "A-01")
    assert (tray.state, tray.no_label) == (TrayState.DIFFERS, 1)
    assert tray.lines.get().counted_pieces == 1


def test_another_counters_piece_is_put_aside_and_not_counted(shop: Shop) -> None:
    shop.piece()
    guest, other = shop.piece(place=shop.tray("B-01")), shop.piece(place=shop.tray("B-02"))
    sheet = change(shop)
    tray = scan_tray(sheet, "A-01", by=shop.lin, also=[guest])
    scans.stray(tray=tray, by=shop.lin)
    scans.stray(tray=tray, by=shop.lin, text=other.number)
    counting.hand_in(tray=tray, by=shop.lin)
    tray = tray_of(sheet, "A-01")
    assert (tray.state, tray.strays) == (TrayState.AGREED, 2)
    assert tray.lines.get().counted_pieces == 1


def test_a_place_counted_by_pieces_takes_no_scan(shop: Shop) -> None:
    piece = shop.piece()
    Place.objects.filter(store=shop.s01, code="A-01").update(count_depth=CountDepth.PIECES)
    tray = counting.open_tray(tray=tray_of(change(shop), "A-01"), by=shop.lin)
    with pytest.raises(scans.CountedByNumber):
        scans.scan(tray=tray, text=piece.number, by=shop.lin)
    with pytest.raises(scans.CountedByNumber):
        scans.no_label(tray=tray, by=shop.lin)
    assert not tray.reads.exists()


def test_a_pause_for_a_customer_loses_nothing(shop: Shop) -> None:
    """The same hand goes on where it was, on this tablet or on another one."""
    sold, stays, later = shop.piece(), shop.piece(), shop.piece()
    sheet = change(shop)
    tray = scan_tray(sheet, "A-01", by=shop.lin, but=[later])
    shop.sell(sold)
    again = counting.open_tray(tray=tray_of(sheet, "A-01"), by=shop.lin)
    assert again.opened_at == tray.opened_at
    assert [read.piece for read in scans.live_reads(again)] == [stays]
    scans.scan(tray=again, text=later.number, by=shop.lin)
    counting.hand_in(tray=again, by=shop.lin)
    assert tray_of(sheet, "A-01").state == TrayState.AGREED
