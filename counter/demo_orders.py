"""The demo's network showroom: what is offered, and orders in every state up to the one that waits
for its customer at the counter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.contrib.auth.models import User

from counter import customers
from counter.models import ConsentHow, Customer, NetworkOrder, OrderChannel, OrderedPiece
from counter.showroom import (
    allotments,
    endings,
    hand_overs,
    offers,
    orders,
    production,
    reviews,
    talks,
    versions,
)
from counter.showroom.wishes import LineWish, Wish
from inventory import places
from inventory.ground import nobody
from inventory.models import Place, Store

BAND: Final = LineWish(
    style="B1001",
    pieces=2,
    metal="Au",
    grade=7500,
    size_spec="3 mm",
    ring_size="12.25",
    finish="喷沙",
    engraving="永恒 LIN",
)
DIAMOND: Final = LineWish(
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
PENDANTS: Final = LineWish(
    style="B1003", pieces=12, metal="Au", grade=9900, finish="光面", engraving="福"
)
BANGLE: Final = LineWish(
    style="B1004", pieces=1, metal="Au", grade=9900, size_spec="56 mm", finish="古法哑光"
)
# telephone, name, region, habits
BUYERS: Final = (
    ("13812340021", "何女士", "华东", "喜欢喷沙,圈口偏小"),
    ("13812340022", "沈先生", "华北", "下单前要电话确认"),
    ("13812340023", "韩女士", "华南", "只要 NGTC 证书"),
)


@dataclass(frozen=True)
class Desk:
    """Where the demo's orders go, and who works on them."""

    shop: Store
    counter: Place
    people: Mapping[str, User]
    buyers: tuple[Customer, ...]

    def placed(self, turn: int, *lines: LineWish, how: ConsentHow | None) -> NetworkOrder:
        online = how == ConsentHow.LINK
        return orders.place(
            wish=Wish(lines=lines, promises="礼盒与擦银布"),
            customer=self.buyers[turn % len(self.buyers)],
            channel=OrderChannel.ONLINE if online else OrderChannel.TELEPHONE,
            how=how,
            by=nobody.customer() if online else self.people["lin"],
        )

    def passed_on(self, turn: int, *lines: LineWish) -> NetworkOrder:
        order = self.placed(turn, *lines, how=ConsentHow.LINK)
        day = places.business_day(self.shop) + timedelta(days=18 + turn)
        return reviews.pass_on(order=order, store=self.shop, promised_on=day, by=self.people["gao"])

    def confirmed(self, turn: int, *lines: LineWish) -> NetworkOrder:
        order = self.passed_on(turn, *lines)
        return reviews.confirm(order=order, by=self.people["lin"])

    def made(self, order: NetworkOrder, count: int) -> NetworkOrder:
        """So many pieces came from the workshop as they were ordered."""
        rows = OrderedPiece.objects.filter(line__order=order).select_related("line")
        tray = Place.objects.filter(parent=self.counter).order_by("code")[0]
        for row in rows[:count]:
            production.arrive(
                ordered=row,
                net_mg=row.line.net_mg,
                gross_mg=row.line.net_mg,
                place=tray,
                is_typed=True,
                differs="",
                by=self.people["lin"],
            )
        order.refresh_from_db()
        return order


def load(*, counter: Place, people: Mapping[str, User]) -> None:
    """This morning's orders in the queues of the network showroom and of the counter's store."""
    offers.put_seed_offers()
    desk = Desk(counter.store, counter, people, _buyers(counter.store, people))
    lin, gao = people["lin"], people["gao"]
    desk.placed(0, BAND, how=None)
    desk.placed(1, DIAMOND, how=ConsentHow.TELEPHONE)
    asked = desk.placed(2, BANGLE, how=ConsentHow.LINK)
    talks.ask(order=asked, text="圈口 56 mm 是内径还是手围?", by=gao)
    desk.passed_on(0, PENDANTS)
    changed = desk.confirmed(1, BAND)
    larger = Wish(lines=(BAND, BANGLE))
    versions.propose(order=changed, wish=larger, why="客户要加一只手镯", by=lin)
    allotments.begin(order=desk.confirmed(2, DIAMOND), by=lin)
    workshop = allotments.begin(order=desk.confirmed(0, PENDANTS), by=lin)
    desk.made(workshop, 8)
    ready = desk.made(allotments.begin(order=desk.confirmed(1, BAND), by=lin), 2)
    hand_overs.tell(order=ready, by=lin)
    no_stone = desk.placed(2, DIAMOND, how=ConsentHow.LINK)
    endings.refuse(order=no_stone, reason="no_stone", remark="暂无 0.50 F VS1", by=gao)


def _buyers(store: Store, people: Mapping[str, User]) -> tuple[Customer, ...]:
    """Three customers, followed by two clerks who stand in for each other."""
    rows = []
    for turn, (phone, name, region, habits) in enumerate(BUYERS):
        row = customers.find_or_make(phone=phone, name=name, store=store, by=people["lin"])
        row.region, row.habits = region, habits
        row.account_clerk, row.deputy = people["lin"], people["zhao"]
        if turn == 1:
            row.account_clerk, row.deputy = people["zhao"], people["lin"]
        row.save()
        rows.append(row)
    return tuple(rows)
