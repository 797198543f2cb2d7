"""From the arrival to the customer's hands, on an ordinary bill, and back by a void."""

from collections.abc import Iterator

import pytest

from counter import bills, books
from counter.models import Channel, MaterialEnd, OrderState
from counter.showroom import hand_overs, kept_pieces, materials, production, steps
from counter.showroom.materials import Amount
from counter.showroom.production import AsMade
from inventory import pieces
from inventory.certificates import Report
from inventory.ground.signatures import SignatureNeeded
from inventory.models import Hold
from tests.orders import NAME, Workshop

S = OrderState


@pytest.fixture(autouse=True)
def _books(workshop: Workshop) -> Iterator[None]:
    yield
    assert [str(each) for each in books.verify(workshop.shop.s01)] == []


def test_the_bill_charges_what_was_ordered_and_nothing_is_typed_again(workshop: Workshop) -> None:
    order = workshop.arrived()
    sale = workshop.bill(order)
    assert bills.total_cents(sale, bills.lines_of(sale)) == order.total_cents
    assert sale.customer_id == order.customer_id
    line = bills.lines_of(sale)[0]
    wished = order.lines.get()
    assert (line.piece.ring_size, line.piece.metal, line.piece.grade, line.made_to_order) == (
        wished.ring_size,
        wished.metal,
        wished.grade,
        True,
    )
    workshop.pay(sale)
    assert workshop.again(order).state == S.HANDED_OVER
    assert workshop.states(order) == ["handed_over", "handed_over"]


def test_the_same_order_opens_one_bill(workshop: Workshop) -> None:
    order = workshop.arrived()
    assert workshop.bill(order) == workshop.bill(order)


def test_nobody_else_gets_a_piece_that_waits_for_its_customer(workshop: Workshop) -> None:
    order = workshop.arrived()
    piece = workshop.pieces(order)[0].piece
    assert piece is not None
    with pytest.raises(kept_pieces.PieceOrdered, match=order.number):
        bills.add_piece(sale=workshop.shop.bill(), piece=workshop.shop_piece(piece), by=workshop.by)
    # even when the hold was lost at a count
    workshop.shop.lose_hold(piece)
    with pytest.raises(kept_pieces.PieceOrdered):
        bills.add_piece(sale=workshop.shop.bill(), piece=workshop.shop_piece(piece), by=workshop.by)


def test_a_bill_that_is_given_up_keeps_the_pieces_for_the_order(workshop: Workshop) -> None:
    order = workshop.arrived()
    sale = workshop.bill(order)
    bills.give_up(sale=sale, by=workshop.by)
    held = Hold.objects.filter(bill=order.uuid, ended_at=None)
    assert held.count() == 2
    assert workshop.bill(order).lines.count() == 2


def test_the_bill_of_an_order_stays_its_customers(workshop: Workshop) -> None:
    sale = workshop.bill(workshop.arrived())
    with pytest.raises(kept_pieces.PieceOrdered):
        bills.name_customer(sale=sale, customer=None)


def test_a_void_brings_order_and_pieces_back(workshop: Workshop) -> None:
    order = workshop.arrived()
    sale = workshop.pay(workshop.bill(order))
    workshop.void(sale)
    assert workshop.again(order).state == S.NOTIFIED
    assert workshop.states(order) == ["arrived", "arrived"]
    workshop.pay(workshop.bill(order))
    assert workshop.again(order).state == S.HANDED_OVER


def test_what_is_here_goes_first_and_the_rest_follows(workshop: Workshop) -> None:
    order = workshop.making()
    first, second = workshop.pieces(order)
    workshop.arrive(first)
    hand_overs.tell(order=workshop.again(order), by=workshop.by)
    workshop.pay(workshop.bill(order))
    assert workshop.again(order).state == S.IN_PRODUCTION
    assert workshop.states(order) == ["handed_over", "in_production"]
    workshop.arrive(second)
    assert workshop.again(order).state == S.ARRIVED
    workshop.pay(workshop.bill(order))
    assert workshop.again(order).state == S.HANDED_OVER


