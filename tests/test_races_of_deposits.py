"""Real threads and real commits: one deposit, many bills, and a hand that pays it back."""

from functools import partial
from typing import Any

import pytest

from counter import bills, deposit_refunds, deposits
from counter.models import Deposit, DepositState, Payment, Sale
from counter.showroom import price_locks
from inventory.ground import approvals, changes, settings_rows
from inventory.models import Store
from tests.cast import Shop
from tests.deposits import Owing
from tests.test_races import at_once, patiently

pytestmark = pytest.mark.races
THREADS = 8


def test_one_deposit_is_credited_on_one_of_many_bills(trading_shop: Shop) -> None:
    shop, owing = trading_shop, Owing(trading_shop)
    order = owing.order()
    deposit, rows = owing.take(100_000, order=order), []
    for _each in range(THREADS):
        rows.append(owing.bill(order.customer, owing.arrive(order)))

    def credit(index: int) -> str:
        act = partial(deposits.put_down, sale=rows[index], deposit=deposit, by=shop.lin)
        return patiently(act) or "credited"

    got = at_once(credit, threads=THREADS)
    assert got == {"credited": 1, deposits.DepositOnBill.code: THREADS - 1}
    (sale,) = Sale.objects.filter(tendered__deposit=deposit).select_related("store", "counter")
    owing.complete(sale)
    assert owing.agrees()


def test_a_deposit_is_paid_back_once(trading_shop: Shop) -> None:
    """Eight taps on the button, each with a yes of its own."""
    shop, owing = trading_shop, Owing(trading_shop)
    deposit = owing.take(100_000, piece=shop.ring())
    deposits.withdraw(deposit=deposit, how=deposits.EndedBy.CUSTOMER, by=shop.lin)
    deposit = Deposit.objects.select_related("store", "sale", "customer").get(pk=deposit.pk)
    ask = deposit_refunds.ask(deposit, deposit_refunds.reckon(deposit), tender=None)
    for _each in range(THREADS):
        approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.chen)
    told: dict[str, Any] = {"deposit": deposit, "counter": shop.a, "by": shop.lin}

    def pay_back(_index: int) -> str:
        act = partial(deposit_refunds.pay_back, tender=None, mall_number="", **told)
        return patiently(act) or "paid"

    got = at_once(pay_back, threads=THREADS)
    assert got == {"paid": 1, "deposit_moved": THREADS - 1}
    assert Payment.objects.filter(deposit=deposit).count() == 1
    assert owing.agrees()


def test_an_order_that_ends_and_a_bill_that_credits_it_do_not_both_win(
    trading_shop: Shop,
) -> None:
    shop, owing = trading_shop, Owing(trading_shop)
    order = owing.order()
    deposit = owing.take(100_000, order=order)
    sale = owing.bill(order.customer, owing.arrive(order))

    def act(index: int) -> str:
        if index:
            return patiently(partial(deposits.put_down, sale=sale, deposit=deposit, by=shop.lin))
        return patiently(partial(end, shop, deposit))

    got = at_once(act, threads=2)
    deposit.refresh_from_db()
    ended = deposit.state == DepositState.DUE_BACK
    assert got == ({"": 1, "deposit_moved": 1} if ended else {"": 1, "deposit_on_bill": 1})
    assert bills.tendered_cents(sale) == (0 if ended else 100_000)


def end(shop: Shop, deposit: Deposit) -> None:
    with changes.opened(store=shop.s01, by=shop.lin) as book:
        assert deposit.order is not None
        deposits.on_order_ended(order=deposit.order, how=deposits.EndedBy.CUSTOMER, book=book)


def test_the_grams_of_the_house_are_locked_once(trading_shop: Shop) -> None:
    """Room for one lock, and many customers who want it."""
    shop, owing = trading_shop, Owing(trading_shop)
    n01 = Store.objects.get(code="N01")
    settings_rows.put(store=n01, key="price_lock_house_mg", new="10000", by=shop.head)
    orders = []
    for n in range(4):
        order = owing.order(owing.customer(f"1380000010{n}"))
        owing.take(300_000, order=order)
        orders.append(order)

    def lock(index: int) -> str:
        told: dict[str, Any] = {"order": orders[index], "until": owing.today, "by": shop.lin}
        return patiently(partial(price_locks.lock, **told)) or "locked"

    assert at_once(lock, threads=4) == {"locked": 1, "lock_too_large": 3}
