"""Parcels between stores arrive, in whole or in part, come back or are lost."""

import pytest
from django.contrib.auth.models import User

from inventory import (
    pieces_on_road,
    queries,
    shipment_states,
    shipment_surpluses,
    shipments,
)
from inventory.ground import approvals
from inventory.ground.approvals import ApprovalNeeded
from inventory.ground.errors import NotAllowed
from inventory.models import (
    Change,
    Movement,
    RoadState,
    Shipment,
    ShipmentState,
    State,
)
from inventory.places import PlaceUnknown
from inventory.shipment_arrivals import (
    AlreadyReceived,
    Found,
    NothingFound,
    receive,
    weights_ask,
)
from inventory.shipment_outcomes import RemarkNeeded, WrongOutcome
from inventory.shipment_outcomes import settle as say
from inventory.shipment_states import ShipmentMoved
from inventory.shipment_surpluses import InOurBook, NotInOurBook, SurplusSettled
from tests import shipments as parcels
from tests.cast import Shop
from tests.shipments import broken, line_of, now, state_of

pytestmark = pytest.mark.usefixtures("books_agree")


# --- it arrives


def test_it_arrives_in_the_other_book_and_is_on_sale_there(shop: Shop) -> None:
    ring = shop.ring()
    sent = parcels.send(shop, ring)
    parcels.receive(shop, sent, ring)
    assert now(ring) == ("S02", "A-01", State.ON_SALE)
    assert (state_of(sent), line_of(sent, ring).state) == (
        ShipmentState.RECEIVED,
        RoadState.ARRIVED,
    )
    told = (
        Movement.objects.filter(piece=ring)
        .order_by("pk")
        .values_list(
            "change__store__code",
            "reason",
            "new",
            "from_place__store__code",
            "to_place__store__code",
        )
    )
    assert list(told)[2:] == [
        ("S01", "sent", "in_transit", "S01", "S01"),
        ("S01", "delivered", "in_transit", "S01", "S02"),
        ("S02", "arrived", "received", "S02", "S02"),
        ("S02", "arrived", "on_sale", "S02", "S02"),
    ]
    assert ring.certificates.count() == 1
    assert queries.pieces_for(shop.sun).filter(pk=ring.pk).exists()
    assert not queries.pieces_for(shop.lin).filter(pk=ring.pk).exists()


def test_what_was_not_on_sale_before_is_not_on_sale_there(shop: Shop) -> None:
    new, bare = shop.ring(on_sale=False), shop.ring()
    sent = parcels.send(shop, new, bare)
    bare.certificates.all().delete()
    parcels.receive(shop, sent, new, bare)
    assert {now(new), now(bare)} == {("S02", "A-01", State.RECEIVED)}


def test_what_is_missing_in_the_parcel_stays_on_the_road_and_may_come_later(shop: Shop) -> None:
    ring, necklace = shop.ring(), shop.piece()
    sent = parcels.send(shop, ring, necklace)
    parcels.receive(shop, sent, ring)
    assert state_of(sent) == ShipmentState.PARTLY_RECEIVED
    assert now(necklace) == ("S01", "ROAD", State.IN_TRANSIT)
    parcels.receive(shop, sent, necklace)
    assert state_of(sent) == ShipmentState.RECEIVED
    assert now(necklace) == ("S02", "A-01", State.ON_SALE)


def test_it_is_received_once(shop: Shop) -> None:
    ring = shop.ring()
    sent = parcels.send(shop, ring)
    parcels.receive(shop, sent, ring)
    with pytest.raises(AlreadyReceived):
        parcels.receive(shop, sent, ring)
    assert sent.arrivals.count() == 1


def test_a_piece_too_many_is_written_down_and_moves_nowhere(shop: Shop) -> None:
    ring, strange = shop.ring(), shop.piece()
    sent = parcels.send(shop, ring)
    for found in ([strange], [ring, strange]):  # scanned twice, it is written down once
        parcels.receive(shop, sent, *found)
    assert now(ring) == ("S02", "A-01", State.ON_SALE)
    assert now(strange) == ("S01", "A-01", State.ON_SALE)
    (row,) = shipment_surpluses.open_at(shop.sun, shop.s02)
    assert (row.shipment, row.piece) == (sent, strange)
    assert not shipment_surpluses.open_at(shop.lin, shop.s01)


def test_what_became_of_a_piece_too_many_is_what_the_books_say(shop: Shop) -> None:
    ring, strange = shop.ring(), shop.piece()
    sent, boss = parcels.send(shop, ring), parcels.hire_fang(shop)
    parcels.receive(shop, sent, ring, strange)
    (row,) = shipment_surpluses.of_shipment(sent)

    def became(outcome: str, by: User) -> None:
        shipment_surpluses.settle(surplus=row, outcome=outcome, remark="补了单", by=by)

    for outcome, by, refused in (("here", shop.wang, NotAllowed), ("here", boss, NotInOurBook)):
        with pytest.raises(refused):
            became(outcome, by)
    parcels.receive(shop, parcels.send(shop, strange), strange)
    with pytest.raises(InOurBook):
        became("back", boss)
    became("here", boss)
    with pytest.raises(SurplusSettled):
        became("here", boss)
    assert not shipment_surpluses.open_at(shop.sun, shop.s02)


