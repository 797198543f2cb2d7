"""Settled old gold goes under a seal, one bag for each metal class, and somebody watches."""

from typing import Any

import pytest

from appraisal import contents, scrap, trade_ins
from appraisal.models import BagState, OldPiece, ScrapBag, TradeIn, TradeInState, Weighing
from appraisal.trade_ins import TradeInMoved
from counter import books, sales, settlements
from counter.models import Sale, SaleState
from inventory.ground import approvals
from inventory.ground.approvals import ApprovalNeeded
from inventory.ground.errors import BadField
from inventory.ground.measures import class_of
from inventory.models import Place, PlaceKind
from tests.old_gold import Desk
from tests.scrap_bags import (
    BAG_MG,
    first_class,
    of_two_metals,
    places_of,
    seal,
    sealed,
    settled,
)


def is_clean(desk: Desk) -> bool:
    return not list(books.verify(desk.shop.s01, full=True))


def alone(desk: Desk, trade_in: TradeIn, **facts: Any) -> ScrapBag:
    """Lin by herself, with the customer as witness."""
    told: dict[str, Any] = {
        "trade_in": trade_in,
        "of": first_class(trade_in),
        "seal": "F-0001",
        "shown": desk.on_scale(10_000 + BAG_MG),
        "customer_watched": True,
        "by": desk.by,
    }
    return scrap.seal_bag(**told | facts)


def test_it_seals_what_was_taken_in_to_the_milligram(desk: Desk) -> None:
    trade_in = settled(desk)
    bag = seal(desk, trade_in)
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.BAGGED
    assert (bag.number[:5], bag.seal, bag.state) == ("S01-B", "F-0001", BagState.SEALED)
    assert (bag.metal, bag.grade, bag.mg, bag.gross_mg) == ("Au", 9900, 10_000, 11_500)
    assert bag.fine_mg == 9_990
    assert (bag.sealed_by, bag.weighed_by) == (desk.by, desk.shop.zhao)
    weighing = Weighing.objects.get(document=bag.number)
    assert (weighing.mg, weighing.purpose, weighing.is_typed) == (11_500, "bag", False)
    assert is_clean(desk)


def test_bag_and_old_pieces_lie_in_the_safe(desk: Desk) -> None:
    bag = sealed(desk)
    assert str(bag.place) == "金库"
    assert places_of(bag) == {"SAFE"}
    move = bag.moves.get()
    assert (move.old, move.new, move.to_place, move.gross_mg) == ("", "sealed", bag.place, 11_500)


def test_the_counters_own_safe_goes_before_the_stores(desk: Desk) -> None:
    own = Place.objects.create(
        store=desk.shop.s01, parent=desk.shop.a, code="A-Z", kind=PlaceKind.SAFE
    )
    assert scrap.place_for(desk.shop.a) == own
    Place.objects.filter(kind=PlaceKind.SAFE).delete()
    assert scrap.place_for(desk.shop.a) == desk.shop.a


def test_each_metal_class_has_a_bag_of_its_own(desk: Desk) -> None:
    trade_in = of_two_metals(desk)
    gold, platinum = contents.to_bag(trade_in)
    assert (gold.pieces, gold.mg, platinum.pieces, platinum.mg) == (1, 10_000, 2, 20_000)
    first = seal(desk, trade_in, "F-1")
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.SETTLED  # the platinum is still outside
    second = seal(desk, trade_in, "F-2")
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.BAGGED
    assert (first.metal, second.metal, second.mg) == ("Au", "Pt", 20_000)
    assert second.fine_mg == 19_000
    assert sum(bag.mg for bag in ScrapBag.objects.all()) == 30_000
    assert is_clean(desk)


def test_it_refuses_the_same_seal_twice(desk: Desk) -> None:
    trade_in = of_two_metals(desk)
    first = seal(desk, trade_in, "F-1")
    with pytest.raises(scrap.SealUsed) as refusal:
        seal(desk, trade_in, "f－1 ")  # as it may be typed
    assert refusal.value.code == "seal_used"
    assert first.number in str(refusal.value)
    assert ScrapBag.objects.count() == 1


