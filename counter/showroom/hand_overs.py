"""From the arrival to the customer's hands: told, sold on an ordinary bill, and where it is to be
sent, sent and signed for."""

from collections.abc import Iterable, Sequence
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy

from counter import bills, deposits
from counter.deposits import EndedBy
from counter.models import (
    Channel,
    DeliveryWay,
    NetworkOrder,
    OrderChannel,
    OrderContact,
    OrderedPiece,
    OrderedState,
    OrderParcel,
    OrderState,
    Sale,
    SaleLine,
    SaleState,
)
from counter.showroom import kept_pieces, materials, order_notices, production, steps
from inventory import pieces
from inventory.ground import access, codes
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, RuleBroken
from inventory.models import Piece, Place, State

S = OrderState
LEFT: Final = (*production.PENDING, OrderedState.ARRIVED)
SENT: Final = (OrderedState.SHIPPED, OrderedState.DELIVERED)
# who orders without having seen the piece in the shop: Consumer Protection Law, art. 25
DISTANT: Final = (OrderChannel.ONLINE, OrderChannel.BRAND_SHOP, OrderChannel.TELEPHONE)


class NothingArrived(RuleBroken):
    code = "nothing_arrived"
    sentence = gettext_lazy("No piece of this order is here and free to be handed over.")


class NotPaid(RuleBroken):
    code = "order_not_paid"
    sentence = gettext_lazy("Complete the sale first. Only what is paid for leaves the store.")


class NoAddress(RuleBroken):
    code = "no_address"
    sentence = gettext_lazy("This order has no address to send it to. Change the order first.")


class BadParcel(BadField):
    code = "bad_parcel"
    sentence = gettext_lazy("Say who carries the parcel, and its number.")


class TrackingUsed(BadField):
    code = "tracking_used"
    sentence = gettext_lazy("A parcel with this number was sent before. Check the number.")


class ParcelSigned(RuleBroken):
    code = "parcel_signed"
    sentence = gettext_lazy("This parcel was signed for already.")


class SignerNeeded(BadField):
    code = "signer_needed"
    sentence = gettext_lazy("Say who signed for the parcel.")


class OrderShipped(RuleBroken):
    code = "order_shipped"
    sentence = gettext_lazy("Pieces of this sale were sent to the customer. It is a return now.")


def tell(*, order: NetworkOrder, by: User) -> NetworkOrder:
    """The customer is told that the pieces are here; of an order that is still being made, which
    part of it. Refused: to a role without the right, when nothing is here, and when the order has
    moved on."""
    access.refuse_unless(by, "work_orders", store=order.queue)
    with steps.opened(order, by=by) as (book, locked):
        production.catch_up(locked, book=book)
        if locked.state not in {S.IN_PRODUCTION, S.ARRIVED}:
            raise steps.OrderMoved(locked)
        if locked.state == S.ARRIVED:
            steps.move(locked, S.NOTIFIED, book=book)
            return locked
        done = production.progress(locked)
        if not done.arrived:
            raise NothingArrived
        words = order_notices.partly_ready(locked, done.arrived, done.pieces, book=book)
        row = OrderContact(order=locked, how="notice", result=words[:200], at=book.at, by=by)
        book.write([row], kind="order_contact", number=locked.number)
    return locked


