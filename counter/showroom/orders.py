"""网络板房订单: an order is placed once, in one queue whatever way it came in, and confirmed by its
customer."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter.models import (
    ConsentHow,
    Customer,
    NetworkOrder,
    OrderChannel,
    OrderedPiece,
    OrderLine,
    OrderState,
    OrderVersion,
)
from counter.showroom import amounts, consents, order_notices, steps, wishes
from counter.showroom.amounts import Estimate, Figures
from counter.showroom.wishes import LineWish, Wish
from inventory import places
from inventory.ground import changes, nobody, numbers
from inventory.ground.changes import Book
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.ground.signatures import Drawn
from inventory.models import Store, StoreKind, Style

# what a wish says of the whole order, by the same name in the order
TERMS = (
    "price_mode",
    "wanted_on",
    "is_rush",
    "delivery",
    "recipient",
    "address",
    "telephone",
    "promises",
    "remark",
)


class NoShowroom(RuleBroken):
    code = "no_network_showroom"
    sentence = gettext_lazy("This house has no network showroom yet. Head office opens one.")


class PlacedBefore(RuleBroken):
    """The brand's shop or the dealer sends a number that we have an order for."""

    code = "order_placed_before"

    def __init__(self, order: NetworkOrder) -> None:
        words = _("This was ordered already: it is order %(number)s. Nothing was ordered again.")
        super().__init__(
            words % {"number": order.number}, field="outside_number", number=order.number
        )


def showroom() -> Store:
    """The network showroom, which numbers every order. Refused where there is none (1 query)."""
    found = Store.objects.filter(kind=StoreKind.SHOWROOM).order_by("pk").first()
    if found is None:
        raise NoShowroom
    return found


def place(
    *,
    wish: Wish,
    customer: Customer,
    channel: OrderChannel,
    how: ConsentHow | None,
    by: User,
    signature: Drawn | None = None,
) -> NetworkOrder:
    """A new order with its number for life, its first version and one row for each piece. `how` the
    customer confirmed the summary; None: not yet, and the order waits for that.

    Refused: to a role without the right, what cannot be ordered so (`wishes.check`), without a
    price on the board, and the same number of the customer's own a second time.
    """
    if how is not None:
        consents.refuse_unless_said(how, by, "place_orders")
    elif not (nobody.is_customer(by) or by.has_perm("place_orders")):
        raise NotAllowed
    store, wish = showroom(), wish.tidied()
    wishes.check(wish, day=places.business_day(store))
    with changes.opened(store=store, by=by) as book:
        _refuse_second(wish, customer)
        estimate = amounts.estimate(wish, at=book.at, store=store, customer=customer)
        order = _write(wish, estimate, customer=customer, channel=channel, book=book)
        version = OrderVersion(
            order=order,
            version=order.version,
            content=estimate.with_wish(wish),
            total_cents=order.total_cents,
            at=book.at,
            by=by,
        )
        book.write([version], kind="order_version", number=order.number)
        write_lines(order, wish.lines, amounts.figures_of(version))
        step = steps.write(order, old="", kind="order_step", book=book)
        if how is None:
            order_notices.tell(step, book=book)
        else:
            _confirm(order, version, how=how, signature=signature, book=book)
    return order


def confirm_by_customer(
    *, order: NetworkOrder, how: ConsentHow, by: User, signature: Drawn | None = None
) -> NetworkOrder:
    """The customer says yes to the summary, and the first check begins. Refused with `order_moved`
    when they did before or the order is over."""
    consents.refuse_unless_heard(how, by, order)
    with steps.opened(order, by=by) as (book, locked):
        if locked.state != OrderState.PLACED:
            raise steps.OrderMoved(locked)
        version = locked.versions.get(version=locked.version)
        version.order = locked
        _confirm(locked, version, how=how, signature=signature, book=book)
    return locked


def columns_of(line: LineWish, figures: Figures) -> dict[str, Any]:
    """The columns of an ordered line, as wished and as estimated; without its style."""
    wished = {key: value for key, value in vars(line).items() if key != "style"}
    return {**wished, **figures}


def write_lines(order: NetworkOrder, lines: Sequence[LineWish], figures: Sequence[Figures]) -> None:
    """The lines of a new order, and one row for each of their pieces (3 queries)."""
    styles = Style.objects.in_bulk({line.style for line in lines}, field_name="code")
    rows = OrderLine.objects.bulk_create(
        OrderLine(
            order=order, position=position, style=styles[line.style], **columns_of(line, told)
        )
        for position, (line, told) in enumerate(zip(lines, figures, strict=True), 1)
    )
    OrderedPiece.objects.bulk_create(
        OrderedPiece(line=row, serial=serial) for row in rows for serial in range(1, row.pieces + 1)
    )


def _write(
    wish: Wish, estimate: Estimate, *, customer: Customer, channel: OrderChannel, book: Book
) -> NetworkOrder:
    store, day = book.store, places.business_day(book.store, book.at)
    order = NetworkOrder(
        number=numbers.issue(store=store, kind=numbers.Kind.ORDER, day=day),
        store=store,
        queue=store,
        customer=customer,
        channel=channel,
        outside_number=wish.outside_number,
        link=secrets.token_urlsafe(16),
        state=OrderState.PLACED,
        state_since=book.at,
        total_cents=estimate.total_cents,
        business_day=day,
        at=book.at,
        by=book.by,
        **{name: getattr(wish, name) for name in TERMS},
    )
    order.due_at = steps.until(order, OrderState.PLACED, store=store, at=book.at)
    book.write([order], kind="order_placed")
    return order


def _confirm(
    order: NetworkOrder,
    version: OrderVersion,
    *,
    how: ConsentHow,
    signature: Drawn | None,
    book: Book,
) -> None:
    consents.write(version, agreed=True, how=how, signature=signature, book=book)
    NetworkOrder.objects.filter(pk=order.pk).update(confirmed_at=book.at)
    order.confirmed_at = book.at
    steps.move(order, OrderState.REVIEWING, book=book)


def _refuse_second(wish: Wish, customer: Customer) -> None:
    """The store's head is locked: nobody places the same order meanwhile."""
    if not wish.outside_number:
        return
    same = customer.orders.filter(outside_number=wish.outside_number).first()
    if same is not None:
        raise PlacedBefore(same)
