"""A new piece that old gold paid for comes back: the swap is reckoned again over the goods that
stay (trade.md 5.4), with the facts, the rules and the board of its offer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from appraisal import offer_words, offers, valuation
from appraisal.facts import Missing, NewLine, PieceValue, Step, Terms, Valuation
from appraisal.models import Offer, OfferLine
from appraisal.offer_words import Said

# what the customer kept of the worth beside what paid the bill
KEPT: Final = (Step.TO_CREDIT, Step.TO_MONEY)
# bounds of what a bill may take; the old piece is worth no less for them
BOUNDS: Final = (*KEPT, Step.CAP, Step.LAPSED)

Words = Mapping[Step, Said]


@dataclass(frozen=True)
class Compared:
    """One step of the arithmetic as it was signed, and as it is with the goods that stay; None
    where it has no such line."""

    then: Said | None
    now: Said | None

    @property
    def has_changed(self) -> bool:
        return self.then != self.now


@dataclass(frozen=True)
class Retest:
    """A swap against the goods that stay. `lacks`: what they lack for its rules."""

    offer: Offer
    then: Valuation
    now: Valuation
    lacks: Sequence[Missing]
    steps_mg: Sequence[int]  # what the scale of each old piece shows: 10 is 0.01 g

    @property
    def worse_cents(self) -> int:
        """By how much the old gold is worth less than the customer got for it; never below 0."""
        got = sum(_with(piece, KEPT) for piece in self.then.pieces)
        worth = sum(_with(piece, BOUNDS) for piece in self.now.pieces)
        return max(got - worth, 0)

    @property
    def may_pay_cents(self) -> int:
        """What the old gold may pay of the goods that stay: nothing by a rule that refuses them."""
        refused = {each.code for each in self.now.missing}
        return sum(each.pays_cents for each in self.now.pieces if each.terms.code not in refused)

    @cached_property
    def compared(self) -> list[list[Compared]]:
        """For each old piece the lines of the offer beside those of today."""
        both = zip(self.then.pieces, self.now.pieces, self.steps_mg, strict=True)
        kind = self.offer.trade_in.kind
        return [_compare(_said(then, kind, mg), _said(now, kind, mg)) for then, now, mg in both]


def retest(*, offer: Offer, basket: Sequence[NewLine]) -> Retest:
    """The old pieces of an accepted offer against these goods only. What they do not need is told
    as store credit, whatever the rule made of a surplus on the day of the swap: nothing that was
    paid lapses by a return."""
    old = offers.old_of(offer)
    kept = [(facts, _keeping(terms)) for facts, terms in old]
    return Retest(
        offer=offer,
        then=offers.replay(offer),
        now=valuation.value(pieces=kept, basket=basket),
        lacks=valuation.shortfalls(pieces=old, basket=basket),
        steps_mg=[facts.step_mg for facts, _terms in old],
    )


def _keeping(terms: Terms) -> Terms:
    below = _keeping(terms.below) if terms.below else None
    return replace(terms, surplus="credit", below=below)


def _with(piece: PieceValue, steps: Sequence[Step]) -> int:
    """What it pays, and what these lines took off it."""
    return piece.pays_cents - sum(line.cents or 0 for line in piece.lines if line.step in steps)


def _compare(was: Words, is_now: Words) -> list[Compared]:
    steps = [step for step in Step if step in was or step in is_now]
    return [Compared(was.get(step), is_now.get(step)) for step in steps]


def _said(piece: PieceValue, kind: str, step_mg: int) -> Words:
    """A step stands once in the arithmetic of a piece."""
    rows = {
        line.step: OfferLine(step=line.step, mg=line.mg, cents=line.cents, words=line.words)
        for line in piece.lines
    }
    return {step: offer_words.say(row, kind=kind, step_mg=step_mg) for step, row in rows.items()}
