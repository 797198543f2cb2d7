"""What differs is found, or signed as it is."""

from functools import partial

import pytest

from counter import counting, differences, drawers, investigations, scans
from counter.models import Investigation, TrayState
from inventory import transfers
from inventory.ground import approvals
from inventory.models import CountDepth, Movement, Piece, Reason, State
from tests.cast import Shop
from tests.counters import (
    INCOMING,
    OUTGOING,
    agree,
    change,
    count_drawer,
    count_rest,
    count_tray,
    sign_both,
    tray_of,
)

pytestmark = pytest.mark.usefixtures("books_agree_afterwards")


def test_a_piece_missing_for_good_leaves_the_tray_and_an_open_question(shop: Shop) -> None:
    piece, stays = shop.piece(), shop.piece()
    sheet = change(shop)
    count_tray(sheet, "A-01", by=shop.lin, but=[piece])
    tray = count_tray(sheet, "A-01", by=shop.zhao, but=[piece])
    assert tray.state == TrayState.DIFFERS
    with pytest.raises(approvals.ApprovalNeeded):
        differences.accept(tray=tray, reason="looked everywhere", by=shop.lin)
    agree(shop, differences.accept_ask(tray))
    differences.accept(tray=tray, reason="looked everywhere", by=shop.lin)
    count_rest(sheet, by=shop.lin)

    sign_both(sheet, (OUTGOING, shop.lin), (INCOMING, shop.zhao))

    piece.refresh_from_db()
    assert piece.state == State.MISSING
    question = Investigation.objects.get()
    assert (question.piece, question.pieces, question.mg) == (piece, -1, -8_720)
    line = tray_of(sheet, "A-01").lines.get()
    assert (line.expected_pieces, line.counted_pieces, line.closing_pieces) == (2, 1, 1)
    assert line.closing_mg == stays.net_mg


def test_a_found_piece_is_on_sale_again(shop: Shop) -> None:
    piece = shop.piece()
    test_sheet = change(shop)
    for person in (shop.lin, shop.zhao):
        tray = count_tray(test_sheet, "A-01", by=person, but=[piece])
    agree(shop, differences.accept_ask(tray))
    differences.accept(tray=tray, reason="gone", by=shop.lin)
    sign_both(count_rest(test_sheet, by=shop.lin), (OUTGOING, shop.lin), (INCOMING, shop.zhao))

    investigations.close(
        investigation=Investigation.objects.get(),
        outcome="found",
        note="in the drawer",
        by=shop.wang,
    )

    piece.refresh_from_db()
    assert (piece.state, piece.place) == (State.ON_SALE, shop.tray("A-01"))


def test_a_forgotten_move_is_entered_now_and_both_trays_agree(shop: Shop) -> None:
    piece = shop.piece()
    sheet = change(shop)
    for person in (shop.lin, shop.zhao):
        first = count_tray(sheet, "A-01", by=person, but=[piece])
    for person in (shop.lin, shop.zhao):
        second = count_tray(sheet, "A-02", by=person, also=[piece])
    assert (first.state, second.state) == (TrayState.DIFFERS, TrayState.DIFFERS)

    differences.enter_forgotten(
        tray=first, piece=piece, to=shop.tray("A-02"), reason="shown", by=shop.lin
    )

    assert tray_of(sheet, "A-01").state == TrayState.AGREED
    assert tray_of(sheet, "A-02").state == TrayState.AGREED
    moved = Movement.objects.get(reason=Reason.FORGOTTEN)
    assert (moved.piece, moved.change.number) == (piece, sheet.number)
    sign_both(count_rest(sheet, by=shop.lin), (OUTGOING, shop.lin), (INCOMING, shop.zhao))


def test_cash_that_is_short_is_counted_twice_and_then_signed_with_a_reason(shop: Shop) -> None:
    shop.sell(shop.piece())
    sheet = change(shop)
    count_drawer(sheet, by=shop.lin, off_cents=-5_000)
    assert not sheet.money.get(tender__code="cash").is_shown
    count_drawer(sheet, by=shop.lin, off_cents=-5_000)
    cash = sheet.money.get(tender__code="cash")
    assert cash.is_shown and cash.differs
    agree(shop, drawers.accept_ask(cash))
    drawers.accept_money(money=cash, reason="change given wrong", by=shop.lin)
    for tray in sheet.trays.select_related("place"):
        count_tray(sheet, tray.place.code, by=shop.lin)

    sign_both(sheet, (OUTGOING, shop.lin), (INCOMING, shop.zhao))

    assert Investigation.objects.get().cents == -5_000


