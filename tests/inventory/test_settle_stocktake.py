"""Differences with their outcomes, supplies, and the scale."""

from typing import Any

import pytest

from counter import books
from inventory import (
    stocktake_differences,
    stocktake_places,
    supplies,
)
from inventory.ground import changes, settings_rows
from inventory.ground.errors import NotAllowed
from inventory.models import (
    Place,
    SpotState,
    State,
    SupplyItem,
    SupplyStock,
)
from inventory.pieces import lose
from inventory.places import PlaceUnknown
from inventory.stocktake_differences import CaseIncomplete, OutcomeNotPossible
from inventory.stocktake_places import SupplyNotCounted
from inventory.stocktake_states import ReasonNeeded, StocktakeMoved, StocktakeOver
from inventory.stocktake_weights import SamplesNeeded, TareUnknown, TrayMoved, TrayWeightWrong
from tests import stocktakes as counts
from tests.cast import COST_CENTS, Shop
from tests.supplies import use

# --- outcomes


def test_what_is_missing_is_lost_when_it_is_approved_and_not_before(shop: Shop) -> None:
    ring, held = shop.ring(), shop.ring()
    shop.bill(held)
    stocktake = counts.opened(shop, "A-01")
    counts.count(stocktake, "A-01", by=shop.lin)
    counts.note_all(stocktake, by=shop.chen)
    ring.refresh_from_db()
    assert ring.state == State.ON_SALE
    counts.approved(shop, stocktake)
    for piece in (ring, held):
        piece.refresh_from_db()
        assert (piece.state, piece.place) == (State.MISSING, shop.tray("A-01"))
    assert counts.steps_of(stocktake) == [(ring.number, "missing"), (held.number, "missing")]
    assert list(books.verify(shop.s01, full=True)) == []


def test_a_movement_that_nobody_entered_is_entered_with_the_number(shop: Shop) -> None:
    ring, outside = shop.ring(), shop.ring(place=shop.tray("B-01"))
    stocktake = counts.opened(shop, "A-01", "A-02")
    counts.count(stocktake, "A-01", [outside], by=shop.lin)
    counts.count(stocktake, "A-02", [ring], by=shop.lin)
    found = counts.differences(stocktake)
    counts.decide(found["found_elsewhere"], "late_movement", by=shop.chen)
    counts.decide(found["unexpected"], "late_movement", by=shop.chen)
    counts.approved(shop, stocktake)
    for piece in (ring, outside):
        piece.refresh_from_db()
    assert ring.place == shop.tray("A-02")
    assert outside.place == shop.tray("A-01")
    assert {reason for _number, reason in counts.steps_of(stocktake)} == {"forgotten"}
    assert list(books.verify(shop.s01, full=True)) == []


def test_a_lost_label_is_the_missing_piece(shop: Shop) -> None:
    ring = shop.ring()
    stocktake = counts.opened(shop, "A-01", "A-02")
    counts.count(stocktake, "A-01", by=shop.lin)
    here = stocktake_places.begin(spot=counts.spot(stocktake, "A-02"), by=shop.lin)
    stocktake_places.enter_unlabelled(spot=here, words="钻戒，无签", gross_mg=2_020, by=shop.lin)
    counts.count(stocktake, "A-02", by=shop.lin)
    found = counts.differences(stocktake)
    assert (found["no_label"].pieces, found["no_label"].mg) == (1, 2_020)
    with pytest.raises(OutcomeNotPossible):
        counts.decide(found["no_label"], "label_replaced", by=shop.chen, turned_out=shop.ring())
    counts.decide(found["no_label"], "label_replaced", by=shop.chen, turned_out=ring)
    lacking = counts.differences(stocktake)["missing"]
    assert (lacking.outcome, lacking.to_place) == ("found", shop.tray("A-02"))
    counts.approved(shop, stocktake)
    ring.refresh_from_db()
    assert (ring.state, ring.place) == (State.ON_SALE, shop.tray("A-02"))


def test_what_an_earlier_count_had_missed_is_on_sale_again(shop: Shop) -> None:
    ring = shop.ring()
    with changes.opened(store=shop.s01, by=shop.wang) as book:
        lose(rows=[ring], number="S01-H1", book=book)
    stocktake = counts.opened(shop, "A-02")
    counts.count(stocktake, "A-02", [ring], by=shop.lin)
    counts.decide(counts.differences(stocktake)["unexpected"], "surplus", by=shop.chen)
    counts.approved(shop, stocktake)
    ring.refresh_from_db()
    assert (ring.state, ring.place) == (State.ON_SALE, shop.tray("A-02"))


