"""The report of a business day: pieces, grams by class, money by category, and how it was paid."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from counter import bills, day_reports, reductions, sales, shifts
from counter.day_reports import DayReport
from counter.models import Part, SaleLine
from tests.cast import Shop
from tests.day_files import DAY, NOON, at_noon, paid, void


@pytest.fixture
def shop(standing_noon: Shop) -> Iterator[Shop]:
    with at_noon():
        yield standing_noon


def report(shop: Shop, days: int = 0) -> DayReport:
    return day_reports.report_of(store=shop.s01, day=DAY + timedelta(days=days))


def by_category(found: DayReport) -> dict[str, tuple[int, str, int]]:
    return {
        row.category.value: (row.tally.pieces, row.tally.line, row.cents)
        for row in found.categories
    }


def test_it_sums_each_category_and_adds_grams_within_a_class_only(shop: Shop) -> None:
    shop.sell(shop.piece(), shop.ring())
    shop.sell(shop.piece(), shop.charm())
    pt = {"metal": "Pt", "grade": 9500, "net_mg": 4_000, "gross_mg": 4_060, "mark": "Pt950"}
    shop.sell(shop.ring(name="Pt950钻石戒指", **pt))
    found = report(shop)
    assert by_category(found) == {
        "ring": (2, "2 pieces · 18K gold 1.96 g · Pt950 4.00 g", 2 * 757_200),
        "necklace": (2, "2 pieces · Fine gold 17.44 g", 2 * 1_059_480),
        "pendant": (1, "1 piece · Silver 925 2.59 g", 9_800),
    }
    assert found.tally.pieces == 5
    assert found.sales == 3
    assert found.total_cents == found.paid_cents == 2 * 757_200 + 2 * 1_059_480 + 9_800


def test_it_sums_tenders_by_counter_and_over_all(shop: Shop) -> None:
    shop.sell(shop.charm())
    paid(shop, "WX-000001")
    shifts.open_at(counter=shop.b, by=shop.zhao)
    sale = shop.bill(shop.charm(), by=shop.zhao, counter=shop.b)
    shop.pay(sale, "wechat", number="WX-000002")
    sales.complete(sale=sale, shown_cents=9_800, by=shop.zhao)
    void(shop, paid(shop, "WX-000003"))
    found = report(shop)
    assert [(row.tender.code, row.counter, row.total_cents) for row in found.tenders] == [
        ("cash", "A", 9_800),
        ("wechat", "A", 9_800),
        ("wechat", "B", 9_800),
    ]
    wechat = found.by_tender[1]
    assert (wechat.payments, wechat.cents) == (3, 29_400)
    assert (wechat.refunds, wechat.refund_cents, wechat.total_cents) == (1, -9_800, 19_600)


def test_it_sums_reductions_by_reason_and_rounding(shop: Shop) -> None:
    for reason in ("regular", "regular", ""):
        sale = shop.bill(shop.piece())
        line = SaleLine.objects.select_related("sale__store", "piece").get(sale=sale)
        if reason:
            reductions.put(line=line, part=Part.LABOUR, cents=1_000, reason=reason, by=shop.lin)
        bills.round_down(sale=sale, cents=80)
        shop.pay(sale)
        sales.complete(sale=sale, shown_cents=1_059_400 - (1_000 if reason else 0), by=shop.lin)
    found = report(shop)
    assert [(row.reason, row.lines, row.cents) for row in found.reductions] == [
        ("regular", 2, 2_000)
    ]
    assert (found.reduced_cents, found.rounding_cents) == (2_000, 240)
    assert found.total_cents == found.paid_cents == 3 * 1_059_400 - 2_000


def test_it_names_a_void_with_its_clerk_and_minutes(shop: Shop) -> None:
    sale = shop.sell(shop.charm())
    with time_machine.travel(NOON + timedelta(minutes=7, seconds=30), tick=False):
        void(shop, sale, reason="wrong size")
    found = report(shop)
    (row,) = found.voids
    assert (row.number, row.cents, row.clerk) == (sale.number, 9_800, "林")
    assert (row.minutes, row.reason) == (7, "wrong size")
    assert (found.tally.pieces, found.cents, found.paid_cents) == (0, 0, 0)


def test_a_day_is_not_a_shift(shop: Shop) -> None:
    """One shift that lasts past five in the morning sells on two days."""
    first = shop.sell(shop.charm())
    with time_machine.travel(NOON.replace(hour=4, minute=59) + timedelta(days=1), tick=False):
        shop.sell(shop.charm())
    with time_machine.travel(NOON.replace(hour=5, minute=1) + timedelta(days=1), tick=False):
        shop.sell(shop.ring())
        void(shop, first)
    found, next_day = report(shop), report(shop, days=1)
    assert (found.sales, found.cents, found.paid_cents) == (2, 19_600, 19_600)
    assert found.voids == []
    assert (next_day.sales, next_day.cents) == (1, 757_200 - 9_800)
    assert next_day.paid_cents == next_day.total_cents
    assert by_category(next_day)["pendant"] == (-1, "−1 pieces · Silver 925 −2.59 g", -9_800)


def test_it_counts_nothing_of_another_store_or_an_open_bill(shop: Shop) -> None:
    shop.pay(shop.bill(shop.charm()))
    there = shop.charm(store=shop.s02, place=shop.tray("A-01", shop.s02))
    bill = shop.bill(there, by=shop.sun, counter=shop.a2)
    shop.pay(bill, "wechat", number="WX-S02001")
    sales.complete(sale=bill, shown_cents=9_800, by=shop.sun)
    found = report(shop)
    assert (found.categories, found.tenders, found.sales) == ([], [], 0)


def test_it_is_the_same_after_it_was_kept(shop: Shop) -> None:
    shop.sell(shop.piece(), shop.ring())
    void(shop, paid(shop, "WX-000001"))
    found = report(shop)
    kept = json.loads(json.dumps(day_reports.to_plain(found)))
    assert day_reports.of_plain(kept) == found


def test_it_asks_the_database_equally_often_for_many_sales(
    shop: Shop, django_assert_num_queries: Any
) -> None:
    for _turn in range(2):
        for _sale in range(4):
            shop.sell(shop.charm(), shop.ring())
        void(shop, shop.sell(shop.piece()))
        with django_assert_num_queries(9):
            found = report(shop)
    assert found.tally.pieces == 16
