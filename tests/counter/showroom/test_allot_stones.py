"""配石: the stone of an ordered ring, from stock, to be bought or the customer's own."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from counter import bills, books
from counter.models import NetworkOrder, OrderState, StoneSource
from counter.showroom import allotments, endings, kept_pieces, production, steps
from counter.showroom.materials import Amount
from inventory.ground.errors import RuleBroken
from inventory.models import Movement, Piece, Reason, State
from tests.orders import FITTING, Workshop
from tests.showroom import DIAMOND_RING

S = OrderState


@pytest.fixture(autouse=True)
def _books(workshop: Workshop) -> Iterator[None]:
    yield
    assert [str(each) for each in books.verify(workshop.shop.s01)] == []


@pytest.fixture
def ring(workshop: Workshop) -> NetworkOrder:
    """A diamond ring of our stones, waiting for its stone."""
    order = workshop.order(workshop.showroom.wish(DIAMOND_RING))
    return allotments.begin(order=order, by=workshop.by)


def test_an_order_without_stones_goes_straight_to_the_workshop(workshop: Workshop) -> None:
    order = allotments.begin(order=workshop.order(), by=workshop.by)
    assert order.state == S.IN_PRODUCTION
    with pytest.raises(steps.OrderMoved):
        allotments.begin(order=order, by=workshop.by)


def test_a_stone_from_stock_is_kept_and_set(workshop: Workshop, ring: NetworkOrder) -> None:
    (wanted,) = workshop.pieces(ring)
    assert allotments.missing([ring]) == {ring.pk: 1}
    with pytest.raises(production.StonesMissing):
        allotments.finish(order=ring, by=workshop.by)
    row = workshop.allot(wanted)
    assert allotments.missing([ring]) == {}
    with pytest.raises(kept_pieces.KeptForOrder, match=ring.number):
        bills.add_piece(
            sale=workshop.shop.bill(), piece=workshop.shop_piece(row.stone), by=workshop.by
        )
    allotments.finish(order=ring, by=workshop.by)
    workshop.arrive(wanted)
    stone = Piece.objects.get(pk=row.stone_id)
    assert (stone.state, stone.place) == (State.WRITTEN_OFF, None)
    assert Movement.objects.filter(piece=stone, reason=Reason.SET).count() == 1
    made = workshop.pieces(ring)[0].piece
    assert made is not None
    told = made.stones.get()
    assert (told.weight_mct, told.color, told.clarity, told.cut) == (500, "F", "VS1", "EX")
    assert workshop.again(ring).state == S.ARRIVED
    sale = workshop.bill(ring)
    assert bills.total_cents(sale, bills.lines_of(sale)) == ring.total_cents


def _sold(workshop: Workshop) -> Piece:
    stone = workshop.stone()
    workshop.shop.sell(stone)
    return stone


def _held(workshop: Workshop) -> Piece:
    stone = workshop.stone()
    workshop.shop.bill(stone)
    return stone


def _elsewhere(workshop: Workshop) -> Piece:
    shop = workshop.shop
    return shop.ring(store=shop.s02)


@pytest.mark.parametrize("gone", [_sold, _held, _elsewhere])
def test_a_stone_that_went_meanwhile_is_refused_and_nothing_lost(
    workshop: Workshop, ring: NetworkOrder, gone: Any
) -> None:
    (wanted,) = workshop.pieces(ring)
    with pytest.raises(allotments.StoneNotFree):
        workshop.allot(wanted, stone=gone(workshop))
    workshop.allot(wanted)
    with pytest.raises(allotments.StoneAllottedAlready):
        workshop.allot(wanted)


def test_no_stone_is_kept_twice(workshop: Workshop) -> None:
    wish = workshop.showroom.wish(replace(DIAMOND_RING, pieces=2))
    order = allotments.begin(order=workshop.order(wish), by=workshop.by)
    first, second = workshop.pieces(order)
    stone = workshop.stone()
    row = workshop.allot(first, stone=stone)
    with pytest.raises(allotments.StoneNotFree):
        workshop.allot(second, stone=stone)
    allotments.release(allotment=row, by=workshop.by)
    workshop.allot(second, stone=stone)
    with pytest.raises(allotments.StoneGone):
        allotments.release(allotment=row, by=workshop.by)


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"weight_mct": 551}, "0.55"),
        ({"color": "H"}, "H"),
        ({"clarity": "SI1"}, "SI1"),
        ({"cut": "GD"}, "GD"),
    ],
)
def test_a_stone_that_differs_is_named_and_taken_only_with_a_word(
    workshop: Workshop, ring: NetworkOrder, facts: dict[str, Any], named: str
) -> None:
    (wanted,) = workshop.pieces(ring)
    stone = workshop.stone(**facts)
    with pytest.raises(allotments.StoneDiffers, match=named):
        workshop.allot(wanted, stone=stone)
    row = workshop.allot(wanted, stone=stone, agreed="电话同意")
    assert "电话同意" in row.words


def test_a_stone_to_be_bought_is_missing_until_it_is_here(
    workshop: Workshop, ring: NetworkOrder
) -> None:
    (wanted,) = workshop.pieces(ring)
    with pytest.raises(allotments.StoneToBuyUnclear):
        workshop.allot(wanted, source=StoneSource.BUY)
    row = workshop.allot(wanted, source=StoneSource.BUY, facts=FITTING)
    with pytest.raises(production.StonesMissing):
        allotments.finish(order=ring, by=workshop.by)
    allotments.come(allotment=row, by=workshop.by)
    with pytest.raises(allotments.StoneGone):
        allotments.come(allotment=row, by=workshop.by)
    assert allotments.finish(order=ring, by=workshop.by).state == S.IN_PRODUCTION


def test_a_stone_of_the_customer_was_received_before(
    workshop: Workshop, ring: NetworkOrder
) -> None:
    (wanted,) = workshop.pieces(ring)
    own = {"source": StoneSource.CUSTOMER, "facts": FITTING}
    with pytest.raises(allotments.CustomersStoneMissing):
        workshop.allot(wanted, **own)
    workshop.bring(ring, Amount(count=1, mct=500))
    workshop.allot(wanted, **own)


def test_a_cancelled_order_frees_its_stones(workshop: Workshop, ring: NetworkOrder) -> None:
    (wanted,) = workshop.pieces(ring)
    row = workshop.allot(wanted)
    endings.cancel(order=ring, reason="changed_mind", remark="", by=workshop.by)
    assert Piece.objects.get(pk=row.stone_id).state == State.ON_SALE


def test_a_piece_without_a_stone_gets_none(workshop: Workshop) -> None:
    with pytest.raises((allotments.NoStoneNeeded, RuleBroken)):
        workshop.allot(workshop.pieces(workshop.making())[0])