def test_a_compensation_case_is_whole_and_computes_no_wage(shop: Shop) -> None:
    ring = shop.ring()
    stocktake = counts.opened(shop, "A-01")
    counts.count(stocktake, "A-01", by=shop.lin)
    row = counts.differences(stocktake)["missing"]
    with pytest.raises(CaseIncomplete):
        counts.decide(row, "compensation", by=shop.chen, hearing="林：不知道")
    counts.decide(row, "compensation", by=shop.chen, hearing="林：不知道", agreement="店里承担")
    row.refresh_from_db()
    assert (row.cost_cents, row.retail_cents) == (COST_CENTS, 757_200)
    counts.approved(shop, stocktake)
    ring.refresh_from_db()
    assert ring.state == State.MISSING


def test_the_last_word_counts_until_it_is_approved(shop: Shop) -> None:
    shop.ring()
    stocktake = counts.opened(shop, "A-01")
    counts.count(stocktake, "A-01", by=shop.lin)
    row = counts.differences(stocktake)["missing"]
    counts.decide(row, "missing", by=shop.chen)
    counts.decide(row, "found", by=shop.wang)
    row.refresh_from_db()
    assert (row.outcome, row.decided_by) == ("found", shop.wang)
    counts.approved(shop, stocktake)
    assert counts.steps_of(stocktake) == []
    with pytest.raises(StocktakeOver):
        counts.decide(row, "missing", by=shop.chen)


def test_another_outcome_forgets_where_the_one_before_sent_the_piece(shop: Shop) -> None:
    ring = shop.ring()
    stocktake = counts.opened(shop, "A-01")
    counts.count(stocktake, "A-01", by=shop.lin)
    row = counts.differences(stocktake)["missing"]
    counts.decide(row, "late_movement", by=shop.chen, to_place=shop.tray("B-01"))
    counts.decide(row, "found", by=shop.chen)
    row.refresh_from_db()
    assert row.to_place is None
    counts.approved(shop, stocktake)
    ring.refresh_from_db()
    assert (ring.place, counts.steps_of(stocktake)) == (shop.tray("A-01"), [])


def test_what_was_read_elsewhere_lies_there_unless_somebody_names_a_place(shop: Shop) -> None:
    ring = shop.ring()
    stocktake = counts.opened(shop, "A-01", "A-02")
    counts.count(stocktake, "A-01", by=shop.lin)
    counts.count(stocktake, "A-02", [ring], by=shop.zhao)
    row = counts.differences(stocktake)["found_elsewhere"]
    counts.decide(row, "late_movement", by=shop.chen, to_place=shop.tray("B-01"))
    counts.decide(row, "late_movement", by=shop.chen)
    row.refresh_from_db()
    assert row.to_place == shop.tray("A-02")
    counts.approved(shop, stocktake)
    ring.refresh_from_db()
    assert ring.place == shop.tray("A-02")


def test_a_recount_takes_the_outcome_of_what_it_explains(shop: Shop) -> None:
    ring, other = shop.ring(), shop.ring(place=shop.tray("A-02"))
    stocktake = counts.opened(shop, "A-01", "A-02")
    counts.count(stocktake, "A-01", by=shop.lin)
    counts.count(stocktake, "A-02", by=shop.lin)
    counts.note_all(stocktake, by=shop.chen)
    stocktake_places.ask_recount(spot=counts.spot(stocktake, "A-01"), by=shop.chen)
    counts.count(stocktake, "A-01", [ring], by=shop.zhao)
    (left,) = stocktake.differences.all()
    assert (left.piece, left.outcome) == (other, "missing")


def test_what_was_sold_after_the_outcome_is_not_lost(shop: Shop) -> None:
    ring = shop.ring()
    stocktake = counts.opened(shop, "A-01")
    counts.count(stocktake, "A-01", by=shop.lin)
    counts.note_all(stocktake, by=shop.chen)
    shop.sell(ring)
    counts.approved(shop, stocktake)
    ring.refresh_from_db()
    assert ring.state == State.SOLD
    assert counts.steps_of(stocktake) == []


