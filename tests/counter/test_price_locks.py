"""A locked price holds for so many grams until a day, against a deposit, and pays out nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from counter import bills, deposits
from counter.deposits import EndedBy
from counter.models import LockEnd, NetworkOrder, OrderState, PriceLock, PriceMode
from counter.showroom import price_locks
from inventory.ground import changes, settings_rows
from inventory.ground.errors import RuleBroken
from inventory.models import Store
from tests.cast import Shop
from tests.deposits import Owing

BOARD = 117_700
DEARER = 130_000


@pytest.fixture
def owing(shop: Shop) -> Owing:
    shop.put_up(9900, BOARD)
    return Owing(shop)


def locked(owing: Owing, **facts: Any) -> NetworkOrder:
    """An order with its deposit and its price locked; then gold gets dearer."""
    order = owing.order(**facts)
    owing.take(300_000, order=order)
    lock(owing, order)
    owing.shop.put_up(9900, DEARER)
    owing.shop.put_up(9990, DEARER)
    return order


def lock(owing: Owing, order: NetworkOrder, days: int = 10) -> PriceLock:
    until = owing.today + timedelta(days=days)
    (row,) = price_locks.lock(order=order, until=until, by=owing.shop.lin)
    return row


def expire(order: NetworkOrder) -> None:
    PriceLock.objects.filter(order=order).update(until=timezone.now() - timedelta(minutes=1))


def metal_cents(mg: int, price: int) -> int:
    return (mg * price + 500) // 1_000


def test_the_hand_over_takes_the_locked_price(owing: Owing) -> None:
    order = locked(owing)
    piece = owing.arrive(order)
    sale = owing.bill(order.customer, piece)
    line = sale.lines.get()
    assert line.metal_cents == metal_cents(piece.net_mg, BOARD)
    deposits.put_down(sale=sale, deposit=order.deposits.get(), by=owing.shop.lin)
    owing.complete(sale)
    assert owing.agrees()


def test_an_expired_lock_is_told_at_payment_and_the_price_of_the_day_taken(owing: Owing) -> None:
    order = locked(owing)
    piece = owing.arrive(order)
    sale = owing.bill(order.customer, piece)
    expire(order)
    for ended in (0, 1):  # judged when it is used, before and after anybody looks after it
        with pytest.raises(price_locks.PriceLockExpired), transaction.atomic():
            owing.complete(sale)
        assert price_locks.expire_due(at=timezone.now()) == 1 - ended
    bills.refresh_prices(sale=sale, by=owing.shop.lin)
    assert sale.lines.get().metal_cents == metal_cents(piece.net_mg, DEARER)
    sale.tendered.all().delete()
    owing.complete(sale)


def test_more_grams_than_were_locked_take_the_price_of_the_day(owing: Owing) -> None:
    """8.720 g are locked, and 5 percent more may be; the second piece is beyond both."""
    order = locked(owing)
    first, second = owing.arrive(order), owing.arrive(order)
    heavy = owing.arrive(order, gross_mg=9_200, net_mg=9_200)
    sale = owing.bill(order.customer, first, second)
    got = [line.metal_cents for line in sale.lines.order_by("position")]
    assert got == [metal_cents(8_720, BOARD), metal_cents(8_720, DEARER)]
    owing.complete(sale)
    other = owing.bill(order.customer, heavy)
    assert other.lines.get().metal_cents == metal_cents(9_200, DEARER)


def test_a_lock_ends_with_its_order_and_holds_again_when_that_is_undone(owing: Owing) -> None:
    order, shop = locked(owing), owing.shop
    for state, act in (
        (OrderState.HANDED_OVER, deposits.on_order_ended),
        (OrderState.NOTIFIED, deposits.on_order_reopened),
    ):
        NetworkOrder.objects.filter(pk=order.pk).update(state=state)
        with changes.opened(store=shop.s01, by=shop.lin) as book:
            told = {"how": EndedBy.FULFILLED} if state == OrderState.HANDED_OVER else {}
            act(order=order, book=book, **told)
        ended = PriceLock.objects.get(order=order).ended_how
        assert ended == (LockEnd.DELIVERED if told else "")
        assert owing.agrees()


def test_without_its_deposit_a_price_is_not_locked(owing: Owing) -> None:
    order = locked(owing)
    owing.void(order.deposits.get().sale)
    assert PriceLock.objects.get(order=order).ended_how == LockEnd.RELEASED
    assert owing.agrees()


def settlement_day(owing: Owing) -> None:
    locked(owing, price_mode=PriceMode.SETTLEMENT)


def without_deposit(owing: Owing) -> None:
    lock(owing, owing.order())


def too_little(owing: Owing) -> None:
    order = owing.order()
    owing.take(239_999, order=order)
    lock(owing, order)


def over(owing: Owing) -> None:
    order = owing.order()
    owing.take(300_000, order=order)
    NetworkOrder.objects.update(state=OrderState.CANCELLED)
    lock(owing, order)


def twice(owing: Owing) -> None:
    lock(owing, locked(owing))


def beyond(owing: Owing, name: str) -> None:
    n01 = Store.objects.get(code="N01")
    settings_rows.put(store=n01, key=name, new="10000", by=owing.shop.head)
    locked(owing)
    who = None if name == "price_lock_customer_mg" else owing.customer("13800000002")
    locked(owing, **({"who": who} if who else {}))


def of_customer(owing: Owing) -> None:
    beyond(owing, "price_lock_customer_mg")


def of_house(owing: Owing) -> None:
    beyond(owing, "price_lock_house_mg")


def too_long(owing: Owing) -> None:
    order = owing.order()
    owing.take(300_000, order=order)
    lock(owing, order, days=366)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (settlement_day, "lock_not_asked"),
        (without_deposit, "lock_needs_deposit"),
        (too_little, "lock_needs_deposit"),
        (over, "lock_order_over"),
        (twice, "locked_already"),
        (of_customer, "lock_too_large"),
        (of_house, "lock_too_large"),
        (too_long, "bad_field"),
    ],
)
def test_a_lock_is_refused(owing: Owing, act: Callable[[Owing], None], code: str) -> None:
    with pytest.raises(RuleBroken) as refusal, transaction.atomic():
        act(owing)
    assert refusal.value.code == code
