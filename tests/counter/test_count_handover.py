"""Counting a counter blind, tray by tray, and signing for it."""

import pytest

from counter import (
    books,
    counting,
    differences,
    drawers,
    handovers,
    investigations,
    shifts,
    signatures,
)
from counter.models import (
    CountAttempt,
    Handover,
    HandoverState,
    Investigation,
    Shift,
    SignedAs,
    TrayState,
)
from inventory import transfers
from inventory.ground import approvals, settings_rows
from inventory.ground.errors import NotAllowed
from inventory.models import Movement, Piece, Place, Reason, State
from tests.cast import Shop
from tests.counters import (
    count_drawer,
    count_rest,
    count_tray,
    scan_tray,
    sign_both,
    tray_of,
)

OUTGOING, INCOMING, WITNESS = SignedAs.OUTGOING, SignedAs.INCOMING, SignedAs.WITNESS


@pytest.fixture(autouse=True)
def books_agree_afterwards(shop: Shop) -> object:
    yield
    assert [str(each) for each in books.verify(shop.s01, full=True)] == []


def change(shop: Shop) -> Handover:
    return handovers.start(counter=shop.a, kind="change", by=shop.lin, incoming=shop.zhao)


def never_alone(shop: Shop) -> None:
    settings_rows.put(store=shop.s01, key="alone_on_duty", new="no", by=shop.wang)


def agree(shop: Shop, ask: approvals.Ask) -> None:
    approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.chen)


def test_a_clean_change_closes_one_shift_and_opens_the_next(shop: Shop) -> None:
    shop.piece(), shop.ring(place=shop.tray("A-02"))
    sheet = count_rest(change(shop), by=shop.lin)
    assert sheet.state == HandoverState.AGREED

    sign_both(sheet, (OUTGOING, shop.lin), (INCOMING, shop.zhao))

    assert sheet.state == HandoverState.SIGNED
    assert Shift.objects.get(pk=shop.shift.pk).closed_at is not None
    assert sheet.next_shift is not None
    assert (sheet.next_shift.opened_by, sheet.next_shift.counted) == (shop.zhao, True)
    line = tray_of(sheet, "A-01").lines.get()
    assert (line.expected_pieces, line.counted_pieces, line.closing_pieces) == (1, 1, 1)
    assert (line.expected_mg, line.tag_mg, line.closing_mg) == (8_720, 8_720, 8_720)


def test_the_next_sheet_opens_with_what_the_last_one_counted(shop: Shop) -> None:
    sold, stays = shop.piece(), shop.piece()
    first = count_rest(change(shop), by=shop.lin)
    sign_both(first, (OUTGOING, shop.lin), (INCOMING, shop.zhao))
    shop.sell(sold)

    second = handovers.start(counter=shop.a, kind="change", by=shop.zhao, incoming=shop.lin)
    count_rest(second, by=shop.zhao)

    line = tray_of(second, "A-01").lines.get()
    assert second.previous == first
    assert (line.opening_pieces, line.in_pieces, line.out_pieces) == (2, 0, 1)
    assert line.moves == {Reason.SOLD: [-1, -8_720]}
    assert (line.expected_pieces, line.expected_mg) == (1, stays.net_mg)


def test_a_first_difference_says_nothing_but_that_a_second_person_counts(shop: Shop) -> None:
    never_alone(shop)
    piece = shop.piece()
    sheet = change(shop)

    tray = count_tray(sheet, "A-01", by=shop.lin, but=[piece])

    assert tray.state == TrayState.RECOUNT
    assert not tray.lines.exists()
    with pytest.raises(counting.SecondPerson):
        counting.open_tray(tray=tray, by=shop.lin)


def test_a_piece_that_the_second_person_finds_settles_the_tray(shop: Shop) -> None:
    piece = shop.piece()
    sheet = change(shop)
    count_tray(sheet, "A-01", by=shop.lin, but=[piece])

    tray = count_tray(sheet, "A-01", by=shop.zhao)

    assert tray.state == TrayState.AGREED
    kept = CountAttempt.objects.filter(handover=sheet, part="A-01").order_by("n")
    assert [(row.by, row.agreed) for row in kept] == [(shop.lin, False), (shop.zhao, True)]


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


def test_a_piece_sold_before_its_tray_is_handed_in_leaves_the_count(shop: Shop) -> None:
    sold = shop.piece()
    shop.piece()
    sheet = change(shop)
    tray = scan_tray(sheet, "A-01", by=shop.lin)
    shop.sell(sold)

    counting.hand_in(tray=tray, by=shop.lin)

    line = tray_of(sheet, "A-01").lines.get()
    assert tray_of(sheet, "A-01").state == TrayState.AGREED
    assert (line.expected_pieces, line.counted_pieces) == (1, 1)


