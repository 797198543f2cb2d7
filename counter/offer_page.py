"""The offer as clerk and customer read it: why this price, for how long, against which goods."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from appraisal import buy_back_value, offer_words, offers
from appraisal.buy_back_value import InMoney
from appraisal.facts import Valuation
from appraisal.models import Offer, OfferPiece, TradeIn, TradeInRule, TradeKind
from appraisal.offer_words import Said
from counter import old_gold, queries
from counter.models import Sale, SaleState
from counter.queries import Bill
from inventory.ground import measures
from inventory.ground.errors import RuleBroken
from inventory.models import Place


class NoBill(RuleBroken):
    code = "no_bill"
    status = 422
    sentence = gettext_lazy("Scan the new goods onto a bill first, then choose it here.")


@dataclass(frozen=True)
class PricedPiece:
    """One old piece with its arithmetic."""

    part: OfferPiece
    kind: str

    @property
    def rule(self) -> TradeInRule:
        return self.part.rule

    @property
    def lines(self) -> list[Said]:
        step_mg = self.part.facts.get("step_mg", 10)
        return [
            offer_words.say(line, kind=self.kind, step_mg=step_mg) for line in self.part.lines.all()
        ]

    @property
    def sum(self) -> Said:
        """What it comes to: the last line."""
        return self.lines[-1]


@dataclass(frozen=True)
class BoardRow:
    """The three prices of one metal as they were when the offer was made, cents per gram."""

    metal: str
    prices: Sequence[tuple[str | Promise, int, bool]]  # name, cents, whether the offer used it
    since: datetime | None


class OfferPage:
    """The newest offer of a trade-in, or none yet, and the bill that it is to pay on."""

    def __init__(self, trade_in: TradeIn, *, counter: Place | None) -> None:
        self.trade_in, self.counter = trade_in, counter

    @property
    def is_swap(self) -> bool:
        return self.trade_in.kind == TradeKind.SWAP

    # --- why it is this price

    @cached_property
    def offer(self) -> Offer | None:
        return offers.newest(self.trade_in)

    @cached_property
    def pieces(self) -> list[PricedPiece]:
        if self.offer is None:
            return []
        rows = self.offer.pieces.select_related("rule", "board", "old_piece")
        return [PricedPiece(part, self.trade_in.kind) for part in rows.prefetch_related("lines")]

    @cached_property
    def in_money(self) -> InMoney:
        """What surplus and payment would fetch as a buy-back: the most that ever goes out in money
        for store credit that comes of them (trade.md 4.12)."""
        return buy_back_value.of_pieces(each.part for each in self.pieces)

    @property
    def boards(self) -> list[BoardRow]:
        """Selling, exchange and buy-back price of every metal in the offer, side by side."""
        rows = {_metal_of(part): _board_row(part) for part in (each.part for each in self.pieces)}
        return [row for row in rows.values() if row.prices]

    @property
    def is_over(self) -> bool:
        return self.offer is not None and timezone.now() > self.offer.holds_until

    @cached_property
    def value(self) -> Valuation | None:
        return offers.replay(self.offer) if self.offer else None

    @property
    def missing(self) -> list[str]:
        """What the new goods lack for the rules of the old pieces."""
        return offer_words.lacking(self.value.missing) if self.value else []

    # --- against which goods

    @cached_property
    def bills(self) -> list[Sale]:
        """Open bills of this counter that old gold may pay on."""
        return list(queries.open_bills(self.counter)) if self.is_swap else []

    @cached_property
    def sale(self) -> Sale | None:
        """The open bill that was picked."""
        if self.trade_in.bill is None:
            return None
        rows = Sale.objects.filter(uuid=self.trade_in.bill, state=SaleState.OPEN)
        return rows.select_related("store", "counter", "customer").first()

    @property
    def likely(self) -> Sale | None:
        """The bill that was picked, else the only one there is."""
        return self.sale or (self.bills[0] if len(self.bills) == 1 else None)

    @cached_property
    def bill(self) -> Bill | None:
        return queries.bill_of(self.sale) if self.sale else None

    @property
    def has_changed(self) -> bool:
        """The goods on the bill are not those that the offer was reckoned against."""
        if self.offer is None or not self.is_swap or self.sale is None:
            return False
        return old_gold.basket_of(self.sale) != offers.basket_of(self.offer)

    @property
    def to_pay_cents(self) -> int | None:
        """What is left for the customer to pay for the new goods."""
        if self.bill is None or self.offer is None:
            return None
        return self.bill.total_cents - self.offer.pays_cents


def _metal_of(part: OfferPiece) -> str:
    return measures.declared_name(part.facts["metal"], part.facts["fineness"])


def _board_row(part: OfferPiece) -> BoardRow:
    held = part.facts.get("board", {})
    prices = [
        (name, held[kind], kind == part.rule.price_base)
        for kind, name in offer_words.BOARDS.items()
        if kind in held
    ]
    return BoardRow(_metal_of(part), prices, part.board.valid_from if part.board else None)
