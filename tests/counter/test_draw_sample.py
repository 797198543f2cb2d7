"""Some pieces of a scanned tray are drawn for the scale, the dear and long unweighed oftener."""

from random import Random

import pytest

from counter import counting, samples, scans
from counter.models import CountRead, Handover, TrayCount, TrayState
from inventory.ground import settings_rows
from inventory.models import Piece
from tests.cast import Shop
from tests.counters import change, count_tray, scan_tray, tray_of

pytestmark = pytest.mark.usefixtures("books_agree_afterwards")

DRAWS = 100


@pytest.fixture(autouse=True)
def _one_of_each_tray(shop: Shop) -> None:
    settings_rows.put(store=shop.s01, key="count_sample", new="1", by=shop.wang)


def drawn(tray: TrayCount) -> list[Piece | None]:
    rows = tray.reads.filter(sampled=True, undone_at__isnull=True)
    return [read.piece for read in rows.select_related("piece")]


def often(tray: TrayCount, piece: Piece) -> int:
    """How many of a hundred draws take this piece; the dice fall the same every time."""
    dice, times = Random(7), 0  # noqa: S311  because: a draw that can be repeated
    for _each in range(DRAWS):
        samples.draw(tray=tray, reads=scans.live_reads(tray), dice=dice)
        times += drawn(tray) == [piece]
        tray.reads.update(sampled=False)
    return times


def weigh(shop: Shop, tray: TrayCount, *, off_mg: int = 0) -> None:
    for read in scans.live_reads(tray):
        if read.sampled and read.piece is not None:
            scans.weigh_piece(read=read, mg=read.piece.gross_mg + off_mg, by=shop.lin)


@pytest.mark.parametrize(("wanted", "taken"), [(1, 1), (2, 2), (9, 3)])
def test_so_many_pieces_are_drawn_and_the_tray_waits(shop: Shop, wanted: int, taken: int) -> None:
    settings_rows.put(store=shop.s01, key="count_sample", new=str(wanted), by=shop.wang)
    shop.charm(), shop.ring(), shop.piece()
    tray = scan_tray(change(shop), "A-01", by=shop.lin)
    scans.no_label(tray=tray, by=shop.lin)
    waiting = counting.hand_in(tray=tray, by=shop.lin)
    assert (waiting.state, waiting.attempts) == (TrayState.COUNTING, 0)
    assert len(set(drawn(tray))) == taken
    assert None not in drawn(tray)


def test_it_is_drawn_from_the_hand_and_not_from_the_books(shop: Shop) -> None:
    """A draw that named a piece which nobody scanned would say that it lies there."""
    dear, cheap = shop.ring(), shop.charm()
    tray = scan_tray(change(shop), "A-01", by=shop.lin, but=[dear])
    counting.hand_in(tray=tray, by=shop.lin)
    assert drawn(tray) == [cheap]


def test_the_dear_piece_is_drawn_oftener(shop: Shop) -> None:
    """Nine times the price: in about 90 of 100 draws."""
    dear, _cheap = shop.ring(price_cents=756_000), shop.ring(price_cents=84_000)
    tray = scan_tray(change(shop), "A-01", by=shop.lin)
    assert 80 < often(tray, dear) < 98


def test_a_piece_that_was_weighed_lately_gives_way(shop: Shop) -> None:
    """Two alike: one day against thirty, in about 3 of 100 draws."""
    rings = [shop.ring(), shop.ring()]
    sheet = change(shop)
    tray = scan_tray(sheet, "A-01", by=shop.lin)
    assert 30 < often(tray, rings[0]) < 70
    weighed, _other = rings
    (read,) = [each for each in scans.live_reads(tray) if each.piece == weighed]
    scans.weigh_piece(read=read, mg=weighed.gross_mg, by=shop.lin)
    assert 0 < often(tray, weighed) < 15


def test_who_was_drawn_stays_so_when_the_scan_is_made_again(shop: Shop) -> None:
    """Else a piece could be kept from the scale by drawing until another one is taken."""
    dear, cheap = shop.ring(), shop.charm()
    tray = scan_tray(change(shop), "A-01", by=shop.lin)
    tray.reads.filter(piece=cheap).update(sampled=True)  # one draw in a hundred
    for _each in range(2):
        scans.undo(tray=tray, by=shop.lin)
    for piece in (dear, cheap):
        scans.scan(tray=tray, text=piece.number, by=shop.lin)
    assert counting.hand_in(tray=tray, by=shop.lin).state == TrayState.COUNTING
    assert drawn(tray) == [cheap]
    with pytest.raises(counting.EachNeeded):
        counting.hand_in(tray=tray, by=shop.lin)


@pytest.mark.parametrize(("off_mg", "state"), [(10, "agreed"), (-11, "recount")])
def test_a_copy_is_found_by_its_weight_though_its_tag_agrees(
    shop: Shop, off_mg: int, state: str
) -> None:
    shop.ring()
    sheet = change(shop)
    tray = scan_tray(sheet, "A-01", by=shop.lin)
    counting.hand_in(tray=tray, by=shop.lin)
    weigh(shop, tray, off_mg=off_mg)
    counting.hand_in(tray=tray, by=shop.lin)
    assert tray_of(sheet, "A-01").state == state


def test_a_recount_draws_anew(shop: Shop) -> None:
    shop.ring()
    sheet: Handover = change(shop)
    tray = scan_tray(sheet, "A-01", by=shop.lin)
    counting.hand_in(tray=tray, by=shop.lin)
    weigh(shop, tray, off_mg=50)
    counting.hand_in(tray=tray, by=shop.lin)
    assert count_tray(sheet, "A-01", by=shop.zhao).state == TrayState.COUNTING
    assert CountRead.objects.filter(tray=tray, sampled=True).count() == 2
