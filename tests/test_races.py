"""Real threads and real commits: two counters want one ring."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import OperationalError, connections

from counter import (
    acknowledgements,
    bills,
    counting,
    for_sale,
    handovers,
    sales,
    scans,
    signatures,
    trays,
)
from counter.books import verify
from counter.models import Sale, SaleState, Shift
from inventory import holds
from inventory.ground.errors import RuleBroken
from inventory.models import Change, RequestKey, Store
from tests.cast import Shop
from tests.counters import count_rest, tray_of

pytestmark = pytest.mark.races
THREADS = 50


def at_once(act: Callable[[int], str], threads: int = THREADS) -> Counter[str]:
    """Every thread waits for the last one, then all act; what each of them got, counted."""
    barrier = threading.Barrier(threads)

    def one(index: int) -> str:
        try:
            barrier.wait(timeout=30)
            return act(index)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return Counter(pool.map(one, range(threads)))


def patiently(act: Callable[[], object]) -> str:
    """A busy database asks for another try, as nothing was written; the code of a refusal, else
    nothing."""
    for _attempt in range(200):
        try:
            act()
        except OperationalError:
            continue
        except RuleBroken as refusal:
            return refusal.code
        return ""
    return "never"


def books_agree() -> bool:
    stores = Store.objects.select_related("ledger_head")
    return not [each for store in stores for each in verify(store, full=True)]


def test_fifty_bills_want_one_piece_and_one_gets_it(trading_shop: Shop) -> None:
    shop = trading_shop
    ring = shop.ring()
    open_bills = [bills.begin(counter=shop.a, by=shop.lin) for _ in range(THREADS)]

    def sell(index: int) -> str:
        sale = open_bills[index]
        steps: list[Callable[[], object]] = [
            lambda: bills.add_piece(sale=sale, piece=ring, by=shop.lin),
            lambda: acknowledgements.give(sale=sale, how=acknowledgements.How.TAP),
            lambda: shop.pay(sale),
            lambda: sales.complete(sale=sale, shown_cents=757_200, by=shop.lin),
        ]
        for step in steps:
            if refused := patiently(step):
                return refused
        return SaleState.COMPLETED

    got = at_once(sell)
    assert got[SaleState.COMPLETED] == 1
    assert got[holds.HeldElsewhere.code] + got[for_sale.PieceSold.code] == THREADS - 1, got
    assert books_agree()


def test_one_bill_is_completed_once_by_fifty_hands(trading_shop: Shop) -> None:
    shop = trading_shop
    sale = shop.bill(shop.charm())
    shop.pay(sale)

    def complete(_index: int) -> str:
        mine = Sale.objects.get(pk=sale.pk)
        act = partial(sales.complete, sale=mine, shown_cents=9_800, by=shop.lin)
        return patiently(act) or SaleState.COMPLETED

    got = at_once(complete)
    assert got == {SaleState.COMPLETED: 1, bills.BillMoved.code: THREADS - 1}
    assert books_agree()


def test_the_same_key_fifty_times_is_one_sale_and_one_answer(trading_shop: Shop) -> None:
    shop = trading_shop
    sale = shop.bill(shop.charm())
    shop.pay(sale)
    browsers = [shop.client() for _ in range(THREADS)]
    form = {"_key": "one-key-for-all", "shown_cents": 9_800}

    def post(index: int) -> str:
        for _attempt in range(200):
            answer = browsers[index].post(f"/sell/{sale.uuid}/complete/", form)
            if answer.status_code not in {409, 503}:
                return f"{answer.status_code} {answer.headers['Location']}"
        return "never"

    got = at_once(post)
    sale.refresh_from_db()
    assert got == {f"303 /sales/{sale.number}/": THREADS}
    assert RequestKey.objects.filter(key="one-key-for-all").count() == 1
    assert books_agree()


def test_two_baskets_in_opposite_order_never_wait_for_each_other(trading_shop: Shop) -> None:
    shop = trading_shop
    first, second = shop.piece(), shop.piece()

    def both(index: int) -> str:
        pair = [first, second] if index % 2 else [second, first]

        sale = bills.begin(counter=shop.a, by=shop.lin)
        got = [
            patiently(partial(bills.add_piece, sale=sale, piece=piece, by=shop.lin))
            for piece in pair
        ]
        return "both" if got == ["", ""] else "not both"

    got = at_once(both, threads=8)
    assert got["both"] <= 1
    assert books_agree()


def test_fifty_tablets_begin_one_count(trading_shop: Shop) -> None:
    shop = trading_shop

    def start(_index: int) -> str:
        act = partial(
            handovers.start, counter=shop.a, kind="change", by=shop.lin, incoming=shop.zhao
        )
        return patiently(act) or "started"

    got = at_once(start)
    assert got == {"started": 1, handovers.HandoverOpen.code: THREADS - 1}
    assert books_agree()


def test_a_sheet_is_signed_once_by_fifty_second_hands(trading_shop: Shop) -> None:
    """One tablet closes the sheet; the same hand on all others gets the closed sheet."""
    shop = trading_shop
    shop.piece()
    sheet = handovers.start(counter=shop.a, kind="change", by=shop.lin, incoming=shop.zhao)
    count_rest(sheet, by=shop.lin)
    signatures.sign(handover=sheet, as_="outgoing", user=shop.lin)

    def sign(_index: int) -> str:
        act = partial(signatures.sign, handover=sheet, as_="incoming", user=shop.zhao)
        return patiently(act) or "signed"

    assert at_once(sign) == {"signed": THREADS}
    assert sheet.signatures.count() == 2
    assert Change.objects.filter(kind="handover_signed").count() == 1
    assert Shift.objects.filter(counter=shop.a, closed_at__isnull=True).count() == 1
    assert books_agree()


def test_one_of_many_witnesses_signs_a_sheet(trading_shop: Shop) -> None:
    """Different people on different tablets: one is the witness, all others are refused."""
    shop = trading_shop
    sheet = handovers.start(counter=shop.a, kind="close", by=shop.lin)
    count_rest(sheet, by=shop.lin)
    signatures.sign(handover=sheet, as_="outgoing", user=shop.lin)
    people = [shop.zhao, shop.qian, shop.chen, shop.wang]

    def sign(index: int) -> str:
        act = partial(signatures.sign, handover=sheet, as_="witness", user=people[index])
        return patiently(act) or "signed"

    got = at_once(sign, threads=len(people))
    assert got == {"signed": 1, trays.CountOver.code: len(people) - 1}
    assert sheet.signatures.count() == 2
    assert books_agree()


def test_a_piece_is_scanned_once_by_fifty_hands(trading_shop: Shop) -> None:
    """Two tablets cannot count one piece twice, in one tray or in two."""
    shop = trading_shop
    piece = shop.piece()
    sheet = handovers.start(counter=shop.a, kind="change", by=shop.lin, incoming=shop.zhao)
    rows = [
        counting.open_tray(tray=tray_of(sheet, "A-01"), by=shop.lin),
        counting.open_tray(tray=tray_of(sheet, "A-02"), by=shop.zhao),
    ]
    hands = [shop.lin, shop.zhao]

    def scan(index: int) -> str:
        act = partial(scans.scan, tray=rows[index % 2], text=piece.number, by=hands[index % 2])
        return patiently(act) or "counted"

    got = at_once(scan)
    assert got == {"counted": 1, scans.AlreadyCounted.code: THREADS - 1}


def test_pieces_are_sold_while_their_counter_is_counted_and_signed(trading_shop: Shop) -> None:
    """Whoever is quicker, the sheet says what the counter has: sales and signature in any order."""
    shop = trading_shop
    rows = [shop.piece() for _ in range(10)]
    open_bills = [shop.bill(piece) for piece in rows]
    for sale in open_bills:
        shop.pay(sale)
    sheet = handovers.start(counter=shop.a, kind="change", by=shop.lin, incoming=shop.zhao)
    count_rest(sheet, by=shop.lin)
    signatures.sign(handover=sheet, as_="outgoing", user=shop.lin)

    def act(index: int) -> str:
        if index == 5:
            sign = partial(signatures.sign, handover=sheet, as_="incoming", user=shop.zhao)
            return patiently(sign) or "done"
        sale = open_bills[index]
        total = bills.total_cents(sale, bills.lines_of(sale))
        sell = partial(sales.complete, sale=sale, shown_cents=total, by=shop.lin)
        return patiently(sell) or "done"

    assert at_once(act, threads=10) == {"done": 10}
    sheet.refresh_from_db()
    line = tray_of(sheet, "A-01").lines.get()
    assert (line.counted_pieces, line.closing_pieces - line.after_pieces) == (10, 10)
    assert books_agree()
