"""Real threads and real commits: the customer cancels while the clerk confirms, and one order comes
from many tabs."""

from collections import Counter

import pytest

from counter.models import ConsentHow, NetworkOrder, OrderChannel, OrderState
from counter.showroom import endings, orders, reviews
from inventory.ground import nobody
from tests.cast import Shop
from tests.showroom import open_showroom
from tests.test_races import at_once, books_agree, patiently

pytestmark = pytest.mark.races
ORDERS = 6


def test_the_customer_cancels_while_the_clerk_confirms_and_one_of_them_wins(
    trading_shop: Shop,
) -> None:
    shop, showroom = trading_shop, open_showroom(trading_shop)
    customer = nobody.customer()
    rows = [showroom.at(OrderState.TRANSFERRED) for _each in range(ORDERS)]
    seen = [NetworkOrder.objects.select_related("queue").get(pk=row.pk) for row in rows]

    def act(index: int) -> str:
        number, is_clerk = divmod(index, 2)
        if is_clerk:
            got = patiently(lambda: reviews.confirm(order=rows[number], by=shop.lin))
        else:
            told = {"reason": "changed_mind", "remark": ""}
            got = patiently(lambda: endings.cancel(order=seen[number], by=customer, **told))
        return f"{number} {got or 'won'}"

    got = at_once(act, threads=2 * ORDERS)
    once = Counter(
        f"{number} {what}" for number in range(ORDERS) for what in ("won", "order_moved")
    )
    assert got == once
    states = set(NetworkOrder.objects.values_list("state", flat=True))
    assert states <= {OrderState.CONFIRMED, OrderState.CANCELLED}
    assert books_agree()


def test_one_order_from_many_tabs_is_placed_once(trading_shop: Shop) -> None:
    showroom, customer = open_showroom(trading_shop), nobody.customer()
    wish = showroom.wish(outside_number="TB-1")

    def place(_index: int) -> str:
        return patiently(
            lambda: orders.place(
                wish=wish,
                customer=showroom.customer,
                channel=OrderChannel.ONLINE,
                how=ConsentHow.LINK,
                by=customer,
            )
        )

    assert at_once(place, threads=ORDERS) == {"": 1, "order_placed_before": ORDERS - 1}
    assert NetworkOrder.objects.get().number.endswith("-0001")
    assert books_agree()


def test_two_orders_that_go_opposite_ways_do_not_wait_for_each_other(trading_shop: Shop) -> None:
    """One is passed on, the other sent back: both lock the chains of both stores."""
    shop, showroom = trading_shop, open_showroom(trading_shop)
    there = [showroom.placed() for _each in range(ORDERS)]
    back = [showroom.at(OrderState.TRANSFERRED) for _each in range(ORDERS)]

    def act(index: int) -> str:
        number, is_back = divmod(index, 2)
        if is_back:
            return patiently(
                lambda: reviews.send_back(order=back[number], remark="再看", by=shop.lin)
            )
        return patiently(lambda: showroom.passed_on(there[number]))

    assert at_once(act, threads=2 * ORDERS) == {"": 2 * ORDERS}
    assert books_agree()
