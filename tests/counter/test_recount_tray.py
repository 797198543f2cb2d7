"""A tray that was handed in is counted once more, as if nobody had counted it."""

import pytest

from counter import counting, differences, scans, signatures, trays
from counter.models import CountAttempt, HandoverState, TrayState
from inventory.ground.errors import NotAllowed
from inventory.models import Piece, Place, State
from tests.cast import Shop
from tests.counters import (
    INCOMING,
    OUTGOING,
    agree,
    change,
    count_rest,
    count_tray,
    never_alone,
    sign_both,
    tray_of,
)

pytestmark = pytest.mark.usefixtures("books_agree_afterwards")


def test_it_hides_the_figures_again_and_begins_with_nothing(shop: Shop) -> None:
    shop.piece()
    sheet = count_rest(change(shop), by=shop.lin)
    assert not Place.objects.exclude(counted_in="").exists()

    tray = counting.ask_recount(tray=tray_of(sheet, "A-01"), by=shop.zhao)

    assert (tray.state, tray.by, tray.attempts) == (TrayState.COUNTING, shop.zhao, 1)
    assert not tray.lines.exists()
    assert scans.live_reads(tray) == []
    assert shop.tray("A-01").counted_in == sheet.number
    sheet.refresh_from_db()
    assert sheet.state == HandoverState.COUNTING


def test_it_keeps_every_attempt_with_its_person_and_its_time(shop: Shop) -> None:
    piece = shop.piece()
    sheet = change(shop)
    count_tray(sheet, "A-01", by=shop.lin)
    counting.ask_recount(tray=tray_of(sheet, "A-01"), by=shop.zhao)

    count_tray(sheet, "A-01", by=shop.zhao)

    first, second = CountAttempt.objects.filter(handover=sheet, part="A-01").order_by("n")
    assert [(each.n, each.by, each.agreed) for each in (first, second)] == [
        (1, shop.lin, True),
        (2, shop.zhao, True),
    ]
    assert first.at < second.at
    assert first.figures["pieces"] == second.figures["pieces"] == [piece.number]


def test_a_difference_of_a_recount_waits_for_a_second_person_again(shop: Shop) -> None:
    never_alone(shop)
    piece = shop.piece()
    sheet = change(shop)
    count_tray(sheet, "A-01", by=shop.lin)
    counting.ask_recount(tray=tray_of(sheet, "A-01"), by=shop.zhao)

    tray = count_tray(sheet, "A-01", by=shop.zhao, but=[piece])

    assert tray.state == TrayState.RECOUNT
    with pytest.raises(counting.SecondPerson):
        counting.open_tray(tray=tray, by=shop.zhao)


def test_what_turns_up_takes_back_the_yes_to_its_loss(shop: Shop) -> None:
    lost = shop.piece()
    sheet = change(shop)
    for person in (shop.lin, shop.zhao):
        tray = count_tray(sheet, "A-01", by=person, but=[lost])
    agree(shop, differences.accept_ask(tray))
    differences.accept(tray=tray, reason="gone", by=shop.lin)

    counting.ask_recount(tray=tray_of(sheet, "A-01"), by=shop.zhao)
    tray = count_tray(sheet, "A-01", by=shop.zhao)

    assert (tray.state, tray.approval, tray.reason) == (TrayState.AGREED, None, "")
    sign_both(count_rest(sheet, by=shop.lin), (OUTGOING, shop.lin), (INCOMING, shop.zhao))
    assert Piece.objects.get(pk=lost.pk).state == State.ON_SALE
    assert not sheet.investigations.exists()


def test_it_is_refused_before_the_tray_is_handed_in_and_after_the_signature(shop: Shop) -> None:
    piece = shop.piece()
    sheet = change(shop)
    with pytest.raises(trays.TrayNotOpen):
        counting.ask_recount(tray=tray_of(sheet, "A-01"), by=shop.zhao)
    # a first difference shows nothing, so there is nothing to recount yet
    count_tray(sheet, "A-01", by=shop.lin, but=[piece])
    with pytest.raises(trays.TrayNotOpen):
        counting.ask_recount(tray=tray_of(sheet, "A-01"), by=shop.zhao)
    count_tray(sheet, "A-01", by=shop.zhao)
    with pytest.raises(NotAllowed):
        counting.ask_recount(tray=tray_of(sheet, "A-01"), by=shop.qian)
    count_rest(sheet, by=shop.lin)
    signatures.sign(handover=sheet, as_=OUTGOING, user=shop.lin)
    signatures.sign(handover=sheet, as_=INCOMING, user=shop.zhao)
    with pytest.raises(trays.CountOver):
        counting.ask_recount(tray=tray_of(sheet, "A-01"), by=shop.zhao)
