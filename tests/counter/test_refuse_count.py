"""Bad input and bad luck at a count: a clear sentence, nothing half-written, counting goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from counter import counting, drawers, handovers, scans, sheets, signatures, trays
from counter.models import Handover, HandoverState, Signature, TrayState
from inventory.ground.errors import NotAllowed
from inventory.models import Change, CountDepth, Place
from tests.cast import Shop
from tests.counters import count_rest, count_tray, scan_tray, sign_both, tray_of


@pytest.fixture
def sheet(shop: Shop) -> Handover:
    shop.piece(), shop.piece(), shop.ring()
    return handovers.start(counter=shop.a, kind="change", by=shop.lin, incoming=shop.zhao)


@pytest.fixture
def by_pieces(shop: Shop) -> Handover:
    """Tray A-01 is counted by pieces alone; two chains of 8.72 g lie in it."""
    shop.piece(), shop.piece()
    Place.objects.filter(store=shop.s01, code="A-01").update(count_depth=CountDepth.PIECES)
    return handovers.start(counter=shop.a, kind="change", by=shop.lin, incoming=shop.zhao)


def hand_in(shop: Shop, sheet: Handover, typed: dict[Any, Any]) -> None:
    tray = counting.open_tray(tray=tray_of(sheet, "A-01"), by=shop.lin)
    shop.s01.ledger_head.refresh_from_db()
    counting.hand_in(tray=tray, by=shop.lin, typed=typed, seen_seq=shop.s01.ledger_head.seq)


FINE = ("Au", 9_900)


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({FINE: (-1, None)}, counting.ImpossibleCount),
        ({FINE: (10_001, None)}, counting.ImpossibleCount),
        ({FINE: (2, -1)}, counting.ImpossibleCount),
        ({FINE: (2, 20_000_001)}, counting.ImpossibleCount),
        ({FINE: (0, 8_720)}, counting.GramsWithoutPieces),
    ],
)
def test_an_impossible_count_is_refused_and_the_tray_stays_open(
    shop: Shop, by_pieces: Handover, typed: dict[Any, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        hand_in(shop, by_pieces, typed)
    assert tray_of(by_pieces, "A-01").state == TrayState.COUNTING
    assert not by_pieces.attempts.exists()


@pytest.mark.parametrize(
    ("typed", "state"),
    [
        ({FINE: (2, None)}, "agreed"),
        ({FINE: (2, 17_440)}, "agreed"),
        ({FINE: (2, 17_460)}, "agreed"),
        ({FINE: (2, 17_461)}, "recount"),  # two tags and two readings give 20 mg
        ({FINE: (1, None)}, "recount"),
        ({}, "recount"),
        ({FINE: (2, None), ("Pt", 9_500): (1, None)}, "recount"),
    ],
)
def test_typed_figures_are_compared_class_by_class(
    shop: Shop, by_pieces: Handover, typed: dict[Any, Any], state: str
) -> None:
    hand_in(shop, by_pieces, typed)
    assert tray_of(by_pieces, "A-01").state == state


def test_a_tray_that_differs_by_pieces_is_scanned_next(shop: Shop, by_pieces: Handover) -> None:
    """Only a scan says which piece is missing."""
    hand_in(shop, by_pieces, {FINE: (1, None)})
    assert tray_of(by_pieces, "A-01").depth == CountDepth.SCAN
    assert count_tray(by_pieces, "A-01", by=shop.zhao).state == TrayState.AGREED


def test_a_tray_is_counted_by_one_tablet_until_it_is_taken_over(
    shop: Shop, sheet: Handover
) -> None:
    tray = counting.open_tray(tray=tray_of(sheet, "A-01"), by=shop.lin)
    scans.no_label(tray=tray, by=shop.lin)
    with pytest.raises(trays.TrayTaken):
        counting.open_tray(tray=tray, by=shop.zhao)
    with pytest.raises(trays.TrayTaken):
        scans.no_label(tray=tray, by=shop.zhao)
    counting.open_tray(tray=tray, by=shop.zhao, take_over=True)
    # nothing that was scanned is lost
    assert len(scans.live_reads(tray_of(sheet, "A-01"))) == 1


def test_a_cashier_counts_no_goods_and_head_office_none_either(shop: Shop, sheet: Handover) -> None:
    for person in (shop.qian, shop.head):
        with pytest.raises(NotAllowed):
            counting.open_tray(tray=tray_of(sheet, "A-01"), by=person)


def test_a_sheet_is_not_signed_before_everything_is_counted(shop: Shop, sheet: Handover) -> None:
    count_tray(sheet, "A-01", by=shop.lin)
    with pytest.raises(signatures.NotAgreed):
        signatures.sign(handover=sheet, as_="outgoing", user=shop.lin)


def test_one_person_never_stands_on_both_sides(shop: Shop) -> None:
    with pytest.raises(handovers.SamePerson):
        handovers.start(
            counter=shop.a, kind="change", by=shop.lin, outgoing=shop.lin, incoming=shop.lin
        )
    with pytest.raises(handovers.OtherStorePerson):
        handovers.start(counter=shop.a, kind="change", by=shop.lin, incoming=shop.sun)
    assert not Handover.objects.exists()


def test_more_cash_than_there_is_cannot_be_taken_out(shop: Shop, sheet: Handover) -> None:
    cash = sheet.money.get(tender__code="cash")
    with pytest.raises(drawers.TooMuchTaken):
        drawers.count_money(money=cash, denominations={10_000: 1}, taken_cents=10_001, by=shop.lin)
    with pytest.raises(counting.ImpossibleCount):
        drawers.count_money(money=cash, denominations={3_000: 1}, by=shop.lin)


def test_a_clock_that_goes_back_makes_no_negative_time(
    shop: Shop, sheet: Handover, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger's order decides, not the clock: what was scanned stands, and the sheet closes."""
    tray = scan_tray(sheet, "A-01", by=shop.lin)
    earlier = timezone.now() - timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: earlier)
    counting.hand_in(tray=tray, by=shop.lin)
    count_rest(sheet, by=shop.lin)
    signatures.sign(handover=sheet, as_="outgoing", user=shop.lin)
    signatures.sign(handover=sheet, as_="incoming", user=shop.zhao)
    sheet.refresh_from_db()
    assert sheet.state == HandoverState.SIGNED
    assert sheets.sheet_of(sheet).minutes == 0


