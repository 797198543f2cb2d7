"""The price board over the API: what is in force, and who may put up what."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from inventory import prices
from inventory.models import Change, MetalPrice
from tests.cast import BOARD, Shop
from tests.counter.test_api_access import refusal
from tests.programs import Program, register

READS = ("prices:read", "all_stores")


def body(store: str, cents: int, **more: Any) -> dict[str, Any]:
    quote = {"metal": "Au", "fineness": 9_990, "kind": "sell", "per_gram_cents": cents}
    return {"store": store, "prices": [quote], **more}


def gold(program: Program, **query: str) -> list[tuple[str, str]]:
    return [
        (row["store"], row["per_gram"])
        for row in program.rows("/metal-prices", **query)
        if (row["metal"], row["fineness"], row["kind"]) == ("Au", 9_990, "sell")
    ]


@pytest.fixture
def house(shop: Shop) -> Program:
    return register("prices:write", *READS)


def test_it_lists_the_board_in_force(shop: Shop, house: Program) -> None:
    told = {
        (row["metal"], row["fineness"], row["kind"], row["per_gram_cents"])
        for row in house.rows("/metal-prices", store="S01")
    }
    assert told == set(BOARD)


def test_it_lists_head_offices_own_board_without_a_store(shop: Shop, house: Program) -> None:
    prices.put_up(store=shop.s01, quotes=[prices.Quote("Au", 9_990, "sell", 118_000)], by=shop.wang)
    assert gold(house) == [("HQ", "1177.00")]
    assert gold(house, store="S01") == [("S01", "1180.00")]
    assert gold(house, store="S02") == [("HQ", "1177.00")]


def test_it_lists_the_board_of_an_earlier_moment(shop: Shop, house: Program) -> None:
    before = timezone.now().isoformat()
    assert house.post("/metal-prices", body("HQ", 118_500)).status_code == 201
    assert gold(house, store="S01") == [("HQ", "1185.00")]
    assert gold(house, store="S01", at=before) == [("HQ", "1177.00")]
    ages_ago = (timezone.now() - timedelta(days=400)).isoformat()
    assert gold(house, store="S01", at=ages_ago) == []


def test_it_puts_up_the_board_of_the_house_with_a_link_in_the_chain(
    shop: Shop, house: Program
) -> None:
    answer = house.post("/metal-prices", body("HQ", 118_500))
    assert answer.status_code == 201
    (row,) = answer.json()["items"]
    assert (row["store"], row["per_gram"], row["per_gram_cents"]) == ("HQ", "1185.00", 118_500)
    link = Change.objects.latest("pk")
    assert (link.kind, link.store, link.by.username) == ("price_set", shop.hq, row["by"])


def test_it_holds_from_the_moment_it_says(shop: Shop, house: Program) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    body_of_tomorrow = body("HQ", 118_500, valid_from=tomorrow.isoformat())
    assert house.post("/metal-prices", body_of_tomorrow).status_code == 201
    assert gold(house, store="S01") == [("HQ", "1177.00")]
    later = (tomorrow + timedelta(seconds=1)).isoformat()
    assert gold(house, store="S01", at=later) == [("HQ", "1185.00")]


def test_it_keeps_a_store_within_the_band_around_the_house(shop: Shop) -> None:
    store = register("prices:write", "prices:read", stores=[shop.s01])
    assert store.post("/metal-prices", body("S01", 119_000)).status_code == 201
    far = store.post("/metal-prices", body("S01", 130_000))
    assert refusal(far) == (422, "price_out_of_band")
    assert gold(store, store="S01") == [("S01", "1190.00")]


def test_it_keeps_the_board_of_the_house_from_a_stores_key(shop: Shop) -> None:
    store = register("prices:write", stores=[shop.s01, shop.hq])
    assert refusal(store.post("/metal-prices", body("HQ", 118_500))) == (403, "not_allowed")
    assert refusal(store.post("/metal-prices", body("S02", 118_500))) == (404, "not_found")


def test_it_puts_up_all_rows_or_none(shop: Shop) -> None:
    store = register("prices:write", stores=[shop.s01])
    near, far = body("S01", 118_000)["prices"], body("S01", 130_000)["prices"]
    before = MetalPrice.objects.count()
    answer = store.post("/metal-prices", {"store": "S01", "prices": near + far})
    assert refusal(answer) == (422, "price_out_of_band")
    assert MetalPrice.objects.count() == before


def test_it_answers_an_empty_board_before_there_is_a_head_office(db: None) -> None:
    assert register(*READS).rows("/metal-prices") == []
