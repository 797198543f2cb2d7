"""The network showroom: styles that are offered, a customer whom 林 follows, and orders that stand
where a test needs them."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from counter import customers
from counter.models import (
    ConsentHow,
    Customer,
    NetworkOrder,
    OrderChannel,
    OrderState,
    StyleOffer,
)
from counter.showroom import offers, orders, reviews
from counter.showroom.wishes import LineWish, Wish
from inventory import places
from inventory.ground import nobody
from tests.cast import Shop

BAND = LineWish(
    style="B1001",
    pieces=2,
    metal="Au",
    grade=7500,
    size_spec="3 mm",
    ring_size="12.25",
    finish="喷沙",
    engraving="永恒 LIN",
)
DIAMOND_RING = LineWish(
    style="B1002",
    pieces=1,
    metal="Pt",
    grade=9500,
    ring_size="11",
    stones_from="ours",
    stone_kind="diamond",
    stone_mct=500,
    stone_color="F",
    stone_clarity="VS1",
    stone_cut="EX",
    certificate="NGTC",
)


@dataclass
class Showroom:
    """`showroom.placed()` is an order in the first check, `showroom.at(state)` one that went on."""

    shop: Shop
    offers: dict[str, StyleOffer]
    customer: Customer

    @property
    def gao(self) -> Any:
        """Who does the first check."""
        return self.shop.gao

    def wish(self, *lines: LineWish, **terms: Any) -> Wish:
        """Two 18K bands, collected, unless it is said otherwise."""
        return Wish(lines=lines or (BAND,), **terms)

    def band(self, **facts: Any) -> LineWish:
        return replace(BAND, **facts)

    def placed(
        self,
        wish: Wish | None = None,
        *,
        how: ConsentHow | None = ConsentHow.LINK,
        channel: OrderChannel = OrderChannel.ONLINE,
        by: Any = None,
    ) -> NetworkOrder:
        """An order that its customer confirmed by the link; `how=None`: one that 林 has entered and
        nobody has confirmed."""
        return orders.place(
            wish=wish or self.wish(),
            customer=self.customer,
            channel=channel,
            how=how,
            by=by or (nobody.customer() if how == ConsentHow.LINK else self.shop.lin),
        )

    def at(self, state: OrderState, wish: Wish | None = None) -> NetworkOrder:
        """An order that has come as far as this, up to the second check; further on it is in the
        rules of the workshop."""
        order = self.placed(wish)
        if state == OrderState.REVIEWING:
            return order
        order = self.passed_on(order)
        if state == OrderState.TRANSFERRED:
            return order
        if state == OrderState.CONFIRMED:
            return reviews.confirm(order=order, by=self.shop.lin)
        raise ValueError(state)

    def passed_on(self, order: NetworkOrder) -> NetworkOrder:
        """Into the queue of S01, promised in three weeks."""
        return reviews.pass_on(
            order=order, store=self.shop.s01, promised_on=self.day(21), by=self.gao
        )

    def day(self, days: int = 0) -> date:
        """So many days from the business day of the showroom."""
        return places.business_day(orders.showroom()) + timedelta(days=days)


def open_showroom(shop: Shop) -> Showroom:
    """Four styles are offered, and 林 follows 何女士."""
    rows = {row.style.code: row for row in offers.put_seed_offers()}
    customer = customers.find_or_make(
        phone="13800138000", name="何女士", store=shop.s01, by=shop.lin
    )
    customer.account_clerk, customer.deputy = shop.lin, shop.zhao
    customer.save()
    return Showroom(shop, rows, customer)
