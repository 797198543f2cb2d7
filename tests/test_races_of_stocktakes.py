"""Real threads and real commits: several tablets count one place, and two people publish."""

from collections import Counter

import pytest

from inventory import stocktake_places, stocktake_reads, stocktake_sheets
from inventory.models import Stocktake, StocktakeRead, StocktakeSheet
from inventory.stocktake_reads import Read
from tests import stocktakes as counts
from tests.cast import Shop
from tests.test_races import at_once, books_agree, patiently

pytestmark = pytest.mark.races
TABLETS = 8


def test_two_tablets_want_one_place_and_one_gets_it(trading_shop: Shop) -> None:
    shop = trading_shop
    here = counts.spot(counts.opened(shop, "A-01"), "A-01")
    people = [shop.lin, shop.zhao]
    told = at_once(
        lambda index: patiently(lambda: stocktake_places.begin(spot=here, by=people[index])), 2
    )
    assert told == Counter({"": 1, "place_taken": 1})


def test_tablets_that_read_the_same_pieces_write_each_once(trading_shop: Shop) -> None:
    shop = trading_shop
    rows = [shop.ring() for _each in range(20)]
    stocktake = counts.opened(shop, "A-01")
    answers: list[str] = []

    def read(_index: int) -> str:
        def take_in() -> None:
            reads = [Read(row.number, "A-01") for row in rows]
            answers.extend(stocktake_reads.take_in(stocktake=stocktake, reads=reads, by=shop.lin))

        return patiently(take_in)

    assert at_once(read, TABLETS) == Counter({"": TABLETS})
    assert StocktakeRead.objects.filter(stocktake=stocktake).count() == 20
    assert Counter(answers) == Counter({"read": 20, "repeated": 20 * (TABLETS - 1)})


def test_a_read_comes_before_the_place_is_handed_in_or_is_refused(trading_shop: Shop) -> None:
    shop = trading_shop
    rows = [shop.ring() for _each in range(TABLETS)]
    stocktake = counts.opened(shop, "A-01", "A-02")
    here = stocktake_places.begin(spot=counts.spot(stocktake, "A-01"), by=shop.lin)

    def act(index: int) -> str:
        if index == 0:
            return patiently(lambda: stocktake_places.hand_in(spot=here, by=shop.lin))
        return patiently(lambda: counts.read(stocktake, "A-01", [rows[index]], by=shop.zhao))

    told = at_once(act, TABLETS)
    assert set(told) <= {"", "place_handed_in"}
    written = StocktakeRead.objects.filter(stocktake=stocktake).count()
    assert written == told[""] - 1
    assert stocktake.lines.filter(result="found").count() == written
    assert books_agree()


def test_two_publish_at_once_and_one_is_told(trading_shop: Shop) -> None:
    shop = trading_shop
    ring = shop.ring()
    stocktake = counts.opened(shop, "A-01")
    counts.count(stocktake, "A-01", [ring], by=shop.lin)
    approved = counts.approved(shop, stocktake)
    people = [shop.wang, shop.head]
    told = at_once(
        lambda index: patiently(
            lambda: stocktake_sheets.publish(
                stocktake=Stocktake.objects.get(pk=approved.pk), by=people[index]
            )
        ),
        2,
    )
    assert told == Counter({"": 1, "published_already": 1})
    assert StocktakeSheet.objects.count() == 1
    assert books_agree()


def test_two_open_a_count_of_one_place_and_one_gets_it(trading_shop: Shop) -> None:
    shop = trading_shop
    told = at_once(lambda _index: patiently(lambda: counts.opened(shop, "A-01")), 2)
    assert told == Counter({"": 1, "place_counted_already": 1})
