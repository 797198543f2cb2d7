"""换货: what a returned piece counts pays for other goods of an open bill, as old gold does. It is
settled with the bill; what the bill does not need goes back as a refund does."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy

from counter import (
    bills,
    old_discounts,
    payments,
    refund_shares,
    refunds,
    returned_swaps,
    returns,
    tenders,
)
from counter.models import LeadsTo, Return, ReturnLine, ReturnState, Sale, Shift, Tendered
from counter.returned_swaps import TestedSwap
from inventory import queries as stock
from inventory.ground import access, approvals, changes
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.models import Approval


class NotAnExchange(RuleBroken):
    code = "not_an_exchange"
    sentence = gettext_lazy("This return was taken for money back. It pays for nothing new.")


class PaidByReturn(RuleBroken):
    """The returned piece may be sold again; taking the bill back would need it."""

    code = "paid_by_return"
    sentence = gettext_lazy(
        "A returned piece paid on this sale. It is not voided: take its pieces back as a return."
    )


class SwapChanged(RuleBroken):
    """The goods of the bill are tested by the rule of the old gold that paid before."""

    code = "swap_changed"
    sentence = gettext_lazy(
        "The bill changed, and with it what the old gold counts. Put the return down again."
    )


class OneSwapReturn(RuleBroken):
    """The rule of the old gold is tested once over all that comes back."""

    code = "one_swap_return"
    sentence = gettext_lazy(
        "Another return of the same trade-in lies on this bill. Take the pieces back on one return."
    )


class PartReturned(RuleBroken):
    code = "part_returned"
    sentence = gettext_lazy("A piece of this sale is on a return. It cannot be voided any more.")


def put_down(*, sale: Sale, back: Return, by: User) -> Tendered:
    """The checked return pays on the open bill, up to what is due; a new piece keeps the discount
    of the old one where its window promises that. Put down again, it takes the place of what lay
    there; `bills.pick_up` takes it off.

    Refused: another store's, a return for money back or one that is over, one that lies on another
    bill, a bill with nothing on it or nothing due.
    """
    access.refuse_unless(by, "take_returns", store=back.store)
    with changes.opened(store=sale.store, by=by):
        sale, locked = bills.lock_open(sale), returns.lock(back)
        if locked.store_id != sale.store_id:
            raise stock.OtherStore
        _check_open(locked)
        if Tendered.objects.filter(returned=locked).exclude(sale=sale).exists():
            raise returns.ReturnOnBill
        Tendered.objects.filter(sale=sale, returned=locked).delete()
        old_discounts.give(sale=sale, back=locked, by=by)
        lines = bills.lines_of(sale)
        due = bills.total_cents(sale, lines) - bills.tendered_cents(sale)
        swaps = returned_swaps.test(locked, instead=lines)
        _check_alone(locked, swaps, sale=sale)
        counts = returned_swaps.counts_cents(locked, swaps)
        if due <= 0 or counts <= 0:
            raise payments.NothingTendered
        if sale.customer_id is None:
            Sale.objects.filter(pk=sale.pk).update(customer=locked.customer_id)
        return Tendered.objects.create(
            sale=sale,
            tender=tenders.returned(),
            amount_cents=min(counts, due),
            given_cents=counts,
            returned=locked,
            by=by,
        )


def settle(*, sale: Sale, tendered: Sequence[Tendered], shift: Shift, book: Book) -> None:
    """A bill is being completed: the pieces that pay on it are the shop's, and what it does not
    need of them goes back. Refused for a return that is over, and money back or goodwill
    without a second person."""
    for row in tendered:
        if row.returned_id is None:
            continue
        back = returns.lock(Return(pk=row.returned_id))
        _check_open(back)
        reckoned = _reckon(back, row, sale=sale)
        approval: Approval | None = None
        if reckoned.parts or back.is_goodwill:
            approval = approvals.spend(ask=refunds.ask(back, reckoned), by=book.by)
        Return.objects.filter(pk=back.pk).update(bill=sale.uuid)
        refunds.give_back(back, reckoned, approval=approval, shift=shift, book=book)


def check_void(sale: Sale) -> None:
    """Refuses to void a sale of which a piece is on a return, and one that a return paid."""
    if ReturnLine.objects.filter(sale_line__sale=sale, is_live=True).exists():
        raise PartReturned
    if sale.payments.filter(returned__isnull=False, reverses__isnull=True).exists():
        raise PaidByReturn


def _reckon(back: Return, row: Tendered, *, sale: Sale) -> refund_shares.Reckoned:
    """Refused when the bill has other goods by now, so that the old gold counts otherwise."""
    swaps = returned_swaps.test(back, instead=bills.lines_of(sale))
    if row.given_cents != returned_swaps.counts_cents(back, swaps):
        raise SwapChanged
    if not row.back_cents:
        return refund_shares.Reckoned(swaps=swaps)
    first = returned_swaps.first_back(swaps)
    return refund_shares.Reckoned(
        refund_shares.shares(sale=back.sale, cents=row.back_cents, first=first), swaps
    )


def _check_alone(back: Return, swaps: Sequence[TestedSwap], *, sale: Sale) -> None:
    """Two returns of one swap on one bill would each be tested as if the other stayed."""
    trade_ins = {each.trade_in.pk for each in swaps}
    rows = Tendered.objects.filter(sale=sale, returned__isnull=False).exclude(returned=back)
    for row in rows.select_related("returned__sale") if trade_ins else ():
        if row.returned and trade_ins & set(returned_swaps.swaps_of(row.returned.sale)):
            raise OneSwapReturn


def _check_open(back: Return) -> None:
    if back.leads_to != LeadsTo.EXCHANGE:
        raise NotAnExchange
    if back.state != ReturnState.OPEN:
        raise returns.ReturnMoved
