"""Old gold and the goods it paid for, when one of them comes back: the rule of the swap is tested
again over what stays, shown before anybody signs, and what goes back is reckoned by it.

A piece that comes back for a fault of ours counts as if it had stayed: the customer keeps the
terms, as with a promotion (trade.md 4.7).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from django.db.models import Sum
from django.utils.translation import gettext as _

from appraisal import offer_words, retests
from appraisal.facts import NewLine
from appraisal.models import TradeIn, TradeKind
from appraisal.retests import Retest
from counter import new_goods
from counter.models import (
    LeadsTo,
    LineState,
    Payment,
    Return,
    ReturnLine,
    Sale,
    SaleLine,
    SwapTest,
)
from inventory.ground import measures
from inventory.ground.changes import Book
from warranty.models import Fault

# the customer's own wish; every other reason is the shop's
WISHES: Final = frozenset(
    {
        Fault.WRONG_SIZE,
        Fault.WRONG_STYLE,
        Fault.CHANGED_MIND,
        Fault.GIFT_REFUSED,
        Fault.PRICE_FELL,
    }
)


@dataclass(frozen=True)
class TestedSwap:
    """One trade-in over the goods that stay. `taken_cents`: off what goes back for this return;
    `first_cents`: what the old gold must have back of it before any money."""

    trade_in: TradeIn
    basket: Sequence[NewLine]
    found: Retest
    taken_cents: int
    first_cents: int

    @property
    def lacks(self) -> list[str]:
        """What the goods that stay lack for the rule."""
        if self.found.lacks and not self.basket:
            return [_("all new goods of the swap come back")]
        return offer_words.lacking(self.found.lacks)

    @property
    def has_changed(self) -> bool:
        """Whether anybody has to be told."""
        return bool(self.found.lacks or self.taken_cents or self.first_cents)

    @property
    def is_refused(self) -> bool:
        """Whether the rule lets the old gold pay for none, or not all, of what stays."""
        return bool(self.found.now.missing)

    @property
    def words(self) -> str:
        """In one line, for the second person."""
        told = [_("old gold %(number)s") % {"number": self.trade_in.number}, *self.lacks]
        if self.taken_cents:
            told.append(_("%(taken)s less go back") % {"taken": measures.yuan(self.taken_cents)})
        return " · ".join(told)


def test(
    back: Return,
    *,
    instead: Sequence[SaleLine] = (),
    undone: Mapping[int, int] | None = None,
) -> list[TestedSwap]:
    """Every swap that paid for the sale of an open return, over the goods that stay and those of
    the bill that it will pay on; none for a fault of ours (about 10 queries for each swap).
    `undone`: trade-in id to what it paid, where its old pieces go back: nothing is left to test."""
    if back.fault not in WISHES:
        return []
    coming, gone = set(back.lines.values_list("sale_line", flat=True)), undone or {}
    left_cents, tested = back.credit_cents - sum(gone.values()), []
    for trade_in, sale in swaps_of(back.sale).values():
        if trade_in.pk in gone:
            continue
        stays = [line for line in _goods_of(sale) if line.pk not in coming]
        found = _test(trade_in, stays, instead, at_most=left_cents)
        left_cents -= found.taken_cents
        tested.append(found)
    return tested


def counts_cents(back: Return, tested: Sequence[TestedSwap]) -> int:
    """What a return counts in money or against new goods, by the rule of its old gold."""
    return back.credit_cents - sum(each.taken_cents for each in tested)


def counted_cents(back: Return) -> int:
    """The same of a settled return (1 query)."""
    rows = back.swap_tests.aggregate(sum=Sum("taken_cents", default=0))
    taken: int = rows["sum"]
    return back.credit_cents - taken


def first_back(tested: Sequence[TestedSwap]) -> Mapping[int, int]:
    """Trade-in id to the cents that its old gold has back before any money does."""
    return {each.trade_in.pk: each.first_cents for each in tested}


def write(back: Return, tested: Sequence[TestedSwap], *, book: Book) -> None:
    """What was tested and shown, with a return that is being settled."""
    rows = [
        SwapTest(
            back=back,
            trade_in=each.trade_in,
            offer=each.found.offer,
            basket=[{**asdict(line), "kinds": list(line.kinds)} for line in each.basket],
            lacks_mg=sum(lack.mg for lack in each.found.lacks),
            lacks_cents=sum(lack.cents for lack in each.found.lacks),
            taken_cents=each.taken_cents,
        )
        for each in tested
    ]
    if rows:
        book.write(rows, kind="swap_tested", number=back.number)


def _test(
    trade_in: TradeIn, stays: Sequence[SaleLine], instead: Sequence[SaleLine], *, at_most: int
) -> TestedSwap:
    offer = trade_in.offers.select_related("trade_in__store").order_by("-pk")[0]
    basket = new_goods.of_lines(stays) + new_goods.of_lines(instead)
    found = retests.retest(offer=offer, basket=basket)
    charged = charged_cents(trade_in)
    taken = min(max(found.worse_cents - charged, 0), at_most)
    pays: int = trade_in.payments.aggregate(sum=Sum("amount_cents", default=0))["sum"]
    first = max(pays - charged - taken - found.may_pay_cents, 0)
    return TestedSwap(trade_in, basket, found, taken, first)


# --- which swap, and which goods


def swaps_of(sale: Sale) -> dict[int, tuple[TradeIn, Sale]]:
    """The trade-ins that paid for a sale by their keys, each with the sale it paid on; what a
    returned piece paid is looked for where that piece was paid."""
    found: dict[int, tuple[TradeIn, Sale]] = {}
    rows = Payment.objects.filter(sale=sale, reverses__isnull=True, is_payout=False)
    for row in rows.select_related("trade_in__store", "returned__sale").order_by("pk"):
        if row.trade_in is not None and row.trade_in.kind == TradeKind.SWAP:
            found[row.trade_in.pk] = (row.trade_in, sale)
        if row.returned is not None:
            found |= swaps_of(row.returned.sale)
    return found


def keeps_goods(sale: Sale, *, without: Collection[int]) -> bool:
    """Whether the customer has anything left that the swap of a sale paid for, or what was given
    for it; `without`: the sale lines that are coming back."""
    lines = SaleLine.objects.filter(sale__in=_with_exchanges(sale.pk), state=LineState.SOLD)
    return lines.exclude(pk__in=without).exists()


def charged_cents(trade_in: TradeIn) -> int:
    """What earlier returns took off because the goods that stayed lacked something for its rule."""
    rows = SwapTest.objects.filter(trade_in=trade_in)
    cents: int = rows.aggregate(sum=Sum("taken_cents", default=0))["sum"]
    return cents


def _goods_of(sale: Sale) -> list[SaleLine]:
    """What stands of a sale in the eyes of its swap, and what was given for pieces of it."""
    sales = _with_exchanges(sale.pk)
    ours = set(_back_for_our_fault(sales))
    lines = SaleLine.objects.filter(sale__in=sales).select_related("piece")
    in_order = lines.order_by("sale", "position")
    return [line for line in in_order if line.state == LineState.SOLD or line.pk in ours]


def _with_exchanges(sale: int) -> set[int]:
    """A sale and the bills on which its returned pieces paid for others, and theirs in turn."""
    known: set[int] = set()
    unseen = {sale}
    while unseen:
        known |= unseen
        rows = Return.objects.filter(sale__in=unseen, leads_to=LeadsTo.EXCHANGE, bill__isnull=False)
        bills = Sale.objects.filter(uuid__in=rows.values("bill"))
        unseen = set(bills.values_list("pk", flat=True)) - known
    return known


def _back_for_our_fault(sales: Collection[int]) -> Collection[int]:
    """Only what went back for money: in an exchange the other piece stands for it."""
    rows = ReturnLine.objects.filter(sale_line__sale__in=sales, back__leads_to=LeadsTo.REFUND)
    ours = rows.filter(is_live=True).exclude(back__fault__in=WISHES)
    lines: Collection[int] = ours.values_list("sale_line", flat=True)
    return lines
