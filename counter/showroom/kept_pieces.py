"""Pieces that arrived for an order: they lie in their trays like every other piece, and nobody but
the customer of the order gets them on a bill."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter.models import Customer, NetworkOrder, OrderedPiece, OrderedState, Sale
from inventory import holds, pieces
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.models import Hold, Piece, Place, State

# what is kept for an order is kept until the order ends
KEPT: Final = timedelta(days=3_650)


class PieceOrdered(RuleBroken):
    code = "piece_ordered"

    def __init__(self, order: NetworkOrder) -> None:
        told = {"who": order.customer.masked_phone, "number": order.number}
        super().__init__(
            _(
                "This piece was made for %(who)s, order %(number)s. Put that customer on the bill "
                "first."
            )
            % told,
            number=order.number,
        )


class KeptForOrder(RuleBroken):
    """A stone that is allotted."""

    code = "kept_for_order"

    def __init__(self, order: NetworkOrder) -> None:
        words = _("This piece is kept for order %(number)s.") % {"number": order.number}
        super().__init__(words, number=order.number)


class OrderElsewhere(RuleBroken):
    code = "order_elsewhere"
    sentence = gettext_lazy(
        "The order of this piece lies in another store. It is handed over there."
    )


def until(at: datetime) -> datetime:
    return at + KEPT


def keep(*, piece: Piece, order: NetworkOrder, book: Book) -> None:
    """A locked piece on sale is held for an order from now on. Refused while a bill holds it."""
    counter = _counter(piece)
    holds.reserve(piece=piece, bill=order.uuid, counter=counter, until=until(book.at), book=book)


def of_piece(piece: Piece) -> OrderedPiece | None:
    """For whose order a piece arrived and still waits (no query for one from the case, else 1)."""
    if not piece.made_to_order:
        return None
    rows = OrderedPiece.objects.filter(piece=piece, state=OrderedState.ARRIVED)
    return rows.select_related("line__order__customer").first()


def check(*, piece: Piece, sale: Sale) -> NetworkOrder | None:
    """The order for which a piece arrived; None: for none. Refused on the bill of anybody else, and
    in a store where the order does not lie."""
    ordered = of_piece(piece)
    if ordered is None:
        return None
    order = ordered.line.order
    if order.customer_id != sale.customer_id:
        raise PieceOrdered(order)
    if order.queue_id != sale.store_id:
        raise OrderElsewhere
    return order


def is_for_bill(hold: Hold, *, piece: Piece, sale: Sale) -> bool:
    """Whether a hold keeps a piece for the order of this bill's customer; False: it is no order's.
    Refused while it keeps the piece for another order, or as an allotted stone (2 queries)."""
    found = NetworkOrder.objects.filter(uuid=hold.bill).first()
    if found is None:
        return False
    if check(piece=piece, sale=sale) is None:
        raise KeptForOrder(found)
    return True


def claim(*, sale: Sale, piece: Piece) -> bool:
    """A locked piece that is kept for an order of the bill's customer is held for the bill now;
    False: nothing is kept. Refused as in `check`."""
    order = check(piece=piece, sale=sale)
    if order is None or piece.state != State.HELD:
        return False
    return holds.pass_on(piece=piece, old=order.uuid, new=sale.uuid)


def check_named(*, sale: Sale, customer: Customer | None) -> None:
    """Refused when a bill has a piece that arrived for an order and is to be somebody else's."""
    rows = OrderedPiece.objects.filter(piece__sale_lines__sale=sale, state=OrderedState.ARRIVED)
    for ordered in rows.select_related("line__order__customer"):
        if customer is None or ordered.line.order.customer_id != customer.pk:
            raise PieceOrdered(ordered.line.order)


def let_go(*, sale: Sale, rows: Sequence[Piece]) -> set[int]:
    """An open bill no longer wants these locked pieces: those of orders are kept for them again;
    returns their ids."""
    kept = set()
    for piece in rows:
        ordered = of_piece(piece)
        if ordered is not None and holds.pass_on(
            piece=piece, old=sale.uuid, new=ordered.line.order.uuid
        ):
            kept.add(piece.pk)
    return kept


def release(*, rows: Sequence[Piece], order: NetworkOrder, book: Book) -> None:
    """Pieces or stones are kept for an order no longer: free for everybody."""
    if rows:
        holds.end(rows=pieces.lock([piece.pk for piece in rows]), bill=order.uuid, book=book)


def _counter(piece: Piece) -> Place:
    place = Place.objects.select_related("parent").get(pieces=piece)
    return place.parent or place
