"""Stores, places, pieces and their lives, as a program reads them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inventory import prices, transfers
from inventory.models import Certificate, LabourKind, MetalPrice, Piece, Stone
from tests.cast import Shop
from tests.programs import EVERYTHING, Program, register


@pytest.fixture
def program(shop: Shop) -> Program:
    return register(*EVERYTHING)


def test_it_tells_a_piece_with_weights_both_ways(shop: Shop, program: Program) -> None:
    piece = shop.piece()
    (told,) = program.rows("/pieces")
    assert told == told | {
        "number": piece.number,
        "style": piece.style.code,
        "store": "S01",
        "place": "A-01",
        "state": "on_sale",
        "metal": "Au",
        "grade": 9_900,
        "content": 9_990,
        "fineness": 9_990,
        "net": "8.720",
        "net_mg": 8_720,
        "labour_kind": "per_gram",
        "labour": "38.00",
        "labour_cents": 3_800,
        "labour_bp": None,
        "price": None,
        "price_cents": None,
    }


def test_it_tells_a_share_of_the_metal_as_what_it_is(shop: Shop, program: Program) -> None:
    shop.piece(labour_kind=LabourKind.PERCENT, labour_value=800)
    (told,) = program.rows("/pieces")
    assert (told["labour"], told["labour_cents"], told["labour_bp"]) == (None, None, 800)


def test_it_tells_a_whole_piece_with_stones_reports_and_todays_price(
    shop: Shop, program: Program
) -> None:
    ring, necklace = shop.ring(), shop.piece()
    told = program.get(f"/pieces/{ring.number}").json()
    assert told["stones"] == [
        {
            "main": True,
            "kind": "diamond",
            "count": 1,
            "carat": "0.300",
            "weight_mct": 300,
            "color": "D",
            "clarity": "VS2",
            "cut": "EX",
        }
    ]
    assert told["certificates"] == [{"lab": "NGTC", "number": f"7{ring.number}"}]
    assert (told["today"]["fixed"], told["today"]["total_cents"]) == ("7572.00", 757_200)
    by_weight = program.get(f"/pieces/{necklace.number}").json()["today"]
    assert by_weight == {
        "metal": "10263.44",
        "metal_cents": 1_026_344,
        "labour": "331.36",
        "labour_cents": 33_136,
        "fixed": "0.00",
        "fixed_cents": 0,
        "total": "10594.80",
        "total_cents": 1_059_480,
    }


def test_it_tells_each_stone_and_each_report_once(shop: Shop, program: Program) -> None:
    ring = shop.ring()
    Stone.objects.create(piece=ring, main=False, kind="ruby", count=2, weight_mct=40)
    Certificate.objects.create(piece=ring, lab="GIA", number="2141438167")
    told = program.get(f"/pieces/{ring.number}").json()
    assert [stone["kind"] for stone in told["stones"]] == ["diamond", "ruby"]
    assert [report["lab"] for report in told["certificates"]] == ["NGTC", "GIA"]


def test_it_tells_todays_price_from_the_newest_row_of_the_stores_board_and_the_houses(
    shop: Shop, program: Program
) -> None:
    necklace = shop.piece()

    def per_gram() -> int:
        today = program.get(f"/pieces/{necklace.number}").json()["today"]
        return int(today["metal_cents"]) * 1000 // necklace.net_mg

    house = per_gram()
    quote = prices.Quote("Au", necklace.fineness, "sell", house + 100)
    prices.put_up(store=shop.s01, quotes=[quote], by=shop.wang)
    assert per_gram() == house + 100
    shop.put_up(necklace.fineness, house + 300)
    assert per_gram() == house + 300
    later = timezone.now() + timedelta(hours=1)
    prices.put_up(store=shop.s01, quotes=[quote], by=shop.wang, valid_from=later)
    prices.put_up(store=shop.s02, quotes=[quote], by=shop.people["head"])
    assert per_gram() == house + 300


def test_it_asks_once_for_the_key_and_once_for_the_piece(shop: Shop, program: Program) -> None:
    ring = shop.ring()
    assert program.questions(f"/pieces/{ring.number}") == 2


def test_it_tells_no_price_for_a_piece_that_is_sold_or_not_on_the_board(
    shop: Shop, program: Program
) -> None:
    sold = shop.ring()
    shop.sell(sold)
    unpriced = shop.piece(metal="Pd", grade=9_900, content=None)
    assert not MetalPrice.objects.filter(metal="Pd").exists()
    for piece in (sold, unpriced):
        assert program.get(f"/pieces/{piece.number}").json()["today"] is None


def test_it_lists_by_store_state_and_place(shop: Shop, program: Program) -> None:
    here, lying = shop.piece(), shop.piece(place=shop.tray("B-02"))
    there = shop.piece(store=shop.s02)
    shop.sell(here)

    def found(**query: str) -> list[str]:
        return [row["number"] for row in program.rows("/pieces", **query)]

    assert found(store="S02") == [there.number]
    assert found(state="sold") == [here.number]
    assert found(store="S01", state="on_sale") == [lying.number]
    assert found(place="B-02") == [lying.number]
    assert found(store="S02", place="B-02") == []


def test_it_lists_what_changed_after_a_moment(shop: Shop, program: Program) -> None:
    old, new = shop.piece(), shop.piece()
    Piece.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(days=2))
    since = (timezone.now() - timedelta(days=1)).isoformat()
    assert [row["number"] for row in program.rows("/pieces", updated_after=since)] == [new.number]


def test_it_counts_a_sale_and_a_transfer_as_a_change_of_the_piece(
    shop: Shop, program: Program
) -> None:
    sold, moved = shop.ring(), shop.piece()
    shop.piece()
    since = timezone.now().isoformat()
    shop.sell(sold)
    transfers.hand_over(rows=[moved], to=shop.tray("B-01"), sender=shop.lin, receiver=shop.zhao)
    changed = {row["number"] for row in program.rows("/pieces", updated_after=since)}
    assert changed == {sold.number, moved.number}


def test_it_tells_the_life_of_a_piece(shop: Shop, program: Program) -> None:
    ring = shop.ring()
    sale = shop.sell(ring)
    steps = program.rows(f"/pieces/{ring.number}/movements")
    assert [(step["old"], step["new"]) for step in steps] == [
        ("", "received"),
        ("received", "on_sale"),
        ("on_sale", "held"),
        ("held", "sold"),
    ]
    last = steps[-1]
    assert (last["from_place"], last["to_place"], last["counter"]) == ("A-01", None, "A")
    assert (last["number"], last["by"], last["net_mg"]) == (sale.number, "lin", 1_960)
    assert last["at"].endswith("+08:00")


def test_it_lists_stores_and_the_tree_of_places(shop: Shop, program: Program) -> None:
    store = next(row for row in program.rows("/stores") if row["code"] == "S01")
    assert store == {
        "code": "S01",
        "name": "国贸店",
        "kind": "shop",
        "phone": "010-6505-0000",
        "address": "",
        "time_zone": "Asia/Shanghai",
        "day_starts_at": "05:00",
    }
    places = {row["code"]: row for row in program.rows("/places", store="S01")}
    assert places["A"] == {
        "store": "S01",
        "code": "A",
        "name": "",
        "kind": "counter",
        "parent": None,
    }
    assert (places["A-01"]["kind"], places["A-01"]["parent"]) == ("tray", "A")
    assert {row["store"] for row in program.rows("/places", limit=1000)} == {"S01", "S02"}
