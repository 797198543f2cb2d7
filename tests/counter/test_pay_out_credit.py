"""换货余额 goes out in money on request: to its customer, once, for what a buy-back would bring."""

import pytest
from django.db.models import F

from appraisal.offers import IdentityNeeded
from counter import (
    bills,
    credit_accounts,
    credit_payouts,
    custody,
    old_gold_books,
    sales,
    store_credit,
)
from counter.models import CashCase, CreditEntry, CreditReason, Customer, Sale, SaleState, Tender
from counter.old_gold import PayoutNeeded
from counter.payments import NothingTendered
from counter.shifts import ShiftNeeded
from inventory.ground import approvals, changes
from inventory.ground.approvals import ApprovalNeeded
from inventory.ground.errors import NotAllowed
from inventory.models import MetalPrice
from tests.cast import Shop
from tests.conftest import unprotect
from tests.old_gold import Desk
from tests.old_gold_bills import complete, customer, is_clean, transfer, void
from tests.store_credit import (
    CREDIT,
    IN_MONEY,
    credit_desk,
    drawer,
    earned,
    holder,
    pay_out,
    spend,
)


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return credit_desk(shop)


@pytest.fixture
def who(desk: Desk) -> Customer:
    return holder(desk)


def test_it_is_a_bill_without_lines(desk: Desk, who: Customer) -> None:
    before = drawer(desk)
    sale = pay_out(desk, who, 500_000)
    assert (sale.total_cents, sale.state, sale.lines.count()) == (0, SaleState.COMPLETED, 0)
    paid = {row.tender.code: row.amount_cents for row in sale.payments.all()}
    assert paid == {"credit": 500_000, "cash": -500_000}
    assert store_credit.balance(who) == CREDIT - 500_000
    assert drawer(desk) == before - 500_000
    assert is_clean(desk)


def test_a_transfer_leaves_the_drawer_alone(desk: Desk, who: Customer) -> None:
    before = drawer(desk)
    pay_out(desk, who, 500_000, tender=transfer())
    assert drawer(desk) == before
    assert custody.paid(desk.shop.a, since=0)[transfer().pk] == (-500_000, 1)


@pytest.mark.parametrize("code", ["wechat", "old_gold", "credit"])
def test_nothing_else_pays_it_out(desk: Desk, who: Customer, code: str) -> None:
    with pytest.raises(PayoutNeeded):
        pay_out(desk, who, 100, tender=Tender.objects.get(code=code))


def test_old_gold_brings_no_more_than_its_buy_back_value(desk: Desk, who: Customer) -> None:
    with pytest.raises(credit_payouts.CreditNotInMoney) as refusal:
        pay_out(desk, who, IN_MONEY + 1)
    assert "¥9,704.79" in str(refusal.value)
    pay_out(desk, who, IN_MONEY)
    # what is left buys goods, and never goes out after all
    with pytest.raises(credit_payouts.CreditNotInMoney):
        pay_out(desk, who, 1)
    spend(desk, who, CREDIT - IN_MONEY)
    assert store_credit.balance(who) == 0
    assert is_clean(desk)


