"""What a stocktake writes down when it is opened, and what it refuses to be opened for."""

import pytest

from counter import clerks
from counter.models import Role
from inventory import (
    stocktake_places,
    stocktakes,
)
from inventory.ground import changes
from inventory.ground.errors import BadField, NotAllowed
from inventory.models import Place, StocktakeLine
from inventory.pieces import lose
from inventory.places import PlaceUnknown
from inventory.stocktakes import (
    MonthCountedAlready,
    PlaceCountedAlready,
    ScopeEmpty,
)
from tests import stocktakes as counts
from tests.cast import COST_CENTS, Shop


def test_it_writes_down_what_each_piece_weighs_costs_and_would_be_sold_for(shop: Shop) -> None:
    chain, ring = shop.piece(), shop.ring()
    percent = shop.piece(labour_kind="percent", labour_value=1_250)
    each = shop.piece(labour_kind="per_piece", labour_value=9_900, net_mg=3_335, gross_mg=3_335)
    no_price = shop.piece(metal="Pt", grade=9_000, content=None)
    stocktake = counts.opened(shop, "A-01")
    lines = {line.piece_id: line for line in stocktake.lines.all()}
    told = {
        key: (line.net_mg, line.gross_mg, line.cost_cents, line.retail_cents)
        for key, line in lines.items()
    }
    # 8.720 g × ¥1,177.00 = ¥10,263.44; + 8.720 × ¥38.00 = ¥331.36
    assert told[chain.pk] == (8_720, 8_720, COST_CENTS, 1_026_344 + 33_136)
    assert told[ring.pk] == (1_960, 2_020, COST_CENTS, 757_200)
    assert told[percent.pk][3] == 1_026_344 + 128_293
    assert told[each.pk][3] == 392_530 + 9_900  # half a cent rounds up
    assert told[no_price.pk][3] is None
    assert lines[chain.pk].fineness == 9_990
    assert lines[chain.pk].grade == 9_900


def test_it_is_numbered_by_the_day_and_in_the_chain(shop: Shop) -> None:
    first, second = counts.opened(shop, "A-01"), counts.opened(shop, "A-02")
    assert first.number.startswith("S01-C")
    assert (first.number[-4:], second.number[-4:]) == ("0001", "0002")


def test_it_leaves_out_what_is_elsewhere_and_says_why(shop: Shop) -> None:
    lost, ring = shop.ring(), shop.ring()
    with changes.opened(store=shop.s01, by=shop.wang) as book:
        lose(rows=[lost], number="S01-H1", book=book)
    lab = Place.objects.create(store=shop.s01, code="LAB", kind="virtual")
    away = shop.ring(place=lab)
    month = counts.monthly(shop, "2026-01")
    assert counts.results(month) == {
        f"{ring.number} A-01": "not_counted",
        f"{away.number} LAB": "excluded",
    }
    assert StocktakeLine.objects.get(piece=away).excluded == "elsewhere"
    assert not month.places.filter(place=lab).exists()


def test_a_spot_count_may_be_of_one_category(shop: Shop) -> None:
    ring, _chain = shop.ring(), shop.piece()
    stocktake = counts.opened(shop, "A-01", kind="spot", category="ring")
    assert list(counts.results(stocktake)) == [f"{ring.number} A-01"]


def test_one_place_is_in_one_stocktake_at_a_time(shop: Shop) -> None:
    stocktake = counts.opened(shop, "A-01")
    with pytest.raises(PlaceCountedAlready) as refused:
        counts.opened(shop, "A-02", "A-01")
    assert stocktake.number in str(refused.value)
    stocktakes.abandon(stocktake=stocktake, reason="停电", by=shop.wang)
    assert counts.opened(shop, "A-02", "A-01").number.endswith("0002")


def test_a_month_is_counted_once(shop: Shop) -> None:
    first = counts.monthly(shop, "2026-01")
    stocktakes.abandon(stocktake=first, reason="停电", by=shop.wang)
    counts.monthly(shop, "2026-01")
    with pytest.raises(MonthCountedAlready):
        counts.monthly(shop, "2026-01")


@pytest.mark.parametrize(
    ("kind", "month", "category"),
    [
        ("monthly", "", ""),
        ("monthly", "2026-13", ""),
        ("monthly", "9999-01", ""),
        ("monthly", "2099-01", ""),
        ("cycle", "2026-01", ""),
        ("cycle", "", "ring"),
        ("spot", "", "cars"),
        ("weekly", "", ""),
    ],
)
def test_it_refuses_a_count_of_nothing_that_there_is(
    shop: Shop, kind: str, month: str, category: str
) -> None:
    with pytest.raises(BadField):
        stocktakes.begin(
            store=shop.s01,
            kind=kind,
            month=month,
            category=category,
            places=[shop.tray()],
            by=shop.wang,
        )


def test_it_refuses_places_that_are_none_of_the_store(shop: Shop) -> None:
    with pytest.raises(ScopeEmpty):
        stocktakes.begin(store=shop.s01, kind="spot", places=[], by=shop.wang)
    with pytest.raises(PlaceUnknown):
        stocktakes.begin(store=shop.s01, kind="spot", places=[shop.a2], by=shop.wang)


def test_it_refuses_clerks_and_people_of_other_stores(shop: Shop) -> None:
    stranger = clerks.hire(
        username="ma", name="马", role=Role.MANAGER, store=shop.s02, password="x", pin="135790"
    ).user  # fmt: skip
    for person in (shop.lin, shop.chen, stranger):
        with pytest.raises(NotAllowed):
            stocktakes.begin(store=shop.s01, kind="spot", places=[shop.tray()], by=person)
    stocktake = counts.opened(shop, "A-01")
    for person in (shop.qian, shop.sun):
        with pytest.raises(NotAllowed):
            stocktake_places.begin(spot=counts.spot(stocktake, "A-01"), by=person)
