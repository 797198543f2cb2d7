"""Supplies of a shop, in few words: beads for gifts, boxes, and chain by the gram."""

from typing import Any

from counter import books
from inventory import supplies
from inventory.ground import approvals
from inventory.models import CountedIn, Place, SupplyItem
from tests.cast import Shop
from tests.service_desk import ServiceDesk
from warranty import ticket_supplies
from warranty.models import Ticket

BEAD_CENTS = 9_800


def bead(**facts: Any) -> SupplyItem:
    """A silver bead, worth ¥98.00 as a gift."""
    told = {"code": "BEAD", "name": "银珠", "cost_cents": 3_100, "value_cents": BEAD_CENTS}
    return SupplyItem.objects.create(**told | facts)


def chain(**facts: Any) -> SupplyItem:
    """Silver chain by the gram."""
    told: dict[str, Any] = {
        "code": "CHAIN",
        "name": "银链条",
        "counted_in": CountedIn.GRAMS,
        "metal": "Ag",
        "fineness": 9_250,
    }
    return SupplyItem.objects.create(**told | facts)


def receive(shop: Shop, item: SupplyItem, quantity: int, place: Place | None = None) -> None:
    """So much of it lies in a place, else at counter A."""
    where = place or shop.a
    supplies.receive(item=item, place=where, quantity=quantity, number="N-1", by=shop.chen)


def lay_out(shop: Shop) -> None:
    """For the screens: beads at the counter and in a tray, one used up, chain, and boxes of which
    none is here."""
    beads, metal = bead(), chain()
    bead(code="BOX", name="礼盒", value_cents=0)
    receive(shop, beads, 40)
    receive(shop, metal, 86_420)
    supplies.move(item=beads, place=shop.a, to=shop.tray("A-02"), quantity=12, by=shop.lin)
    use(shop, metal, 1_230)


def use(shop: Shop, item: SupplyItem, quantity: int, place: Place | None = None) -> Ticket:
    """So much of it, at counter A, is used up for a chain that a customer brings."""
    ticket = ServiceDesk(shop).receive()
    where = place or shop.a
    ticket_supplies.use(ticket=ticket, item=item, place=where, quantity=quantity, by=shop.lin)
    return ticket


def hand_over(shop: Shop, item: SupplyItem, quantity: int, place: Place, to: Place) -> None:
    """lin brings it to another counter, where zhao takes it."""
    ask = supplies.move_ask(item=item, place=place, to=to, quantity=quantity)
    approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.zhao)
    supplies.move(item=item, place=place, to=to, quantity=quantity, by=shop.lin)


def lying(item: SupplyItem, place: Place) -> int:
    return supplies.lying_in(item=item, place=place)


def broken(shop: Shop) -> list[str]:
    """What the books of the store say of themselves; nothing when they agree."""
    return [str(each) for each in books.verify(shop.s01, full=True)]
