"""A count while the shop is open: what was read, what moved meanwhile, and what becomes of each."""

import pytest

from inventory import (
    counted,
    queries,
    stocktake_places,
    stocktake_queries,
    stocktake_results,
    stocktakes,
    transfers,
)
from inventory.counted import CountOpen
from inventory.ground import changes, settings_rows
from inventory.models import Piece, Place, SpotState, State, SupplyItem
from inventory.pieces import lose
from inventory.stocktake_places import ImpossibleQuantity
from inventory.stocktake_spots import (
    PlaceHandedIn,
    PlaceNotOpen,
    PlaceTaken,
    SecondPerson,
)
from inventory.stocktake_states import ReasonNeeded, StocktakeMoved, StocktakeOver
from inventory.stocktakes import (
    NothingCounted,
    StillCounting,
)
from tests import stocktakes as counts
from tests.cast import COST_CENTS, Shop


def carry(shop: Shop, piece: Piece, code: str) -> None:
    piece.refresh_from_db()
    transfers.hand_over(rows=[piece], to=shop.tray(code), sender=shop.zhao, receiver=shop.lin)


# --- counting


def test_it_finds_what_lies_there_and_misses_what_does_not(shop: Shop) -> None:
    here, gone = shop.ring(), shop.ring()
    stocktake = counts.opened(shop, "A-01")
    counts.count(stocktake, "A-01", [here], by=shop.lin)
    assert counts.result_of(stocktake, here) == "found"
    assert counts.result_of(stocktake, gone) == "missing"
    lacking = counts.differences(stocktake)["missing"]
    assert (lacking.pieces, lacking.mg, lacking.cost_cents) == (-1, -1_960, COST_CENTS)
    stocktake.refresh_from_db()
    assert stocktake.state == "reconciling"


def test_what_was_not_counted_is_not_missing(shop: Shop) -> None:
    here, other = shop.ring(), shop.ring(place=shop.tray("A-02"))
    stocktake = counts.opened(shop, "A-01", "A-02")
    counts.count(stocktake, "A-01", [here], by=shop.lin)
    counts.read(stocktake, "A-02", [], by=shop.lin)
    assert counts.result_of(stocktake, other, "A-02") == "not_counted"
    stocktakes.stop_counting(stocktake=stocktake, by=shop.wang)
    assert counts.result_of(stocktake, other, "A-02") == "not_counted"
    assert not stocktake.differences.exists()


def test_a_piece_in_another_tray_is_found_elsewhere(shop: Shop) -> None:
    ring = shop.ring()
    stocktake = counts.opened(shop, "A-01", "A-02")
    counts.count(stocktake, "A-01", by=shop.lin)
    assert counts.result_of(stocktake, ring) == "missing"
    counts.count(stocktake, "A-02", [ring], by=shop.zhao)
    assert counts.result_of(stocktake, ring) == "found_elsewhere"
    (row,) = stocktake.differences.all()
    assert (row.kind, row.place, row.to_place) == (
        "found_elsewhere", shop.tray("A-01"), shop.tray("A-02"),
    )  # fmt: skip


def test_a_piece_read_in_two_trays_is_read_twice(shop: Shop) -> None:
    ring = shop.ring()
    stocktake = counts.opened(shop, "A-01", "A-02")
    counts.count(stocktake, "A-01", [ring], by=shop.lin)
    counts.count(stocktake, "A-02", [ring], by=shop.lin)
    assert counts.result_of(stocktake, ring) == "found"
    row = counts.differences(stocktake)["twice"]
    assert (row.piece, row.place, row.pieces) == (ring, shop.tray("A-02"), 0)


def test_a_piece_that_is_sold_while_it_is_counted_has_left(shop: Shop) -> None:
    before, after = shop.ring(), shop.ring()
    stocktake = counts.opened(shop, "A-01")
    counts.read(stocktake, "A-01", [before, after], by=shop.zhao)
    shop.sell(before)
    counts.count(stocktake, "A-01", by=shop.lin)
    shop.sell(after)
    assert counts.result_of(stocktake, before) == "moved"
    line = stocktake.lines.select_related("gone_by").get(piece=before)
    assert line.gone_by is not None
    assert line.gone_by.reason == "sold"
    assert counts.result_of(stocktake, after) == "found"
    assert not stocktake.differences.exists()