@transaction.atomic
def open_bill(*, order: NetworkOrder, counter: Place, by: User) -> Sale:
    """A bill at the clerk's counter with every piece of the order that is here, at the order's
    labour, in the customer's name; the one that is open already when there is one.

    Refused: to a role without the right, in another store, when nothing is here, for pieces without
    their report, and as `bills.add_piece` refuses.
    """
    access.refuse_unless(by, "work_orders", store=order.queue)
    if counter.store_id != order.queue_id:
        raise kept_pieces.OrderElsewhere
    rows = production.with_line(order).filter(state=OrderedState.ARRIVED)
    arrived = [each.piece for each in rows.select_related("piece__store", "piece__style")]
    on_bills = SaleLine.objects.filter(piece__in=arrived, sale__state=SaleState.OPEN)
    before = on_bills.select_related("sale__store", "sale__counter").first()
    if before is not None:
        return before.sale
    ready = [piece for piece in arrived if piece and piece.state in {State.HELD, State.ON_SALE}]
    if not ready:
        _refuse(arrived)
    sale = bills.begin(counter=counter, by=by)
    bills.name_customer(sale=sale, customer=order.customer)
    sale.refresh_from_db()
    for piece in ready[: bills.MOST_LINES]:
        bills.add_piece(sale=sale, piece=piece, by=by)
    return sale


def hand_over(*, sale: Sale, lines: Sequence[SaleLine], book: Book) -> None:
    """Called by `sales.complete`: what is sold of orders is with the customer, or waits for its
    parcel; an order of which nothing is left is handed over (no query for a bill from the case).
    Refused while the customer's own material is not accounted for."""
    made = [line.piece_id for line in lines if line.made_to_order]
    for locked, rows in _by_order(made, OrderedState.ARRIVED, book=book):
        _mark(rows, OrderedState.HANDED_OVER)
        if OrderedPiece.objects.filter(line__order=locked, state__in=LEFT).exists():
            continue
        materials.check_accounted(locked)
        if locked.state == S.IN_PRODUCTION:  # what was still to come is wanted no more
            steps.move(locked, S.ARRIVED, book=book)
        if locked.state == S.ARRIVED:
            steps.move(locked, S.NOTIFIED, book=book)
        if locked.delivery == DeliveryWay.COLLECT:
            steps.move(locked, S.HANDED_OVER, book=book, remark=sale.number or "")
        deposits.on_order_ended(order=locked, how=EndedBy.FULFILLED, book=book)


def take_back(*, sale: Sale, book: Book) -> None:
    """Called by `sales.void`: the pieces lie in their trays again, kept for their order. Refused
    once one of them was sent."""
    made = sale.lines.filter(made_to_order=True).values_list("piece_id", flat=True)
    if OrderedPiece.objects.filter(piece__in=made, state__in=SENT).exists():
        raise OrderShipped
    for locked, rows in _by_order(list(made), OrderedState.HANDED_OVER, book=book):
        held = pieces.lock([each.piece_id or 0 for each in rows])
        if locked.is_over and locked.state != S.HANDED_OVER:
            # the rest of the order came to nothing meanwhile: nobody waits for these pieces
            _mark(rows, OrderedState.CANCELLED)
            Piece.objects.filter(pk__in=[piece.pk for piece in held]).update(made_to_order=False)
            continue
        _mark(rows, OrderedState.ARRIVED)
        for piece in held:
            piece.store = book.store
            kept_pieces.keep(piece=piece, order=locked, book=book)
        if locked.state == S.HANDED_OVER:
            steps.move(locked, S.NOTIFIED, book=book)
        deposits.on_order_reopened(order=locked, book=book)


def collect(*, order: NetworkOrder, by: User) -> NetworkOrder:
    """What was to be sent is fetched after all, and is paid for. Refused: to a role without the
    right, when something is not paid for or was sent, and when the order has moved on."""
    access.refuse_unless(by, "work_orders", store=order.queue)
    with steps.opened(order, by=by) as (book, locked):
        states = set(production.with_line(locked).values_list("state", flat=True))
        if states != {OrderedState.HANDED_OVER}:
            raise NotPaid
        steps.move(locked, S.HANDED_OVER, book=book)
    return locked


