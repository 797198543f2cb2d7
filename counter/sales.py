"""The sale: from the bill on the counter to the piece in the customer's hand, and back by a void.

`complete` is the story of the whole house; read it first.
"""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import (
    acknowledgements,
    baskets,
    cash_watch,
    customers,
    deposit_lines,
    deposits,
    exchanges,
    for_sale,
    gifts,
    payments,
    service_fees,
    settled_weights,
    settlements,
    shifts,
    store_credit,
)
from counter.baskets import Basket
from counter.bills import BillMoved
from counter.models import (
    DepositLine,
    LineState,
    Sale,
    SaleLine,
    SaleState,
    SaleVoid,
    ServiceLine,
)
from counter.showroom import hand_overs, price_locks
from inventory import holds, pieces, places, prices, pricing
from inventory.ground import approvals, changes, measures, numbers, statements
from inventory.ground.approvals import Ask
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.models import MetalPrice, Piece, State
from warranty import cards

# what completing a bill writes into it
COMPLETION = (
    "state",
    "number",
    "shift_id",
    "business_day",
    "completed_at",
    "completed_by_id",
    "total_cents",
    "change_id",
)

MOVES = {
    SaleState.OPEN: frozenset({SaleState.COMPLETED}),
    SaleState.COMPLETED: frozenset({SaleState.VOIDED}),
}


class TotalChanged(RuleBroken):
    """The board or the bill changed since the total was shown; nothing was sold."""

    code = "total_changed"

    def __init__(self, *, shown_cents: int, now_cents: int) -> None:
        told = {"old": measures.yuan(shown_cents), "new": measures.yuan(now_cents)}
        super().__init__(
            _("The total is %(new)s now; the screen showed %(old)s. Nothing was sold.") % told,
            total_cents=now_cents,
        )


class VoidTooLate(RuleBroken):
    code = "void_too_late"
    sentence = gettext_lazy(
        "A sale can be voided only in its own open shift. Later it is a return."
    )


class NotScannedBack(RuleBroken):
    code = "not_scanned_back"
    status = 422
    sentence = gettext_lazy("Scan every piece of this sale back first.")


def complete(*, sale: Sale, shown_cents: int, by: User) -> Sale:
    """The customer pays, with money and old gold, and leaves with the pieces and their cards.

    Refused: to a role that does not sell, when no shift is open, the total is no longer what the
    screen showed, the old gold was signed for other goods, a fee is no longer due, a fixed price
    was not acknowledged, a piece went elsewhere, a gift lies in the store no more, what is put down
    is not exactly the total, store credit is spent, a deposit was used or its order is over, a
    locked price has expired, material of the customer of an order is not accounted for, or the bill
    is completed already.
    `shown_cents`: the total on the clerk's screen.
    """
    if not by.has_perm("sell"):
        raise NotAllowed
    with statements.without_waiting(), changes.opened(store=sale.store, by=by) as book:
        shift, sale, basket, tendered = baskets.lock(sale)
        lines = basket.lines
        settlements.check(sale=sale, basket=basket, tendered=tendered)
        service_fees.check(services=basket.services, store=sale.store)
        deposit_lines.check(sale=sale, basket=basket, tendered=tendered)
        _check_total(sale=sale, basket=basket, shown_cents=shown_cents)
        acknowledgements.check(lines=lines, store=sale.store)
        day = places.business_day(sale.store, book.at)
        sale.total_cents, sale.shift, sale.business_day = shown_cents, shift, day
        sale.number = numbers.issue(store=sale.store, kind=numbers.Kind.SALE, day=day)
        sold = [line.piece for line in lines]
        _use_up_holds(sale=sale, rows=sold, book=book)
        pieces.sell(rows=sold, counter=sale.counter, number=sale.number, book=book)
        gifts.hand_out(basket.gifts, sale=sale, book=book)
        sale = _finish(sale, basket, book)
        deposit_lines.keep(sale=sale, basket=basket, book=book)
        people = cash_watch.watched(sale=sale, tendered=tendered)
        customers.lock(store_credit.spenders(sale=sale, tendered=tendered) | set(people[:1]))
        payments.take(sale=sale, tendered=tendered, shift=shift, book=book)
        settlements.settle(sale=sale, tendered=tendered, book=book)
        deposits.settle(sale=sale, tendered=tendered, book=book)
        hand_overs.hand_over(sale=sale, lines=lines, book=book)
        exchanges.settle(sale=sale, tendered=tendered, shift=shift, book=book)
        store_credit.spend(sale=sale, tendered=tendered, book=book)
        cards.issue(
            pieces_by_line={line.pk: line.piece for line in lines},
            ordered=[line.pk for line in lines if line.made_to_order],
            day=day,
            level=customers.level_of(sale.customer_id),
            book=book,
        )
        cash_watch.follow(sale=sale, people=people, book=book)
    return sale


