"""订金, 定金: what customers have paid before the goods. The shop owes it until it is credited on a
bill, paid back, or lost by who withdraws; what happened say its entries, and what is left is their
sum. `deposit_lines` takes it, `deposit_refunds` pays it back."""

from collections.abc import Sequence
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import bills, payments, reserved_pieces, store_credit, tenders
from counter.deposit_lines import DepositForOther
from counter.models import (
    Afterwards,
    CreditReason,
    Deposit,
    DepositEntry,
    DepositKind,
    DepositReason,
    DepositState,
    LockEnd,
    NetworkOrder,
    Sale,
    Tendered,
)
from counter.showroom import price_locks
from inventory.ground import access, changes
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.models import Place


class DepositMoved(RuleBroken):
    """The deposit is no longer in the state that this act needs."""

    code = "deposit_moved"

    def __init__(self, deposit: Deposit) -> None:
        told = {"state": deposit.get_state_display()}
        super().__init__(_("This deposit is %(state)s already. Nothing was changed.") % told)


class DepositOnBill(RuleBroken):
    code = "deposit_on_bill"
    sentence = gettext_lazy("This deposit lies on an open bill. Take it off that bill first.")


class DepositForOtherGoods(RuleBroken):
    code = "deposit_for_other_goods"
    sentence = gettext_lazy(
        "This deposit was paid for something that is not on the bill. Add it first, or give the "
        "deposit back."
    )


class DepositUsed(RuleBroken):
    """The money that this sale took has bought something since, or went back."""

    code = "deposit_used"
    sentence = gettext_lazy(
        "The deposit of this sale is no longer kept as it was paid. Void what came after it first."
    )


class DepositNotDue(RuleBroken):
    code = "deposit_not_due"
    sentence = gettext_lazy("This deposit is kept until a day that has not passed yet.")


class DepositOfOrder(RuleBroken):
    code = "deposit_of_order"
    sentence = gettext_lazy("This deposit ends with its order. Cancel or refuse the order.")


class EndedBy(StrEnum):
    """Who withdrew; nobody when everything was handed over."""

    CUSTOMER = "customer"
    SHOP = "shop"
    FULFILLED = "fulfilled"


def balance(deposit: Deposit) -> int:
    """What is left of a deposit, in cents (1 query)."""
    cents: int = deposit.entries.aggregate(sum=Sum("cents", default=0))["sum"]
    return cents


def lock(deposit: Deposit | int) -> Deposit:
    """The deposit, locked to the end of the transaction."""
    key = deposit if isinstance(deposit, int) else deposit.pk
    along = Deposit.objects.select_related("store", "sale__store", "customer", "piece")
    return along.select_for_update(of=("self",)).get(pk=key)


# --- on the bill of the goods


def ready_for(sale: Sale) -> list[Deposit]:
    """The deposits that may be credited on an open bill now: of its customer, for a piece or an
    order that is on it, and on no bill yet (1 query; none without a customer)."""
    if sale.customer_id is None:
        return []
    rows = _for_goods_on(sale).filter(state=DepositState.OPEN, tendered__isnull=True)
    return list(rows.select_related("sale", "order", "piece"))


@transaction.atomic
def begin_bill(*, deposit: Deposit, counter: Place, by: User) -> Sale:
    """A new bill of its customer with the reserved piece, and the deposit credited on it. Refused
    as in `bills.add_piece` and `put_down`, and for an order, whose pieces are handed over."""
    if deposit.piece is None:
        raise DepositOfOrder
    sale = bills.begin(counter=counter, by=by)
    bills.name_customer(sale=sale, customer=deposit.customer)
    sale.customer = deposit.customer
    bills.add_piece(sale=sale, piece=deposit.piece, by=by)
    put_down(sale=sale, deposit=deposit, by=by)
    return sale


@transaction.atomic
def put_down(*, sale: Sale, deposit: Deposit, by: User) -> Tendered:
    """A deposit pays on the open bill of what it was paid for; what the bill does not need becomes
    store credit. Refused: one that is not kept any more or lies on a bill, another customer's, for
    other goods, and when nothing is due."""
    sale, locked = bills.lock_open(sale), lock(deposit)
    if Tendered.objects.filter(deposit=locked).exists():
        raise DepositOnBill
    _check_usable(locked, sale=sale)
    due = bills.total_cents(sale, bills.lines_of(sale)) - bills.tendered_cents(sale)
    if due <= 0:
        raise payments.PaymentOver(due_cents=0)
    cents = min(locked.cents, due)
    row = Tendered(
        sale=sale,
        tender=tenders.deposit(),
        amount_cents=cents,
        given_cents=cents,
        deposit=locked,
        by=by,
    )
    row.save(force_insert=True)
    return row


