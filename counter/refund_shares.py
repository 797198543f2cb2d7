"""Of which payments a return gives back how much, and what that does to the swap whose old gold
paid. Money goes back first as it came by a terminal, the bank or the mall, then in cash, then store
credit; what old gold may no longer pay of the goods that stay goes back before all else.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.db.models import Sum
from django.utils.translation import gettext as _

from counter import pieces_back, returned_swaps
from counter.models import Payment, Return, ReturnState, Sale, TenderKind
from counter.pieces_back import WayBack
from counter.returned_swaps import TestedSwap
from inventory.ground import measures
from inventory.ground.errors import RuleBroken

# which tender gives back first
ORDER: Final[dict[str, int]] = {
    TenderKind.ELECTRONIC: 0,
    TenderKind.TRANSFER: 0,
    TenderKind.MALL: 0,
    TenderKind.CASH: 1,
    TenderKind.CREDIT: 2,
    TenderKind.OLD_GOLD: 3,
}
BECOMES_CREDIT: Final = (TenderKind.CREDIT, TenderKind.OLD_GOLD)


class RefundTooLarge(RuleBroken):
    """More was never paid, or went back before."""

    code = "refund_too_large"

    def __init__(self, *, most_cents: int) -> None:
        told = {"most": measures.yuan(most_cents)}
        super().__init__(_("At most %(most)s can go back: more was not paid.") % told)


class MallNotDone(RuleBroken):
    code = "mall_not_done"

    def __init__(self, *, number: str) -> None:
        super().__init__(
            _("Return %(number)s of this sale still waits for the mall. Enter its number first.")
            % {"number": number},
            next_url=f"/returns/{number}/",
            next_label=_("See the return"),
        )


@dataclass(frozen=True)
class Share:
    """So many cents of one payment go back; `as_pieces`: by the old pieces themselves."""

    payment: Payment
    cents: int
    as_pieces: bool = False

    @property
    def at_mall(self) -> bool:
        return self.payment.tender.kind == TenderKind.MALL

    @property
    def becomes_credit(self) -> bool:
        return self.payment.tender.kind in BECOMES_CREDIT and not self.as_pieces


@dataclass(frozen=True)
class Reckoned:
    """What goes back for an open return: the shares, the swaps that were tested again, and for each
    trade-in that paid whether its old pieces may go back."""

    parts: Sequence[Share] = ()
    swaps: Sequence[TestedSwap] = ()
    ways: Sequence[WayBack] = ()

    @property
    def pieces(self) -> list[WayBack]:
        """The trade-ins whose old pieces do go back."""
        kept = {part.payment.trade_in_id for part in self.parts if part.as_pieces}
        return [way for way in self.ways if way.trade_in.pk in kept]


def shares(
    *,
    sale: Sale,
    cents: int,
    first: Mapping[int, int] | None = None,
    known: Iterable[tuple[Payment, int]] | None = None,
) -> list[Share]:
    """Of which payments of a sale so many cents go back, in order. What a returned piece paid is
    looked for where that piece was paid. `first`: trade-in id to what its old gold has back before
    any money, in this order. `known`: what `left_of` says of the sale, where it was asked already.
    Refused for more than is left of them, and while another return waits for the mall: nobody knows
    yet what is left."""
    rest = cents
    # two returned pieces on one bill may have been paid alike
    left_now = left_of(sale) if known is None else known
    found = {payment.pk: (payment, left) for payment, left in left_now}
    paid = sorted(found.values(), key=_rank)
    _check_nothing_waits({payment.sale_id for payment, _left in paid})
    parts = dict.fromkeys(found, 0)
    for trade_in, most in (first or {}).items():
        for payment, left in paid:
            if payment.trade_in_id == trade_in:
                parts[payment.pk] = max(min(rest, left, most), 0)
                rest -= parts[payment.pk]
    for payment, left in paid:
        more = max(min(rest, left - parts[payment.pk]), 0)
        parts[payment.pk] += more
        rest -= more
    if rest:
        raise RefundTooLarge(most_cents=cents - rest)
    return [Share(payment, parts[payment.pk]) for payment, _left in paid if parts[payment.pk]]


def reckon(back: Return, *, as_pieces: bool) -> Reckoned:
    """What would go back for a return in money and credit, by the rules of its old gold as well;
    with `as_pieces` the old pieces themselves where they may. Refused as in `shares`."""
    left = list(left_of(back.sale))
    ways = pieces_back.ways(back, left)
    undone = {way.trade_in.pk: way.cents for way in ways if as_pieces and way.goes_back}
    swaps = returned_swaps.test(back, undone=undone)
    parts = shares(
        sale=back.sale,
        cents=returned_swaps.counts_cents(back, swaps),
        first=undone | dict(returned_swaps.first_back(swaps)),
        known=left,
    )
    marked = [replace(part, as_pieces=part.payment.trade_in_id in undone) for part in parts]
    return Reckoned(marked, swaps, ways)


def left_of(sale: Sale) -> Iterator[tuple[Payment, int]]:
    """What was paid for a sale, with what is left of each payment after what went back of it."""
    paid = list(
        sale.payments.select_related(
            "tender", "sale", "trade_in", "returned__sale", "deposit__sale"
        )
    )
    back = _gone_back(paid)
    for payment in paid:
        if payment.reverses_id is not None or payment.is_payout:
            continue
        if payment.returned is not None:
            yield from left_of(payment.returned.sale)
            continue
        if payment.deposit is not None:
            # what was paid before the goods goes back where it was paid
            yield from left_of(payment.deposit.sale)
            continue
        yield payment, payment.amount_cents + back[payment.pk] + _paid_out(payment, paid)


def _gone_back(paid: Sequence[Payment]) -> Counter[int]:
    """Payment id to what went back of it, below zero (1 query)."""
    rows = Payment.objects.filter(reverses__in=[payment.pk for payment in paid]).order_by()
    return Counter(dict(rows.values_list("reverses").annotate(Sum("amount_cents"))))


def _check_nothing_waits(sales: Collection[int]) -> None:
    rows = Return.objects.filter(state=ReturnState.AT_MALL, sale__in=sales)
    for waits in rows.values_list("number", flat=True)[:1]:
        raise MallNotDone(number=waits)


def _paid_out(payment: Payment, paid: Sequence[Payment]) -> int:
    """What old gold was worth beyond its bill and went out in money beside it, below zero."""
    if payment.trade_in_id is None:
        return 0
    return sum(
        row.amount_cents
        for row in paid
        if row.is_payout and row.reverses_id is None and row.trade_in_id == payment.trade_in_id
    )


def _rank(found: tuple[Payment, int]) -> tuple[int, int]:
    payment, _left = found
    return ORDER[payment.tender.kind], payment.pk
