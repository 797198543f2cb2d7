"""订金, 定金 as a line of a bill: put on it, checked when it is completed, kept from then on as
what the shop owes the customer. What becomes of it says `deposits`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db.models import Max, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import bills, for_sale, reserved_pieces, tenders
from counter.baskets import Basket
from counter.models import (
    Afterwards,
    Deposit,
    DepositEntry,
    DepositKind,
    DepositLine,
    DepositReason,
    DepositState,
    NetworkOrder,
    Sale,
    SaleLine,
    Tendered,
)
from inventory import holds, pieces, places, prices, pricing
from inventory.ground import changes, measures, settings_rows, statements
from inventory.ground.amounts import WHOLE_BP
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.models import Piece, Store

LONGEST_DAYS = 365


class DepositNothing(RuleBroken):
    code = "deposit_nothing"
    status = 422
    sentence = gettext_lazy("Type how much is paid before the goods.")


class DepositTooHigh(RuleBroken):
    code = "deposit_too_high"
    status = 422

    def __init__(self, *, most_cents: int) -> None:
        told = {"most": measures.yuan(most_cents)}
        super().__init__(
            _("A deposit is part of the price: at most %(most)s here.") % told, field="amount"
        )


class DepositNeedsCustomer(RuleBroken):
    code = "deposit_needs_customer"
    status = 422
    sentence = gettext_lazy("A deposit belongs to a customer. Add the customer first.")


class DepositForOther(RuleBroken):
    code = "deposit_for_other"
    sentence = gettext_lazy("This deposit belongs to another customer. Nothing was changed.")


class DepositNeedsMoney(RuleBroken):
    """Credit and old gold would become money on the way back."""

    code = "deposit_needs_money"
    status = 422
    sentence = gettext_lazy(
        "A deposit is paid in money: without old gold, store credit or another deposit on its bill."
    )


class DepositOrderOver(RuleBroken):
    code = "deposit_order_over"
    sentence = gettext_lazy("This order is over. Take the deposit off the bill.")


class BadUntil(BadField):
    code = "bad_deposit_until"
    sentence = gettext_lazy("Choose a day from today up to a year from now.")


class BadAfterwards(BadField):
    code = "bad_deposit_afterwards"
    sentence = gettext_lazy("Only earnest money can be lost. A deposit is given back.")


@dataclass(frozen=True)
class Terms:
    """What is agreed about the money: its kind in words, until when, and what happens then."""

    kind: DepositKind
    until: date
    afterwards: Afterwards


def propose_until(store: Store) -> date:
    """The day up to which a deposit is kept when nothing else is agreed."""
    days = settings_rows.number(store, "deposit_days")
    return places.business_day(store) + timedelta(days=days)


def add_line(
    *,
    sale: Sale,
    cents: int,
    terms: Terms,
    by: User,
    order: NetworkOrder | None = None,
    piece: Piece | None = None,
) -> DepositLine:
    """So many cents before the goods, as a line of an open bill: for an order, or for a piece that
    is set aside and held for the bill from now on.

    Refused: neither or both, nothing, more than the price less what was paid before, another
    customer's order or one that is over, a piece that cannot be sold, a bill without a customer
    (an order brings its own), a day in the past or beyond a year, and a deposit that may be lost.
    """
    if not by.has_perm("sell"):
        raise NotAllowed
    if terms.afterwards == Afterwards.LOST and terms.kind != DepositKind.EARNEST:
        raise BadAfterwards(field="afterwards")
    if cents <= 0:
        raise DepositNothing(field="amount")
    until = _moment(sale.store, terms.until)
    with changes.opened(store=sale.store, by=by) as book:
        sale = bills.lock_open(sale)
        if order is not None:
            price = _price_of_order(order, sale=sale)
            words = _("Deposit for order %(number)s") % {"number": order.number}
        elif piece is not None:
            price = _price_of_piece(piece, sale=sale, book=book)
            told = {"number": piece.number, "name": piece.name}
            words = _("Deposit for piece %(number)s: %(name)s") % told
        else:
            raise DepositNothing(field="amount")
        most = price - paid_before(order=order, piece=piece) - _on_bill(sale, order=order)
        if cents > most:
            raise DepositTooHigh(most_cents=max(most, 0))
        last = DepositLine.objects.filter(sale=sale).aggregate(last=Max("position", default=0))
        bills.round_anew(sale)
        return DepositLine.objects.create(
            sale=sale,
            position=last["last"] + 1,
            kind=terms.kind,
            order=order,
            piece=piece,
            words=words[:120],
            price_cents=price,
            total_cents=cents,
            until=until,
            afterwards=terms.afterwards,
        )


def take_off(*, sale: Sale, line: DepositLine, by: User) -> None:
    """The deposit is not paid on this bill after all; its piece is free again."""
    with changes.opened(store=sale.store, by=by) as book:
        sale = bills.lock_open(sale)
        if line.piece_id is not None:
            holds.end(rows=pieces.lock([line.piece_id]), bill=sale.uuid, book=book)
        DepositLine.objects.filter(pk=line.pk, sale=sale).delete()
        bills.round_anew(sale)


def check(*, sale: Sale, basket: Basket, tendered: Sequence[Tendered]) -> None:
    """Before a bill is completed. A bill without deposits costs nothing here. Refused: without a
    customer, for an order that is over or another customer's, for more than its price, for a piece
    that another bill took over, and when it is not paid in money."""
    if not basket.deposits:
        return
    if any(row.tender.kind in tenders.NO_MONEY or row.back_by_id for row in tendered):
        raise DepositNeedsMoney
    if sale.customer_id is None:
        raise DepositNeedsCustomer
    for line in basket.deposits:
        order = _lock_order(line.order_id) if line.order_id is not None else None
        if order is not None:
            _check_order(order, sale=sale)
        on_it = _on_bill(sale, order=order) if order else line.total_cents
        most = line.price_cents - paid_before(order=order, piece=line.piece)
        if on_it > most:
            raise DepositTooHigh(most_cents=max(most, 0))
        if line.piece is not None:
            reserved_pieces.check_held(line.piece, bill=sale.uuid)


def keep(*, sale: Sale, basket: Basket, book: Book) -> list[Deposit]:
    """A completed bill has taken the money: from now on the shop owes it. A piece is reserved."""
    if not basket.deposits or sale.customer_id is None:
        return []
    owner = sale.customer_id
    rows = [_kept(line, sale=sale, owner=owner, book=book) for line in basket.deposits]
    number = sale.number or ""
    book.write(rows, kind="deposit_taken", number=number)
    statements.hear()  # the entries need the ids
    entries = [
        DepositEntry(
            deposit=row,
            store=sale.store,
            reason=DepositReason.TAKEN,
            cents=row.cents,
            sale=sale,
            at=book.at,
            by=book.by,
        )
        for row in rows
    ]
    book.write(entries, kind="deposit_entry", number=number)
    for row in rows:
        reserved_pieces.reserve(row, was=sale.uuid, counter=sale.counter, book=book)
    return rows


def earnest_cents(*, kind: str, price_cents: int, cents: int, store: Store) -> int:
    """What of a payment counts as earnest money: at most 20 percent of the price; the rest is paid
    in advance (Civil Code, art. 586)."""
    if kind != DepositKind.EARNEST:
        return 0
    most = settings_rows.number(store, "earnest_most_bp")
    return min(cents, price_cents * most // WHOLE_BP)


def _kept(line: DepositLine, *, sale: Sale, owner: int, book: Book) -> Deposit:
    return Deposit(
        store=sale.store,
        line=line,
        sale=sale,
        customer_id=owner,
        kind=line.kind,
        order_id=line.order_id,
        piece=line.piece,
        cents=line.total_cents,
        price_cents=line.price_cents,
        earnest_cents=earnest_cents(
            kind=line.kind,
            price_cents=line.price_cents,
            cents=line.total_cents,
            store=sale.store,
        ),
        until=line.until,
        afterwards=line.afterwards,
        at=book.at,
        by=book.by,
    )


def _moment(store: Store, until: date) -> datetime:
    today = places.business_day(store)
    if not today <= until <= today + timedelta(days=LONGEST_DAYS):
        raise BadUntil(field="until")
    return datetime.combine(until, time(23, 59, 59), tzinfo=ZoneInfo(store.time_zone))


def _price_of_order(order: NetworkOrder, *, sale: Sale) -> int:
    locked = _lock_order(order.pk)
    if sale.customer_id is None:
        Sale.objects.filter(pk=sale.pk).update(customer=locked.customer_id)
        sale.customer_id = locked.customer_id
    _check_order(locked, sale=sale)
    return locked.total_cents


def _lock_order(order_id: int) -> NetworkOrder:
    return NetworkOrder.objects.select_for_update(of=("self",)).get(pk=order_id)


def _check_order(order: NetworkOrder, *, sale: Sale) -> None:
    if order.is_over:
        raise DepositOrderOver
    if order.customer_id != sale.customer_id:
        raise DepositForOther


def _price_of_piece(piece: Piece, *, sale: Sale, book: Book) -> int:
    if sale.customer_id is None:
        raise DepositNeedsCustomer(field="customer")
    (locked,) = pieces.lock([piece.pk])
    locked.store = piece.store
    for_sale.check(piece=locked, sale=sale)
    if SaleLine.objects.filter(sale=sale, piece=locked).exists():
        raise bills.AlreadyOnBill
    row = None
    if pricing.needs_board(locked):
        row = prices.row_for(store=sale.store, metal=locked.metal, fineness=locked.fineness)
    holds.take(piece=locked, bill=sale.uuid, counter=sale.counter, book=book)
    return pricing.price(locked, row).total_cents


def paid_before(*, order: NetworkOrder | None, piece: Piece | None) -> int:
    """What was paid before for the same thing and is kept still, in cents (1 query)."""
    rows = Deposit.objects.filter(order=order, piece=piece, state=DepositState.OPEN)
    cents: int = rows.aggregate(sum=Sum("cents", default=0))["sum"]
    return cents


def _on_bill(sale: Sale, *, order: NetworkOrder | None) -> int:
    """What lies on this bill for the same order (1 query, none for a piece, which is held)."""
    if order is None:
        return 0
    rows = DepositLine.objects.filter(sale=sale, order=order)
    cents: int = rows.aggregate(sum=Sum("total_cents", default=0))["sum"]
    return cents
