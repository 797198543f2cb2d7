"""A tray is handed in: what was scanned is set against the books of that moment."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from counter import counting, custody, differences, handovers, trays
from counter.models import CountAttempt, TrayState
from inventory import transfers
from inventory.models import CountDepth, Piece, Place, PlaceKind, Reason, State
from tests.cast import Shop
from tests.counters import (
    INCOMING,
    OUTGOING,
    change,
    count_rest,
    count_tray,
    never_alone,
    scan_tray,
    sign_both,
    tray_of,
)

pytestmark = pytest.mark.usefixtures("books_agree_afterwards")


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


def test_typed_grams_are_refused_when_something_moved_in_the_tray(shop: Shop) -> None:
    piece = shop.piece()
    shop.piece()
    Place.objects.filter(code="A-01", store=shop.s01).update(tare_mg=180_000)
    sheet = change(shop)
    tray = scan_tray(sheet, "A-01", by=shop.lin)
    seen = tray.handover.store.ledger_head.seq
    shop.sell(piece)

    with pytest.raises(trays.TrayMoved):
        counting.weigh_tray(tray=tray, gross_mg=197_440, tare_mg=None, seen_seq=seen, by=shop.lin)


def test_a_weight_is_taken_again_when_something_moved_before_the_hand_in(shop: Shop) -> None:
    piece = shop.piece()
    shop.piece()
    Place.objects.filter(code="A-01", store=shop.s01).update(tare_mg=180_000)
    sheet = change(shop)
    tray = scan_tray(sheet, "A-01", by=shop.lin)
    seen = custody.head_seq(shop.s01)
    counting.weigh_tray(tray=tray, gross_mg=197_440, tare_mg=None, seen_seq=seen, by=shop.lin)
    shop.sell(piece)

    with pytest.raises(trays.TrayMoved):
        counting.hand_in(tray=tray, by=shop.lin)

    seen = custody.head_seq(shop.s01)
    counting.weigh_tray(tray=tray, gross_mg=188_720, tare_mg=None, seen_seq=seen, by=shop.lin)
    counting.hand_in(tray=tray, by=shop.lin)
    assert tray_of(sheet, "A-01").state == TrayState.AGREED


@pytest.mark.parametrize("mg", [None, 8_720])
def test_typed_grams_are_older_than_a_sale_and_typed_pieces_are_not(
    shop: Shop, mg: int | None
) -> None:
    """Grams come from the scale; how many pieces there are is seen at once."""
    sold = shop.piece()
    shop.piece()
    Place.objects.filter(code="A-01", store=shop.s01).update(count_depth=CountDepth.PIECES)
    sheet = change(shop)
    tray = counting.open_tray(tray=tray_of(sheet, "A-01"), by=shop.lin)
    seen = custody.head_seq(shop.s01)
    shop.sell(sold)
    typed = {("Au", 9_900): (1, mg)}
    if mg is not None:
        with pytest.raises(trays.TrayMoved):
            counting.hand_in(tray=tray, by=shop.lin, typed=typed, seen_seq=seen)
        seen = custody.head_seq(shop.s01)
    counting.hand_in(tray=tray, by=shop.lin, typed=typed, seen_seq=seen)
    assert tray_of(sheet, "A-01").state == TrayState.AGREED


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


def test_an_opening_without_any_sheet_before_counts_from_its_own_beginning(shop: Shop) -> None:
    """What is carried away between hand-in and settling belongs to neither of the two."""
    lost = shop.piece(place=shop.tray("B-01"))
    guest = shop.piece(place=shop.tray("B-01"))
    sheet = handovers.start(counter=shop.b, kind="open", by=shop.lin, incoming=shop.lin)
    assert (sheet.previous, sheet.shift) == (None, None)
    for person in (shop.lin, shop.zhao):
        tray = count_tray(sheet, "B-01", by=person, but=[lost])
    transfers.hand_over(rows=[guest], to=shop.tray("A-02"), sender=shop.chen, receiver=shop.wang)

    differences.enter_forgotten(
        tray=tray, piece=lost, to=shop.tray("SAFE"), reason="photograph", by=shop.lin
    )

    line = tray_of(sheet, "B-01").lines.get()
    assert tray_of(sheet, "B-01").state == TrayState.AGREED
    assert (line.opening_pieces, line.out_pieces, line.counted_pieces) == (2, 1, 1)


# --- all that nobody has begun


def test_all_that_nobody_has_begun_is_handed_in_as_empty(shop: Shop) -> None:
    left = shop.piece(place=shop.tray("A-05"))
    sheet = change(shop)
    counting.open_tray(tray=tray_of(sheet, "A-01"), by=shop.zhao)

    assert counting.hand_in_empty(handover=sheet, by=shop.lin) == 17

    states = dict(sheet.trays.values_list("place__code", "state"))
    assert (states.pop("A-01"), states.pop("A-05")) == (TrayState.COUNTING, TrayState.RECOUNT)
    assert set(states.values()) == {TrayState.AGREED}
    again = tray_of(sheet, "A-05")
    assert (again.first_by, again.by, again.attempts) == (shop.lin, None, 1)
    assert not again.lines.exists()
    kept = sheet.attempts.order_by("pk")
    assert {(row.n, row.by, row.agreed) for row in kept} == {
        (1, shop.lin, True),
        (1, shop.lin, False),
    }
    assert set(sheet.trays.filter(lines__isnull=False)) == set()
    assert {place.code for place in Place.objects.filter(counted_in=sheet.number)} == {
        "A-01",
        "A-05",
    }
    assert counting.hand_in_empty(handover=sheet, by=shop.lin) == 0
    assert Piece.objects.get(pk=left.pk).state == State.ON_SALE


def test_empty_trays_cost_the_same_statements_few_or_many(shop: Shop) -> None:
    """The whole store waits meanwhile."""

    def cost(trays_left: int) -> int:
        sheet = change(shop)
        for tray in sheet.trays.filter(place__code__in=["A-02", "A-03"]).select_related("place"):
            count_tray(sheet, tray.place.code, by=shop.lin)
        with CaptureQueriesContext(connection) as asked:
            assert counting.hand_in_empty(handover=sheet, by=shop.lin) == trays_left
        handovers.abandon(handover=sheet, reason="fire alarm", by=shop.lin)
        return len(asked)

    shop.piece()  # one tray that is not empty at all
    few = cost(16)
    Place.objects.bulk_create(
        Place(store=shop.s01, parent=shop.a, kind=PlaceKind.TRAY, code=f"A-{n}", name=f"A-{n}")
        for n in range(50, 90)
    )
    assert cost(56) == few
    assert few <= 26