def test_a_piece_that_is_carried_during_the_count_is_expected_where_it_came(shop: Shop) -> None:
    found, lost = shop.ring(), shop.ring()
    stocktake = counts.opened(shop, "A-01", "A-02")
    carry(shop, found, "A-02")
    carry(shop, lost, "A-02")
    counts.count(stocktake, "A-01", by=shop.lin)
    counts.count(stocktake, "A-02", [found], by=shop.lin)
    assert counts.results(stocktake) == {
        f"{found.number} A-01": "moved",
        f"{lost.number} A-01": "moved",
        f"{found.number} A-02": "found",
        f"{lost.number} A-02": "missing",
    }
    assert all(line.came_by_id for line in stocktake.lines.filter(place=shop.tray("A-02")))


def test_a_piece_that_leaves_and_comes_back_is_where_it_was(shop: Shop) -> None:
    ring = shop.ring()
    stocktake = counts.opened(shop, "A-01")
    carry(shop, ring, "B-01")
    carry(shop, ring, "A-01")
    counts.count(stocktake, "A-01", [ring], by=shop.lin)
    assert counts.results(stocktake) == {f"{ring.number} A-01": "found"}


def test_a_piece_that_is_sold_after_its_tray_lacked_it_is_not_missing(shop: Shop) -> None:
    ring = shop.ring()
    stocktake = counts.opened(shop, "A-01", "A-02")
    counts.count(stocktake, "A-01", by=shop.lin)
    assert counts.result_of(stocktake, ring) == "missing"
    shop.sell(ring)
    counts.count(stocktake, "A-02", by=shop.lin)
    assert counts.result_of(stocktake, ring) == "moved"
    assert not stocktake.differences.exists()


def test_new_goods_are_expected_too(shop: Shop) -> None:
    stocktake = counts.opened(shop, "A-01")
    ring = shop.ring()
    counts.count(stocktake, "A-01", by=shop.lin)
    assert counts.results(stocktake) == {f"{ring.number} A-01": "missing"}


def test_what_is_ours_and_not_expected_here_says_why(shop: Shop) -> None:
    sold, outside = shop.ring(), shop.ring(place=shop.tray("B-01"))
    other = shop.ring(store=shop.s02)
    lost = shop.ring()
    with changes.opened(store=shop.s01, by=shop.wang) as book:
        lose(rows=[lost], number="S01-H1", book=book)
    shop.sell(sold)
    stocktake = counts.opened(shop, "A-01")
    told = counts.read(stocktake, "A-01", [sold, outside, other, lost], by=shop.lin)
    assert told == ["read"] * 4
    counts.count(stocktake, "A-01", by=shop.lin)
    rows = stocktake.differences.select_related("piece")
    assert {row.piece.number: row.explained for row in rows if row.piece} == {
        sold.number: "sold",
        outside.number: "outside",
        other.number: "other_store",
        lost.number: "missing",
    }
    assert {row.kind for row in rows} == {"unexpected"}


def test_what_is_at_the_laboratory_is_not_expected_in_its_tray(shop: Shop) -> None:
    lab = Place.objects.create(store=shop.s01, code="LAB", kind="virtual")
    ring = shop.ring(place=lab)
    stocktake = counts.monthly(shop, "2026-01")
    counts.count(stocktake, "A-01", [ring], by=shop.lin)
    assert counts.results(stocktake) == {f"{ring.number} LAB": "excluded"}
    assert counts.differences(stocktake)["unexpected"].explained == "excluded"


def test_an_unknown_label_is_a_difference_of_its_own(shop: Shop) -> None:
    stocktake = counts.opened(shop, "A-01")
    assert counts.read(stocktake, "A-01", ["ABC-123"], by=shop.lin) == ["unknown"]
    counts.count(stocktake, "A-01", by=shop.lin)
    (row,) = stocktake.differences.all()
    assert (row.kind, row.code, row.piece) == ("unknown", "ABC-123", None)


def test_a_reader_that_knows_no_place_finds_what_lies_anywhere(shop: Shop) -> None:
    here, there = shop.ring(), shop.ring(place=shop.tray("A-02"))
    gone, twice = shop.ring(), shop.ring()
    stocktake = counts.opened(shop, "A-01", "A-02")
    counts.read(stocktake, "", [here, there, twice, "UNKNOWN1"], by=shop.lin, means="rfid")
    counts.count(stocktake, "A-01", [twice], by=shop.lin)
    assert counts.result_of(stocktake, there, "A-02") == "not_counted"
    assert stocktake_places.hand_in_waiting(stocktake=stocktake, by=shop.wang) == 1
    assert counts.results(stocktake) == {
        f"{here.number} A-01": "found",
        f"{gone.number} A-01": "missing",
        f"{twice.number} A-01": "found",
        f"{there.number} A-02": "found",
    }
    assert set(counts.differences(stocktake)) == {"missing", "unknown"}
    classes = stocktake_results.read_classes(stocktake).values()
    assert sorted(classes) == ["found", "found", "found", "found", "unknown"]


