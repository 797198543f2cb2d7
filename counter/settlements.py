"""What a bill does with the old gold on it: checked and settled when it is completed, taken back
when it is voided. `old_gold` puts it down; all here runs inside the transaction of the bill."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy

from appraisal import offers, scrap, trade_ins
from appraisal.models import Offer, TradeIn, TradeInState, TradeKind
from counter import bills, new_goods, store_credit
from counter.baskets import Basket
from counter.models import CreditReason, Sale, SaleLine, Tendered
from inventory import places
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken


class CreditForNobody(RuleBroken):
    """Store credit belongs to a customer; it is never a voucher to bearer."""

    code = "credit_for_nobody"
    sentence = gettext_lazy(
        "What the bill does not need becomes store credit. Add the customer first."
    )


class BagSealed(RuleBroken):
    code = "bag_sealed"
    sentence = gettext_lazy(
        "The old gold of this sale lies in a sealed bag. The sale cannot be voided any more."
    )


def payable(*, trade_in: TradeIn, lines: Sequence[SaleLine]) -> Offer:
    """The accepted offer, as these goods may take it; none for a buy-back.

    Refused as `offers.check_payable` does, and on another day than that of the offer: its board
    holds until the sale of the same visit is paid.
    """
    offer = offers.check_payable(trade_in=trade_in, basket=new_goods.of_lines(lines))
    store = trade_in.store
    if places.business_day(store, offer.at) != places.business_day(store):
        raise offers.OfferOver
    return offer


def amounts(offer: Offer) -> tuple[int, int]:
    """What an offer pays of a bill, and with what goes out in money, in cents. A buy-back pays
    nothing of a bill: all of it goes out."""
    if offer.trade_in.kind == TradeKind.BUY_BACK:
        return 0, offer.worth_cents
    return offer.pays_cents, offer.pays_cents + offer.money_cents


def check(*, sale: Sale, basket: Basket, tendered: Sequence[Tendered]) -> None:
    """Refuses a bill that changed after the customer had signed the offer, an offer that was made
    anew after it was put down, and a bill with nothing on it that pays nothing out."""
    rows = [row for row in tendered if row.trade_in is not None]
    if basket.is_empty and not any(row.back_by_id for row in tendered):
        raise bills.EmptyBill
    for row in rows:
        offer = _offer_on(row, sale=sale, lines=basket.lines)
        if (row.amount_cents, row.given_cents) != amounts(offer):
            raise offers.OfferChanged
        check_credit_owner(offer, trade_in=offer.trade_in, sale=sale)


def settle(*, sale: Sale, tendered: Sequence[Tendered], book: Book) -> None:
    """The old gold is the shop's now; what the bill did not need is the customer's credit."""
    for row in tendered:
        if row.trade_in is None:
            continue
        row.trade_in.store = sale.store
        trade_in = trade_ins.settle(trade_in=row.trade_in, book=book)
        offer, owner = offers.newest(trade_in), _credit_owner(trade_in, sale)
        if offer is not None and offer.credit_cents and owner is not None:
            store_credit.write(
                sale=sale,
                customer_id=owner,
                cents=offer.credit_cents,
                reason=CreditReason.SURPLUS,
                trade_in=trade_in,
                book=book,
            )


def give_back(*, sale: Sale, book: Book) -> None:
    """A void: the old pieces are the customer's again, as accepted; the same offer may pay on
    another bill of the day. Refused once the bag is sealed."""
    rows = Tendered.objects.filter(sale=sale, trade_in__isnull=False)
    for row in rows.select_related("trade_in__store", "trade_in__counter"):
        if row.trade_in is None:
            continue
        locked = trade_ins.lock(row.trade_in)
        if locked.state == TradeInState.BAGGED or scrap.is_bagged(locked):
            raise BagSealed
        trade_ins.unsettle(trade_in=row.trade_in, book=book)
        TradeIn.objects.filter(pk=row.trade_in.pk).update(bill=None)
        # the payments stay as they were; only the old gold is free to pay again
        row.delete()


def check_credit_owner(offer: Offer, *, trade_in: TradeIn, sale: Sale) -> None:
    """Refused while a rest in store credit would belong to nobody."""
    if offer.credit_cents and _credit_owner(trade_in, sale) is None:
        raise CreditForNobody


def _credit_owner(trade_in: TradeIn, sale: Sale) -> int | None:
    """Whoever brought the old gold; else whoever buys."""
    return trade_in.customer_id or sale.customer_id


def _offer_on(row: Tendered, *, sale: Sale, lines: Sequence[SaleLine]) -> Offer:
    trade_in = row.trade_in
    if trade_in is None:
        raise trade_ins.TradeInMoved
    trade_in.store = sale.store
    return payable(trade_in=trade_in, lines=lines)
