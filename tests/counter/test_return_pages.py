"""The pages of returns: scanned, checked, settled, on a bill."""

from typing import Any

import pytest
from django.test import Client

from counter import refunds
from counter.models import Return, ReturnState, Sale
from inventory.ground.approvals import ApprovalNeeded
from inventory.models import State
from tests.cast import Shop, card_of
from tests.returns import ReturnDesk, open_return_desk
from warranty.models import Fault


@pytest.fixture
def desk(shop: Shop) -> ReturnDesk:
    return open_return_desk(shop)


@pytest.fixture
def client(desk: ReturnDesk) -> Client:
    return desk.shop.client()


def fields(sale: Sale, code: str, **more: Any) -> dict[str, Any]:
    """What the page sends for the first piece of a sale."""
    line = sale.lines.get(position=1)
    grams = f"{line.piece.gross_mg / 1000:.3f}"
    told = {"code": code, "fault": "crack", "leads_to": "refund", "channel": "shop"}
    return told | {f"{line.pk}-back": "on", f"{line.pk}-grams": grams} | more


def test_a_scan_brings_the_piece_its_price_and_its_windows(
    desk: ReturnDesk, client: Client
) -> None:
    sale = desk.sold(desk.shop.ring())
    assert (
        f"/returns/new/?code={sale.number}" in client.get(f"/sales/{sale.number}/").content.decode()
    )
    for code in (card_of(sale).number, sale.number or "", sale.lines.get().piece.number):
        page = client.get("/returns/new/", {"code": code}).content.decode()
        assert "¥7,572.00" in page
        assert "without end" in page
        assert "exchange" in page


def test_a_plain_return_takes_a_scan_a_reason_a_weight_and_a_pin(
    desk: ReturnDesk, client: Client
) -> None:
    sale = desk.sold(desk.shop.ring())
    code = card_of(sale).number
    assert client.get("/returns/new/", {"code": code}).status_code == 200
    taken = client.post("/returns/new/", fields(sale, code))
    back = Return.objects.get()
    assert (taken.status_code, taken["Location"]) == (303, f"/returns/{back.number}/")
    assert "Give ¥7,572.00 back" in client.get(f"/returns/{back.number}/").content.decode()
    asked = client.post(f"/returns/{back.number}/settle/")
    assert "Return" in asked.content.decode()
    assert Return.objects.get().state == ReturnState.OPEN
    with pytest.raises(ApprovalNeeded) as needed:
        refunds.settle(back=back, by=desk.by)
    desk.agree(needed.value)
    assert client.post(f"/returns/{back.number}/settle/").status_code == 303
    assert Return.objects.get().state == ReturnState.SETTLED
    page = client.get(f"/returns/{back.number}/").content.decode()
    assert "-¥7,572.00" in page.replace("−", "-")


def test_the_same_key_has_the_same_answer(desk: ReturnDesk, client: Client) -> None:
    sale = desk.sold(desk.shop.ring())
    code = card_of(sale).number
    sent = fields(sale, code, _key="11111111-2222-4333-8444-555555555555")
    first = client.post("/returns/new/", sent)
    again = client.post("/returns/new/", sent)
    assert first["Location"] == again["Location"]
    assert Return.objects.count() == 1


def test_a_return_pays_on_a_bill_of_the_counter(desk: ReturnDesk, client: Client) -> None:
    back = desk.take(desk.sold(desk.shop.ring()), Fault.WRONG_SIZE, "exchange")
    address = f"/returns/{back.number}/"
    assert "on a bill first" in client.get(address).content.decode()
    bill = desk.shop.bill(desk.shop.piece(), desk.shop.charm())
    page = client.get(address).content.decode()
    assert str(bill.uuid) in page
    assert "with 2 pieces" in page
    answer = client.post(f"{address}bill/", {"bill": str(bill.uuid)})
    assert answer["Location"] == f"/sell/{bill.uuid}/"
    page = client.get(f"/sell/{bill.uuid}/").content.decode()
    assert "Returned piece" in page
    assert "¥3,120.80" in page


def test_the_number_of_the_mall_is_asked_for(desk: ReturnDesk, client: Client) -> None:
    back = desk.refund(desk.take(desk.sold(desk.shop.ring(), mall=757_200)))
    address = f"/returns/{back.number}/"
    assert "Refund number of the mall" in client.get(address).content.decode()
    assert client.post(f"{address}mall/", {"mall_number": "RF-900001"}).status_code == 303
    back.refresh_from_db()
    assert back.state == ReturnState.SETTLED


def test_a_piece_is_passed_and_a_return_given_up(desk: ReturnDesk, client: Client) -> None:
    ring = desk.shop.ring()
    back = desk.refund(desk.take(desk.sold(ring)))
    client.post(f"/returns/{back.number}/pass/", {"line": back.lines.get().pk})
    ring.refresh_from_db()
    assert ring.state == State.ON_SALE
    other = desk.take(desk.sold(desk.shop.ring()))
    client.post(f"/returns/{other.number}/drop/")
    other.refresh_from_db()
    assert other.state == ReturnState.DROPPED


def test_the_list_shows_what_came_back(desk: ReturnDesk, client: Client) -> None:
    assert "Nothing came back yet" in client.get("/returns/").content.decode()
    back = desk.take(desk.sold(desk.shop.ring()))
    assert back.number in client.get("/returns/").content.decode()
    assert "/returns/" in client.get("/sales/").content.decode()


def test_nothing_chosen_is_a_sentence(desk: ReturnDesk, client: Client) -> None:
    sale = desk.sold(desk.shop.ring(), desk.shop.ring())
    sent = {k: v for k, v in fields(sale, sale.number or "").items() if not k.endswith("-back")}
    page = client.post("/returns/new/", sent)
    assert page.status_code == 422
    assert "Choose the piece that comes back." in page.content.decode()