def test_every_count_of_the_classes_agrees_with_the_lines(shop: Shop) -> None:
    rows = [shop.ring() for _each in range(4)]
    shop.ring(place=shop.tray("A-03"))
    stocktake = counts.opened(shop, "A-01", "A-02", "A-03")
    shop.sell(rows[3])
    counts.count(stocktake, "A-01", [rows[0], "NOTHING"], by=shop.lin)
    counts.count(stocktake, "A-02", [rows[1]], by=shop.lin)
    told = stocktake_results.compare(stocktake)
    assert {key: n for key, n in told.items() if n} == {
        ("line", "found"): 1,
        ("line", "found_elsewhere"): 1,
        ("line", "missing"): 1,
        ("line", "moved"): 1,
        ("line", "not_counted"): 1,
        ("read", "found_elsewhere"): 1,
        ("read", "unknown"): 1,
    }
    totals = stocktake_results.totals_of(stocktake)
    assert {name: tally.pieces for name, tally in totals.items() if tally.pieces} == {
        "found": 1, "found_elsewhere": 1, "missing": 1, "moved": 1, "not_counted": 1,
    }  # fmt: skip


# --- who counts, and what stays a secret


def test_two_people_do_not_count_one_tray(shop: Shop) -> None:
    stocktake = counts.opened(shop, "A-01")
    here = counts.spot(stocktake, "A-01")
    stocktake_places.begin(spot=here, by=shop.lin)
    with pytest.raises(PlaceTaken):
        stocktake_places.begin(spot=here, by=shop.zhao)
    with pytest.raises(PlaceTaken):
        stocktake_places.hand_in(spot=here, by=shop.zhao)
    assert stocktake_places.begin(spot=here, by=shop.zhao, take_over=True).by == shop.zhao
    with pytest.raises(StillCounting):
        stocktakes.stop_counting(stocktake=stocktake, by=shop.wang)


def test_another_person_counts_again_and_the_first_result_stays(shop: Shop) -> None:
    settings_rows.put(store=shop.s01, key="alone_on_duty", new="no", by=shop.wang)
    ring, other = shop.ring(), shop.ring()
    stocktake = counts.opened(shop, "A-01")
    counts.count(stocktake, "A-01", [ring], by=shop.lin)
    stocktake_places.ask_recount(spot=counts.spot(stocktake, "A-01"), by=shop.chen)
    stocktake.refresh_from_db()
    assert stocktake.state == "counting"
    assert set(counts.results(stocktake).values()) == {"not_counted"}
    assert not stocktake.differences.exists()
    assert shop.tray("A-01").stocktaken_in == stocktake.number
    here = counts.spot(stocktake, "A-01")
    with pytest.raises(SecondPerson):
        stocktake_places.begin(spot=here, by=shop.lin)
    with pytest.raises(SecondPerson):
        counts.read(stocktake, "A-01", [ring], by=shop.lin)
    counts.count(stocktake, "A-01", [other], by=shop.zhao)
    assert counts.result_of(stocktake, ring) == "missing"
    assert counts.result_of(stocktake, other) == "found"
    rounds = [(row.round, row.figures["results"]["found"]) for row in stocktake.hand_ins.all()]
    assert rounds == [(1, {"Au 7500": [1, 1_960]}), (2, {"Au 7500": [1, 1_960]})]
    assert sorted(stocktake_results.read_classes(stocktake).values()) == ["found", "superseded"]


def test_who_works_alone_counts_again(shop: Shop) -> None:
    settings_rows.put(store=shop.s01, key="alone_on_duty", new="yes", by=shop.wang)
    stocktake = counts.opened(shop, "A-01")
    counts.count(stocktake, "A-01", by=shop.lin)
    stocktake_places.ask_recount(spot=counts.spot(stocktake, "A-01"), by=shop.chen)
    counts.count(stocktake, "A-01", by=shop.lin)
    assert counts.spot(stocktake, "A-01").round == 2


