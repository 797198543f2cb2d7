"""Supplies lie in places, and every piece and gram that comes or goes is a row of the book."""

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from inventory import supplies
from inventory.counted import CountOpen
from inventory.ground import approvals, changes
from inventory.ground.approvals import ApprovalNeeded, ApproverNotAllowed
from inventory.ground.errors import BadField, NotAllowed
from inventory.models import Place, PlaceKind, SupplyEntry, SupplyKind, SupplyStock
from inventory.places import PlaceUnknown
from inventory.supplies import AsInBooks, BadQuantity, TooFewLie
from tests.cast import Shop
from tests.supplies import bead, broken, chain, lying, receive, use
from warranty import ticket_supplies
from warranty.models import Ticket, TicketState
from warranty.tickets import HandedBack


def test_what_comes_lies_in_its_place(shop: Shop) -> None:
    item = bead()
    receive(shop, item, 20)
    receive(shop, item, 5)
    assert lying(item, shop.a) == 25
    assert supplies.shown(item, 25) == "25 pieces"
    entry = SupplyEntry.objects.all()[0]
    assert (entry.kind, entry.quantity, entry.number) == (SupplyKind.RECEIVED, 5, "N-1")
    assert entry.change.by == shop.chen
    assert broken(shop) == []


def test_chain_is_kept_in_grams(shop: Shop) -> None:
    item = chain()
    receive(shop, item, 12_340)
    assert supplies.shown(item, lying(item, shop.a)) == "12.34 g"


def test_it_moves_inside_a_store_and_never_more_than_lies_there(shop: Shop) -> None:
    item = bead()
    receive(shop, item, 20)
    tray = shop.tray("A-01")
    supplies.move(item=item, place=shop.a, to=tray, quantity=8, by=shop.lin)
    assert (lying(item, shop.a), lying(item, tray)) == (12, 8)
    out, into = SupplyEntry.objects.filter(kind=SupplyKind.MOVED).order_by("pk")
    assert (out.quantity, out.other_place, into.quantity, into.other_place) == (-8, tray, 8, shop.a)
    with pytest.raises(TooFewLie):
        supplies.move(item=item, place=tray, to=shop.a, quantity=9, by=shop.lin)
    with pytest.raises(BadField, match="another place"):
        supplies.move(item=item, place=tray, to=tray, quantity=1, by=shop.lin)
    with pytest.raises(PlaceUnknown):
        supplies.move(item=item, place=tray, to=shop.a2, quantity=1, by=shop.lin)
    assert (lying(item, shop.a), lying(item, tray)) == (12, 8)
    assert broken(shop) == []


def test_at_another_counter_somebody_takes_it(shop: Shop) -> None:
    item = bead()
    receive(shop, item, 20)

    def move(quantity: int, to: Place) -> list[SupplyEntry]:
        return supplies.move(item=item, place=shop.a, to=to, quantity=quantity, by=shop.lin)

    with pytest.raises(ApprovalNeeded) as needed:
        move(8, shop.tray("B-01"))
    ask = needed.value.ask
    assert str(ask.summary) == "8 pieces of 银珠 from A to B-01"
    with pytest.raises(ApproverNotAllowed):
        approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.lin)
    approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.zhao)
    for quantity, to in ((9, shop.tray("B-01")), (8, shop.b), (8, shop.tray("SAFE"))):
        with pytest.raises(ApprovalNeeded):
            move(quantity, to)
    entries = move(8, shop.tray("B-01"))
    assert [entry.approval and entry.approval.approved_by for entry in entries] == [shop.zhao] * 2
    assert (lying(item, shop.a), lying(item, shop.tray("B-01"))) == (12, 8)
    assert broken(shop) == []


def test_what_is_used_in_service_has_its_ticket(shop: Shop) -> None:
    item = chain()
    receive(shop, item, 5_000)
    ticket = use(shop, item, 1_230)
    assert SupplyEntry.objects.get(kind=SupplyKind.USED).number == ticket.number
    assert lying(item, shop.a) == 3_770
    with pytest.raises(TooFewLie):
        use(shop, item, 3_771)
    assert broken(shop) == []


