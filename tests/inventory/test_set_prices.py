"""The price board: shown with its history, set by those who may, confirmed when it leaps."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from counter import clerks
from counter.models import Role
from inventory import places, prices
from inventory.ground import settings_rows
from inventory.models import MetalPrice
from tests.cast import Shop

SET = "/prices/set/"


def send(client: Client, **typed: str) -> Any:
    """What the form sends; `Au_9990_sell="1180"` stands for the field of that price."""
    return client.post(SET, {name.replace("_", "-"): value for name, value in typed.items()})


def sell_price(shop: Shop, store: Any = None) -> int:
    return prices.row_for(store=store or shop.s01, metal="Au", fineness=9990).cents_per_gram


def test_it_shows_the_board_and_who_set_it(shop: Shop) -> None:
    page = shop.client().get("/prices/").text
    facts = ["Fine gold 999‰", "¥1,177.00", "¥1,100.00", "¥936.00", "Pt950", "总部", "all stores"]
    assert [fact for fact in facts if fact not in page] == []
    assert page.index("Fine gold 999.9‰") < page.index("18K gold") < page.index("Pt950")
    assert SET not in page


def test_it_sets_prices_for_all_stores_from_head_office(shop: Shop) -> None:
    answer = send(shop.client(shop.head), Au_9990_sell="1,180", Au_9990_buyback="940")
    assert (answer.status_code, answer.url) == (302, "/prices/")
    assert sell_price(shop) == sell_price(shop, shop.s02) == 118_000
    newest = MetalPrice.objects.order_by("-pk")[:2]
    assert {row.store for row in newest} == {shop.hq}


def test_it_sets_a_price_for_the_managers_own_store(shop: Shop) -> None:
    assert send(shop.client(shop.wang), Au_9990_sell="1190").status_code == 302
    assert sell_price(shop) == 119_000
    assert sell_price(shop, shop.s02) == 117_700
    page = shop.client().get("/prices/").text
    assert "¥1,190.00" in page
    assert "王" in page


def test_it_writes_only_what_was_changed(shop: Shop) -> None:
    before = MetalPrice.objects.count()
    send(shop.client(shop.head), Au_9990_sell="1180", Au_9900_sell="1172.00", Pt_9500_sell="")
    assert MetalPrice.objects.count() == before + 1


def test_it_puts_another_metal_on_the_board(shop: Shop) -> None:
    typed = {"metal": "Ag", "fineness": "925", "new-sell": "12.5"}
    assert shop.client(shop.head).post(SET, typed).status_code == 302
    row = prices.row_for(store=shop.s01, metal="Ag", fineness=9250)
    assert row.cents_per_gram == 1_250


@pytest.mark.parametrize("missing", ["metal", "fineness"])
def test_it_asks_for_metal_and_fineness_of_a_new_line(shop: Shop, missing: str) -> None:
    typed = {"metal": "Ag", "fineness": "925", "new-sell": "12.5"}
    answer = shop.client(shop.head).post(SET, typed | {missing: ""})
    assert answer.status_code == 422
    assert "Choose the metal and type its fineness." in answer.text


def test_it_refuses_a_price_outside_the_band_and_keeps_what_was_typed(shop: Shop) -> None:
    answer = send(shop.client(shop.wang), Au_9990_sell="1201", Au_9990_exchange="1101.5")
    assert answer.status_code == 422
    # &#x27; is the apostrophe of a page
    assert "Head office&#x27;s price is ¥1,177.00; a store may differ by 2 %." in answer.text
    assert 'value="1201"' in answer.text
    assert 'value="1101.5"' in answer.text
    assert sell_price(shop) == 117_700


@pytest.mark.parametrize("typed", ["abc", "1.234", "-5", "0", "100000.01", "1e3"])
def test_it_refuses_an_unreadable_price_and_keeps_it(shop: Shop, typed: str) -> None:
    answer = send(shop.client(shop.head), Au_9990_sell=typed)
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert sell_price(shop) == 117_700


def test_it_refuses_a_form_without_a_change(shop: Shop) -> None:
    answer = send(shop.client(shop.head), Au_9990_sell="1177")
    assert answer.status_code == 422
    assert "No price was changed." in answer.text


def test_it_asks_once_about_a_leap(shop: Shop) -> None:
    client = shop.client(shop.head)
    asked = send(client, Au_9990_sell="1500")
    assert asked.status_code == 422
    assert "Far from ¥1,177.00 now. Is it right?" in asked.text
    assert "Yes, this is right" in asked.text
    assert 'value="Au-9990-sell=150000"' in asked.text
    assert sell_price(shop) == 117_700
    done = send(client, Au_9990_sell="1500", confirmed="Au-9990-sell=150000")
    assert done.status_code == 302
    assert sell_price(shop) == 150_000


def test_it_asks_again_when_another_price_leaps(shop: Shop) -> None:
    yes = {"confirmed": "Au-9990-sell=150000"}
    answer = send(shop.client(shop.head), Au_9990_sell="1600", **yes)
    assert answer.status_code == 422
    assert sell_price(shop) == 117_700


def test_it_asks_from_the_distance_the_store_has_set(shop: Shop) -> None:
    settings_rows.put(store=shop.hq, key="price_leap_bp", new="5000", by=shop.head)
    assert send(shop.client(shop.head), Au_9990_sell="1500").status_code == 302


@pytest.mark.parametrize("name", ["lin", "qian", "chen"])
def test_it_refuses_a_role_that_sets_no_prices(shop: Shop, name: str) -> None:
    client = shop.client(shop.people[name])
    assert client.get(SET).status_code == 403
    assert send(client, Au_9990_sell="1180").status_code == 403


def test_it_sets_the_same_prices_once(shop: Shop) -> None:
    client, typed = shop.client(shop.head), {"Au-9990-sell": "1180", "_key": "one"}
    first, second = client.post(SET, typed), client.post(SET, typed)
    assert (first.status_code, second.status_code) == (302, 302)
    assert MetalPrice.objects.filter(cents_per_gram=118_000).count() == 1


def test_it_never_edits_a_price(shop: Shop) -> None:
    row = MetalPrice.objects.latest("pk")
    for act in (
        lambda: MetalPrice.objects.filter(pk=row.pk).update(cents_per_gram=1),
        lambda: MetalPrice.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
            act()
    row.refresh_from_db()
    assert row.cents_per_gram > 1


def test_it_goes_on_behind_fifty_rows_of_history(shop: Shop) -> None:
    for cents in range(117_701, 117_751):
        prices.put_up(store=shop.hq, quotes=[prices.Quote("Au", 9990, "sell", cents)], by=shop.head)
    oldest_shown = MetalPrice.objects.order_by("-pk")[49]
    page = shop.client().get("/prices/").text
    assert "¥1,177.50" in page
    assert f"before={oldest_shown.pk}" in page
    behind = shop.client().get(f"/prices/?before={oldest_shown.pk}").text
    assert "¥1,172.00" in behind


@pytest.mark.parametrize("words", ["before=x", "before=0", f"before={10**30}"])
def test_it_refuses_a_place_in_the_history_that_is_none(shop: Shop, words: str) -> None:
    assert shop.client().get(f"/prices/?{words}").status_code == 422


def test_it_hangs_the_board_on_a_television(shop: Shop) -> None:
    page = shop.client().get("/prices/board/").text
    assert "¥1,177.00" in page
    assert "every 60s" in page
    assert '<meta http-equiv="refresh" content="60">' in page
    assert "scan-box" not in page


def test_it_says_that_the_board_is_empty(client: Client, db: None) -> None:
    store = places.open_store(code="S09", name="新店")
    somebody = {"username": "new", "name": "新", "password": "first-day-2026", "pin": "135790"}
    clerk = clerks.hire(role=Role.MANAGER, store=store, **somebody)
    client.force_login(clerk.user, backend="counter.clerks.RoleBackend")
    page = client.get("/prices/", headers={"accept-language": "en"}).text
    assert "Nothing is sold by weight until a price is set." in page
    assert f'href="{SET}"' in page


def test_it_shows_no_other_stores_price(shop: Shop) -> None:
    prices.put_up(store=shop.s02, quotes=[prices.Quote("Au", 9990, "sell", 117_999)], by=shop.head)
    assert "¥1,179.99" not in shop.client().get("/prices/").text
    assert "¥1,179.99" in shop.client(shop.sun, counter=shop.a2).get("/prices/").text