def test_what_bought_goods_brings_no_money(desk: Desk, who: Customer) -> None:
    spend(desk, who, CREDIT // 2)
    account = credit_accounts.account_of(who)
    assert account.money_cents == IN_MONEY // 2
    earned(desk, who)
    assert credit_accounts.account_of(who).money_cents == IN_MONEY // 2 + IN_MONEY


def test_without_a_buy_back_price_on_its_day_no_money_goes_out(desk: Desk) -> None:
    unprotect("default")
    MetalPrice.objects.filter(kind="buyback").delete()
    changes.protect()
    found = holder(desk)
    with pytest.raises(credit_payouts.CreditNotInMoney):
        pay_out(desk, found, 1)


def test_it_pays_no_more_than_is_left(desk: Desk, who: Customer) -> None:
    spend(desk, who, CREDIT - 100)
    with pytest.raises(store_credit.CreditTooSmall):
        pay_out(desk, who, 101)
    stranger = customer(desk, "13900000002")
    with pytest.raises(store_credit.CreditTooSmall):
        pay_out(desk, stranger, 1)
    assert not Sale.objects.exclude(state=SaleState.COMPLETED).exists()


@pytest.mark.parametrize("cents", [0, -1])
def test_it_pays_something(desk: Desk, who: Customer, cents: int) -> None:
    with pytest.raises(NothingTendered):
        pay_out(desk, who, cents)
    assert store_credit.balance(who) == CREDIT


def test_what_lies_on_an_open_bill_may_be_paid_out_and_is_gone_there(
    desk: Desk, who: Customer
) -> None:
    sale = desk.shop.bill(desk.shop.charm())
    bills.name_customer(sale=sale, customer=who)
    sale.refresh_from_db()
    desk.shop.pay(sale, "credit")
    spend(desk, who, CREDIT - 9_800)
    pay_out(desk, who, 1_000)
    with pytest.raises(store_credit.CreditTooSmall):
        complete(desk, sale)
    assert is_clean(desk)


def test_only_chief_and_manager_of_the_store_pay_it_out(desk: Desk, who: Customer) -> None:
    shop = desk.shop
    for by in (shop.lin, shop.qian, shop.sun, shop.head):
        with pytest.raises(NotAllowed):
            pay_out(desk, who, 100, by=by)
    assert pay_out(desk, who, 100, by=shop.chen).number


def test_it_needs_an_open_shift(desk: Desk, who: Customer) -> None:
    with pytest.raises(ShiftNeeded):
        pay_out(desk, who, 100, counter=desk.shop.b, tender=transfer())
    assert store_credit.balance(who) == CREDIT


def test_it_asks_who_the_customer_is_as_a_buy_back_does(desk: Desk) -> None:
    found = customer(desk)
    earned(desk, found)
    with pytest.raises(IdentityNeeded) as refusal:
        pay_out(desk, found, 100)
    assert refusal.value.next_url == f"/customers/{found.pk}/credit/identity/"
    desk.put("identity_buy_back_cents", "200")
    pay_out(desk, found, 100)
    with pytest.raises(IdentityNeeded):
        pay_out(desk, found, 100)  # with what went out today it is 200


def test_large_amounts_need_a_second_person(desk: Desk, who: Customer) -> None:
    desk.put("credit_out_alone_cents", "1000")
    pay_out(desk, who, 1_000)
    with pytest.raises(ApprovalNeeded) as refusal:
        pay_out(desk, who, 1)
    shop, ask = desk.shop, refusal.value.ask
    assert "¥0.01" in str(ask.summary)
    approvals.grant(ask=ask, store=shop.s01, asked_by=shop.wang, by=shop.chen)
    with pytest.raises(ApprovalNeeded):
        pay_out(desk, who, 2)
    with pytest.raises(ApprovalNeeded):
        pay_out(desk, who, 1, tender=transfer())
    pay_out(desk, who, 1)
    with pytest.raises(ApprovalNeeded):
        pay_out(desk, who, 1)  # a yes is used once


def test_many_small_amounts_are_a_large_one(desk: Desk, who: Customer) -> None:
    """By one hand to several customers, and by several hands to the files of one person."""
    stranger = holder(desk, "13900000002", "E87654321")
    same = holder(desk, "13900000003")
    desk.put("credit_out_alone_cents", "1000")
    pay_out(desk, who, 600)
    with pytest.raises(ApprovalNeeded):
        pay_out(desk, stranger, 600)
    with pytest.raises(ApprovalNeeded):
        pay_out(desk, same, 600, by=desk.shop.chen)
    pay_out(desk, stranger, 600, by=desk.shop.chen)


def test_cash_that_reaches_the_days_limit_is_a_case(desk: Desk, who: Customer) -> None:
    desk.put("cash_limit_cents", "600000")
    pay_out(desk, who, 599_999)
    assert CashCase.objects.get().is_hint
    pay_out(desk, who, 1)
    case = CashCase.objects.get()
    assert (case.out_cents, case.is_hint, case.customer) == (600_000, False, who)


def test_a_void_brings_money_and_credit_back(desk: Desk, who: Customer) -> None:
    before = drawer(desk)
    sale = pay_out(desk, who, IN_MONEY)
    assert sales.void_ask(sale).figures["out_cents"] == IN_MONEY
    void(desk, sale)
    assert (store_credit.balance(who), drawer(desk)) == (CREDIT, before)
    assert credit_accounts.account_of(who).money_cents == IN_MONEY
    assert is_clean(desk)


def test_the_sale_it_came_from_is_not_voided_any_more(desk: Desk, who: Customer) -> None:
    pay_out(desk, who, 100)
    source = Sale.objects.earliest("pk")
    with pytest.raises(store_credit.CreditSpent):
        void(desk, source)
    source.refresh_from_db()
    assert source.state == SaleState.COMPLETED


def test_the_books_find_money_that_went_out_for_no_credit(desk: Desk, who: Customer) -> None:
    pay_out(desk, who, 100)
    unprotect("default")
    CreditEntry.objects.filter(reason=CreditReason.PAID_OUT).update(cents=F("cents") + 1)
    changes.protect()
    found = {each.what.split(" (")[0] for each in old_gold_books.verify(desk.shop.s01)}
    assert "went out for no store credit" in found