def test_a_delivery_is_paid_sent_and_signed_for(workshop: Workshop) -> None:
    wish = workshop.showroom.wish(delivery="ship", recipient="何女士", address="上海市南京路1号")
    order = workshop.arrived(wish)
    with pytest.raises(hand_overs.NotPaid):
        hand_overs.ship(order=order, carrier="顺丰", tracking="SF1", by=workshop.by)
    sale = workshop.pay(workshop.bill(order))
    assert workshop.again(order).state == S.NOTIFIED
    parcel = hand_overs.ship(
        order=workshop.again(order), carrier="顺丰", tracking="sf 1", by=workshop.by
    )
    assert (parcel.tracking, parcel.count, workshop.again(order).state) == ("SF1", 2, S.SHIPPED)
    with pytest.raises(hand_overs.OrderShipped):
        workshop.void(sale)
    with pytest.raises(hand_overs.SignerNeeded):
        hand_overs.sign_for(parcel=parcel, name=" ", by=workshop.by)
    hand_overs.sign_for(parcel=parcel, name="何女士", by=workshop.by)
    assert workshop.again(order).state == S.DELIVERED
    with pytest.raises(hand_overs.ParcelSigned):
        hand_overs.sign_for(parcel=parcel, name="何女士", by=workshop.by)


def test_what_was_to_be_sent_is_fetched(workshop: Workshop) -> None:
    wish = workshop.showroom.wish(delivery="ship", recipient="何女士", address="上海市南京路1号")
    order = workshop.arrived(wish)
    with pytest.raises(hand_overs.NotPaid):
        hand_overs.collect(order=order, by=workshop.by)
    workshop.pay(workshop.bill(order))
    hand_overs.collect(order=workshop.again(order), by=workshop.by)
    assert workshop.again(order).state == S.HANDED_OVER


def test_the_customer_is_told_once(workshop: Workshop) -> None:
    order = workshop.arrived()
    with pytest.raises(steps.OrderMoved):
        hand_overs.tell(order=order, by=workshop.by)


def test_an_order_from_afar_counts_as_bought_from_afar(workshop: Workshop) -> None:
    order = workshop.arrived()
    workshop.pay(workshop.bill(order))
    ordered = workshop.pieces(order)[0].piece
    assert ordered is not None
    assert hand_overs.channel_of(ordered, said=Channel.SHOP) == Channel.DISTANCE
    assert hand_overs.channel_of(workshop.shop.piece(), said=Channel.SHOP) == Channel.SHOP


def test_a_piece_without_its_report_waits(workshop: Workshop) -> None:
    order = workshop.making()
    for ordered in workshop.pieces(order):
        workshop.arrive(ordered, made=AsMade())
    with pytest.raises(pieces.NoReport):
        workshop.bill(order)
    first = workshop.pieces(order)[0]
    production.certify(ordered=first, report=Report("NGTC", "7123456789"), by=workshop.by)
    assert workshop.bill(order).lines.get().piece_id == first.piece_id
    with pytest.raises(production.HasReport):
        production.certify(ordered=first, report=Report("NGTC", "7123456780"), by=workshop.by)


def test_material_of_the_customer_stops_the_hand_over(workshop: Workshop) -> None:
    order = workshop.arrived()
    material = workshop.bring(order, Amount(count=3, mct=900))
    with pytest.raises(materials.MaterialUnaccounted, match="3"):
        workshop.pay(workshop.bill(order))
    account = {"material": material, "words": "", "by": workshop.by}
    materials.account(end=MaterialEnd.USED, amount=Amount(2, 600), **account)
    with pytest.raises(materials.MaterialTooMuch):
        materials.account(end=MaterialEnd.USED, amount=Amount(1, 301), **account)
    with pytest.raises(SignatureNeeded):
        materials.account(end=MaterialEnd.RETURNED, amount=Amount(1, 250), **account)
    materials.account(end=MaterialEnd.RETURNED, amount=Amount(1, 250), signature=NAME, **account)
    with pytest.raises(materials.MaterialUnaccounted):
        workshop.pay(workshop.bill(order))
    # the last chip
    with pytest.raises(materials.MaterialWordsNeeded):
        materials.account(end=MaterialEnd.LOST, amount=Amount(mct=50), **account)
    account["words"] = "镶嵌时崩边"
    materials.account(end=MaterialEnd.LOST, amount=Amount(mct=50), **account)
    workshop.pay(workshop.bill(order))
    assert workshop.again(order).state == S.HANDED_OVER
