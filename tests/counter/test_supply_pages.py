"""The page of supplies: what lies where, and the four things that a counter does with them."""

from typing import Any

import pytest

from inventory import supplies
from inventory.ground import approvals
from inventory.models import SupplyEntry, SupplyItem, SupplyKind, SupplyStock
from tests.cast import PINS, KeyedClient, Shop
from tests.service_desk import ServiceDesk, open_service_desk
from tests.supplies import bead, broken, chain, hand_over, lying, receive
from warranty.models import Ticket, TicketState


@pytest.fixture
def desk(shop: Shop) -> ServiceDesk:
    return open_service_desk(shop)


def send(client: KeyedClient, act: str, item: SupplyItem, **typed: Any) -> Any:
    return client.post(f"/supplies/{act}/", {"item": item.pk, "place": "A", **typed})


def test_an_empty_house_says_who_lists_supplies(shop: Shop) -> None:
    page = shop.client().get("/supplies/").text
    assert "Head office has no supplies listed yet." in page
    assert "Receive" not in page


def test_goods_are_received_moved_used_and_seen(desk: ServiceDesk) -> None:
    shop, item, metal = desk.shop, bead(), chain()
    client = shop.client()
    assert send(client, "receive", item, quantity="２０", number="N-7").status_code == 303
    assert send(client, "receive", metal, quantity="12.34 克", number="N-7").status_code == 303
    assert send(client, "move", item, quantity="8", to="A-01").status_code == 303
    ticket = desk.receive()
    assert send(client, "use", metal, quantity="1.2", number=ticket.number).status_code == 303
    assert (lying(item, shop.tray("A-01")), lying(metal, shop.a)) == (8, 11_140)
    page = client.get("/supplies/").text
    for words in ("银珠", "12 pieces", "8 pieces", "20 pieces", "11.14 g", "−1.20 g", "N-7"):
        assert words in page, words
    assert ticket.number in page
    assert "A → A-01" in " ".join(page.split())
    assert '<option value="A" selected>' in page  # where the clerk stands
    assert broken(shop) == []


def test_a_ticket_that_is_not_there_uses_nothing_up(shop: Shop) -> None:
    item = bead()
    receive(shop, item, 3)
    answer = send(shop.client(), "use", item, quantity="1", number="S01-W991231-0001")
    assert (answer.status_code, lying(item, shop.a)) == (404, 3)


def test_a_ticket_that_is_over_uses_nothing_up(desk: ServiceDesk) -> None:
    item = bead()
    receive(desk.shop, item, 3)
    ticket = desk.receive()
    Ticket.objects.filter(pk=ticket.pk).update(state=TicketState.RETURNED)
    answer = send(desk.shop.client(), "use", item, quantity="1", number=ticket.number)
    assert answer.headers["X-Refusal"] == "handed_back"
    assert lying(item, desk.shop.a) == 3


def test_another_counter_gets_it_when_somebody_there_takes_it(shop: Shop) -> None:
    item = bead()
    receive(shop, item, 20)
    client, typed = shop.client(), {"quantity": "8", "to": "B-01"}
    asked = send(client, "move", item, **typed)
    assert asked.headers["X-Refusal"] == "approval_needed"
    assert "8 pieces of 银珠 from A to B-01" in asked.text
    ask = supplies.move_ask(item=item, place=shop.a, to=shop.tray("B-01"), quantity=8)
    approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.zhao)
    assert send(client, "move", item, **typed).status_code == 303
    assert lying(item, shop.tray("B-01")) == 8


def test_the_books_are_put_right_when_the_chief_agrees(shop: Shop) -> None:
    item = bead()
    receive(shop, item, 20)
    client, typed = shop.client(), {"quantity": "18", "reason": "two were broken"}
    asked = send(client, "put-right", item, **typed)
    assert asked.headers["X-Refusal"] == "approval_needed"
    assert PINS["chen"] not in asked.text
    assert lying(item, shop.a) == 20
    ask = supplies.ask(item=item, place=shop.a, found=18)
    approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.chen)
    assert send(client, "put-right", item, **typed).status_code == 303
    assert lying(item, shop.a) == 18
    page = client.get("/supplies/").text
    assert "two were broken" in page
    assert "agreed by" in page


@pytest.mark.parametrize("quantity", ["", "0", "-3", "2.5", "many", "99999999"])
def test_a_number_of_pieces_is_a_number(shop: Shop, quantity: str) -> None:
    item = bead()
    answer = send(shop.client(), "receive", item, quantity=quantity, number="N-7")
    assert answer.status_code == 422
    assert not SupplyStock.objects.exists()


def test_a_place_of_another_store_is_no_place(shop: Shop) -> None:
    item = bead()
    client = shop.client()
    assert send(client, "receive", item, quantity="1", number="N", place="X-99").status_code == 422
    receive(shop, item, 5)
    assert send(client, "move", item, quantity="1", to="").status_code == 422
    assert SupplyEntry.objects.exclude(kind=SupplyKind.RECEIVED).count() == 0


def test_no_figure_of_a_counter_that_is_counted_is_shown(shop: Shop) -> None:
    item = bead()
    receive(shop, item, 17)
    receive(shop, item, 4, shop.tray("B-01"))
    hand_over(shop, item, 1, shop.tray("B-01"), shop.a)
    hand_over(shop, item, 1, shop.a, shop.tray("B-01"))
    shop.count_blind("A-01")
    page = shop.client().get("/supplies/").text
    assert "17 pieces" not in page
    assert "21 pieces" not in page
    assert "being counted at counter A" in page
    assert "4 pieces" in page
    assert "1 piece<" not in page  # what it gave to B would tell of it


def test_a_cashier_sees_and_does_not_write(shop: Shop) -> None:
    item = bead()
    receive(shop, item, 3)
    cashier = shop.client(shop.qian)
    page = cashier.get("/supplies/").text
    assert "3 pieces" in page
    assert "Receive" not in page
    assert send(cashier, "receive", item, quantity="1", number="N").status_code == 403
    assert shop.client(shop.gao).get("/supplies/").status_code == 403


def test_head_office_lists_supplies(shop: Shop) -> None:
    client = shop.client(shop.head)
    typed = {
        "code": "BEAD",
        "name": "银珠",
        "counted_in": "pieces",
        "metal": "",
        "fineness": "",
        "cost_cents": "31",
        "value_cents": "98.00",
        "active": "on",
    }
    address = "/admin/inventory/supplyitem/"
    assert client.post(f"{address}add/", typed).status_code == 302
    item = SupplyItem.objects.get()
    assert (item.cost_cents, item.value_cents) == (3_100, 9_800)
    changed = {**typed, "name": "银转运珠", "value_cents": "", "counted_in": "grams"}
    assert client.post(f"{address}{item.pk}/change/", changed).status_code == 302
    item.refresh_from_db()
    assert (item.name, item.value_cents, item.counted_in) == ("银转运珠", 0, "pieces")
    for wrong in ({"metal": "Ag"}, {"metal": "Ag", "fineness": "925"}, {"fineness": "925"}):
        answer = client.post(f"{address}add/", {**typed, "code": "X", **wrong})
        assert answer.status_code == 200
    assert SupplyItem.objects.count() == 1
    assert "银转运珠" in client.get(address).text
