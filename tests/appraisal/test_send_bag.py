"""Bags travel to head office, are weighed again, melted, and the refiner has the last word."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from appraisal import bag_journeys, melts, scrap
from appraisal.models import BagState, Melt, RefinerAssay, ScrapBag, Weighing
from counter import books
from inventory.ground import approvals, settings_rows
from inventory.ground.approvals import ApprovalNeeded
from inventory.ground.errors import BadField, NotAllowed
from tests.old_gold import Desk
from tests.scrap_bags import (
    arrived,
    free_typing,
    melted,
    of_two_metals,
    places_of,
    safe_at_head_office,
    seal,
    sealed,
    settled,
    typed,
)


def is_clean(desk: Desk) -> bool:
    return not [*books.verify(desk.shop.s01, full=True), *books.verify(desk.shop.hq, full=True)]


def sent(desk: Desk) -> ScrapBag:
    bag = sealed(desk)
    safe_at_head_office(desk)
    free_typing(desk)
    bag_journeys.send(bags=[bag], by=desk.shop.chen)
    return bag


def test_a_bag_goes_to_head_office(desk: Desk) -> None:
    bag = sent(desk)
    bag.refresh_from_db()
    assert (bag.state, bag.place, bag.store) == (BagState.SENT, None, desk.shop.s01)
    assert places_of(bag) == {""}
    arrival = bag_journeys.receive(bag=bag, shown=typed(11_520), by=desk.shop.head)
    assert arrival.agrees
    bag.refresh_from_db()
    assert (bag.state, bag.store, bag.origin) == (BagState.ARRIVED, desk.shop.hq, desk.shop.s01)
    assert places_of(bag) == {"SAFE"}
    assert [(move.new, move.gross_mg) for move in bag.moves.all()] == [
        ("sealed", 11_500),
        ("sent", 11_500),
        ("arrived", 11_520),
    ]
    assert is_clean(desk)


def test_a_bag_is_sent_once(desk: Desk) -> None:
    bag = sent(desk)
    with pytest.raises(scrap.BagMoved):
        bag_journeys.send(bags=[ScrapBag.objects.get()], by=desk.shop.chen)
    stale = ScrapBag.objects.get(pk=bag.pk)
    stale.state = BagState.SEALED  # as another tablet still shows it
    with pytest.raises(scrap.BagMoved):
        bag_journeys.send(bags=[stale], by=desk.shop.chen)
    assert bag.moves.count() == 2


def test_all_bags_go_or_none(desk: Desk) -> None:
    trade_in = of_two_metals(desk)
    first, second = seal(desk, trade_in, "F-1"), seal(desk, trade_in, "F-2")
    bag_journeys.send(bags=[second], by=desk.shop.chen)
    with pytest.raises(scrap.BagMoved):
        bag_journeys.send(bags=[first, second], by=desk.shop.chen)
    first.refresh_from_db()
    assert first.state == BagState.SEALED
    with pytest.raises(bag_journeys.NoBags):
        bag_journeys.send(bags=[], by=desk.shop.chen)


def test_a_clerk_sends_nothing(desk: Desk) -> None:
    bag = sealed(desk)
    for user in (desk.by, desk.shop.sun):
        with pytest.raises(NotAllowed):
            bag_journeys.send(bags=[bag], by=user)


def test_old_gold_rests_for_the_stores_days(desk: Desk) -> None:
    desk.put("hold_days", "7")
    bag = sealed(desk)
    with pytest.raises(bag_journeys.HoldNotOver) as refusal:
        bag_journeys.send(bags=[bag], by=desk.shop.chen)
    assert bag.number in str(refusal.value)
    with (
        time_machine.travel(timezone.now() + timedelta(days=6)),
        pytest.raises(bag_journeys.HoldNotOver),
    ):
        bag_journeys.send(bags=[bag], by=desk.shop.chen)
    with time_machine.travel(timezone.now() + timedelta(days=7)):
        bag_journeys.send(bags=[bag], by=desk.shop.chen)


def test_another_weight_is_refused_and_kept(desk: Desk) -> None:
    bag = sent(desk)
    arrival = bag_journeys.receive(bag=bag, shown=typed(11_470), by=desk.shop.head)
    assert not arrival.agrees
    assert "11.50" in arrival.sentence
    assert "11.47" in arrival.sentence
    bag.refresh_from_db()
    assert bag.state == BagState.SENT
    (kept,) = bag_journeys.arrivals_of(bag)
    assert (kept.mg, kept.label_mg, kept.change.by) == (11_470, 11_500, desk.shop.head)


def test_a_second_person_takes_it_in_as_it_is(desk: Desk) -> None:
    bag = sent(desk)
    bag_journeys.receive(bag=bag, shown=typed(11_470), by=desk.shop.head)
    with pytest.raises(ApprovalNeeded):
        bag_journeys.receive(bag=bag, shown=typed(11_470), by=desk.shop.head)
    assert bag_journeys.arrivals_of(bag).count() == 1
    ask = bag_journeys.accept_ask(bag, desk.shop.hq)
    approvals.grant(ask=ask, store=desk.shop.hq, asked_by=desk.shop.head, by=desk.shop.wang)
    assert bag_journeys.receive(bag=bag, shown=typed(11_460), by=desk.shop.head).agrees
    bag.refresh_from_db()
    assert bag.state == BagState.ARRIVED
    assert is_clean(desk)


def test_weighed_again_it_may_agree(desk: Desk) -> None:
    bag = sent(desk)
    bag_journeys.receive(bag=bag, shown=typed(11_470), by=desk.shop.head)
    assert bag_journeys.receive(bag=bag, shown=typed(11_500), by=desk.shop.head).agrees


def test_a_store_takes_nothing_in_and_a_bag_arrives_once(desk: Desk) -> None:
    bag = sealed(desk)
    free_typing(desk)
    with pytest.raises(scrap.BagMoved):
        bag_journeys.receive(bag=bag, shown=typed(11_500), by=desk.shop.head)
    arrived(desk, bag)
    with pytest.raises(scrap.BagMoved):
        bag_journeys.receive(bag=bag, shown=typed(11_500), by=desk.shop.head)
    with pytest.raises(NotAllowed):
        bag_journeys.receive(bag=bag, shown=typed(11_500), by=desk.shop.chen)


def test_a_bag_that_left_is_opened_by_nobody(desk: Desk) -> None:
    bag = sent(desk)
    ask = scrap.open_ask(bag)
    approvals.grant(ask=ask, store=desk.shop.s01, asked_by=desk.by, by=desk.shop.chen)
    with pytest.raises(scrap.BagMoved):
        scrap.open_again(bag=ScrapBag.objects.get(), reason="退货", by=desk.by)
    assert ScrapBag.objects.get().state == BagState.SENT


# --- the furnace


def test_bags_of_one_class_become_a_bar(desk: Desk) -> None:
    first, second = sealed(desk, "F-1"), sealed(desk, "F-2")
    bar = melted(desk, first, second, out_mg=19_800)
    assert bar.number.startswith("HQ-M")
    assert (bar.in_mg, bar.out_mg, bar.predicted_mg) == (20_000, 19_800, 19_980)
    first.refresh_from_db()
    assert (first.state, first.melt, first.place) == (BagState.MELTED, bar, None)
    assert places_of(first) == {""}
    assert is_clean(desk)


def test_two_classes_are_never_melted_together(desk: Desk) -> None:
    trade_in = of_two_metals(desk)
    bags = arrived(desk, seal(desk, trade_in, "F-1"), seal(desk, trade_in, "F-2"))
    with pytest.raises(melts.SeveralClasses):
        melts.melt(bags=bags, out_mg=30_000, by=desk.shop.head)
    with pytest.raises(bag_journeys.NoBags):
        melts.melt(bags=[], out_mg=30_000, by=desk.shop.head)
    assert not Melt.objects.exists()


def test_a_bar_is_neither_heavier_nor_much_lighter(desk: Desk) -> None:
    bags = arrived(desk, sealed(desk))
    with pytest.raises(melts.MeltGains):
        melts.melt(bags=bags, out_mg=10_001, by=desk.shop.head)
    with pytest.raises(melts.MeltLosesTooMuch):
        melts.melt(bags=bags, out_mg=9_699, by=desk.shop.head)  # 3 % at most
    assert melts.melt(bags=bags, out_mg=9_700, by=desk.shop.head).out_mg == 9_700


def test_stones_do_not_come_out_of_the_furnace(desk: Desk) -> None:
    trade_in = settled(desk, stones_mg=1_000)
    bag = seal(desk, trade_in)
    assert (bag.mg, bag.fine_mg) == (10_000, 8_991)
    assert melted(desk, bag, out_mg=8_900).out_mg == 8_900


def test_nothing_is_melted_before_it_arrived(desk: Desk) -> None:
    bag = sent(desk)
    bag.refresh_from_db()
    with pytest.raises(scrap.BagMoved):
        melts.melt(bags=[bag], out_mg=10_000, by=desk.shop.head)
    with pytest.raises(NotAllowed):
        melts.melt(bags=[bag], out_mg=10_000, by=desk.shop.chen)


def test_how_much_melting_may_lose_is_a_setting(desk: Desk) -> None:
    settings_rows.put(store=desk.shop.hq, key="melt_loss_bp", new="0", by=desk.shop.head)
    with pytest.raises(melts.MeltLosesTooMuch):
        melted(desk, sealed(desk), out_mg=9_990)


def test_the_refiner_has_the_last_word(desk: Desk) -> None:
    bar = melted(desk, sealed(desk))
    facts: dict[str, Any] = {
        "melt": bar,
        "refiner": "长城精炼",
        "paper": "R-77",
        "by": desk.shop.head,
    }
    with pytest.raises(BadField):
        melts.enter_assay(**facts, fineness=10_001)
    with pytest.raises(BadField):
        melts.enter_assay(**facts | {"paper": " "}, fineness=9_985)
    row = melts.enter_assay(**facts, fineness=9_985)
    assert (row.fineness, row.paper, row.by) == (9_985, "R-77", desk.shop.head)
    with pytest.raises(melts.AssayEntered):
        melts.enter_assay(**facts, fineness=9_999)
    assert RefinerAssay.objects.count() == 1
    with pytest.raises(NotAllowed):
        melts.enter_assay(**facts | {"by": desk.shop.chen}, fineness=9_985)


def test_every_gram_that_came_in_is_found_again(desk: Desk) -> None:
    trade_in = settled(desk)
    bag = seal(desk, trade_in)
    bar = melted(desk, bag)
    rows = Weighing.objects.filter(old_piece__trade_in=trade_in, purpose="gross")
    assert sum(row.mg for row in rows) == bag.mg == bar.in_mg
