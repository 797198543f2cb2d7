"""旧料抵扣: the counter's side of a trade-in. Old gold pays for the goods of an open bill, or is
bought for money on a bill without lines.

The pages call what is here; what happens when the bill is completed or voided is in `settlements`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy

from appraisal import reception, trade_ins
from appraisal.facts import NewLine
from appraisal.models import Offer, TradeIn, TradeInState, TradeKind
from counter import (
    bills,
    cash_at_hand,
    cash_watch,
    new_goods,
    payments,
    sales,
    settlements,
    tenders,
)
from counter.models import Sale, Tender, Tendered
from inventory import queries as stock
from inventory.ground import changes
from inventory.ground.errors import NotAllowed, RuleBroken

# what left the counter, or was paid, belongs to no bill any more
OVER: Final = (
    TradeInState.SETTLED,
    TradeInState.BAGGED,
    TradeInState.DECLINED,
    TradeInState.RETURNED,
)


class SpentElsewhere(RuleBroken):
    """The same old gold lies on another bill."""

    code = "spent_elsewhere"
    sentence = gettext_lazy("This old gold pays on another bill already. Take it off there first.")


class OneTradeIn(RuleBroken):
    """Ratio and minimum are tested over one trade-in; with two of them each gram would count
    twice."""

    code = "one_trade_in"
    sentence = gettext_lazy(
        "There is old gold on this bill already. All old pieces of a bill belong to one trade-in."
    )


class NoSwap(RuleBroken):
    code = "no_swap"
    sentence = gettext_lazy("This old gold was brought to be sold. It does not pay for new goods.")


class NoBuyBack(RuleBroken):
    code = "no_buy_back"
    sentence = gettext_lazy("This old gold was brought to be exchanged, not to be sold.")


class PayoutNeeded(RuleBroken):
    code = "payout_needed"
    status = 422
    sentence = gettext_lazy("Choose whether the money goes out in cash or by transfer.")


def basket_of(sale: Sale) -> list[NewLine]:
    """The goods of an open bill, as an offer is reckoned against them."""
    return new_goods.of_lines(bills.lines_of(sale))


def link(*, sale: Sale, trade_in: TradeIn, by: User) -> TradeIn:
    """The old gold belongs to this open bill from now on; it leaves the bill it belonged to. Bill
    and trade-in tell each other their customer.

    Refused: another store's, what was brought to be sold, what is over, what lies as a tender on
    another bill, and a second trade-in on one bill.
    """
    with _opened(sale, trade_in, by=by) as (sale, locked):
        _check_link(sale, locked)
        customer_id = locked.customer_id or sale.customer_id
        TradeIn.objects.filter(pk=locked.pk).update(bill=sale.uuid, customer=customer_id)
        Sale.objects.filter(pk=sale.pk, customer__isnull=True).update(customer=customer_id)
        locked.bill, locked.customer_id = sale.uuid, customer_id
    return locked


def unlink(*, trade_in: TradeIn, by: User) -> TradeIn:
    """The old gold belongs to no bill. Refused while it lies on one as a tender."""
    with trade_ins.opened(trade_in, by=by) as (locked, _book):
        if Tendered.objects.filter(trade_in=locked).exists():
            raise SpentElsewhere
        TradeIn.objects.filter(pk=locked.pk).update(bill=None)
        locked.bill = None
    return locked


def put_down(*, sale: Sale, trade_in: TradeIn, back_by: Tender | None, by: User) -> Tendered:
    """The accepted offer pays on the open bill. `back_by`: the tender in which a surplus in money
    goes out; not needed without one. Put down again, it takes the place of what lay there;
    `bills.pick_up` takes it off.

    Refused: an offer that the customer has not signed or that is of another day, goods that are not
    those of the offer or lack something for its rule, a weighing or an identity that the amount
    still asks for, old gold that lies on another bill, a rest in store credit for nobody, and more
    than is due.
    """
    with _opened(sale, trade_in, by=by) as (sale, locked):
        _check_link(sale, locked)
        lines = bills.lines_of(sale)
        if not lines:
            raise bills.EmptyBill
        offer = settlements.payable(trade_in=locked, lines=lines)
        # an offer that was made anew takes the place of the one before
        Tendered.objects.filter(sale=sale, trade_in=locked).delete()
        due = bills.total_cents(sale, lines) - bills.tendered_cents(sale)
        if offer.pays_cents > due:
            raise payments.PaymentOver(due_cents=max(due, 0))
        settlements.check_credit_owner(offer, trade_in=locked, sale=sale)
        TradeIn.objects.filter(pk=locked.pk).update(bill=sale.uuid)
        return _lay_down(sale=sale, offer=offer, back_by=back_by, by=by)


@transaction.atomic
def buy_back(*, trade_in: TradeIn, tender: Tender, by: User) -> Sale:
    """The old gold is bought for money: a bill without lines, opened and completed in one go. The
    money goes out of the drawer of the counter that took the old gold in.

    Refused: to a role without the right, where the store buys none, for an exchange, without a
    signed offer, and without what its amount asks for (second weighing, identity).
    """
    reception.check_buy_back(trade_in.store, by)
    sale = bills.begin(counter=trade_in.counter, by=by)
    with _opened(sale, trade_in, by=by) as (sale, locked):
        if locked.kind != TradeKind.BUY_BACK:
            raise NoBuyBack
        if Tendered.objects.filter(trade_in=locked).exists():
            raise SpentElsewhere
        Sale.objects.filter(pk=sale.pk).update(customer=locked.customer_id)
        sale.customer_id = locked.customer_id
        TradeIn.objects.filter(pk=locked.pk).update(bill=sale.uuid)
        offer = settlements.payable(trade_in=locked, lines=[])
        _lay_down(sale=sale, offer=offer, back_by=tender, by=by)
    return sales.complete(sale=sale, shown_cents=0, by=by)


@contextmanager
def _opened(sale: Sale, trade_in: TradeIn, *, by: User) -> Iterator[tuple[Sale, TradeIn]]:
    """Bill and trade-in, locked in this order under the head of the bill's store."""
    if not by.has_perm("trade_in"):
        raise NotAllowed
    with changes.opened(store=sale.store, by=by):
        yield bills.lock_open(sale), trade_ins.lock(trade_in)


