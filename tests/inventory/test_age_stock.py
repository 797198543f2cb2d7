"""How long goods have been in stock: by age, by category or store, and what sells slowly."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from inventory import ageing, counted
from inventory.ageing import Age, Ageing
from inventory.ground import settings_rows
from inventory.models import Store
from tests import shipments as parcels
from tests.cast import COST_CENTS, Shop

YOUNG, MIDDLE, SLOW, OLD = ages = ageing.ages_by(180)


@contextmanager
def days_ago(days: int, at: datetime | None = None) -> Iterator[None]:
    with time_machine.travel((at or timezone.now()) - timedelta(days=days, minutes=1), tick=True):
        yield


def told(shop: Shop, who: str = "wang", store: Store | None = None) -> Ageing:
    user = shop.people[who]
    veil = counted.veil_for(user)
    return ageing.ageing_of(user=user, store=store or shop.s01, at=timezone.now(), veil=veil)


def figures(found: Ageing) -> dict[tuple[str, Age], str]:
    return {(name, age): aged.tally.line for name, age, aged in found.rows}


def test_every_day_belongs_to_one_age() -> None:
    assert [(age.first, age.last) for age in ages] == [(0, 90), (91, 180), (181, 360), (361, None)]
    assert (str(MIDDLE), str(OLD)) == ("91 to 180 days", "over 360 days")


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (0, YOUNG),
        (90, YOUNG),
        (91, MIDDLE),
        (180, MIDDLE),
        (181, SLOW),
        (360, SLOW),
        (361, OLD),
        (4_000, OLD),
    ],
)
def test_a_piece_counts_its_full_days_since_it_came_in(shop: Shop, days: int, age: Age) -> None:
    with days_ago(days):
        shop.piece()
    assert figures(told(shop)) == {("necklace", age): "1 piece · Fine gold 8.72 g"}


def test_it_adds_up_by_category_and_by_metal_class(shop: Shop) -> None:
    with days_ago(100):
        shop.piece()
        shop.piece(metal="Ag", grade=9250, content=None, mark="S925")
    shop.ring()
    assert figures(told(shop)) == {
        ("necklace", MIDDLE): "2 pieces · Fine gold 8.72 g · Silver 925 8.72 g",
        ("ring", YOUNG): "1 piece · 18K gold 1.96 g",
    }


def test_head_office_reads_it_by_store_and_with_what_it_cost(shop: Shop) -> None:
    shop.ring()
    shop.piece(store=shop.s02)
    found = told(shop, "head", shop.hq)
    assert set(figures(found)) == {("国贸店", YOUNG), ("徐家汇店", YOUNG)}
    assert [aged.cost_cents for _name, _age, aged in found.rows] == [COST_CENTS, COST_CENTS]
    assert [aged.cost_cents for _name, _age, aged in told(shop).rows] == [0]


def test_what_came_from_another_store_keeps_its_days(shop: Shop) -> None:
    with days_ago(200):
        ring = shop.ring()
    parcels.receive(shop, parcels.send(shop, ring), ring)
    assert figures(told(shop)) == {}
    assert figures(told(shop, "sun", shop.s02)) == {("ring", SLOW): "1 piece · 18K gold 1.96 g"}


def test_what_does_not_lie_here_does_not_age(shop: Shop) -> None:
    with days_ago(200):
        sold, sent = shop.ring(), shop.ring()
    shop.sell(sold)
    parcels.send(shop, sent)
    found = told(shop)
    assert (figures(found), found.slow) == ({}, [])


def test_it_lists_what_sells_slowly_oldest_first(shop: Shop) -> None:
    for days in (181, 500, 180):
        with days_ago(days):
            shop.piece()
    assert [each.days for each in told(shop).slow] == [500, 181]
    settings_rows.put(store=shop.s01, key="slow_days", new="600", by=shop.wang)
    assert told(shop).slow == []


def test_it_leaves_out_what_is_counted_blind_at_this_moment(shop: Shop) -> None:
    with days_ago(200):
        shop.piece(place=shop.tray("B-01"))
    shop.count_blind("B-01")
    assert (figures(told(shop)), told(shop).slow) == ({}, [])
    assert figures(told(shop, "head")) != {}


def test_it_costs_the_same_for_one_piece_and_for_many(
    shop: Shop, django_assert_num_queries: Any
) -> None:
    shop.ring()
    told(shop)  # whose stores the manager sees is read once
    with django_assert_num_queries(4) as one:
        told(shop)
    for _each in range(5):
        shop.piece()
    with django_assert_num_queries(len(one.captured_queries)):
        told(shop)


def test_the_page_draws_it_and_says_it_in_figures(shop: Shop) -> None:
    with days_ago(200):
        shop.ring()
    page = shop.client(shop.wang).get("/stock/ageing/").text
    facts = ["<svg", "181 to 360 days", "18K gold 1.96 g", "Slower than 180 days", "200 days"]
    assert [fact for fact in facts if fact not in page] == []
    assert "6,543.21" not in page
    assert "6,543.21" in shop.client(shop.head).get("/stock/ageing/").text
    assert shop.client().get("/stock/ageing/").status_code == 403
    assert "/stock/ageing/" in shop.client(shop.wang).get("/pieces/").text
    assert "/stock/ageing/" not in shop.client().get("/pieces/").text


def test_it_draws_a_bar_for_each_age_of_each_category(shop: Shop) -> None:
    for days in (0, 0, 200):
        with days_ago(days):
            shop.piece()
    shop.ring()
    page = shop.client(shop.wang).get("/stock/ageing/").text
    drawn = re.findall(r"<figcaption[^>]*>(.+?)</figcaption>(.+?)</figure>", page, re.DOTALL)
    bars = {name: re.findall(r'<rect [^>]*width="(\d+)"', svg) for name, svg in drawn}
    assert bars == {"necklace": ["140", "70"], "ring": ["70"]}


def test_an_empty_store_says_what_to_do(shop: Shop) -> None:
    page = shop.client(shop.wang).get("/stock/ageing/").text
    assert "No goods lie here." in page
    assert "Nothing has been in stock for so long." in page
