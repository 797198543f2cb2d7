"""Transfers between stores: pieces leave and are on the road, who sees them, what the books say."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from counter import custody
from counter.for_sale import NotForSale
from counter.models import HandoverLine
from inventory import (
    shipment_slips,
    shipments,
)
from inventory.ground import changes
from inventory.ground.errors import NotAllowed
from inventory.models import (
    Change,
    Piece,
    Place,
    Shipment,
    ShipmentLine,
    State,
)
from inventory.shipments import NotSendable, SameStore
from inventory.transfers import NothingToMove, SameHands
from tests import sheets
from tests import shipments as parcels
from tests.cast import Shop
from tests.shipments import broken, line_of, now

pytestmark = pytest.mark.usefixtures("books_agree")


# --- it leaves


def test_it_leaves_its_tray_and_stays_in_the_book_of_its_store(shop: Shop) -> None:
    ring, necklace = shop.ring(), shop.piece(place=shop.tray("B-02"))
    before = ring.updated_at
    sent = parcels.send(shop, ring, necklace)
    assert sent.number.startswith("S01-V")
    assert (sent.sender, sent.handed_by) == (shop.lin, shop.zhao)
    assert now(ring) == now(necklace) == ("S01", "ROAD", State.IN_TRANSIT)
    ring.refresh_from_db()
    assert ring.updated_at > before
    (slip,) = shipment_slips.slips_of([sent], user=shop.lin)
    assert slip.tally.line == "2 pieces · Fine gold 8.72 g · 18K gold 1.96 g"
    assert Change.objects.filter(number=sent.number, store=shop.s01).count() == 3


def test_it_is_not_in_the_custody_of_its_counter_any_more(shop: Shop) -> None:
    tray, ring = shop.tray("A-01"), shop.ring()
    since = custody.head_seq(shop.s01)
    sent = parcels.send(shop, ring)
    (step,) = custody.steps(shop.s01, [tray.pk], since=since)
    assert (step.sign, step.mg, step.number) == (-1, 1_960, sent.number)
    assert custody.lying([tray.pk, Place.objects.get(code="ROAD").pk]) == {}


def test_the_sheets_before_and_after_it_left_agree(shop: Shop) -> None:
    ring = shop.ring()
    shop.piece()
    sheets.signed(shop)
    parcels.send(shop, ring)
    after = sheets.signed(shop)
    rows = HandoverLine.objects.filter(tray__handover=after, grade=ring.grade)
    (line,) = rows.values_list("opening_pieces", "out_pieces", "out_mg", "closing_pieces")
    assert line == (1, 1, 1_960, 0)


def test_it_enters_the_custody_of_the_counter_that_takes_it_in(shop: Shop) -> None:
    ring, tray = shop.ring(), shop.tray("A-01", shop.s02)
    sent = parcels.send(shop, ring)
    since = custody.head_seq(shop.s02)
    parcels.receive(shop, sent, ring)
    (step,) = custody.steps(shop.s02, [tray.pk], since=since)
    assert (step.sign, step.mg, step.number) == (1, 1_960, sent.number)


def test_it_cannot_be_sold_while_it_is_on_the_road(shop: Shop) -> None:
    ring = shop.ring()
    parcels.send(shop, ring)
    with pytest.raises(NotForSale), transaction.atomic():
        shop.sell(ring)
    assert now(ring) == ("S01", "ROAD", State.IN_TRANSIT)


@pytest.mark.parametrize("how", ["sold", "held", "elsewhere", "on the road"])
def test_it_refuses_what_cannot_be_sent(shop: Shop, how: str) -> None:
    ring = shop.ring(store=shop.s02) if how == "elsewhere" else shop.ring()
    if how == "sold":
        shop.sell(ring)
    elif how == "held":
        shop.bill(ring)
    elif how == "on the road":
        parcels.send(shop, ring)
    before = Shipment.objects.count()
    with pytest.raises(NotSendable):
        parcels.send(shop, shop.piece(), ring)
    assert Shipment.objects.count() == before


def test_it_asks_for_two_people_of_the_store_that_sends(shop: Shop) -> None:
    ring = shop.ring()
    with pytest.raises(SameHands):
        parcels.send(shop, ring, handed_by=shop.lin)
    for strange in (shop.sun, shop.qian, shop.head):
        with pytest.raises(NotAllowed):
            parcels.send(shop, ring, handed_by=strange)
        with pytest.raises(NotAllowed):
            parcels.send(shop, ring, sender=strange)


def test_it_refuses_nothing_too_much_and_the_same_store(shop: Shop) -> None:
    with pytest.raises(NothingToMove):
        parcels.send(shop)
    with pytest.raises(SameStore):
        parcels.send(shop, shop.ring(), to=shop.s01)
    with pytest.raises(shipments.TooManyPieces):
        parcels.send(shop, *[shop.ring()] * 201)


# --- who sees it


def test_it_is_seen_from_both_ends_and_from_nowhere_else(shop: Shop) -> None:
    sent = parcels.send(shop, shop.ring())
    seen = [
        name
        for name, user in shop.people.items()
        if shipment_slips.shipments_for(user).filter(pk=sent.pk).exists()
    ]
    assert set(seen) == {"lin", "zhao", "qian", "chen", "wang", "sun", "head"}


def test_who_opens_the_parcel_does_not_know_what_is_in_it(shop: Shop) -> None:
    ring, necklace = shop.ring(), shop.piece()
    sent = parcels.send(shop, ring, necklace)
    blind = {name for name, user in shop.people.items() if shipment_slips.is_blind(sent, user)}
    assert blind == {"sun", "gao"}
    opened = parcels.receive(shop, sent, ring)
    assert shipment_slips.is_blind(opened, shop.sun)
    opened = parcels.receive(shop, sent, necklace)
    assert not shipment_slips.is_blind(opened, shop.sun)


def test_who_signs_that_the_parcel_is_empty_reads_what_is_missing(shop: Shop) -> None:
    ring, necklace = shop.ring(), shop.piece()
    sent = parcels.send(shop, ring, necklace)
    opened = parcels.receive(shop, sent, ring, emptied=True)
    assert not shipment_slips.is_blind(opened, shop.sun)
    assert not shipment_slips.is_blind(Shipment.objects.get(pk=sent.pk), shop.sun)


def test_it_is_overdue_after_three_days(shop: Shop) -> None:
    parcels.send(shop, shop.ring())

    def overdue() -> list[int]:
        lists = [
            shipment_slips.road_list(user, store=store, closed=5)
            for user, store in ((shop.wang, shop.s01), (shop.sun, shop.s02), (shop.head, shop.hq))
        ]
        return [each.overdue for each in lists]

    assert overdue() == [0, 0, 0]
    assert (
        "1 parcel on the road to us" in shop.client(shop.sun, counter=shop.a2).get("/today/").text
    )
    assert "parcel" not in shop.client(shop.wang).get("/today/").text
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1), tick=True):
        assert overdue() == [1, 1, 1]
        for person in (shop.wang, shop.sun, shop.head):
            assert "1 parcel overdue" in shop.client(person).get("/today/").text


def test_a_list_costs_the_same_for_one_parcel_and_for_many(
    shop: Shop, django_assert_num_queries: object
) -> None:
    parcels.send(shop, shop.ring())
    with django_assert_num_queries(4) as one:  # type: ignore[operator]  # because: a fixture
        shipment_slips.road_list(shop.head, store=shop.hq, closed=5)
    for _each in range(5):
        parcels.send(shop, shop.ring(), shop.piece())
    with django_assert_num_queries(len(one.captured_queries)):  # type: ignore[operator]  # because: a fixture
        shipment_slips.road_list(shop.head, store=shop.hq, closed=5)


# --- the books


def test_the_database_keeps_a_piece_on_one_open_parcel(shop: Shop) -> None:
    ring, necklace = shop.ring(), shop.piece()
    first, second = parcels.send(shop, ring), parcels.send(shop, necklace)
    line = line_of(first, ring)
    with pytest.raises(IntegrityError), transaction.atomic():
        ShipmentLine.objects.filter(pk=line.pk).update(piece=necklace)
    with pytest.raises(IntegrityError), transaction.atomic():
        Shipment.objects.filter(pk=second.pk).update(to_store=shop.s01)


@pytest.mark.parametrize("how", ["piece", "line", "shipment", "store"])
def test_the_books_tell_a_piece_on_the_road_without_its_parcel(shop: Shop, how: str) -> None:
    ring = shop.ring()
    sent = parcels.send(shop, ring)
    told = {
        "piece": "is open over a piece that is not on the road",
        "line": "is on the road without a shipment, or the reverse",
        "shipment": "is not what became of its pieces",
        "store": "is open over a piece that is not on the road",
    }[how]
    with transaction.atomic():
        if how == "piece":
            Piece.objects.filter(pk=ring.pk).update(state=State.ON_SALE)
        elif how == "line":
            sent.lines.update(state="back", settled_at=timezone.now())
        elif how == "shipment":
            Shipment.objects.filter(pk=sent.pk).update(state="lost", closed_at=timezone.now())
        else:
            Piece.objects.filter(pk=ring.pk).update(store=shop.s02)
        assert [each for each in broken(shop) if told in each]
        transaction.set_rollback(True)


def test_the_books_tell_a_slip_that_was_changed(shop: Shop) -> None:
    ring = shop.ring()
    sent = parcels.send(shop, ring)
    with transaction.atomic():
        sent.lines.update(net_mg=1)
        assert [each for each in broken(shop) if "inventory_shipment" in each]
        transaction.set_rollback(True)


def test_two_parcels_in_opposite_directions_lock_the_stores_in_one_order(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which store is locked first does not depend on which of them sends."""
    order: list[str] = []
    really = changes.opened

    def opened(*, store: object, by: object) -> object:
        order.append(str(getattr(store, "code", "")))
        return really(store=store, by=by)  # type: ignore[arg-type]  # because: passed on

    there, here = shop.ring(), shop.ring(store=shop.s02)
    fang = parcels.hire_fang(shop)
    out = parcels.send(shop, there)
    back = shipments.send(
        rows=[here],
        store=shop.s02,
        to=shop.s01,
        way=parcels.CARRIER,
        handed_by=fang,
        sender=shop.sun,
    )
    monkeypatch.setattr(changes, "opened", opened)
    parcels.receive(shop, out, there)
    told = {"to": shop.tray("A-02"), "receiver": shop.lin, "by": shop.lin}
    parcels.receive(shop, back, here, **told)
    assert order == ["S01", "S02"] * 2