def test_it_refuses_the_same_old_piece_twice(desk: Desk) -> None:
    trade_in = of_two_metals(desk)
    of = first_class(trade_in)
    seal(desk, trade_in, "F-1", of=of)
    with pytest.raises(scrap.NothingToBag):
        seal(desk, trade_in, "F-2", of=of, shown=desk.on_scale(11_500))
    assert OldPiece.objects.filter(bag__isnull=False).count() == 1


def test_it_refuses_a_bag_lighter_than_its_gold(desk: Desk) -> None:
    trade_in = settled(desk)
    with pytest.raises(scrap.BagTooLight):
        seal(desk, trade_in, shown=desk.on_scale(9_990))
    assert seal(desk, trade_in, shown=desk.on_scale(10_000)).gross_mg == 10_000


def test_it_refuses_what_is_not_paid(desk: Desk) -> None:
    trade_in = desk.accepted()
    with pytest.raises(TradeInMoved):
        alone(desk, trade_in)


def test_it_refuses_a_class_that_is_not_there_and_no_seal(desk: Desk) -> None:
    trade_in = settled(desk)
    with pytest.raises(scrap.NothingToBag):
        alone(desk, trade_in, of=class_of(metal="Ag", fineness=9_990))
    with pytest.raises(BadField):
        alone(desk, trade_in, seal="  ")


def test_a_second_person_watches_where_nobody_is_alone(desk: Desk) -> None:
    desk.put("alone_on_duty", "no")
    trade_in = settled(desk)
    with pytest.raises(scrap.SecondPersonNeeded):
        alone(desk, trade_in)
    with pytest.raises(ApprovalNeeded) as needed:
        alone(desk, trade_in, customer_watched=False)
    assert needed.value.ask.figures["seal"] == "F-0001"
    assert not ScrapBag.objects.exists()
    assert seal(desk, trade_in).weighed_by == desk.shop.zhao


def test_the_customer_is_witness_of_somebody_who_is_alone(desk: Desk) -> None:
    bag = alone(desk, settled(desk))
    assert (bag.weighed_by, bag.customer_watched) == (None, True)


def test_a_bag_is_opened_again_for_a_sale_that_is_taken_back(desk: Desk) -> None:
    trade_in = settled(desk)
    bag = seal(desk, trade_in)
    with pytest.raises(ApprovalNeeded):
        scrap.open_again(bag=bag, reason="退货", by=desk.by)
    approvals.grant(
        ask=scrap.open_ask(bag), store=desk.shop.s01, asked_by=desk.by, by=desk.shop.chen
    )
    with pytest.raises(BadField):
        scrap.open_again(bag=bag, reason=" ", by=desk.by)
    assert scrap.open_again(bag=bag, reason="退货", by=desk.by).state == TradeInState.SETTLED
    bag.refresh_from_db()
    (piece,) = trade_ins.pieces_of(trade_in)
    assert (bag.state, bag.place) == (BagState.OPENED, None)
    assert (piece.bag, piece.place) == (None, desk.shop.a)
    # its seal is broken and closes nothing any more, and the gold goes into another bag
    trade_in.refresh_from_db()
    with pytest.raises(scrap.SealUsed):
        seal(desk, trade_in, "F-0001")
    assert seal(desk, trade_in, "F-0002").mg == 10_000
    assert is_clean(desk)


def test_a_void_is_refused_while_one_of_two_bags_is_sealed(desk: Desk) -> None:
    trade_in = of_two_metals(desk)
    seal(desk, trade_in)
    sale = Sale.objects.get()
    ask = sales.void_ask(sale)
    approvals.grant(ask=ask, store=desk.shop.s01, asked_by=desk.by, by=desk.shop.chen)
    scanned = list(sale.lines.values_list("piece__number", flat=True))
    with pytest.raises(settlements.BagSealed):
        sales.void(sale=sale, scanned=scanned, reason="wrong size", by=desk.by)
    sale.refresh_from_db()
    assert sale.state == SaleState.COMPLETED


def test_a_counter_answers_for_what_it_sealed(desk: Desk) -> None:
    bag = sealed(desk)
    assert list(scrap.lying_at(desk.shop.a)) == [bag]
    assert not scrap.lying_at(desk.shop.b).exists()
    assert not scrap.lying_at(desk.shop.a2).exists()
