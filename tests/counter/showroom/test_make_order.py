"""The pieces of an order come from the workshop, and are pieces in the book."""

from collections.abc import Iterator
from typing import Any

import pytest

from counter import books
from counter.models import NetworkOrder, OrderState
from counter.showroom import endings, hand_overs, materials, production, steps
from counter.showroom.materials import Amount, Brought
from counter.showroom.production import AsMade, Progress
from inventory.certificates import Report
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.ground.signatures import SignatureNeeded
from inventory.models import Piece, State
from tests.orders import NAME, Workshop

S = OrderState


@pytest.fixture(autouse=True)
def _books(workshop: Workshop) -> Iterator[None]:
    yield
    assert [str(each) for each in books.verify(workshop.shop.s01)] == []


def test_a_piece_that_arrives_is_in_the_book_and_kept_for_its_order(workshop: Workshop) -> None:
    order = workshop.making()
    first, _second = workshop.pieces(order)
    arrival = workshop.arrive(first)
    piece, line = arrival.piece, first.line
    assert (piece.state, str(piece.place), piece.made_to_order) == (State.HELD, "A-01", True)
    assert (piece.net_mg, piece.ring_size, piece.labour_value) == (
        line.net_mg,
        line.ring_size,
        line.labour_cents,
    )
    assert workshop.again(order).state == S.IN_PRODUCTION
    assert production.progress(order) == Progress(pieces=2, arrived=1, handed_over=0)


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({"net_mg": 9_000, "gross_mg": 9_000}, production.ArrivalDiffers),
        ({"made": AsMade(ring_size="13")}, production.ArrivalDiffers),
        ({"made": AsMade(metal="Pt", grade=9500)}, production.ArrivalDiffers),
        ({"gross_mg": 1}, production.BadWeights),
        ({"net_mg": 0}, production.BadWeights),
        ({"place": "A"}, production.BadPlace),
    ],
)
def test_what_does_not_agree_with_the_order_is_refused(
    workshop: Workshop, facts: dict[str, Any], refused: type[RuleBroken]
) -> None:
    first = workshop.pieces(workshop.making())[0]
    if "place" in facts:
        facts = {"place": workshop.shop.a}
    with pytest.raises(refused):
        workshop.arrive(first, **facts)


def test_a_difference_is_kept_with_the_word_why(workshop: Workshop) -> None:
    first = workshop.pieces(workshop.making())[0]
    arrival = workshop.arrive(first, made=AsMade(ring_size="13"), differs="客人同意")
    assert "13" in arrival.differs
    assert "客人同意" in arrival.differs
    assert arrival.piece.ring_size == "13"


def test_a_report_belongs_to_one_piece(workshop: Workshop) -> None:
    first, second = workshop.pieces(workshop.making())
    made = AsMade(report=Report("NGTC", "7999999999"))
    workshop.arrive(first, made=made)
    with pytest.raises(production.ReportKnown):
        workshop.arrive(second, made=made)
    assert workshop.states(first.line.order) == ["arrived", "in_production"]


def test_no_piece_arrives_twice_or_before_it_is_made(workshop: Workshop) -> None:
    order = workshop.order()
    first = workshop.pieces(order)[0]
    with pytest.raises(production.NotInProduction):
        workshop.arrive(first)
    production.start(order=order, by=workshop.by)
    with pytest.raises(steps.OrderMoved):
        production.start(order=workshop.again(order), by=workshop.by)
    workshop.arrive(first)
    with pytest.raises(production.NotInProduction):
        workshop.arrive(first)


def test_without_a_promise_nothing_begins(workshop: Workshop) -> None:
    order = workshop.order()
    NetworkOrder.objects.filter(pk=order.pk).update(promised_on=None)
    with pytest.raises(production.NoPromisedDay):
        production.start(order=order, by=workshop.by)


def test_who_does_not_work_on_the_queue_makes_nothing(workshop: Workshop) -> None:
    order = workshop.order()
    with pytest.raises(NotAllowed):
        production.start(order=order, by=workshop.shop.gao)


def test_the_customer_is_told_of_a_part(workshop: Workshop) -> None:
    order = workshop.making()
    with pytest.raises(hand_overs.NothingArrived):
        hand_overs.tell(order=order, by=workshop.by)
    workshop.arrive(workshop.pieces(order)[0])
    hand_overs.tell(order=workshop.again(order), by=workshop.by)
    assert order.contacts.get().how == "notice"


def test_what_arrived_for_a_cancelled_order_is_free_for_everybody(workshop: Workshop) -> None:
    order = workshop.arrived()
    chen = workshop.shop.chen
    endings.cancel(order=order, reason="not_as_ordered", remark="", by=chen)
    kept = Piece.objects.filter(ordered__line__order=order)
    assert {(piece.state, piece.made_to_order) for piece in kept} == {(State.ON_SALE, False)}
    workshop.shop.sell(workshop.shop_piece(kept[0]))


def test_material_is_received_with_picture_and_signature(workshop: Workshop) -> None:
    order = workshop.order()
    told: dict[str, Any] = {
        "order": order,
        "brought": Brought("metal", "旧戒指", Amount(count=1, mg=3_200), "Au", 9_990),
        "photos": [workshop.photo()],
        "signature": NAME,
        "by": workshop.by,
    }
    for wrong, refused in (
        ({"photos": []}, materials.MaterialPhotoNeeded),
        ({"signature": None}, SignatureNeeded),
        ({"brought": Brought("metal", "旧戒指", Amount(count=1, mct=5))}, materials.BadMaterial),
        ({"brought": Brought("stone", "", Amount(count=1, mct=5))}, materials.BadMaterial),
    ):
        with pytest.raises(refused):
            materials.receive(**{**told, **wrong})
    row = materials.receive(**told)
    assert materials.rest(row) == Amount(1, 0, 3_200)