def test_it_is_received_by_people_of_the_other_store_into_its_places(shop: Shop) -> None:
    ring = shop.ring()
    sent = parcels.send(shop, ring)
    for told in ({"receiver": shop.lin}, {"by": shop.lin}, {"receiver": shop.qian}):
        with pytest.raises(NotAllowed):
            parcels.receive(shop, sent, ring, **told)
    for place in (shop.tray("A-01"), pieces_on_road.road_of(shop.s02)):
        with pytest.raises(PlaceUnknown):
            parcels.receive(shop, sent, ring, to=place)
    with pytest.raises(NothingFound):
        parcels.receive(shop, sent)


def test_a_weight_that_its_label_does_not_allow_is_signed_by_two(shop: Shop) -> None:
    ring, fang = shop.ring(), parcels.hire_fang(shop)
    sent, off = parcels.send(shop, ring), [Found(ring, 1_990, is_off=True)]
    tray = shop.tray("A-01", shop.s02)

    def hand_in() -> Shipment:
        return receive(shipment=sent, found=off, to=tray, receiver=shop.sun, by=shop.sun)

    with pytest.raises(ApprovalNeeded) as asked:
        hand_in()
    assert "2.02 g, scale 1.99 g" in str(asked.value.ask.summary)
    assert now(ring) == ("S01", "ROAD", State.IN_TRANSIT)
    ask = weights_ask(sent, off)
    approvals.grant(ask=ask, store=shop.s02, asked_by=shop.sun, by=fang)
    hand_in()
    arrival = sent.arrivals.get()
    assert arrival.approval is not None
    assert (arrival.approval.approved_by, arrival.found) == (fang, [[ring.number, 1_990, True]])
    assert line_of(sent, ring).weighed_mg == 1_990


def test_a_step_that_fails_leaves_both_books_as_they_were(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = shop.ring()
    sent = parcels.send(shop, ring)
    before = Change.objects.count()

    def fall(*_args: object, **_named: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(shipment_states, "restate", fall)
        with pytest.raises(RuntimeError):
            parcels.receive(shop, sent, ring)
    assert now(ring) == ("S01", "ROAD", State.IN_TRANSIT)
    assert (Change.objects.count(), sent.arrivals.count()) == (before, 0)


# --- it does not arrive


def test_it_is_recalled_into_the_places_it_left(shop: Shop) -> None:
    ring, necklace = shop.ring(), shop.piece(place=shop.tray("B-02"))
    sent = parcels.send(shop, ring, necklace)
    with pytest.raises(ApprovalNeeded):
        shipments.recall(shipment=sent, by=shop.lin)
    parcels.recall(shop, sent)
    assert now(ring) == ("S01", "A-01", State.ON_SALE)
    assert now(necklace) == ("S01", "B-02", State.ON_SALE)
    assert state_of(sent) == ShipmentState.RECALLED
    with pytest.raises(ShipmentMoved):
        parcels.receive(shop, sent, ring)
    with pytest.raises(ShipmentMoved):
        parcels.recall(shop, sent)


def test_it_is_not_recalled_by_another_store_nor_after_a_part_arrived(shop: Shop) -> None:
    ring, necklace = shop.ring(), shop.piece()
    sent = parcels.send(shop, ring, necklace)
    with pytest.raises(NotAllowed):
        shipments.recall(shipment=sent, by=shop.sun)
    parcels.receive(shop, sent, ring)
    with pytest.raises(ShipmentMoved):
        parcels.recall(shop, sent)


def test_what_never_left_lies_in_its_place_again(shop: Shop) -> None:
    ring, necklace = shop.ring(), shop.piece()
    sent = parcels.send(shop, ring, necklace)
    parcels.receive(shop, sent, ring)
    parcels.settle(shop, sent, necklace, "back")
    assert now(necklace) == ("S01", "A-01", State.ON_SALE)
    assert state_of(sent) == ShipmentState.RECEIVED


def test_what_is_lost_is_missing_and_may_turn_up_at_either_end(shop: Shop) -> None:
    first, second, third = shop.ring(), shop.ring(), shop.ring()
    sent = parcels.send(shop, first, second, third)
    for ring in (first, second, third):
        parcels.settle(shop, sent, ring, "lost")
    assert now(first) == ("S01", "ROAD", State.MISSING)
    assert state_of(sent) == ShipmentState.LOST
    assert broken(shop) == []
    parcels.settle(shop, sent, first, "back")
    assert now(first) == ("S01", "A-01", State.ON_SALE)
    assert state_of(sent) == ShipmentState.RECALLED
    parcels.receive(shop, sent, second)
    assert now(second) == ("S02", "A-01", State.ON_SALE)
    assert state_of(sent) == ShipmentState.RECEIVED
    parcels.settle(shop, sent, third, "written_off")
    assert now(third) == ("S01", "", State.WRITTEN_OFF)
    assert line_of(sent, third).outcomes.count() == 2


def test_nothing_is_written_off_before_it_is_lost_and_nothing_without_words(shop: Shop) -> None:
    ring = shop.ring()
    sent = parcels.send(shop, ring)
    line = line_of(sent, ring)
    with pytest.raises(ShipmentMoved):
        parcels.settle(shop, sent, ring, "written_off")
    with pytest.raises(WrongOutcome):
        parcels.settle(shop, sent, ring, "arrived")
    with pytest.raises(RemarkNeeded):
        say(line=line, outcome="lost", remark="  ", by=shop.wang)
    for stranger in (shop.lin, parcels.hire_fang(shop)):
        with pytest.raises(NotAllowed):
            say(line=line, outcome="lost", remark="没到", by=stranger)