def test_a_piece_sold_between_hand_in_and_signature_is_listed_on_the_sheet(shop: Shop) -> None:
    sold = shop.piece()
    shop.piece()
    sheet = count_rest(change(shop), by=shop.lin)
    shop.sell(sold)

    sign_both(sheet, (OUTGOING, shop.lin), (INCOMING, shop.zhao))

    line = tray_of(sheet, "A-01").lines.get()
    assert (line.counted_pieces, line.after_pieces, line.closing_pieces) == (2, -1, 1)
    cash = sheet.money.get(tender__code="cash")
    assert cash.after_cents > 0


def test_typed_grams_are_refused_when_something_moved_in_the_tray(shop: Shop) -> None:
    piece = shop.piece()
    shop.piece()
    Place.objects.filter(code="A-01", store=shop.s01).update(tare_mg=180_000)
    sheet = change(shop)
    tray = scan_tray(sheet, "A-01", by=shop.lin)
    seen = tray.handover.store.ledger_head.seq
    shop.sell(piece)

    with pytest.raises(counting.TrayMoved):
        counting.weigh_tray(tray=tray, gross_mg=197_440, tare_mg=None, seen_seq=seen, by=shop.lin)


@pytest.mark.parametrize(("gap", "state"), [(0, "agreed"), (20, "agreed"), (21, "recount")])
def test_a_tray_weight_may_differ_by_half_a_division_a_reading(
    shop: Shop, gap: int, state: str
) -> None:
    """Two tags and two readings of the scale, each rounded to 0.01 g: 20 mg."""
    shop.piece(), shop.piece()
    Place.objects.filter(code="A-01", store=shop.s01).update(tare_mg=180_000)
    sheet = change(shop)
    tray = scan_tray(sheet, "A-01", by=shop.lin)
    with pytest.raises(counting.WeightNeeded):
        counting.hand_in(tray=tray, by=shop.lin)
    head = shop.s01.ledger_head
    head.refresh_from_db()
    counting.weigh_tray(
        tray=tray, gross_mg=197_440 + gap, tare_mg=None, seen_seq=head.seq, by=shop.lin
    )

    counting.hand_in(tray=tray, by=shop.lin)

    assert tray_of(sheet, "A-01").state == state


def test_the_same_piece_twice_is_counted_once(shop: Shop) -> None:
    piece = shop.piece()
    sheet = change(shop)
    tray = scan_tray(sheet, "A-01", by=shop.lin)
    with pytest.raises(counting.AlreadyCounted):
        counting.scan(tray=tray, text=piece.number, by=shop.lin)
    counting.undo(tray=tray, by=shop.lin)
    counting.scan(tray=tray, text=piece.number, by=shop.lin)


def test_two_people_sign_and_never_one_twice(shop: Shop) -> None:
    sheet = count_rest(change(shop), by=shop.lin)
    signatures.sign(handover=sheet, as_=OUTGOING, user=shop.lin)
    with pytest.raises((handovers.SamePerson, signatures.WrongSigner)):
        signatures.sign(handover=sheet, as_=INCOMING, user=shop.lin)
    with pytest.raises(handovers.OtherStorePerson):
        signatures.sign(handover=sheet, as_=INCOMING, user=shop.sun)
    sheet.refresh_from_db()
    assert sheet.state == HandoverState.AGREED
    assert not sheet.signatures.exists()


def test_a_first_signature_lapses_when_the_figures_change(shop: Shop) -> None:
    sheet = count_rest(change(shop), by=shop.lin)
    signatures.sign(handover=sheet, as_=OUTGOING, user=shop.lin)
    counting.ask_recount(tray=tray_of(sheet, "A-01"), by=shop.zhao)
    counting.no_label(tray=tray_of(sheet, "A-01"), by=shop.zhao)
    counting.undo(tray=tray_of(sheet, "A-01"), by=shop.zhao)
    counting.hand_in(tray=tray_of(sheet, "A-01"), by=shop.zhao)

    waiting = signatures.sign(handover=sheet, as_=INCOMING, user=shop.zhao)

    assert waiting.state == HandoverState.AGREED
    assert waiting.first_signed_by == shop.zhao


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


def test_one_closes_alone_where_the_store_allows_it(shop: Shop) -> None:
    sheet = handovers.start(counter=shop.a, kind="close", by=shop.lin)
    count_rest(sheet, by=shop.lin)

    signatures.sign(handover=sheet, as_=OUTGOING, user=shop.lin, alone=True)

    sheet.refresh_from_db()
    assert signatures.missing(sheet) == [WITNESS]
    signatures.sign_later(handover=sheet, as_=WITNESS, user=shop.chen)
    assert signatures.missing(sheet) == []
    assert shifts.running_at(shop.a) is None


