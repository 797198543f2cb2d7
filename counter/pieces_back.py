"""Which of the two happens to old gold when goods that it paid for come back for money, and why:
the old pieces themselves go back while they lie here and none of the goods stays, else what they
paid becomes store credit (trade.md 4.12). Said before anybody signs.

Old gold pays as one trade-in, whatever number of pieces it has; so they go back together.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from appraisal import contents, offers, trade_ins, undone_swaps
from appraisal.contents import Content
from appraisal.models import OldPiece, ScrapBag, TradeIn, TradeInState, WeighedFor, Weighing
from appraisal.weighings import Shown
from counter import returned_swaps, store_credit
from counter.models import CreditEntry, CreditReason, Payment, Return, Sale
from inventory.ground import measures
from inventory.ground.changes import Book
from inventory.ground.signatures import Drawn
from inventory.models import Approval


@dataclass(frozen=True)
class WayBack:
    """One trade-in that paid `cents` on `sale`. `why_credit`: why its pieces stay, in words; empty
    when they can go back."""

    trade_in: TradeIn
    sale: Sale
    cents: int
    why_credit: str

    @property
    def goes_back(self) -> bool:
        return not self.why_credit

    @cached_property
    def bags(self) -> Sequence[ScrapBag]:
        """Whose seals are broken."""
        return undone_swaps.bags_of(self.trade_in)

    @cached_property
    def inside(self) -> Sequence[Content]:
        """Its old pieces."""
        return [contents.of_piece(piece) for piece in trade_ins.pieces_of(self.trade_in)]

    @property
    def words(self) -> str:
        """In one line, for the second person."""
        told = [_("old gold %(number)s itself goes back") % {"number": self.trade_in.number}]
        told += [_("seal %(seal)s is broken") % {"seal": bag.seal} for bag in self.bags]
        return " · ".join(told)


@dataclass(frozen=True)
class Handed:
    """The old pieces as they go over the counter: what each weighs by its key, and the name of the
    customer who takes them."""

    weights: Mapping[int, Shown] = field(default_factory=dict)
    drawn: Drawn | None = None


@dataclass(frozen=True)
class GivenBack:
    """Old gold that went back with a settled return; `pieces`: what it is and its grams."""

    number: str
    pieces: Sequence[tuple[str, str]]
    seals: Sequence[str]


def ways(back: Return, paid: Iterable[tuple[Payment, int]]) -> list[WayBack]:
    """One for each trade-in that paid for the sale of an open return in money. `paid`: the payments
    of the sale with what is left of each (about 10 queries for each)."""
    left = {row.trade_in_id: (row, cents) for row, cents in paid if row.trade_in_id}
    if not left:
        return []
    coming = set(back.lines.values_list("sale_line", flat=True))
    found, rest = [], back.credit_cents
    for trade_in, sale in returned_swaps.swaps_of(back.sale).values():
        payment, cents = left[trade_in.pk]
        why = _why_goods(trade_in, sale, coming) or _why_money(trade_in, sale, payment, cents)
        if not why and payment.amount_cents > rest:
            why = _("what comes back counts less than the old gold paid")
        way = WayBack(trade_in, sale, payment.amount_cents, why)
        rest -= way.cents if way.goes_back else 0
        found.append(way)
    return found


def hand_over(
    back: Return,
    ways: Iterable[WayBack],
    handed: Handed,
    *,
    approval: Approval,
    book: Book,
) -> None:
    """The old pieces leave with the customer, and the surplus that they gave is taken back. Refused
    as in `undone_swaps.hand_over`, and when the surplus was spent."""
    for way in ways:
        undone_swaps.hand_over(
            trade_in=way.trade_in,
            weights=handed.weights,
            drawn=handed.drawn,
            approval=approval,
            number=back.number,
            book=book,
        )
        store_credit.take_back_surplus(sale=way.sale, trade_in=way.trade_in, book=book)


def pieces_of(back: Return) -> list[OldPiece]:
    """The old pieces that paid for the sale of a return."""
    swaps = returned_swaps.swaps_of(back.sale)
    rows = OldPiece.objects.filter(trade_in__in=swaps).select_related("trade_in__store")
    return list(rows.order_by("trade_in", "position"))


def given(back: Return) -> list[GivenBack]:
    """What went back as old gold with a return (3 queries, and 2 for each trade-in)."""
    rows = TradeIn.objects.filter(payments__returned=back, state=TradeInState.RETURNED)
    return [_given(trade_in) for trade_in in rows.distinct().order_by("pk")]


def weighed_back(returns: Collection[int]) -> Sequence[Mapping[str, Any]]:
    """The old pieces that went back with these returns (their keys), each with what it weighed as
    it was handed over: `returned`, `trade_in`, `category`, `mark`, the metal it is `of`, `mg`
    (1 query)."""
    handed = Weighing.objects.filter(
        purpose=WeighedFor.RETURNED,
        old_piece__trade_in__state=TradeInState.RETURNED,
        old_piece__trade_in__payments__returned__in=returns,
    )
    return list(
        handed.order_by("pk")
        .distinct()
        .values(
            "pk",
            "mg",
            returned=F("old_piece__trade_in__payments__returned"),
            trade_in=F("old_piece__trade_in__number"),
            category=F("old_piece__category"),
            mark=F("old_piece__mark"),
            of=F("old_piece__metal"),
        )
    )


def _given(trade_in: TradeIn) -> GivenBack:
    weighed = trade_in.store.weighings.filter(
        document=trade_in.number, purpose=WeighedFor.RETURNED, old_piece__isnull=False
    )
    step = trade_in.steps.filter(new=TradeInState.RETURNED).order_by("-pk")[0]
    return GivenBack(
        number=trade_in.number,
        pieces=[
            (str(row.old_piece), measures.grams(row.mg))
            for row in weighed.select_related("old_piece").order_by("pk")
        ],
        seals=step.remark.split(" · ")[1:],
    )


def _why_goods(trade_in: TradeIn, sale: Sale, coming: set[int]) -> str:
    if returned_swaps.keeps_goods(sale, without=coming):
        return _("the customer keeps goods that it paid for")
    return undone_swaps.why_kept(trade_in)


def _why_money(trade_in: TradeIn, sale: Sale, payment: Payment, left_cents: int) -> str:
    offer = offers.newest(trade_in)
    if offer is not None and offer.money_cents:
        return _("part of it was paid out in money")
    if left_cents != payment.amount_cents or returned_swaps.charged_cents(trade_in):
        return _("an earlier return was reckoned with it")
    rows = CreditEntry.objects.filter(sale=sale, trade_in=trade_in, reason=CreditReason.SURPLUS)
    for entry in rows:
        if entry.cents > store_credit.balance(entry.customer_id):
            return _("the store credit that it gave was spent")
    return ""
