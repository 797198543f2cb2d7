"""What old pieces are worth at a moment: facts, rule and board row of each, and the arithmetic.

Nothing is written here, so a page may show the figures before anybody offers them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext_lazy

from appraisal import caps, decisions, old_pieces, proofs, rules, trade_ins, valuation, weighings
from appraisal.facts import NewLine, OldFacts, Terms, Valuation
from appraisal.models import BrandTier, Decision, OldPiece, TradeIn, TradeInRule, Weighing
from appraisal.valuation import CannotValue
from inventory import places, prices
from inventory.ground import measures, settings_rows
from inventory.ground.errors import RuleBroken
from inventory.models import MetalPrice, Store

METHODS: Final = 2  # that must agree about a dear piece

Weights = tuple[Weighing, Weighing]  # gross, and what counts


class FactMissing(RuleBroken):
    """The rule needs a figure that is not there: never guessed."""

    code = "fact_missing"
    SENTENCES: Final = {
        "board": gettext_lazy("The board has no price for this metal. Ask the manager to set it."),
        "price": gettext_lazy("This rule needs the price once paid. Scan the old card or receipt."),
        "melt": gettext_lazy("This rule counts the weight after melting."),
    }


class SecondMethodNeeded(RuleBroken):
    code = "second_method"
    sentence = gettext_lazy("Above this value two independent methods must agree. Test it again.")


@dataclass(frozen=True)
class Reckoned:
    """An offer before it is written: for each old piece its facts, rule and board row."""

    pieces: Sequence[OldPiece]
    facts: Sequence[OldFacts]
    rules: Sequence[TradeInRule]
    rows: Sequence[MetalPrice | None]
    value: Valuation


def reckon(trade_in: TradeIn, basket: Sequence[NewLine], *, at: datetime | None = None) -> Reckoned:
    """What the old pieces are worth now, without writing anything."""
    moment = at or timezone.now()
    pieces = trade_ins.pieces_of(trade_in)
    boards = prices.boards(store=trade_in.store, at=moment)
    decided, weights = _known(pieces)
    in_force = rules.in_force(trade_in.store, trade_in.kind, moment)
    facts, held, rows = [], [], []
    for piece in pieces:
        decision = decided[piece.pk]
        board = {kind: _row(boards[kind], decision) for kind in boards}
        rule = rules.pick(in_force, _asked(trade_in, piece, decision, moment))
        facts.append(_facts(piece, decision, weights[piece.pk], board))
        held.append(rule)
        rows.append(board.get(rule.price_base))
    _check_caps(trade_in.store, held, rows)
    terms = {rule.pk: rules.terms_of(rule, at=moment) for rule in held}
    value = _value(facts, [terms[rule.pk] for rule in held], basket)
    _check_methods(trade_in.store, pieces, decided, value)
    return Reckoned(pieces, facts, held, rows, value)


def _value(
    facts: Sequence[OldFacts], terms: Sequence[Terms], basket: Sequence[NewLine]
) -> Valuation:
    try:
        return valuation.value(pieces=list(zip(facts, terms, strict=True)), basket=basket)
    except CannotValue as lacking:
        raise FactMissing(FactMissing.SENTENCES[lacking.lacks]) from lacking


def _known(pieces: Sequence[OldPiece]) -> tuple[Mapping[int, Decision], Mapping[int, Weights]]:
    """What every piece was decided to be and what it weighs. Refused while one lacks either, or was
    decided higher than its tests support by now."""
    decided, weights = decisions.newest_of(pieces), old_pieces.weights_of(pieces)
    if any(piece.pk not in decided or piece.pk not in weights for piece in pieces):
        raise trade_ins.TradeInMoved
    prefetch_related_objects(pieces, "assays", "piece")
    for piece in pieces:
        if not decisions.holds(piece, decided[piece.pk]):
            shown = decisions.supported(piece, metal=decided[piece.pk].metal)
            raise decisions.FinenessNotShown(shown=shown)
    return decided, weights


def _asked(trade_in: TradeIn, piece: OldPiece, decision: Decision, at: datetime) -> rules.Asked:
    day = places.business_day(trade_in.store, at)
    age = (day - piece.bought_on).days if piece.bought_on else None
    return rules.Asked(
        kind=trade_in.kind,
        metal=decision.metal,
        fineness=decision.fineness,
        # the customer's word about the brand counts only once the clerk has confirmed it
        tier=piece.brand_tier if _brand_holds(piece, decision) else BrandTier.OTHER,
        brand=piece.brand,
        has_receipt=piece.has_receipt,
        age_days=age,
        same_store=piece.same_store,
        same_channel=piece.sale_line_id is not None,
        old_pricing=piece.old_pricing,
        with_stones=decision.stones > 0,
        weekday=day.weekday(),
        member_level=trade_in.customer.level if trade_in.customer else "",
    )


def _brand_holds(piece: OldPiece, decision: Decision) -> bool:
    ours = piece.brand_tier in {BrandTier.OWN, BrandTier.OWN_STORE}
    return decision.own_brand == ours


def _facts(
    piece: OldPiece,
    decision: Decision,
    weights: Weights,
    board: Mapping[str, MetalPrice | None],
) -> OldFacts:
    gross, counting = weights
    return OldFacts(
        metal=decision.metal,
        fineness=decision.fineness,
        gross_mg=gross.mg,
        stones_mg=decision.stones_mg,
        dirt_mg=decision.dirt_mg,
        melted_mg=counting.mg if counting.pk != gross.pk else None,
        step_mg=weighings.step_mg(gross),
        board={kind: row.cents_per_gram for kind, row in board.items() if row is not None},
        old_price_cents=piece.old_price_cents,
        old_discount_bp=piece.old_discount_bp,
    )


def _row(board: dict[tuple[str, int], MetalPrice], decision: Decision) -> MetalPrice | None:
    """The board's row for the highest fineness that the piece reaches, within its legal grade."""
    grade = measures.legal_grade(metal=decision.metal, fineness=decision.fineness)
    reached = [
        fineness
        for metal, fineness in board
        if metal == decision.metal and (grade or 0) <= fineness <= decision.fineness
    ]
    return board[decision.metal, max(reached)] if reached else None


def _check_caps(
    store: Store, held: Sequence[TradeInRule], rows: Sequence[MetalPrice | None]
) -> None:
    """A town's cap may be younger than the rule, and the board lower than on its day."""
    by_rule = {rule.pk: (rule, row) for rule, row in zip(held, rows, strict=True)}
    for rule, row in by_rule.values():
        caps.check(rule=rule, store=store, per_gram_cents=row.cents_per_gram if row else None)


def _check_methods(
    store: Store,
    pieces: Sequence[OldPiece],
    decided: Mapping[int, Decision],
    value: Valuation,
) -> None:
    limit = settings_rows.number(store, "second_method_cents")
    worth = zip(pieces, value.pieces, strict=True)
    dear = [piece for piece, each in worth if each.worth_cents >= limit]
    for piece in dear:
        of = decided[piece.pk]
        agree = proofs.methods_that_agree(piece.assays.all(), metal=of.metal, fineness=of.fineness)
        if len(agree) < METHODS:
            raise SecondMethodNeeded