@contextmanager
def killed_at(statement: int) -> Iterator[None]:
    """The server dies at the so many-th statement: nothing after it reaches the database."""
    left = statement

    def execute(run: Callable[..., Any], sql: str, *rest: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise OperationalError("killed")
        return run(sql, *rest)

    with connection.execute_wrapper(execute):
        yield


def test_a_server_killed_at_any_statement_leaves_nothing_half_signed(
    shop: Shop, sheet: Handover
) -> None:
    count_rest(sheet, by=shop.lin)
    signatures.sign(handover=sheet, as_="outgoing", user=shop.lin)
    before = Change.objects.count()
    for statement in range(0, 400, 3):
        try:
            with transaction.atomic(), killed_at(statement):
                signatures.sign(handover=sheet, as_="incoming", user=shop.zhao)
        except OperationalError:
            sheet.refresh_from_db()
            assert (sheet.state, sheet.first_signed_by) == (HandoverState.AGREED, shop.lin)
            assert not Signature.objects.exists()
            assert Change.objects.count() == before
        else:
            break
    sheet.refresh_from_db()
    assert statement > 30, "the signature writes more than this"
    assert sheet.state == HandoverState.SIGNED


def test_the_sheet_before_is_the_last_in_the_ledger_whatever_the_clock_said(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = handovers.start(counter=shop.a, kind="change", by=shop.lin, incoming=shop.zhao)
    sign_both(count_rest(first, by=shop.lin), ("outgoing", shop.lin), ("incoming", shop.zhao))
    earlier = timezone.now() - timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: earlier)
    second = handovers.start(counter=shop.a, kind="change", by=shop.zhao, incoming=shop.lin)
    sign_both(count_rest(second, by=shop.zhao), ("outgoing", shop.zhao), ("incoming", shop.lin))

    third = handovers.start(counter=shop.a, kind="change", by=shop.lin, incoming=shop.zhao)

    assert third.previous == second