def settle(*, sale: Sale, tendered: Sequence[Tendered], book: Book) -> None:
    """The deposits on a bill that is being completed are used, for goods or, doubled by the shop's
    fault, for money. Refused when one was used or paid back meanwhile."""
    for row in tendered:
        if row.deposit_id is None:
            continue
        locked = lock(row.deposit_id)
        if row.back_by_id is not None:
            pay_out(locked, cents=row.given_cents, sale=sale, book=book)
            continue
        _check_usable(locked, sale=sale)
        write(locked, DepositReason.CREDITED, -row.amount_cents, sale=sale, book=book)
        _turn(locked, locked.cents - row.amount_cents, sale=sale, book=book)
        move(locked, DepositState.USED)


def give_back(*, sale: Sale, book: Book) -> None:
    """A void: what the bill used of deposits is kept again, or to be paid back again."""
    uses = DepositEntry.objects.filter(sale=sale).exclude(
        reason__in=[DepositReason.TAKEN, DepositReason.VOIDED]
    )
    sums = uses.order_by("deposit").values_list("deposit").annotate(sum=Sum("cents"))
    for key, cents in list(sums):
        locked = lock(key)
        write(locked, DepositReason.UNDONE, -cents, sale=sale, book=book)
        used = locked.state == DepositState.USED
        move(locked, DepositState.OPEN if used else DepositState.DUE_BACK)
        Tendered.objects.filter(sale=sale, deposit=locked).delete()
        if used:
            reserved_pieces.reserve(locked, was=None, counter=sale.counter, book=book)


def void(*, sale: Sale, book: Book) -> None:
    """The sale that took deposits is voided. Refused once one of them was used, ended or lies on an
    open bill."""
    sale.deposits.update(state="voided")
    for key in list(sale.deposits_taken.order_by("pk").values_list("pk", flat=True)):
        locked = lock(key)
        if locked.state != DepositState.OPEN or Tendered.objects.filter(deposit=locked).exists():
            raise DepositUsed
        write(locked, DepositReason.VOIDED, -locked.cents, sale=sale, book=book)
        _leave(locked, DepositState.VOIDED, book=book)


# --- the end of a deposit without goods


def withdraw(*, deposit: Deposit, how: EndedBy, by: User) -> Deposit:
    """Nothing is bought: a deposit is to be paid back; of earnest money the customer who withdraws
    loses what counts as such, and a shop that fails owes it twice. Refused for an order's, which
    ends with it, and for one that is not kept any more or lies on a bill."""
    access.refuse_unless(by, "take_returns", store=deposit.store)
    if deposit.order_id is not None:
        raise DepositOfOrder
    with changes.opened(store=deposit.store, by=by) as book:
        locked = lock(deposit)
        _end(locked, how=how, book=book)
    return locked


def lapse(*, deposit: Deposit, by: User) -> Deposit:
    """Its day has passed: what was agreed for then happens. Refused before, and as `withdraw`."""
    access.refuse_unless(by, "take_returns", store=deposit.store)
    if deposit.order_id is not None:
        raise DepositOfOrder
    with changes.opened(store=deposit.store, by=by) as book:
        locked = lock(deposit)
        if timezone.now() <= locked.until:
            raise DepositNotDue
        if locked.afterwards == Afterwards.LOST:
            _end(locked, how=EndedBy.CUSTOMER, book=book)
        elif locked.afterwards == Afterwards.BACK:
            _end(locked, how=EndedBy.FULFILLED, book=book)
        else:
            _check_open(locked)
            _turn(locked, locked.cents, sale=locked.sale, book=book)
            _leave(locked, DepositState.TURNED, book=book)
    return locked


def on_order_ended(*, order: NetworkOrder, how: EndedBy, book: Book) -> None:
    """An order is over: its deposits end as `withdraw` says, in the chain that `book` holds open,
    and its price locks with them. Refused while a deposit lies on an open bill."""
    done = LockEnd.DELIVERED if how == EndedBy.FULFILLED else LockEnd.RELEASED
    price_locks.end(order=order, how=done, at=book.at)
    for key in _of_order(order, DepositState.OPEN):
        _end(lock(key), how=how, book=book)


