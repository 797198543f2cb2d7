"""The months of the stores: sheets that are published, late or due, sales, stock and trends."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from counter import house_reports, panel_charts
from counter.house_page import HousePage
from counter.house_reports import Goods
from counter.models import LineState, SaleLine
from inventory import places
from inventory.models import Change
from tests import stocktake_stages, stocktakes
from tests.cast import COST_CENTS, Shop


def this_month(shop: Shop) -> date:
    return places.business_day(shop.s01).replace(day=1)


def page_of(shop: Shop, by: str = "head", month: date | None = None) -> HousePage:
    return HousePage(user=shop.people[by], month=month or this_month(shop))


def test_it_adds_up_a_month_of_each_store(shop: Shop) -> None:
    shop.sell(shop.piece(), shop.ring())
    shop.ring()
    (_showroom, s01, s02) = page_of(shop).rows
    assert s01.stock is not None
    assert (s01.sold.pieces, s01.stock.pieces, s02.sold.pieces) == (2, 1, 0)
    assert s01.sold.margin_cents == s01.sold.cents - 2 * COST_CENTS
    assert s01.stock.cost_cents == COST_CENTS
    assert s01.turn == 2.0
    assert s02.turn is None
    assert [of.pieces for of in s01.sold.tally.classes] == [1, 1]  # gold and K gold apart


def test_what_was_voided_or_is_not_paid_yet_is_no_sale(shop: Shop) -> None:
    voided = shop.sell(shop.ring())
    SaleLine.objects.filter(sale=voided).update(state=LineState.VOIDED)
    shop.bill(shop.piece())
    assert page_of(shop).rows[1].sold.pieces == 0


def test_last_months_sheet_is_published_and_acknowledged(shop: Shop) -> None:
    sheet = stocktake_stages.whole_month(shop, missing=[shop.ring()])
    before = (this_month(shop) - timedelta(days=1)).replace(day=1)
    row = page_of(shop, month=before).rows[1]
    assert row.sheet.is_published
    assert not row.sheet.is_received
    assert row.missing.pieces == 1
    shop.client(shop.head).post(
        f"/stocktakes/{sheet.number}/acknowledge/", {"sha256": sheet.sha256}
    )
    assert page_of(shop, month=before).rows[1].sheet.is_received


def test_a_store_owes_a_sheet_for_months_in_which_it_had_books(shop: Shop) -> None:
    """And is late when some days of the next month are over."""
    shop.piece()
    month = this_month(shop)
    now = page_of(shop)
    assert (now.owed, now.late) == (2, [])  # S02 has a shift open
    due = house_reports.next_month(month) + timedelta(days=2)
    for day, late in ((due, []), (due + timedelta(days=1), [shop.s01, shop.s02])):
        with time_machine.travel(datetime.combine(day, time(12), UTC)):
            assert [store for store, owed in page_of(shop).late if owed == month] == late


def test_the_books_of_a_store_begin_with_its_first_change(shop: Shop) -> None:
    shop.piece()
    first = Change.objects.get(store=shop.s01, seq=1)
    assert house_reports.begun([shop.s01]) == {shop.s01.pk: first.at.astimezone().date()}


def test_trends_are_drawn_with_their_figures_beside(shop: Shop) -> None:
    shop.sell(shop.piece())
    stocktake_stages.whole_month(shop, missing=[shop.ring()])
    told = shop.client(shop.head).get("/head-office/").content.decode()
    assert told.count("<svg") >= 4
    assert told.count("In figures") == 4
    sales, by_category, missing, _of_category = page_of(shop).trends
    assert [(name, goods.pieces) for name, _month, goods in sales.rows] == [("国贸店", 1)]
    assert [panel.name for panel in by_category.panels] == ["necklace"]
    assert [figure.pieces for _name, _month, figure in missing.rows] == [1]


def test_all_panels_have_one_scale() -> None:
    few, many = panel_charts.panels(
        names=["A", "B"],
        keys=["2026-11", "2026-10"],
        label=str,
        figure=lambda name, month: 10 if name == "B" else 1,
    )
    assert (few.bars[0].width, many.bars[0].width) == (14, panel_charts.LONGEST_BAR)
    assert few.height == 2 * panel_charts.ROW_HEIGHT


def test_a_manager_sees_the_own_store_without_what_goods_cost(shop: Shop) -> None:
    shop.sell(shop.piece())
    assert [row.store.code for row in page_of(shop, "wang").rows] == ["S01"]
    told = shop.client(shop.wang).get("/head-office/").content.decode()
    assert "徐家汇店" not in told
    assert "Margin" not in told
    assert "Programs" not in told
    assert shop.client(shop.lin).get("/head-office/").status_code == 403


def test_a_store_that_is_counted_blind_tells_no_stock_to_who_counts(shop: Shop) -> None:
    shop.sell(shop.piece())
    stocktakes.monthly(shop, f"{this_month(shop):%Y-%m}")
    (row,) = page_of(shop, "wang").rows
    assert (row.stock, row.turn, row.sold.pieces) == (None, None, 1)
    shop.ring()
    shown = shop.client(shop.wang).get("/head-office/").content.decode()
    assert shown.count("being counted") == 2  # instead of the stock, and of the turn
    (_showroom, s01, s02) = page_of(shop).rows
    assert [row.stock and row.stock.pieces for row in (s01, s02)] == [1, 0]


def test_the_list_of_stores_goes_on_behind_a_code(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house_reports, "STORES", 1)
    monkeypatch.setattr("counter.house_page.STORES", 1)
    head = shop.client(shop.head)
    assert "after=N01" in head.get("/head-office/").content.decode()
    behind = head.get("/head-office/?after=S01").content.decode()
    assert "徐家汇店" in behind
    assert "after=S02" not in behind


def test_a_month_that_is_none_is_refused(shop: Shop) -> None:
    assert shop.client(shop.head).get("/head-office/?month=2026-13").status_code == 422


def test_it_reads_as_many_statements_for_many_stores(
    shop: Shop, django_assert_max_num_queries: object
) -> None:
    shop.sell(shop.piece())
    found = page_of(shop)
    with django_assert_max_num_queries(14):  # type: ignore[operator]  # because: the plugin's own fixture
        assert found.rows
        assert found.trends


def test_nothing_sold_has_no_margin() -> None:
    assert Goods().margin_percent is None