def void(*, sale: Sale, scanned: Sequence[str], reason: str, by: User) -> SaleVoid:
    """Takes a completed sale back: pieces to their trays, money and old gold back, cards void.

    Refused in any shift but its own while that is open, without every piece scanned back, without a
    reason, without a second person's yes, for cash that the drawer does not hold, once the old gold
    is sealed in its bag, once the store credit that the sale gave is spent, once the thing that a
    fee was paid for is fetched, once a deposit that it took is used, once a piece was sent to
    the customer, and with a piece that was returned or one that paid for it.
    """
    if not by.has_perm("void_sale"):
        raise NotAllowed
    with changes.opened(store=sale.store, by=by) as book:
        shift = shifts.lock_open(counter=sale.counter)
        sale = Sale.objects.select_for_update(of=("self",)).get(pk=sale.pk)
        _check_void(sale=sale, shift_id=shift.pk, scanned=scanned, reason=reason)
        exchanges.check_void(sale)
        approval = approvals.spend(ask=void_ask(sale), by=by)
        number = sale.number or ""
        _move(sale=sale, new=SaleState.VOIDED)
        SaleLine.objects.filter(sale=sale).update(state=LineState.VOIDED)
        service_fees.void(sale=sale)
        deposits.void(sale=sale, book=book)
        taken = pieces.lock([line.piece_id for line in sale.lines.all()])
        pieces.take_back(rows=taken, counter=sale.counter, number=number, book=book)
        gifts.take_back(sale, book=book)
        people = customers.of_one_person(sale.customer_id)
        customers.lock(store_credit.owners(sale) | set(people[:1]))
        payments.give_back(sale=sale, shift=shift, book=book)
        settlements.give_back(sale=sale, book=book)
        deposits.give_back(sale=sale, book=book)
        hand_overs.take_back(sale=sale, book=book)
        store_credit.give_back(sale=sale, book=book)
        cash_watch.follow_void(sale=sale, people=people, book=book)
        cards.void(cards=cards.of_sale(sale.pk), why=reason, book=book)
        row = SaleVoid(sale=sale, shift=shift, reason=reason[:120], approval=approval)
        book.write([row], kind="sale_voided", number=number)
    return row


def void_ask(sale: Sale) -> Ask:
    """What the second person agrees to when a sale is voided."""
    total, out = sale.total_cents or 0, payments.paid_out_cents(sale)
    told = {"number": sale.number, "total": measures.yuan(total), "out": measures.yuan(out)}
    summary = _("Void sale %(number)s of %(total)s") % told
    if out:
        summary += " · " + _("%(out)s that were paid out come back") % told
    return Ask(
        action="void_sale",
        store=sale.store.code,
        document=sale.number or "",
        figures={"total_cents": total, "out_cents": out},
        summary=summary,
        permission="agree_void",
    )


def _check_total(*, sale: Sale, basket: Basket, shown_cents: int) -> None:
    """What the screen showed, against the board as it is at this moment."""
    board = prices.rows_for(store=sale.store, rows=[line.piece for line in basket.lines])
    price_locks.check(lines=basket.lines, board=board)
    locked = price_locks.rows_of(basket.lines)
    now = [_cents_now(line, board, locked.get(line.piece_id)) for line in basket.lines]
    apart = sum(line.total_cents for line in basket.services)
    apart += sum(line.total_cents for line in basket.deposits)
    total = sum(now) + apart - sale.rounding_cents
    # two prices that moved in opposite directions are a change too
    if total != shown_cents or now != [line.total_cents for line in basket.lines]:
        raise TotalChanged(shown_cents=shown_cents, now_cents=total)


def _cents_now(
    line: SaleLine, board: dict[tuple[str, int], MetalPrice], locked: MetalPrice | None
) -> int:
    piece = line.piece
    row = locked or board.get((piece.metal, piece.fineness))
    if pricing.needs_board(piece) and row is None:
        raise prices.NoPrice(metal=piece.metal, fineness=piece.fineness)
    now = pricing.price(piece, row, net_mg=settled_weights.counting_mg(line))
    return now.total_cents - line.reduced_cents


def _use_up_holds(*, sale: Sale, rows: Sequence[Piece], book: Book) -> None:
    """Every piece must still be held for this bill, even if past its time: unless another bill
    took it over meanwhile, it is ours."""
    if not rows or holds.use_up(bill=sale.uuid, rows=rows, book=book) == len(rows):
        return
    for piece in rows:
        if piece.state == State.SOLD:
            raise for_sale.sold_already(piece)
    raise pieces.PieceMoved


def _finish(sale: Sale, basket: Basket, book: Book) -> Sale:
    sale.completed_at, sale.completed_by = book.at, book.by
    sale.change = book.note(sale, kind="sale_completed", number=sale.number or "")
    statements.put(SaleLine, "sale_id = %s", [sale.pk], state=LineState.SOLD)
    if basket.services:
        statements.put(ServiceLine, "sale_id = %s", [sale.pk], state=LineState.SOLD)
    if basket.deposits:
        statements.put(DepositLine, "sale_id = %s", [sale.pk], state=LineState.SOLD)
    sale.state = SaleState.COMPLETED
    statements.put(Sale, "id = %s", [sale.pk], **{name: vars(sale)[name] for name in COMPLETION})
    return sale


def _check_void(*, sale: Sale, shift_id: int, scanned: Sequence[str], reason: str) -> None:
    if sale.state != SaleState.COMPLETED or sale.shift_id != shift_id:
        raise VoidTooLate
    if not reason.strip():
        raise BadField(_("Say why."), field="reason")
    numbers_sold = set(sale.lines.values_list("piece__number", flat=True))
    if numbers_sold != set(scanned):
        raise NotScannedBack


def _move(*, sale: Sale, new: SaleState) -> None:
    old = SaleState(sale.state)
    if new not in MOVES.get(old, frozenset()):
        raise BillMoved
    if Sale.objects.filter(pk=sale.pk, state=old).update(state=new) != 1:
        raise BillMoved
    sale.state = new
