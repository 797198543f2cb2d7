"""An order from the second check to the hand-over: checked, made, taken in piece by piece, and sold
on a bill of its own."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from counter.models import NetworkOrder, OrderArrival, OrderStep
from tests.faults.books import Books, differ
from tests.faults.clerk import Bill, Clerk, Ordered, Stock
from tests.faults.deeds import sell

WEIGHT = 8
AT_ONCE: Final = 2  # orders on their way, so that some come to their end in a short run
# in a tray that no clerk of a run counts
TAKEN_IN: Final = {"gross_mg": "3.000", "net_mg": "3.000", "place": "A-01", "differs": "as agreed"}
BAND: Final = "光圈对戒"  # the style that `tests.showroom` orders
ARRIVE: Final = r"/orders/%s/pieces/(\d+)/arrive/"
NUMBER: Final = re.compile(r"/pieces/(\d{10})/")


def do(clerk: Clerk) -> None:
    """The next step of one order."""
    may = [
        order
        for order in clerk.ordered
        if order.bill is None or order.state_now(clerk.sales) != "handed_over"
    ]
    if may:
        order = clerk.dice.choice(may[:AT_ONCE])
        STEPS[order.state](clerk, order)


def broken(books: Books) -> Iterator[str]:
    """Every order as far as it was told, each step and each arrival once."""
    all_orders = [(clerk, order) for clerk in books.clerks for order in clerk.ordered]
    told = [(order.number, order.state_now(clerk.sales)) for clerk, order in all_orders]
    rows = NetworkOrder.objects.filter(number__in=[number for number, _state in told])
    yield from differ("order", told, list(rows.values_list("number", "state")))
    arrived = [order.number for _clerk, order in all_orders for _piece in order.pieces]
    stored = OrderArrival.objects.filter(ordered__line__order__in=rows)
    numbers = stored.values_list("ordered__line__order__number", flat=True)
    yield from differ("arrival of an order", arrived, list(numbers))
    steps = list(OrderStep.objects.filter(order__in=rows).values_list("order", "old", "new"))
    for twice in {step for step in steps if steps.count(step) > 1}:
        yield f"doubled: step {twice} of an order"


def _check(clerk: Clerk, order: Ordered) -> None:
    if _go(clerk, order, "confirm/"):
        order.state = "confirmed"


def _begin(clerk: Clerk, order: Ordered) -> None:
    if _go(clerk, order, "begin/"):
        order.state = "in_production"


def _take_in(clerk: Clerk, order: Ordered) -> None:
    """One piece, until the page asks for none any more."""
    page = clerk.session.get(f"/orders/{order.number}/").body
    wanted = re.findall(ARRIVE % order.number, page)
    if not wanted:
        clerk.tablet.broken.append(f"lost: order {order.number} waits for no piece")
        return
    if not _go(clerk, order, f"pieces/{wanted[0]}/arrive/", TAKEN_IN):
        return
    page = clerk.session.get(f"/orders/{order.number}/").body
    known = {piece.number for piece in order.pieces}
    for number in sorted({*NUMBER.findall(page)} - known):
        order.pieces.append(Stock(number, None, called=BAND))
    if not re.findall(ARRIVE % order.number, page):
        order.state = "arrived"


def _tell(clerk: Clerk, order: Ordered) -> None:
    if _go(clerk, order, "tell/"):
        order.state = "notified"


def _sell(clerk: Clerk, order: Ordered) -> None:
    """A bill with every piece, paid at once; one that was begun is paid later, like any other."""
    if len(clerk.bills) >= sell.MOST_PARKED or order.bill in clerk.bills:
        return
    told = clerk.session.post(f"/orders/{order.number}/bill/")
    if not told.done:
        return
    order.bill = Bill(told.location, list(order.pieces))
    clerk.begun.add(told.location)
    clerk.bills.append(order.bill)
    # the customer takes note that what was made for them does not come back for no reason
    clerk.session.post(f"{told.location}confirm/")
    sell.complete(clerk, order.bill)


STEPS: Final = {
    "transferred": _check,
    "confirmed": _begin,
    "in_production": _take_in,
    "arrived": _tell,
    "notified": _sell,
}


def _go(clerk: Clerk, order: Ordered, step: str, fields: Mapping[str, str] | None = None) -> bool:
    path = f"/orders/{order.number}/{step}"
    told = clerk.session.post(path, fields or {})
    if not told.done:
        clerk.tablet.broken.append(f"fault: {path} was refused: {told.refusal}")
    return told.done