def test_the_morning_counts_against_the_sheet_of_the_evening(shop: Shop) -> None:
    shop.piece()
    evening = handovers.start(counter=shop.a, kind="close", by=shop.lin)
    sign_both(count_rest(evening, by=shop.lin), (OUTGOING, shop.lin), (WITNESS, shop.chen))

    morning = handovers.start(counter=shop.a, kind="open", by=shop.zhao, incoming=shop.zhao)
    sign_both(count_rest(morning, by=shop.zhao), (INCOMING, shop.zhao), (WITNESS, shop.lin))

    assert morning.previous == evening
    opened = shifts.running_at(shop.a)
    assert opened is not None and opened.counted and opened.opened_by == shop.zhao


def test_nobody_closes_alone_where_two_must_be_there(shop: Shop) -> None:
    never_alone(shop)
    sheet = count_rest(handovers.start(counter=shop.a, kind="close", by=shop.lin), by=shop.lin)
    with pytest.raises(NotAllowed):
        signatures.sign(handover=sheet, as_=OUTGOING, user=shop.lin, alone=True)


def test_a_count_that_is_given_up_hides_nothing_any_more(shop: Shop) -> None:
    sheet = change(shop)
    assert Place.objects.filter(counted_in=sheet.number).count() == 18
    with pytest.raises(handovers.HandoverOpen):
        change(shop)
    handovers.abandon(handover=sheet, reason="fire alarm", by=shop.lin)
    assert not Place.objects.exclude(counted_in="").exists()
    change(shop)


def test_a_sealed_tray_is_taken_over_by_seal_and_weight(shop: Shop) -> None:
    shop.piece()
    Place.objects.filter(code="A-01", store=shop.s01).update(tare_mg=180_000)
    evening = handovers.start(counter=shop.a, kind="close", by=shop.lin)
    tray = scan_tray(evening, "A-01", by=shop.lin)
    head = shop.s01.ledger_head
    head.refresh_from_db()
    counting.weigh_tray(tray=tray, gross_mg=188_720, tare_mg=None, seen_seq=head.seq, by=shop.lin)
    counting.hand_in(tray=tray, by=shop.lin, seal_number="NO 0815", kept_in="SAFE")
    sign_both(count_rest(evening, by=shop.lin), (OUTGOING, shop.lin), (WITNESS, shop.chen))
    morning = handovers.start(counter=shop.a, kind="open", by=shop.zhao)
    sealed = tray_of(morning, "A-01")
    with pytest.raises(counting.SealDiffers):
        counting.take_by_seal(
            tray=sealed, seal_number="NO 0816", gross_mg=188_720, seen_seq=0, by=shop.zhao
        )
    with pytest.raises(counting.SealDiffers):
        counting.take_by_seal(
            tray=sealed, seal_number="NO 0815", gross_mg=188_740, seen_seq=0, by=shop.zhao
        )

    counting.take_by_seal(
        tray=sealed, seal_number="NO 0815", gross_mg=188_730, seen_seq=0, by=shop.zhao
    )

    assert tray_of(morning, "A-01").state == TrayState.AGREED


def test_a_move_to_another_counter_is_out_here_and_in_there(shop: Shop) -> None:
    piece = shop.piece()
    transfers.hand_over(
        rows=[piece], to=shop.tray("B-01"), sender=shop.lin, receiver=shop.zhao, lent=True
    )
    sheet = count_rest(change(shop), by=shop.lin)
    line = tray_of(sheet, "A-01").lines.get()
    assert (line.opening_pieces, line.in_pieces, line.out_pieces) == (0, 1, 1)
    assert line.moves[Reason.LENT] == [-1, -8_720]
    assert not Piece.objects.filter(place=shop.tray("A-01")).exists()


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


def test_a_piece_moved_on_after_its_tray_is_counted_where_it_lies_now(shop: Shop) -> None:
    piece = shop.piece()
    sheet = change(shop)
    count_tray(sheet, "A-01", by=shop.lin)
    transfers.hand_over(rows=[piece], to=shop.tray("A-02"), sender=shop.chen, receiver=shop.wang)

    tray = count_tray(sheet, "A-02", by=shop.lin)

    assert tray.state == TrayState.AGREED
    sign_both(count_rest(sheet, by=shop.lin), (OUTGOING, shop.lin), (INCOMING, shop.zhao))
    assert tray_of(sheet, "A-01").lines.get().closing_pieces == 0
    assert tray_of(sheet, "A-02").lines.get().closing_pieces == 1
