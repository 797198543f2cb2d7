"""A place where every piece goes on the scale by itself."""

import pytest

from counter import counting, custody, scans, trays, weighing
from counter.models import CountRead, Handover, TrayCount, TrayState
from inventory.ground import settings_rows
from inventory.models import CountDepth, Place
from tests.cast import Shop
from tests.counters import change, scan_tray, tray_of

pytestmark = pytest.mark.usefixtures("books_agree_afterwards")


@pytest.fixture
def sheet(shop: Shop) -> Handover:
    """In A-01 lie a chain of 8.72 g and a ring of 2.02 g with its stones, 1.96 g net."""
    shop.piece(), shop.ring()
    Place.objects.filter(store=shop.s01, code="A-01").update(count_depth=CountDepth.EACH)
    return change(shop)


def weigh_all(shop: Shop, tray: TrayCount, *, off_mg: int = 0) -> None:
    """Every scanned piece as its tag says, the first one so much heavier."""
    for read in scans.live_reads(tray):
        assert read.piece is not None
        scans.weigh_piece(read=read, mg=read.piece.gross_mg + off_mg, by=shop.lin)
        off_mg = 0


def test_it_is_not_handed_in_before_every_piece_was_weighed(shop: Shop, sheet: Handover) -> None:
    tray = scan_tray(sheet, "A-01", by=shop.lin)
    first, _second = scans.live_reads(tray)
    for _each in range(2):
        with pytest.raises(counting.EachNeeded):
            counting.hand_in(tray=tray, by=shop.lin)
        scans.weigh_piece(read=first, mg=2_020, by=shop.lin)
    assert not sheet.attempts.exists()


def test_the_scale_proves_the_metal_of_each_class(shop: Shop, sheet: Handover) -> None:
    """Net by the scale: what it shows less the stones on the tags."""
    tray = scan_tray(sheet, "A-01", by=shop.lin)
    weigh_all(shop, tray)

    counting.hand_in(tray=tray, by=shop.lin)

    assert tray_of(sheet, "A-01").state == TrayState.AGREED
    figures = {line.grade: (line.tag_mg, line.scale_mg) for line in tray.lines.all()}
    assert figures == {9_900: (8_720, 8_720), 7_500: (1_960, 1_960)}
    kept = sheet.attempts.get().figures["weighed"]
    assert sorted(kept.values()) == [2_020, 8_720]


@pytest.mark.parametrize(
    ("off_mg", "state"), [(10, "agreed"), (-10, "agreed"), (11, "recount"), (-11, "recount")]
)
def test_a_piece_may_differ_by_half_a_division_of_tag_and_scale(
    shop: Shop, sheet: Handover, off_mg: int, state: str
) -> None:
    tray = scan_tray(sheet, "A-01", by=shop.lin)
    weigh_all(shop, tray, off_mg=off_mg)
    counting.hand_in(tray=tray, by=shop.lin)
    assert tray_of(sheet, "A-01").state == state


def test_a_piece_that_is_sold_meanwhile_needs_no_weight(shop: Shop, sheet: Handover) -> None:
    tray = scan_tray(sheet, "A-01", by=shop.lin)
    sold, stays = scans.live_reads(tray)
    assert sold.piece is not None and stays.piece is not None
    scans.weigh_piece(read=stays, mg=stays.piece.gross_mg, by=shop.lin)
    shop.sell(sold.piece)
    counting.hand_in(tray=tray, by=shop.lin)
    assert tray_of(sheet, "A-01").state == TrayState.AGREED


def test_no_sample_is_drawn_where_all_are_weighed(shop: Shop, sheet: Handover) -> None:
    settings_rows.put(store=shop.s01, key="count_sample", new="1", by=shop.wang)
    tray = scan_tray(sheet, "A-01", by=shop.lin)
    weigh_all(shop, tray)
    counting.hand_in(tray=tray, by=shop.lin)
    assert tray_of(sheet, "A-01").state == TrayState.AGREED
    assert not CountRead.objects.filter(sampled=True).exists()


@pytest.mark.parametrize("mg", [-1, 0, 5_000_001])
def test_an_impossible_weight_is_refused(shop: Shop, sheet: Handover, mg: int) -> None:
    read = scans.live_reads(scan_tray(sheet, "A-01", by=shop.lin))[0]
    with pytest.raises(weighing.BadPieceWeight):
        scans.weigh_piece(read=read, mg=mg, by=shop.lin)
    assert not CountRead.objects.filter(scale_mg__isnull=False).exists()


def test_only_a_scan_that_stands_is_weighed(shop: Shop, sheet: Handover) -> None:
    tray = scan_tray(sheet, "A-01", by=shop.lin)
    weigh_all(shop, tray)
    undone = scans.undo(tray=tray, by=shop.lin)
    with pytest.raises(scans.NothingScanned):
        scans.weigh_piece(read=undone, mg=8_000, by=shop.lin)
    with pytest.raises(trays.TrayTaken):
        scans.weigh_piece(read=scans.live_reads(tray)[0], mg=8_000, by=shop.zhao)
    (before,) = scans.live_reads(tray)
    counting.hand_in(tray=tray, by=shop.lin)
    # the second person weighs anew and leaves the first figures as they are
    counting.open_tray(tray=tray_of(sheet, "A-01"), by=shop.zhao)
    old = CountRead.objects.select_related("tray__handover").get(pk=before.pk)
    with pytest.raises(scans.NothingScanned):
        scans.weigh_piece(read=old, mg=8_000, by=shop.zhao)
    assert CountRead.objects.get(pk=before.pk).scale_mg == before.scale_mg


def test_a_tray_that_goes_on_the_scale_waits_for_its_weight(shop: Shop) -> None:
    """Where the place says so, set goods go on the scale too; elsewhere only plain gold."""
    shop.ring(), shop.ring(place=shop.tray("A-02"))
    Place.objects.filter(store=shop.s01, code__in=["A-01", "A-02"]).update(tare_mg=180_000)
    Place.objects.filter(store=shop.s01, code="A-01").update(count_depth=CountDepth.TRAY)
    sheet = change(shop)
    tray = scan_tray(sheet, "A-01", by=shop.lin)
    with pytest.raises(counting.WeightNeeded):
        counting.hand_in(tray=tray, by=shop.lin)
    seen = custody.head_seq(shop.s01)
    counting.weigh_tray(tray=tray, gross_mg=182_020, tare_mg=None, seen_seq=seen, by=shop.lin)
    counting.hand_in(tray=tray, by=shop.lin)
    line = tray_of(sheet, "A-01").lines.get()
    assert (line.tag_mg, line.scale_mg) == (1_960, 1_960)
    counting.hand_in(tray=scan_tray(sheet, "A-02", by=shop.lin), by=shop.lin)
    assert tray_of(sheet, "A-02").state == TrayState.AGREED