def test_who_counts_sees_no_list_of_the_tray_until_it_is_handed_in(shop: Shop) -> None:
    ring = shop.ring()
    stocktake = counts.opened(shop, "A-01")
    client = shop.client()
    assert client.get("/pieces/?place=A-01").headers["X-Refusal"] == CountOpen.code
    with pytest.raises(CountOpen):
        counted.check_list(user=shop.lin, places=[shop.tray("A-02")])
    assert "being counted at counter A" in client.get(f"/pieces/{ring.number}/").text
    assert ring.number in shop.client(shop.head).get(f"/pieces/{ring.number}/").text
    counts.count(stocktake, "A-01", [ring], by=shop.lin)
    assert client.get("/pieces/?place=A-01").status_code == 200


def test_progress_tells_who_counts_only_what_was_read(shop: Shop) -> None:
    ring, _other = shop.ring(), shop.ring()
    stocktake = counts.opened(shop, "A-01", "A-02")
    counts.read(stocktake, "A-01", [ring, "NOTHING"], by=shop.lin)
    blind = stocktake_queries.progress(stocktake, shop.lin)
    (here, _there) = blind.spots
    assert (here.counted.pieces, here.unknown, here.expected, here.results) == (1, 1, None, None)
    assert {user.username: n for user, n in blind.people.items()} == {"lin": 2}
    open_eyes = stocktake_queries.progress(stocktake, shop.head).spots[0].expected
    assert open_eyes is not None
    assert open_eyes.pieces == 2
    counts.count(stocktake, "A-01", by=shop.lin)
    shown = stocktake_queries.progress(stocktake, shop.lin).spots[0].results
    assert shown is not None
    assert (shown["found"].pieces, shown["missing"].pieces) == (1, 1)
    assert stocktake_queries.is_hidden(
        stocktake_queries.stocktake_for(shop.lin, stocktake.number), shop.lin
    )


def test_another_store_has_no_such_stocktake(shop: Shop) -> None:
    stocktake = counts.opened(shop, "A-01")
    assert not stocktake_queries.stocktakes_for(shop.sun).exists()
    assert stocktake_queries.stocktakes_for(shop.head).get() == stocktake


def test_selling_and_a_handover_go_on_meanwhile(shop: Shop) -> None:
    ring = shop.ring()
    stocktake = counts.opened(shop, "A-01")
    assert shop.sell(ring).number
    assert queries.pieces_for(shop.lin).get(pk=ring.pk).state == State.SOLD
    assert Place.objects.get(pk=shop.tray("A-01").pk).stocktaken_in == stocktake.number


# --- the end of it


def test_nothing_is_added_when_it_is_given_up(shop: Shop) -> None:
    ring = shop.ring()
    stocktake = counts.opened(shop, "A-01")
    with pytest.raises(ReasonNeeded):
        stocktakes.abandon(stocktake=stocktake, reason=" ", by=shop.wang)
    stocktakes.abandon(stocktake=stocktake, reason="停电", by=shop.wang)
    with pytest.raises(StocktakeOver):
        counts.read(stocktake, "A-01", [ring], by=shop.lin)
    with pytest.raises(StocktakeOver):
        stocktake_places.begin(spot=counts.spot(stocktake, "A-01"), by=shop.lin)
    assert shop.tray("A-01").stocktaken_in == ""


def test_it_goes_no_way_that_the_table_does_not_know(shop: Shop) -> None:
    stocktake = counts.opened(shop, "A-01", "A-02")
    with pytest.raises(NothingCounted):
        stocktakes.stop_counting(stocktake=stocktake, by=shop.wang)
    with pytest.raises(StocktakeMoved):
        stocktakes.approve(stocktake=stocktake, by=shop.chen)
    here = counts.spot(stocktake, "A-01")
    with pytest.raises(PlaceNotOpen):
        stocktake_places.hand_in(spot=here, by=shop.lin)
    counts.count(stocktake, "A-01", by=shop.lin)
    with pytest.raises(PlaceHandedIn):
        stocktake_places.begin(spot=here, by=shop.zhao)
    with pytest.raises(PlaceNotOpen):
        stocktake_places.ask_recount(spot=counts.spot(stocktake, "A-02"), by=shop.chen)
    assert counts.spot(stocktake, "A-01").state == SpotState.HANDED_IN


def test_a_quantity_that_cannot_be_is_refused(shop: Shop) -> None:
    item = SupplyItem.objects.create(code="BOX", name="首饰盒")
    stocktake = counts.opened(shop, "A-01")
    here = stocktake_places.begin(spot=counts.spot(stocktake, "A-01"), by=shop.lin)
    for wrong in (-1, 10**9):
        with pytest.raises(ImpossibleQuantity):
            stocktake_places.count_supply(spot=here, item=item, quantity=wrong, by=shop.lin)