def _check_link(sale: Sale, trade_in: TradeIn) -> None:
    if trade_in.store_id != sale.store_id:
        raise stock.OtherStore
    if trade_in.kind != TradeKind.SWAP:
        raise NoSwap
    if trade_in.state in OVER:
        raise trade_ins.TradeInMoved
    if Tendered.objects.filter(trade_in=trade_in).exclude(sale=sale).exists():
        raise SpentElsewhere
    others = TradeIn.objects.filter(bill=sale.uuid).exclude(pk=trade_in.pk)
    if others.exclude(state__in=OVER).exists():
        raise OneTradeIn


def _lay_down(*, sale: Sale, offer: Offer, back_by: Tender | None, by: User) -> Tendered:
    amount_cents, given_cents = settlements.amounts(offer)
    if not given_cents:
        raise payments.NothingTendered
    out_cents = given_cents - amount_cents
    if out_cents:
        if back_by is None or back_by.kind not in tenders.PAYS_OUT:
            raise PayoutNeeded(field="tender")
        cash_at_hand.check(counter=sale.counter, tender=back_by, cents=out_cents)
        if back_by.is_cash:
            cash_watch.check(sale=sale, more_cents=out_cents)
    row = Tendered(
        sale=sale,
        tender=tenders.old_gold(),
        amount_cents=amount_cents,
        given_cents=given_cents,
        trade_in=offer.trade_in,
        back_by=back_by if out_cents else None,
        by=by,
    )
    row.save(force_insert=True)
    return row