def test_it_refuses_outcomes_that_cannot_be(shop: Shop) -> None:
    shop.ring()
    stocktake = counts.opened(shop, "A-01", "A-02")
    counts.count(stocktake, "A-01", ["NOTHING"], by=shop.lin)
    found = counts.differences(stocktake)
    with pytest.raises(StocktakeMoved):
        counts.decide(found["missing"], "missing", by=shop.chen)
    counts.count(stocktake, "A-02", by=shop.lin)
    for kind, outcome in (("missing", "surplus"), ("unknown", "missing"), ("missing", "x")):
        with pytest.raises(OutcomeNotPossible):
            counts.decide(found[kind], outcome, by=shop.chen)
    with pytest.raises(ReasonNeeded):
        counts.decide(found["missing"], "missing", by=shop.chen, words=" ")
    for place in (None, shop.tray("A-01"), shop.a2):
        with pytest.raises(PlaceUnknown):
            counts.decide(found["missing"], "late_movement", by=shop.chen, to_place=place)
    with pytest.raises(NotAllowed):
        counts.decide(found["missing"], "missing", by=shop.lin)


def test_the_last_movements_stand_beside_a_difference(shop: Shop) -> None:
    shop.ring()
    stocktake = counts.opened(shop, "A-01")
    counts.count(stocktake, "A-01", ["NOTHING"], by=shop.lin)
    found = counts.differences(stocktake)
    told = stocktake_differences.last_movements(found["missing"])
    assert [event.what for event in told] == ["put on sale", "received"]
    assert stocktake_differences.last_movements(found["unknown"]) == []


# --- supplies and the scale


def test_supplies_are_counted_blind_and_put_right(shop: Shop) -> None:
    box = SupplyItem.objects.create(code="BOX", name="首饰盒", cost_cents=350)
    chain = SupplyItem.objects.create(
        code="LINK", name="足金链", counted_in="grams", metal="Au", fineness=9990
    )
    for item, many in ((box, 20), (chain, 5_000)):
        supplies.receive(
            item=item, place=shop.tray("A-01"), quantity=many, number="N1", by=shop.wang
        )
    stocktake = counts.opened(shop, "A-01")
    here = stocktake_places.begin(spot=counts.spot(stocktake, "A-01"), by=shop.lin)
    stocktake_places.count_supply(spot=here, item=box, quantity=16, by=shop.lin)
    stocktake_places.count_supply(spot=here, item=box, quantity=17, by=shop.lin)
    stocktake_places.count_supply(spot=here, item=chain, quantity=5_000, by=shop.lin)
    supplies.receive(item=box, place=shop.tray("A-01"), quantity=2, number="N2", by=shop.wang)
    counts.count(stocktake, "A-01", by=shop.lin)
    row = counts.differences(stocktake)["supply"]
    assert (row.supply and row.supply.item, row.quantity, row.cost_cents) == (box, -5, 350)
    counts.decide(row, "put_right", by=shop.chen)
    use(shop, box, 3, shop.tray("A-01"))
    counts.approved(shop, stocktake)
    assert SupplyStock.objects.get(item=box).quantity == 20 + 2 - 5 - 3
    assert list(books.verify(shop.s01, full=True)) == []


def test_a_place_is_handed_in_when_its_supplies_are_counted(shop: Shop) -> None:
    box = SupplyItem.objects.create(code="BOX", name="首饰盒")
    supplies.receive(item=box, place=shop.tray("A-01"), quantity=20, number="N1", by=shop.wang)
    stocktake = counts.opened(shop, "A-01", "A-02")
    here = stocktake_places.begin(spot=counts.spot(stocktake, "A-01"), by=shop.lin)
    with pytest.raises(SupplyNotCounted, match="首饰盒 in A-01"):
        stocktake_places.hand_in(spot=here, by=shop.lin)
    stocktake_places.count_supply(spot=here, item=box, quantity=0, by=shop.lin)
    stocktake_places.hand_in(spot=here, by=shop.lin)
    assert counts.differences(stocktake)["supply"].quantity == -20
    again = stocktake_places.ask_recount(spot=here, by=shop.chen)
    stocktake_places.begin(spot=again, by=shop.zhao)
    with pytest.raises(SupplyNotCounted):
        stocktake_places.hand_in(spot=again, by=shop.zhao)


def test_supplies_that_come_after_the_opening_are_asked_for_too(shop: Shop) -> None:
    box = SupplyItem.objects.create(code="BOX", name="首饰盒", cost_cents=350)
    stocktake = counts.opened(shop, "A-01", "A-02")
    counts.count(stocktake, "A-02", by=shop.zhao)
    for code in ("A-01", "A-02"):  # the second place is handed in: it is not asked again
        supplies.receive(item=box, place=shop.tray(code), quantity=2, number="N1", by=shop.wang)
    here = stocktake_places.begin(spot=counts.spot(stocktake, "A-01"), by=shop.lin)
    with pytest.raises(SupplyNotCounted, match="首饰盒 in A-01"):
        stocktake_places.hand_in(spot=here, by=shop.lin)
    stocktake_places.count_supply(spot=here, item=box, quantity=1, by=shop.lin)
    stocktake_places.hand_in(spot=here, by=shop.lin)
    (row,) = stocktake.differences.all()
    assert (row.kind, row.place, row.quantity) == ("supply", shop.tray("A-01"), -1)


