"""A tray under an unbroken seal is taken over unopened."""

import pytest

from counter import counting, custody, handovers, trays
from counter.models import Handover, TrayState
from inventory.models import Place
from tests.cast import Shop
from tests.counters import OUTGOING, WITNESS, count_rest, scan_tray, sign_both, tray_of

pytestmark = pytest.mark.usefixtures("books_agree_afterwards")


@pytest.fixture
def sealed(shop: Shop) -> Handover:
    """The sheet of an evening: A-01 with one chain is in the safe under the seal NO 0815."""
    shop.piece()
    Place.objects.filter(code="A-01", store=shop.s01).update(tare_mg=180_000)
    evening = handovers.start(counter=shop.a, kind="close", by=shop.lin)
    tray = scan_tray(evening, "A-01", by=shop.lin)
    seen = custody.head_seq(shop.s01)
    counting.weigh_tray(tray=tray, gross_mg=188_720, tare_mg=None, seen_seq=seen, by=shop.lin)
    counting.hand_in(tray=tray, by=shop.lin, seal_number="NO 0815", kept_in="SAFE")
    count_rest(evening, by=shop.lin)
    return sign_both(evening, (OUTGOING, shop.lin), (WITNESS, shop.chen))


def test_a_sealed_tray_is_taken_over_by_seal_and_weight(shop: Shop, sealed: Handover) -> None:
    morning = handovers.start(counter=shop.a, kind="open", by=shop.zhao)
    mine = tray_of(morning, "A-01")
    with pytest.raises(counting.SealDiffers):
        counting.take_by_seal(
            tray=mine, seal_number="NO 0816", gross_mg=188_720, seen_seq=0, by=shop.zhao
        )
    with pytest.raises(counting.SealDiffers):
        counting.take_by_seal(
            tray=mine, seal_number="NO 0815", gross_mg=188_740, seen_seq=0, by=shop.zhao
        )

    counting.take_by_seal(
        tray=mine, seal_number="NO 0815", gross_mg=188_730, seen_seq=0, by=shop.zhao
    )

    assert tray_of(morning, "A-01").state == TrayState.AGREED


def test_a_seal_is_worth_nothing_once_something_moved(shop: Shop, sealed: Handover) -> None:
    shop.piece()
    morning = handovers.start(counter=shop.a, kind="open", by=shop.zhao)
    with pytest.raises(counting.SealBroken):
        counting.take_by_seal(
            tray=tray_of(morning, "A-01"),
            seal_number="NO 0815",
            gross_mg=188_720,
            seen_seq=0,
            by=shop.zhao,
        )
    assert tray_of(morning, "A-01").state == TrayState.WAITING


def test_a_tray_that_was_not_sealed_is_counted(shop: Shop, sealed: Handover) -> None:
    morning = handovers.start(counter=shop.a, kind="open", by=shop.zhao)
    for code, seal in (("A-02", "NO 0815"), ("A-02", "")):
        with pytest.raises(counting.SealDiffers):
            counting.take_by_seal(
                tray=tray_of(morning, code), seal_number=seal, gross_mg=0, seen_seq=0, by=shop.zhao
            )
    # who has opened it has broken the seal
    opened = counting.open_tray(tray=tray_of(morning, "A-01"), by=shop.zhao)
    with pytest.raises(trays.TrayNotOpen):
        counting.take_by_seal(
            tray=opened, seal_number="NO 0815", gross_mg=188_720, seen_seq=0, by=shop.zhao
        )
