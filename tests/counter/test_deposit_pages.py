"""Taking a deposit at the counter, finding it, and giving it back by one button."""

from datetime import timedelta

import pytest
from django.utils import timezone

from counter import deposits
from counter.models import Deposit, DepositState, Sale
from inventory.models import Piece
from tests.cast import KeyedClient, Shop
from tests.deposits import Owing
from tests.paper import text_of
from tests.programs import register


@pytest.fixture
def owing(shop: Shop) -> Owing:
    return Owing(shop)


@pytest.fixture
def lin(shop: Shop) -> KeyedClient:
    return shop.client()


def bill_at(address: str) -> Sale:
    return Sale.objects.select_related("store", "counter").get(uuid=address.split("/")[2])


def take(lin: KeyedClient, owing: Owing, **sent: str) -> Sale:
    """A deposit of ¥3,000.00 on a bill of its own."""
    told = {
        "amount": "3000",
        "kind": "earnest",
        "until": f"{owing.today + timedelta(days=9):%Y-%m-%d}",
        "afterwards": "lost",
        **sent,
    }
    answer = lin.post("/deposits/new/", told)
    assert answer.status_code == 303, answer.content
    return bill_at(answer["Location"])


def test_a_piece_is_reserved_from_its_page(lin: KeyedClient, owing: Owing) -> None:
    piece: Piece = owing.shop.ring()
    address = f"/deposits/new/?piece={piece.number}"
    assert address in lin.get(f"/pieces/{piece.number}/").content.decode()
    assert "¥7,572.00" in lin.get(address).content.decode()
    sale = take(lin, owing, piece=piece.number, phone="13800000001")
    assert f"Deposit for piece {piece.number}" in lin.get(f"/sell/{sale.uuid}/").content.decode()
    sale = owing.complete(sale)
    deposit = sale.deposits_taken.get()
    # 20 percent of ¥7,572.00, and what is above
    assert deposit.earnest_cents == 151_440
    for address in (f"/sales/{sale.number}/receipt.pdf", f"/deposits/{deposit.uuid}/slip.pdf"):
        paper = text_of(lin.get(address).content)
        assert "Earnest money: ¥1,514.40" in paper.replace("\r\n", " ")
        assert "¥3,028.80" in paper
    assert "138****0001" in text_of(lin.get(f"/deposits/{deposit.uuid}/slip.pdf").content)
    assert "¥3,000.00" in lin.get(f"/sales/{sale.number}/").content.decode()


def test_a_deposit_is_credited_by_one_tap_on_the_bill(lin: KeyedClient, owing: Owing) -> None:
    order = owing.order()
    owing.complete(take(lin, owing, order=order.number))
    sale, deposit = owing.bill(order.customer, owing.arrive(order)), order.deposits.get()
    address = f"/sell/{sale.uuid}/deposits/{deposit.uuid}/credit/"
    assert address in lin.get(f"/sell/{sale.uuid}/").content.decode()
    assert lin.post(address).status_code == 303
    assert sale.tendered.get().amount_cents == 300_000


def test_a_reserved_piece_leads_to_its_deposit_and_is_sold_there(
    lin: KeyedClient, owing: Owing
) -> None:
    piece = owing.shop.ring()
    deposit = owing.take(100_000, piece=piece)
    refused = lin.post("/sell/", {"code": piece.number}).content.decode()
    assert f"/deposits/{deposit.uuid}/" in refused
    answer = lin.post(f"/deposits/{deposit.uuid}/sell/")
    sale = bill_at(answer["Location"])
    assert (sale.tendered.get().deposit, sale.lines.get().piece) == (deposit, piece)
    owing.complete(sale)


def test_it_is_taken_off_a_bill_again(lin: KeyedClient, owing: Owing) -> None:
    sale = take(lin, owing, piece=owing.shop.ring().number, phone="13800000001")
    line = sale.deposits.get()
    assert lin.post(f"/sell/{sale.uuid}/deposits/{line.pk}/remove/").status_code == 303
    assert not sale.deposits.exists()


def test_what_is_owed_is_listed_and_paid_back_with_a_second_person(
    lin: KeyedClient, owing: Owing
) -> None:
    deposit = owing.take(100_000, piece=owing.shop.ring())
    address = f"/deposits/{deposit.uuid}/"
    assert lin.post(f"{address}withdraw/", {"how": "customer"}).status_code == 303
    page = lin.get("/deposits/").content.decode()
    assert "138****0001" in page and "13800000001" not in page and "Pay it back" in page
    answer = lin.post(f"{address}pay-back/")
    assert answer.status_code == 409 and b"second person" in answer.content
    owing.pay_back(deposit)
    assert "paid back" in lin.get(address).content.decode()
    assert "No deposit is kept" in lin.get("/deposits/").content.decode()


def test_its_day_has_passed_and_what_was_agreed_happens(lin: KeyedClient, owing: Owing) -> None:
    deposit = owing.take(100_000, piece=owing.shop.ring())
    Deposit.objects.filter(pk=deposit.pk).update(until=timezone.now() - timedelta(hours=1))
    assert lin.post(f"/deposits/{deposit.uuid}/lapse/").status_code == 303
    deposit.refresh_from_db()
    assert deposit.state == DepositState.DUE_BACK


def test_head_office_sees_locked_grams_against_stock(lin: KeyedClient, owing: Owing) -> None:
    order = owing.order()
    owing.take(300_000, order=order)
    until = f"{owing.today + timedelta(days=5):%Y-%m-%d}"
    assert lin.post(f"/orders/{order.number}/lock/", {"until": until}).status_code == 303
    head = owing.shop.client(owing.shop.head)
    assert "8.72" in head.get("/deposits/locks/").content.decode()


def test_a_program_asks_what_was_owed_at_a_moment(owing: Owing) -> None:
    before = timezone.now()
    deposit = owing.take(100_000, piece=owing.shop.ring())
    kept = timezone.now()
    deposits.withdraw(deposit=deposit, how=deposits.EndedBy.CUSTOMER, by=owing.shop.lin)
    owing.pay_back(deposit)
    program = register("deposits:read", "customers:read", "all_stores")

    def left(at: str) -> list[str]:
        return [row["left"] for row in program.rows(f"/deposits?at={at}")]

    moments = [f"{at.isoformat().replace('+00:00', 'Z')}" for at in (before, kept)]
    assert [left(at) for at in moments] == [[], ["1000.00"]]
    (row,) = program.rows(f"/deposits?at={moments[1]}")
    assert row["customer"]["phone"] == "138****0001"
    assert program.rows("/deposits") == []