def test_it_is_an_open_ticket_of_the_own_store(shop: Shop) -> None:
    item = chain()
    receive(shop, item, 5_000)
    supplies.receive(item=item, place=shop.a2, quantity=9, number="N-1", by=shop.sun)
    ticket = use(shop, item, 1)

    def again(by: User = shop.lin, place: Place = shop.a) -> None:
        ticket_supplies.use(ticket=ticket, item=item, place=place, quantity=1, by=by)

    with pytest.raises(NotAllowed):
        again(shop.qian)
    with pytest.raises(PlaceUnknown):
        again(shop.sun, shop.a2)
    Ticket.objects.filter(pk=ticket.pk).update(state=TicketState.RETURNED)
    with pytest.raises(HandedBack):
        again()
    assert lying(item, shop.a) == 4_999


def test_the_books_find_what_was_used_for_no_ticket(shop: Shop) -> None:
    item = chain()
    receive(shop, item, 5_000)
    with changes.opened(store=shop.s01, by=shop.lin) as book:
        supplies.use(item=item, place=shop.a, quantity=1, number="NO-SUCH-TICKET", book=book)
    assert any("is no ticket" in each for each in broken(shop))


def test_what_was_counted_otherwise_is_put_right_by_two(shop: Shop) -> None:
    item = bead()
    receive(shop, item, 20)

    def put_right(found: int, reason: str = "broken") -> None:
        supplies.put_right(item=item, place=shop.a, found=found, reason=reason, by=shop.lin)

    with pytest.raises(AsInBooks):
        put_right(20)
    with pytest.raises(BadField, match="why"):
        put_right(18, " ")
    with pytest.raises(ApprovalNeeded) as needed:
        put_right(18)
    ask = needed.value.ask
    assert str(ask.summary) == "银珠 in A: 18 pieces instead of 20 pieces"
    with pytest.raises(ApproverNotAllowed):
        approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.zhao)
    approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.chen)
    receive(shop, item, 1)  # the yes was for other figures
    with pytest.raises(ApprovalNeeded):
        put_right(18)
    supplies.move(item=item, place=shop.a, to=shop.tray("A-01"), quantity=1, by=shop.lin)
    put_right(18)
    assert lying(item, shop.a) == 18
    entry = SupplyEntry.objects.get(kind=SupplyKind.COUNTED)
    assert (entry.quantity, entry.words) == (-2, "broken")
    assert entry.approval is not None
    assert entry.approval.approved_by == shop.chen
    assert broken(shop) == []


def test_nothing_is_told_of_a_place_that_is_counted_blind(shop: Shop) -> None:
    item = bead()
    receive(shop, item, 20)
    shop.count_blind("A-01")
    with pytest.raises(CountOpen):
        supplies.put_right(item=item, place=shop.a, found=3, reason="lost", by=shop.lin)
    # a refusal of too much, tried again and again, would tell how much it is
    with pytest.raises(CountOpen):
        supplies.move(item=item, place=shop.a, to=shop.b, quantity=99, by=shop.lin)
    with pytest.raises(CountOpen):
        use(shop, item, 99)


def test_what_makes_no_sense_is_refused(shop: Shop) -> None:
    item, away = bead(), Place.objects.create(store=shop.s01, code="LAB", kind=PlaceKind.VIRTUAL)
    for quantity in (0, -1, supplies.MOST_PIECES + 1):
        with pytest.raises(BadQuantity):
            receive(shop, item, quantity)
    with pytest.raises(PlaceUnknown):
        receive(shop, item, 1, away)
    with pytest.raises(BadField, match="note"):
        supplies.receive(item=item, place=shop.a, quantity=1, number=" ", by=shop.chen)
    for stranger in (shop.sun, shop.qian, shop.gao):
        with pytest.raises(NotAllowed):
            supplies.receive(item=item, place=shop.a, quantity=1, number="N-1", by=stranger)
    assert not SupplyEntry.objects.exists()


def test_the_books_find_what_lies_otherwise_than_its_rows_say(shop: Shop) -> None:
    item = bead()
    receive(shop, item, 20)
    SupplyStock.objects.update(quantity=19)
    assert any("lies otherwise" in each for each in broken(shop))


def test_the_database_keeps_what_the_rules_keep(shop: Shop) -> None:
    item = bead()
    receive(shop, item, 20)
    with pytest.raises(IntegrityError), transaction.atomic():
        SupplyStock.objects.update(quantity=-1)
    with pytest.raises(Exception, match="written once"), transaction.atomic():
        SupplyEntry.objects.update(quantity=21)
    with pytest.raises(IntegrityError), transaction.atomic():
        bead(code="GOLD", metal="Au", fineness=9_990)
