"""The pages of store credit: to whom it is owed, where it came from, and how it goes out."""

from datetime import timedelta

import pytest
from django.utils import timezone

from appraisal.models import TradeIn
from counter import credit_accounts, credit_page, papers, queries, store_credit
from counter.models import Customer, Sale
from inventory.ground import keys
from inventory.models import Store
from tests import paper
from tests.cast import Shop
from tests.old_gold import Desk
from tests.old_gold_bills import customer, is_clean
from tests.store_credit import CREDIT, IN_MONEY, credit_desk, earned, holder, pay_out, spend

PAPER = {
    "kind": "citizen",
    "number": "11010519491231002X",
    "name": "周女士",
    "address": "朝阳区",
    "valid_until": "2099-12-31",
}


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return credit_desk(shop)


@pytest.fixture
def who(desk: Desk) -> Customer:
    return holder(desk)


def test_the_list_says_what_is_owed_by_store_and_age(desk: Desk, who: Customer) -> None:
    client = desk.shop.client(desk.shop.wang)
    assert "/customers/credit/" in client.get("/sales/").content.decode()
    page = client.get("/customers/credit/").content.decode()
    assert page.count("¥11,405.20") == 5  # the sum, its store and age, given and left
    assert "138****0001" in page
    assert "13800000001" not in page
    assert f"/customers/{who.pk}/credit/" in page
    elsewhere = desk.shop.people["sun"]
    assert credit_accounts.owing(elsewhere) == []


def test_what_came_first_is_used_first_and_grows_old(desk: Desk, who: Customer) -> None:
    earned(desk, who)
    spend(desk, who, CREDIT + 100)
    (account,) = credit_accounts.owing(desk.shop.head)
    first, second = account.origins
    assert (first.left_cents, second.left_cents) == (0, CREDIT - 100)
    for days, column in ((30, 0), (31, 1), (91, 2), (366, 3)):
        second.at = timezone.now() - timedelta(days=days, seconds=-5)
        owed = credit_page.liability_of([account], stores=Store.objects.all())
        (row,) = owed.by_store
        assert row.by_age[column] == owed.cents == CREDIT - 100


def test_the_page_pays_out_and_the_slip_is_signed(desk: Desk, who: Customer) -> None:
    shop, path = desk.shop, f"/customers/{who.pk}/credit/"
    client = shop.client(shop.wang)
    page = client.get(path).content.decode()
    assert "S01-T" in page
    assert "¥9,704.79" in page
    assert client.post(f"{path}pay-out/", {"amount": "100"}).status_code == 422
    done = client.post(f"{path}pay-out/", {"amount": "100", "tender": "cash"})
    sale = Sale.objects.latest("pk")
    assert done.headers["Location"] == f"/sales/{sale.number}/"
    told = client.get(done.headers["Location"]).content.decode()
    assert "Store credit paid out" in told
    assert "Paid out from S01-T" in told
    slip = papers.receipt_of(queries.sale_for(shop.wang, sale.number or ""))
    assert slip.is_paid_out
    assert [amount for _words, amount in slip.credit] == ["−¥100.00", "¥11,305.20"]
    printed = client.get(f"/sales/{sale.number}/receipt.pdf")
    read = paper.text_of(printed.content)
    assert "Money received, signature:" in read
    assert "138****0001" in read
    assert "paid out in money" in client.get(path).content.decode()
    assert is_clean(desk)


def test_a_second_person_is_asked_in_place(desk: Desk, who: Customer) -> None:
    desk.put("credit_out_alone_cents", "100")
    client = desk.shop.client(desk.shop.wang)
    sent = {"amount": "500", "tender": "cash"}
    asked = client.post(f"/customers/{who.pk}/credit/pay-out/", sent)
    assert asked.headers["X-Refusal"] == "approval_needed"
    assert "¥500.00" in asked.context["approval"].summary


def test_the_paper_is_noted_beside_it(desk: Desk) -> None:
    found = customer(desk)
    earned(desk, found)
    client, path = desk.shop.client(desk.shop.wang), f"/customers/{found.pk}/credit/"
    sent = {"amount": "100", "tender": "cash"}
    refused = client.post(f"{path}pay-out/", sent)
    assert refused.headers["X-Refusal"] == "identity_needed"
    assert f"{path}identity/" in refused.content.decode()
    assert "周" in client.get(f"{path}identity/").content.decode()
    assert client.post(f"{path}identity/", PAPER).headers["Location"] == path
    assert client.post(f"{path}pay-out/", sent).status_code == 303


def test_bill_and_slips_name_the_origin(desk: Desk, who: Customer) -> None:
    shop, source = desk.shop, Sale.objects.get()
    number = TradeIn.objects.get().number
    given = papers.receipt_of(queries.sale_for(desk.by, source.number or ""))
    words = f"Store credit from old gold {number}"
    assert given.credit == [(words, "¥11,405.20"), ("Store credit left, 138****0001", "¥11,405.20")]
    sale = spend(desk, who, 9_800)
    used = papers.receipt_of(queries.sale_for(desk.by, sale.number or ""))
    assert used.credit[0] == (f"Used from {number}", "−¥98.00")
    bill = shop.bill(shop.charm())
    client = shop.client()
    client.post(f"/sell/{bill.uuid}/customer/", {"phone": "13800000001"})
    page = client.get(f"/sell/{bill.uuid}/").content.decode()
    assert number in page
    assert "¥11,307.20" in page


def test_the_same_request_sent_again_pays_out_once(desk: Desk, who: Customer) -> None:
    """The answer was lost, or somebody pressed twice."""
    client, path = desk.shop.client(desk.shop.wang), f"/customers/{who.pk}/credit/pay-out/"
    sent = {"amount": "100", "tender": "cash", keys.FIELD: keys.fresh()}
    first, again = client.post(path, sent), client.post(path, sent)
    assert first.headers["Location"] == again.headers["Location"]
    assert store_credit.balance(who) == CREDIT - 10_000
    other = client.post(path, sent | {"amount": "200"})
    assert other.headers["X-Refusal"] == "key_reused"
    assert store_credit.balance(who) == CREDIT - 10_000


def test_a_cashier_sees_it_and_pays_nothing_out(desk: Desk, who: Customer) -> None:
    client, path = desk.shop.client(desk.shop.qian), f"/customers/{who.pk}/credit/"
    assert "pay-out" not in client.get(path).content.decode()
    assert client.post(f"{path}pay-out/", {"amount": "1", "tender": "cash"}).status_code == 403
    assert desk.shop.client().get(path).status_code == 403


def test_a_slip_printed_later_says_what_was_left_then(desk: Desk, who: Customer) -> None:
    sale = pay_out(desk, who, 100)
    pay_out(desk, who, IN_MONEY - 100)
    slip = papers.receipt_of(queries.sale_for(desk.by, sale.number or ""))
    assert slip.credit[-1][1] == "¥11,404.20"
