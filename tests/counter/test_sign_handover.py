"""Two people sign a counted sheet, and the shift changes."""

import pytest

from counter import counting, handovers, scans, shifts, signatures, trays
from counter.models import HandoverState, Shift
from inventory.ground.errors import NotAllowed
from inventory.models import Change, Reason
from tests.cast import Shop
from tests.counters import (
    INCOMING,
    OUTGOING,
    WITNESS,
    change,
    count_rest,
    never_alone,
    sign_both,
    tray_of,
)

pytestmark = pytest.mark.usefixtures("books_agree_afterwards")


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
    scans.no_label(tray=tray_of(sheet, "A-01"), by=shop.zhao)
    scans.undo(tray=tray_of(sheet, "A-01"), by=shop.zhao)
    counting.hand_in(tray=tray_of(sheet, "A-01"), by=shop.zhao)

    waiting = signatures.sign(handover=sheet, as_=INCOMING, user=shop.zhao)

    assert waiting.state == HandoverState.AGREED
    assert waiting.first_signed_by == shop.zhao


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


# --- the answer was lost, and somebody signs again


def test_a_signature_that_is_sent_again_is_the_one_that_stands(shop: Shop) -> None:
    sheet = count_rest(change(shop), by=shop.lin)
    sign_both(sheet, (OUTGOING, shop.lin), (INCOMING, shop.zhao))
    before = Change.objects.count()
    for role, user in ((INCOMING, shop.zhao), (OUTGOING, shop.lin)):
        done = signatures.sign(handover=sheet, as_=role, user=user)
        assert (done.state, done.sealed_hash) == (HandoverState.SIGNED, sheet.sealed_hash)
        row = signatures.sign_later(handover=sheet, as_=role, user=user)
        assert (row.user, row.later) == (user, False)
    assert sheet.signatures.count() == 2
    assert Shift.objects.filter(counter=shop.a, closed_at__isnull=True).count() == 1
    assert Change.objects.count() == before


def test_a_later_signature_that_is_sent_again_is_the_one_that_stands(shop: Shop) -> None:
    sheet = count_rest(handovers.start(counter=shop.a, kind="close", by=shop.lin), by=shop.lin)
    signatures.sign(handover=sheet, as_=OUTGOING, user=shop.lin, alone=True)
    sheet.refresh_from_db()
    first = signatures.sign_later(handover=sheet, as_=WITNESS, user=shop.chen)
    again = signatures.sign_later(handover=sheet, as_=WITNESS, user=shop.chen)
    assert (again, again.at, again.later) == (first, first.at, True)
    assert sheet.signatures.count() == 2


def test_a_closed_sheet_takes_no_other_person_and_no_other_role(shop: Shop) -> None:
    sheet = count_rest(handovers.start(counter=shop.a, kind="close", by=shop.lin), by=shop.lin)
    sign_both(sheet, (OUTGOING, shop.lin), (WITNESS, shop.chen))
    for role, user, later in (
        (WITNESS, shop.zhao, signatures.SignedAlready),  # another person
        (OUTGOING, shop.chen, signatures.SignedAlready),  # another role
        (WITNESS, shop.lin, signatures.SignedAlready),
        (INCOMING, shop.chen, signatures.SignedAlready),
        (WITNESS, shop.sun, handovers.OtherStorePerson),
    ):
        with pytest.raises((trays.CountOver, handovers.OtherStorePerson)):
            signatures.sign(handover=sheet, as_=role, user=user)
        with pytest.raises(later):
            signatures.sign_later(handover=sheet, as_=role, user=user)
    assert sheet.signatures.count() == 2


def test_who_has_signed_does_not_stand_in_for_the_missing_one(shop: Shop) -> None:
    sheet = count_rest(handovers.start(counter=shop.a, kind="close", by=shop.lin), by=shop.lin)
    signatures.sign(handover=sheet, as_=OUTGOING, user=shop.lin, alone=True)
    sheet.refresh_from_db()
    with pytest.raises(handovers.SamePerson):
        signatures.sign_later(handover=sheet, as_=WITNESS, user=shop.lin)
    assert signatures.missing(sheet) == [WITNESS]