def ship(*, order: NetworkOrder, carrier: str, tracking: str, by: User) -> OrderParcel:
    """Every piece that is paid for and still here goes to the customer; when nothing is left the
    order is shipped. Refused: to a role without the right, without an address, carrier and number,
    with a number that was used, before the sale is completed, and when the order has moved on."""
    access.refuse_unless(by, "work_orders", store=order.queue)
    who, number = codes.one_line(carrier)[:30], "".join(tracking.split())[:40].upper()
    if not who or not number:
        raise BadParcel(field="tracking" if who else "carrier")
    with steps.opened(order, by=by) as (book, locked):
        if not locked.address:
            raise NoAddress
        if OrderParcel.objects.filter(carrier=who, tracking=number).exists():
            raise TrackingUsed(field="tracking")
        if locked.state not in {S.NOTIFIED, S.IN_PRODUCTION, S.ARRIVED}:
            raise steps.OrderMoved(locked)
        paid = production.with_line(locked).filter(state=OrderedState.HANDED_OVER, parcel=None)
        keys = list(paid.values_list("pk", flat=True))
        if not keys:
            raise NotPaid
        parcel = OrderParcel(
            order=locked, carrier=who, tracking=number, count=len(keys), at=book.at, by=by
        )
        book.write([parcel], kind="order_parcel", number=locked.number)
        OrderedPiece.objects.filter(pk__in=keys).update(state=OrderedState.SHIPPED, parcel=parcel)
        if not production.with_line(locked).exclude(state__in=SENT).exists():
            steps.move(locked, S.SHIPPED, book=book, remark=f"{who} {number}")
    return parcel


def sign_for(*, parcel: OrderParcel, name: str, by: User) -> OrderParcel:
    """Somebody has signed for a parcel. With the last one the order is delivered. Refused: to a
    role without the right, without a name, and twice."""
    order = NetworkOrder.objects.select_related("queue", "store").get(pk=parcel.order_id)
    access.refuse_unless(by, "work_orders", store=order.queue)
    who = codes.one_line(name)[:60]
    if not who:
        raise SignerNeeded(field="name")
    with steps.opened(order, by=by) as (book, locked):
        rows = OrderParcel.objects.filter(pk=parcel.pk, signed_at=None)
        if rows.update(signed_at=book.at, signed_name=who) != 1:
            raise ParcelSigned
        parcel.signed_at, parcel.signed_name = book.at, who
        book.note(parcel, kind="order_parcel_signed", number=locked.number)
        OrderedPiece.objects.filter(parcel=parcel).update(state=OrderedState.DELIVERED)
        states = set(production.with_line(locked).values_list("state", flat=True))
        if locked.state == S.SHIPPED and states == {OrderedState.DELIVERED}:
            steps.move(locked, S.DELIVERED, book=book, remark=who)
    return parcel


def channel_of(piece: Piece, *, said: str) -> str:
    """By which channel a sold piece counts as bought when it comes back: an order from afar is one
    whatever is said at the counter (1 query)."""
    rows = OrderedPiece.objects.filter(piece=piece, line__order__channel__in=DISTANT)
    return Channel.DISTANCE if rows.exists() else said


def _by_order(
    ids: Sequence[int], state: OrderedState, *, book: Book
) -> Iterable[tuple[NetworkOrder, list[OrderedPiece]]]:
    """The orders of pieces in a state, each locked, with these pieces (none asked for none)."""
    if not ids:
        return
    rows = OrderedPiece.objects.filter(piece__in=ids, state=state).select_related("line__order")
    together: dict[NetworkOrder, list[OrderedPiece]] = {}
    for row in rows:
        together.setdefault(row.line.order, []).append(row)
    for order in sorted(together, key=lambda each: each.pk):
        yield steps.lock(order, book=book), together[order]


def _mark(rows: Sequence[OrderedPiece], state: OrderedState) -> None:
    OrderedPiece.objects.filter(pk__in=[each.pk for each in rows]).update(state=state)


def _refuse(arrived: Iterable[Piece | None]) -> None:
    for piece in arrived:
        if piece is not None and piece.state == State.RECEIVED:
            raise pieces.NoReport(piece)
    raise NothingArrived