def test_what_comes_into_an_accepted_tray_later_is_not_missing(shop: Shop) -> None:
    """Only what was short when the chief agreed becomes missing at the signature."""
    lost, guest = shop.piece(), shop.piece(place=shop.tray("B-01"))
    sheet = change(shop)
    for person in (shop.lin, shop.zhao):
        tray = count_tray(sheet, "A-01", by=person, but=[lost])
    agree(shop, differences.accept_ask(tray))
    differences.accept(tray=tray, reason="gone", by=shop.lin)
    transfers.hand_over(rows=[guest], to=tray.place, sender=shop.chen, receiver=shop.wang)

    sign_both(count_rest(sheet, by=shop.lin), (OUTGOING, shop.lin), (INCOMING, shop.zhao))

    assert Piece.objects.get(pk=guest.pk).state == State.ON_SALE
    assert Piece.objects.get(pk=lost.pk).state == State.MISSING
    line = tray_of(sheet, "A-01").lines.get()
    assert (line.counted_pieces, line.after_pieces, line.closing_pieces) == (0, 1, 1)


def test_a_short_piece_that_turns_up_and_is_sold_is_not_missing(shop: Shop) -> None:
    lost = shop.piece()
    sheet = change(shop)
    for person in (shop.lin, shop.zhao):
        tray = count_tray(sheet, "A-01", by=person, but=[lost])
    agree(shop, differences.accept_ask(tray))
    differences.accept(tray=tray, reason="gone", by=shop.lin)
    shop.sell(lost)

    sign_both(count_rest(sheet, by=shop.lin), (OUTGOING, shop.lin), (INCOMING, shop.zhao))

    assert Piece.objects.get(pk=lost.pk).state == State.SOLD
    line = tray_of(sheet, "A-01").lines.get()
    assert (line.expected_pieces, line.counted_pieces, line.closing_pieces) == (1, 0, 0)


def test_a_settled_difference_keeps_what_was_counted_before_a_sale(shop: Shop) -> None:
    """Between hand-in and settling a counted piece is sold and another one comes in."""
    short, sold, guest = shop.piece(), shop.piece(), shop.piece(place=shop.tray("B-01"))
    sheet = change(shop)
    for person in (shop.lin, shop.zhao):
        tray = count_tray(sheet, "A-01", by=person, but=[short])
    shop.sell(sold)
    transfers.hand_over(rows=[guest], to=tray.place, sender=shop.chen, receiver=shop.wang)

    differences.enter_forgotten(
        tray=tray, piece=short, to=shop.tray("SAFE"), reason="photograph", by=shop.lin
    )

    line = tray_of(sheet, "A-01").lines.get()
    assert tray_of(sheet, "A-01").state == TrayState.AGREED
    assert (line.expected_pieces, line.counted_pieces) == (1, 1)
    sign_both(count_rest(sheet, by=shop.lin), (OUTGOING, shop.lin), (INCOMING, shop.zhao))
    line.refresh_from_db()
    assert (line.after_pieces, line.closing_pieces) == (0, 1)


@pytest.mark.parametrize("how", ["by number", "by seal"])
def test_a_tray_that_was_not_scanned_is_counted_again_before_a_move_into_it(
    shop: Shop, how: str
) -> None:
    """Nobody knows which pieces were in the hand: all of them would be declared missing."""
    lost, other = shop.piece(), shop.piece(place=shop.tray("A-02"))
    sheet = change(shop)
    for person in (shop.lin, shop.zhao):
        tray = count_tray(sheet, "A-01", by=person, but=[lost])
    if how == "by seal":
        count_tray(sheet, "A-02", by=shop.lin)
        sheet.trays.filter(place__code="A-02").update(by_seal=True)
    else:
        sheet.trays.filter(place__code="A-02").update(depth=CountDepth.PIECES)
        typed = counting.open_tray(tray=tray_of(sheet, "A-02"), by=shop.lin)
        counting.hand_in(tray=typed, by=shop.lin, typed={("Au", 9_900): (1, None)})
    assert tray_of(sheet, "A-02").state == TrayState.AGREED
    to = shop.tray("A-02")
    enter = partial(differences.enter_forgotten, piece=lost, to=to, reason="shown", by=shop.lin)
    with pytest.raises(differences.ScanFirst):
        enter(tray=tray)
    assert not Movement.objects.filter(reason=Reason.FORGOTTEN).exists()
    assert tray_of(sheet, "A-02").lines.get().counted_pieces == 1

    counting.ask_recount(tray=tray_of(sheet, "A-02"), by=shop.zhao)
    enter(tray=tray)

    again = tray_of(sheet, "A-02")
    for piece in (other, lost):
        scans.scan(tray=again, text=piece.number, by=shop.zhao)
    counting.hand_in(tray=again, by=shop.zhao)
    assert {row.state for row in (tray_of(sheet, "A-01"), tray_of(sheet, "A-02"))} == {"agreed"}