def on_order_reopened(*, order: NetworkOrder, book: Book) -> None:
    """The hand-over of an order was voided: what was left of its deposits is kept again, and its
    locks hold again."""
    for key in _of_order(order, DepositState.DUE_BACK):
        locked = lock(key)
        if balance(locked) == locked.cents:
            write(locked, DepositReason.UNDONE, 0, sale=None, book=book)
            move(locked, DepositState.OPEN)
    price_locks.reopen(order=order)


def pay_out(deposit: Deposit, *, cents: int, sale: Sale | None, book: Book) -> None:
    """So many cents of a locked deposit have gone back in money. Refused for more than is left."""
    left = balance(deposit)
    if deposit.state != DepositState.DUE_BACK or cents > left:
        raise DepositMoved(deposit)
    write(deposit, DepositReason.REFUNDED, -cents, sale=sale, book=book)
    if cents == left:
        move(deposit, DepositState.PAID_BACK)


def write(
    deposit: Deposit, reason: DepositReason, cents: int, *, sale: Sale | None, book: Book
) -> DepositEntry:
    """One more entry of a locked deposit; what is left is their sum."""
    entry = DepositEntry(
        deposit=deposit,
        store=book.store,
        reason=reason,
        cents=cents,
        sale=sale,
        at=book.at,
        by=book.by,
    )
    number = (sale or deposit.sale).number or ""
    (written,) = book.write([entry], kind=f"deposit_{reason}", number=number)
    return written


def move(deposit: Deposit, new: DepositState) -> None:
    """Who calls it has locked the deposit and written the entry that says why."""
    Deposit.objects.filter(pk=deposit.pk).update(state=new)
    deposit.state = new


def _end(deposit: Deposit, *, how: EndedBy, book: Book) -> None:
    _check_open(deposit)
    earnest, rest = deposit.earnest_cents, deposit.cents
    if deposit.kind == DepositKind.EARNEST and how == EndedBy.CUSTOMER and earnest:
        write(deposit, DepositReason.FORFEITED, -earnest, sale=None, book=book)
        rest -= earnest
    elif deposit.kind == DepositKind.EARNEST and how == EndedBy.SHOP and earnest:
        write(deposit, DepositReason.DOUBLED, earnest, sale=None, book=book)
    if not rest:
        _leave(deposit, DepositState.LOST, book=book)
        return
    write(deposit, DepositReason.ENDED, 0, sale=None, book=book)
    _leave(deposit, DepositState.DUE_BACK, book=book)


def _leave(deposit: Deposit, new: DepositState, *, book: Book) -> None:
    """Kept no longer: nothing is reserved for it, and no price locked."""
    move(deposit, new)
    reserved_pieces.release([deposit], book=book)
    if deposit.order_id is not None:
        price_locks.check_cover(order_id=deposit.order_id, at=book.at)


def _turn(deposit: Deposit, cents: int, *, sale: Sale, book: Book) -> None:
    """So much of it bought nothing and is the customer's store credit now."""
    if not cents:
        return
    write(deposit, DepositReason.TURNED, -cents, sale=sale, book=book)
    store_credit.write(
        sale=sale,
        customer_id=deposit.customer_id,
        cents=cents,
        reason=CreditReason.DEPOSIT,
        deposit=deposit,
        book=book,
    )


def _check_open(deposit: Deposit) -> None:
    if deposit.state != DepositState.OPEN:
        raise DepositMoved(deposit)
    if Tendered.objects.filter(deposit=deposit).exists():
        raise DepositOnBill


def _check_usable(deposit: Deposit, *, sale: Sale) -> None:
    if deposit.state != DepositState.OPEN:
        raise DepositMoved(deposit)
    if deposit.customer_id != sale.customer_id:
        raise DepositForOther
    if not _for_goods_on(sale).filter(pk=deposit.pk).exists():
        raise DepositForOtherGoods


def _for_goods_on(sale: Sale) -> QuerySet[Deposit]:
    lines = sale.lines.order_by()
    goods = Q(piece__in=lines.values("piece"))
    goods |= Q(order__in=lines.values("piece__ordered__line__order"))
    return Deposit.objects.filter(goods, customer=sale.customer_id)


def _of_order(order: NetworkOrder, state: DepositState) -> list[int]:
    rows = Deposit.objects.filter(order=order, state=state)
    return list(rows.order_by("pk").values_list("pk", flat=True))