def test_a_waiting_place_with_supplies_waits_until_somebody_counts_them(shop: Shop) -> None:
    box = SupplyItem.objects.create(code="BOX", name="首饰盒")
    supplies.receive(item=box, place=shop.tray("A-01"), quantity=20, number="N1", by=shop.wang)
    stocktake = counts.opened(shop, "A-01", "A-02")
    assert stocktake_places.hand_in_waiting(stocktake=stocktake, by=shop.wang) == 1
    assert counts.spot(stocktake, "A-01").state == SpotState.WAITING
    assert counts.spot(stocktake, "A-02").state == SpotState.HANDED_IN
    with pytest.raises(SupplyNotCounted, match="首饰盒 in A-01"):
        stocktake_places.hand_in_waiting(stocktake=stocktake, by=shop.wang)
    here = stocktake_places.begin(spot=counts.spot(stocktake, "A-01"), by=shop.lin)
    stocktake_places.count_supply(spot=here, item=box, quantity=20, by=shop.lin)
    stocktake_places.hand_in(spot=here, by=shop.lin)
    assert not stocktake.differences.exists()


def test_a_tray_that_weighs_other_than_its_labels_is_a_difference(shop: Shop) -> None:
    chain = shop.piece()
    Place.objects.filter(code="A-01").update(tare_mg=100_000)
    stocktake = counts.opened(shop, "A-01")
    here = stocktake_places.begin(spot=counts.spot(stocktake, "A-01"), by=shop.lin)
    counts.read(stocktake, "A-01", [chain], by=shop.lin)
    seq = shop.s01.ledger_head.seq + 1_000
    with pytest.raises(TrayWeightWrong):
        weigh(here, gross_mg=1, seen_seq=seq, by=shop.lin)
    weigh(here, gross_mg=108_520, seen_seq=seq, by=shop.lin)
    counts.count(stocktake, "A-01", by=shop.lin)
    row = counts.differences(stocktake)["weight"]
    assert (row.mg, row.place) == (-200, shop.tray("A-01"))
    assert counts.spot(stocktake, "A-01").gap_mg == -200


def weigh(spot: Any, **facts: Any) -> None:
    stocktake_places.weigh(spot=spot, tare_mg=facts.pop("tare_mg", None), **facts)


def test_a_weight_from_before_a_movement_is_refused(shop: Shop) -> None:
    chain, ring = shop.piece(), shop.ring()
    stocktake = counts.opened(shop, "A-01")
    here = stocktake_places.begin(spot=counts.spot(stocktake, "A-01"), by=shop.lin)
    counts.read(stocktake, "A-01", [chain, ring], by=shop.lin)
    shop.s01.ledger_head.refresh_from_db()
    seq = shop.s01.ledger_head.seq
    with pytest.raises(TareUnknown):
        weigh(here, gross_mg=20_000, seen_seq=seq, by=shop.lin)
    weigh(here, gross_mg=20_740, tare_mg=10_000, seen_seq=seq, by=shop.lin)
    shop.sell(ring)
    with pytest.raises(TrayMoved):
        counts.count(stocktake, "A-01", by=shop.lin)


def test_drawn_pieces_go_on_the_scale_by_themselves(shop: Shop) -> None:
    settings_rows.put(store=shop.s01, key="count_sample", new="2", by=shop.wang)
    rows = [shop.piece() for _each in range(3)]
    stocktake = counts.opened(shop, "A-01")
    assert counts.count(stocktake, "A-01", rows, by=shop.lin).state == "counting"
    here = counts.spot(stocktake, "A-01")
    drawn = list(here.samples.all())
    assert len(drawn) == 2
    with pytest.raises(SamplesNeeded):
        counts.count(stocktake, "A-01", by=shop.lin)
    for sample, mg in zip(drawn, (8_725, 8_500), strict=True):
        stocktake_places.weigh_sample(sample=sample, mg=mg, by=shop.lin)
    assert counts.count(stocktake, "A-01", by=shop.lin).state == "handed_in"
    (row,) = stocktake.differences.all()
    assert (row.kind, row.piece, row.mg) == ("weight", drawn[1].piece, -220)
