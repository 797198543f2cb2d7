"""Real threads and real commits: one credit, one piece of old gold, many bills."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from appraisal import offers, rules
from appraisal.models import Identity, TradeIn, TradeInRule, TradeInState, TradeKind
from counter import (
    acknowledgements,
    bills,
    credit_payouts,
    customers,
    old_gold,
    sales,
    store_credit,
)
from counter.models import CashCase, Customer, Sale, SaleState, Tender
from inventory.ground import approvals, nobody, settings_rows
from tests.cast import Shop
from tests.old_gold import SIGNED, Desk, open_desk
from tests.old_gold_bills import complete, put_rule
from tests.test_races import at_once, books_agree, patiently

pytestmark = pytest.mark.races
THREADS = 12
# ¥98.00 of credit at the buy-back price: 936 of 1,100, half up
IN_MONEY = 8_339


def customer(shop: Shop, phone: str = "13800000001") -> Customer:
    return customers.find_or_make(phone=phone, name="", store=shop.s01, by=shop.lin)


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


def test_one_credit_is_paid_out_once_or_buys_goods_elsewhere(trading_shop: Shop) -> None:
    """Half of the hands pay it out in S01, the others sell for it in S02."""
    shop, who = trading_shop, customer(trading_shop)
    desk = open_desk(shop)
    earn(desk, who)
    for key in ("credit_out_alone_cents", "identity_buy_back_cents"):
        desk.put(key, "100000000")
    transfer = Tender.objects.get(code="transfer")
    rows = [bill_of(shop, who, elsewhere=True) for _ in range(4)]
    for sale in rows:
        shop.pay(sale, "credit", cents=9_800)

    def use(index: int) -> str:
        if index % 2:
            told: dict[str, Any] = {"shown_cents": 9_800, "by": shop.sun}
            return patiently(partial(sales.complete, sale=rows[index // 2], **told)) or "used"
        paid: dict[str, Any] = {"counter": shop.a, "tender": transfer, "by": shop.wang}
        act = partial(credit_payouts.pay_out, customer=who, cents=IN_MONEY, **paid)
        return patiently(act) or "used"

    got = at_once(use, threads=8)
    assert got.pop("used") == 1, got
    assert set(got) <= {store_credit.CreditTooSmall.code, credit_payouts.CreditNotInMoney.code}
    assert store_credit.balance(who) in {0, 9_800 - IN_MONEY}
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


def one_person(desk: Desk, *people: Customer) -> None:
    """The same identity card was seen for each of them."""
    for who in people:
        Identity.objects.create(
            store=desk.shop.s01,
            trade_in=desk.receive(customer_id=who.pk),
            kind="citizen",
            masked="110105********002X",
            blind_index="a" * 64,
            valid_until=date(2099, 12, 31),
            taken_at=timezone.now(),
            taken_by=desk.by,
            keep_until=date(2099, 12, 31),
        )


def two_owners(desk: Desk, first: Customer, second: Customer) -> Sale:
    """Old gold of the first leaves credit to them, while the second pays with credit and cash."""
    put_rule(code="GOLD", precedence=10, surplus="credit", pays_for=["fine_gold"])
    sale = desk.shop.bill(desk.shop.piece(), desk.shop.charm())
    bills.name_customer(sale=sale, customer=second)
    trade_in = accepted(desk, sale, first)
    old_gold.put_down(sale=sale, trade_in=trade_in, back_by=None, by=desk.by)
    desk.shop.pay(sale, "credit", cents=4_900)
    desk.shop.pay(sale)
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    return complete(desk, sale)


def until_one_more_waits(before: int) -> int:
    """How many wait for a lock, once that is more than before."""
    for _moment in range(2_000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*), pg_sleep(0.005) FROM pg_locks WHERE NOT granted")
            (waiting, _slept) = cursor.fetchone()
        if waiting > before:
            return int(waiting)
    raise TimeoutError


def once(act: Callable[[], object]) -> str:
    """Without patience: a deadlock is told."""
    try:
        act()
    except OperationalError as stuck:
        return str(stuck)
    finally:
        connections.close_all()
    return "done"


def test_a_void_and_the_cash_watch_lock_the_files_of_a_person_in_one_order(
    trading_shop: Shop,
) -> None:
    """A void in S01 gives credit back to both files of a person, while a sale in S02 spends the
    credit of the second and counts cash by the first: in two orders each would wait for the other
    for ever. Both are made to wait for the first file, the void in front."""
    shop = trading_shop
    desk, first, second = open_desk(shop), customer(shop), customer(shop, "13800000002")
    one_person(desk, first, second)
    earn(desk, second)
    sale, elsewhere = two_owners(desk, first, second), bill_of(shop, second, elsewhere=True)
    shop.pay(elsewhere, "credit", cents=4_900)
    shop.pay(elsewhere)
    ask = sales.void_ask(sale)
    approvals.grant(ask=ask, store=shop.s01, asked_by=desk.by, by=shop.chen)
    scanned = list(sale.lines.values_list("piece__number", flat=True))
    acts: list[Callable[[], object]] = [
        partial(sales.void, sale=sale, scanned=scanned, reason="wrong size", by=desk.by),
        partial(sales.complete, sale=elsewhere, shown_cents=9_800, by=shop.sun),
    ]

    with ThreadPoolExecutor(len(acts)) as pool:
        # SQLite has one queue for all writers, and no locks to wait for
        if connection.vendor == "postgresql":
            with transaction.atomic():
                customers.lock([first.pk])
                running = []
                for waiting, act in enumerate(acts):
                    running.append(pool.submit(once, act))
                    until_one_more_waits(waiting)
        else:
            running = [pool.submit(once, act) for act in acts]
        assert [each.result(timeout=30) for each in running] == ["done", "done"]
    assert (store_credit.balance(first), store_credit.balance(second)) == (0, 4_900)
    assert books_agree()
