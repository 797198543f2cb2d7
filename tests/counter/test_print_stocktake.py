"""盘点表: what the paper of a published stocktake says, and to whom."""

import pytest

from counter import stocktake_papers
from counter.stocktake_papers import SheetNotPublished, StocktakePaper
from counter.tray_papers import Figures
from inventory import stocktake_places, stocktake_sheets
from inventory.ground.codes import group_piece
from inventory.models import Stocktake
from tests import stocktake_stages, stocktakes
from tests.cast import COST_CENTS, Shop
from tests.paper import codes_of


def paper_of(stocktake: Stocktake, *, may_cost: bool = False) -> StocktakePaper:
    stocktake.refresh_from_db()
    return stocktake_papers.sheet_of(stocktake, may_cost=may_cost)


def test_grams_stand_beside_one_metal_class_only(shop: Shop) -> None:
    missing = shop.piece()
    shop.piece()
    shop.ring()
    sheet = stocktakes.published(shop, "A-01", missing=[missing])
    paper = paper_of(sheet.stocktake)
    gold, k_gold = paper.classes
    assert (gold.book, gold.counted, gold.missing) == (
        Figures("2", "17.44"),
        Figures("1", "8.72"),
        Figures("1", "8.72"),
    )
    assert (k_gold.book, k_gold.missing) == (Figures("1", "1.96"), Figures("", ""))
    assert paper.all_pieces.book == Figures("3", "")
    assert [row.missing for row in paper.categories] == ["", "1"]  # rings, necklaces
    assert (paper.total.book, paper.total.counted, paper.total.missing) == ("3", "2", "1")


def test_a_difference_tells_the_piece_and_what_became_of_it(shop: Shop) -> None:
    missing = shop.ring()
    sheet = stocktakes.published(shop, "A-01", missing=[missing])
    (row,) = paper_of(sheet.stocktake).differences
    assert (row.number, row.place, row.outcome) == (group_piece(missing.number), "A-01", "missing")
    assert (row.words, row.by, row.cost) == ("查过了", "陈", "")


def test_what_goods_cost_is_on_paper_for_head_office_alone(shop: Shop) -> None:
    shop.ring()
    sheet = stocktakes.published(shop, "A-01")
    assert COST_CENTS == 654_321
    assert paper_of(sheet.stocktake, may_cost=True).total.cost == "¥6,543.21"
    assert paper_of(sheet.stocktake).total.cost == ""


def test_it_names_who_counted_and_who_counted_once_more(shop: Shop) -> None:
    ring, chain = shop.ring(), shop.piece()
    count = stocktakes.opened(shop, "A-01")
    stocktakes.count(count, "A-01", [ring], by=shop.lin)
    stocktake_places.ask_recount(spot=stocktakes.spot(count, "A-01"), by=shop.chen)
    stocktakes.count(count, "A-01", [ring, chain], by=shop.zhao)
    stocktake_sheets.publish(stocktake=stocktakes.approved(shop, count), by=shop.wang)
    paper = paper_of(count)
    assert (paper.counters, paper.recounters) == ("林 (1)", "赵 (2)")
    assert paper.approved.startswith("王")
    assert (paper.scope, paper.means, paper.receipt) == ("A-01", "scanner 3", "—")


def test_a_month_is_of_the_whole_store_and_lists_what_is_elsewhere(shop: Shop) -> None:
    ring = shop.ring()
    shop.piece()
    sheet = stocktake_stages.whole_month(shop, missing=[ring])
    paper = paper_of(sheet.stocktake)
    assert paper.scope.startswith("the whole store")
    assert sheet.month in paper.heading
    assert paper.excluded == "—"


def test_its_bars_say_its_number(shop: Shop) -> None:
    shop.ring()
    sheet = stocktakes.published(shop, "A-01")
    pdf = shop.client(shop.wang).get(f"/stocktakes/{sheet.number}/sheet.pdf").content
    assert sheet.number in codes_of(pdf)


def test_it_is_refused_before_it_is_published(shop: Shop) -> None:
    with pytest.raises(SheetNotPublished):
        paper_of(stocktakes.opened(shop, "A-01"))
