"""Real threads and real commits: one credit, one piece of old gold, many bills."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from appraisal import offers, rules
from appraisal.models import TradeIn, TradeInRule, TradeInState, TradeKind
from counter import acknowledgements, bills, customers, old_gold, sales, store_credit
from counter.models import CashCase, Customer, Sale, SaleState, Tender
from inventory.ground import nobody, settings_rows
from tests.cast import Shop
from tests.old_gold import SIGNED, Desk, open_desk
from tests.test_races import at_once, books_agree, patiently

pytestmark = pytest.mark.races
THREADS = 12


def customer(shop: Shop) -> Customer:
    return customers.find_or_make(phone="13800000001", name="", store=shop.s01, by=shop.lin)


def bill_of(shop: Shop, who: Customer, *, elsewhere: bool = False) -> Sale:
    """A silver charm of ¥98.00 for this customer, in S01 or in S02."""
    store, counter, by = (
        (shop.s02, shop.a2, shop.sun) if elsewhere else (shop.s01, shop.a, shop.lin)
    )
    sale = shop.bill(shop.charm(store=store), counter=counter, by=by)
    bills.name_customer(sale=sale, customer=who)
    return Sale.objects.select_related("store", "counter").get(pk=sale.pk)


def earn(desk: Desk, who: Customer) -> None:
    """Credit of exactly one charm, from old gold that was worth that much more than its bill."""
    told: dict[str, Any] = {"code": "TEST", "name": "test", "source": "test", "precedence": 9}
    rule = TradeInRule(
        kind=TradeKind.SWAP,
        metal="Au",
        fineness_min=9_900,
        price_base="exchange",
        surplus="credit",
        valid_from=timezone.now() - timedelta(days=1),
        **told,
    )
    rules.put(rule=rule, by=nobody.system())
    # 10 g × ¥1,100.00
    sale = desk.shop.bill(desk.shop.charm(price_cents=1_100_000 - 9_800))
    trade_in = accepted(desk, sale, who)
    old_gold.put_down(sale=sale, trade_in=trade_in, back_by=None, by=desk.by)
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    sales.complete(sale=sale, shown_cents=1_100_000 - 9_800, by=desk.by)


def accepted(desk: Desk, sale: Sale, who: Customer | None = None) -> TradeIn:
    trade_in = desk.tested(customer_id=who.pk if who else None)
    old_gold.link(sale=sale, trade_in=trade_in, by=desk.by)
    offer = offers.offer(trade_in=trade_in, basket=old_gold.basket_of(sale), by=desk.by)
    return offers.accept(offer=offer, drawn=SIGNED, by=desk.by)


def test_one_credit_is_spent_once_in_two_stores(trading_shop: Shop) -> None:
    """Two heads, two chains, one customer: only the customer's own row is locked by both."""
    shop, who = trading_shop, customer(trading_shop)
    earn(open_desk(shop), who)
    assert store_credit.balance(who) == 9_800
    rows = [bill_of(shop, who, elsewhere=bool(n % 2)) for n in range(THREADS)]
    for sale in rows:
        shop.pay(sale, "credit", cents=9_800)

    def complete(index: int) -> str:
        by = shop.sun if index % 2 else shop.lin
        act = partial(sales.complete, sale=rows[index], shown_cents=9_800, by=by)
        return patiently(act) or SaleState.COMPLETED

    got = at_once(complete, threads=THREADS)
    assert got == {SaleState.COMPLETED: 1, store_credit.CreditTooSmall.code: THREADS - 1}
    assert store_credit.balance(who) == 0
    assert books_agree()


def test_the_same_old_gold_lies_on_one_of_many_bills(trading_shop: Shop) -> None:
    shop = trading_shop
    desk = open_desk(shop)
    rows = [shop.bill(shop.piece()) for _ in range(THREADS)]
    trade_in = accepted(desk, rows[0])

    def put_down(index: int) -> str:
        mine = TradeIn.objects.select_related("store", "counter").get(pk=trade_in.pk)
        told: dict[str, Any] = {"trade_in": mine, "back_by": None, "by": shop.lin}
        return patiently(partial(old_gold.put_down, sale=rows[index], **told)) or "down"

    got = at_once(put_down, threads=THREADS)
    assert got == {"down": 1, old_gold.SpentElsewhere.code: THREADS - 1}
    assert books_agree()


def test_old_gold_is_bought_back_once_by_many_hands(trading_shop: Shop) -> None:
    shop = trading_shop
    desk = open_desk(shop)
    desk.put("buy_back", "yes")
    desk.put("identity_buy_back_cents", "100000000")
    desk.by = shop.wang
    trade_in = desk.accepted(kind=TradeKind.BUY_BACK, basket=())
    transfer = Tender.objects.get(code="transfer")

    def buy(_index: int) -> str:
        mine = TradeIn.objects.select_related("store", "counter__store").get(pk=trade_in.pk)
        act = partial(old_gold.buy_back, trade_in=mine, tender=transfer, by=shop.wang)
        return patiently(act) or "bought"

    got = at_once(buy, threads=THREADS)
    assert got["bought"] == 1, got
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.SETTLED
    assert Sale.objects.count() == 1
    assert books_agree()


def test_cash_of_one_customer_in_two_stores_at_once_is_one_case(trading_shop: Shop) -> None:
    shop, who = trading_shop, customer(trading_shop)
    rows = [bill_of(shop, who, elsewhere=bool(n % 2)) for n in range(4)]
    for store, by in ((shop.s01, shop.wang), (shop.s02, shop.head)):
        # all four bills together come just below it
        settings_rows.put(store=store, key="cash_limit_cents", new="39300", by=by)
    for sale in rows:
        shop.pay(sale)

    def complete(index: int) -> str:
        by = shop.sun if index % 2 else shop.lin
        act = partial(sales.complete, sale=rows[index], shown_cents=9_800, by=by)
        return patiently(act) or "done"

    assert at_once(complete, threads=4) == {"done": 4}
    case = CashCase.objects.get()
    assert (case.in_cents, case.is_hint) == (39_200, True)
    assert books_agree()
