"""Why an old piece is worth what is paid: facts and a rule become printed lines and a sum.

No database and no framework. `value` is read first: each old piece is reckoned by its own rule,
the rules look together at the new goods, and what the bill does not need is the surplus.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from appraisal.facts import (
    Line,
    Missing,
    NewLine,
    OldFacts,
    Operation,
    PieceValue,
    Step,
    Terms,
    Valuation,
)
from inventory.ground import amounts
from inventory.ground.amounts import WHOLE_BP

Old = tuple[OldFacts, Terms]


class CannotValue(ValueError):
    """A fact is missing that the rule needs: `board` price, `melt` weight or `price` once paid."""

    def __init__(self, lacks: str) -> None:
        self.lacks = lacks
        super().__init__(f"the rule needs the {lacks}")


def value(*, pieces: Sequence[Old], basket: Sequence[NewLine] = ()) -> Valuation:
    """What the old pieces are worth, each under its terms, against the new goods of one bill.

    Ratio, minimum and cap are tested over the sum of the new lines that a rule may pay for, rule
    by rule (trade.md 5.4). What is lacking is told in `missing`; then nothing may be accepted.
    Raises `CannotValue` when a fact is missing that a rule needs.
    """
    missing: list[Missing] = []
    reckoned: dict[int, PieceValue] = {}
    for terms, places in _by_rule(pieces):
        facts = [pieces[place][0] for place in places]
        values, lacks = _value_group(terms, facts, basket)
        missing += lacks
        reckoned |= dict(zip(places, values, strict=True))
    worth = [reckoned[place] for place in range(len(pieces))]
    facts_of = [facts for facts, _terms in pieces]
    return Valuation(pieces=tuple(_pay(worth, facts_of, basket)), missing=tuple(missing))


def shortfalls(*, pieces: Sequence[Old], basket: Sequence[NewLine]) -> list[Missing]:
    """What the new goods lack for each rule, whatever the rule does about it: `value` tells only
    what forbids the swap."""
    groups = _by_rule(pieces)
    found = [missing(terms, [pieces[at][0] for at in places], basket) for terms, places in groups]
    return [each for each in found if each is not None]


def _by_rule(pieces: Sequence[Old]) -> list[tuple[Terms, list[int]]]:
    groups: dict[tuple[str, int], list[int]] = {}
    for place, (_facts, terms) in enumerate(pieces):
        groups.setdefault((terms.code, terms.version), []).append(place)
    return [(pieces[places[0]][1], places) for places in groups.values()]


def _value_group(
    terms: Terms, facts: Sequence[OldFacts], basket: Sequence[NewLine]
) -> tuple[list[PieceValue], list[Missing]]:
    """The old pieces of one rule, and what the new goods lack for it."""
    lacks = missing(terms, facts, basket)
    if lacks and terms.below_ratio == "other_rule" and terms.below is not None:
        return _value_group(terms.below, facts, basket)
    # "gram for gram without a fee from 1.2 times on": below that the fee is charged
    spared = terms.below_ratio == "charge" and lacks is None
    grams = _FeeGrams(terms, facts, basket)
    values = [_Reckoning(each, terms, grams, spared=spared).piece() for each in facts]
    if terms.saves_labour:
        values[0] = _save_labour(values[0], facts, qualifying(terms, basket))
    values = _cap(values, terms, basket) if terms.is_swap else values
    refuses = lacks is not None and terms.below_ratio != "charge"
    return values, [lacks] if lacks and refuses else []


# --- the new goods


def qualifying(terms: Terms, basket: Sequence[NewLine]) -> list[NewLine]:
    """The new lines that a rule may pay for."""
    if not terms.pays_for:
        return list(basket)
    return [line for line in basket if set(line.kinds) & set(terms.pays_for)]


def missing(terms: Terms, facts: Sequence[OldFacts], basket: Sequence[NewLine]) -> Missing | None:
    """What the new goods lack for ratio and minimum of a rule over its old pieces; None: enough.

    Fixed-price lines count by weight only where the rule says so.
    """
    if not terms.is_swap:
        return None
    lines = qualifying(terms, basket)
    weighed = [line for line in lines if terms.counts_fixed_price or not line.is_fixed]
    worth = sum(_worth(each, terms) for each in facts)
    short_mg = short_cents = 0
    if terms.min_ratio_bp and terms.ratio_by == "weight":
        needed = _least(sum(each.weighs_mg for each in facts), terms)
        short_mg = max(needed - sum(line.net_mg for line in weighed), 0)
    elif terms.min_ratio_bp:
        short_cents = max(_least(worth, terms) - sum(line.total_cents for line in lines), 0)
    if terms.min_extra_cents:
        needed = worth + terms.min_extra_cents
        short_cents = max(short_cents, needed - sum(line.total_cents for line in lines))
    if not short_mg and not short_cents and (lines or not terms.pays_for):
        return None
    return Missing(code=terms.code, mg=short_mg, cents=max(short_cents, 0))


def _least(old: int, terms: Terms) -> int:
    """The smallest amount of new goods that reaches the ratio, in the unit of `old`."""
    whole, rest = divmod(old * terms.min_ratio_bp, WHOLE_BP)
    return whole + 1 if rest or terms.ratio_strict else whole


def _worth(facts: OldFacts, terms: Terms) -> int:
    """What the ratio by value holds against the new goods: before fees and losses on value."""
    reckoning = _Reckoning(facts, terms, _FeeGrams(terms, [facts], ()), spared=True)
    reckoning.piece()
    return reckoning.worth_cents


# --- one old piece


class _FeeGrams:
    """Which grams a fee is charged on; those of new goods are charged once for all old pieces."""

    def __init__(self, terms: Terms, facts: Sequence[OldFacts], basket: Sequence[NewLine]) -> None:
        self.on = terms.fee_on
        new_mg = sum(line.net_mg for line in qualifying(terms, basket))
        old_mg = sum(each.weighs_mg for each in facts)
        self.left_mg = new_mg if self.on == "new" else max(new_mg - old_mg, 0)

    def take(self, facts: OldFacts, final_mg: int) -> int:
        of_old = {"gross": facts.gross_mg, "net": facts.net_mg, "final": final_mg}
        if self.on in of_old:
            return of_old[self.on]
        taken, self.left_mg = self.left_mg, 0
        return taken


class _Reckoning:
    """The paper on which one old piece is reckoned: grams first, then money, line after line."""

    def __init__(self, facts: OldFacts, terms: Terms, grams: _FeeGrams, *, spared: bool) -> None:
        self.facts, self.terms, self.grams, self.spared = facts, terms, grams, spared
        self.lines: list[Line] = []
        self.mg = facts.weighs_mg
        self.cents = self.worth_cents = 0

    def piece(self) -> PieceValue:
        self._weigh()
        operations: dict[str, Callable[[], None]] = {
            Operation.LOSS: self._lose,
            Operation.VALUE: self._price,
            Operation.FEE: self._charge,
            Operation.LABOUR: self._charge_labour,
        }
        for step in self.terms.steps:
            operations[step]()
        if self.cents < 0:
            self._put(Step.FLOOR, cents=-self.cents)
        return PieceValue(
            terms=self.terms,
            lines=tuple(self.lines),
            pays_cents=self.cents,
            keeps_discount_bp=self.facts.old_discount_bp if self.terms.keeps_old_discount else 0,
        )

    def _weigh(self) -> None:
        facts = self.facts
        self._note(Step.GROSS, mg=facts.gross_mg)
        if facts.stones_mg:
            self._note(Step.STONES, mg=-facts.stones_mg)
        if facts.dirt_mg:
            self._note(Step.DIRT, mg=-facts.dirt_mg)
        if facts.net_mg != facts.gross_mg:
            self._note(Step.NET, mg=facts.net_mg)
        if facts.melted_mg is not None:
            self._note(Step.MELTED, mg=facts.melted_mg)
        elif self.terms.needs_melt:
            raise CannotValue("melt")

    def _lose(self) -> None:
        bp = self.terms.loss_bp
        if not bp:
            return
        if self.terms.loss_on == "value":
            self._put(Step.VALUE_LOSS, cents=-amounts.share(cents=self.cents, bp=bp), bp=bp)
            return
        # as the scale would show it, so that whoever multiplies the printed grams gets our cents
        step = self.facts.step_mg
        lost = step * amounts.half_even(dividend=self.mg * bp, divisor=WHOLE_BP * step)
        self.mg -= lost
        self._note(Step.LOSS, mg=-lost, bp=bp)
        self._note(Step.FINAL, mg=self.mg)

    def _price(self) -> None:
        if self.terms.price_base == "paid":
            if self.facts.old_price_cents is None:
                raise CannotValue("price")
            self._put(Step.PAID, cents=self.facts.old_price_cents)
        else:
            per_gram = price_per_gram(self.facts, self.terms, self.terms.price_base)
            cents = amounts.metal_cents(weight_mg=self.mg, cents_per_gram=per_gram)
            delta = self.terms.price_delta_cents_per_g
            self._put(
                Step.VALUE,
                cents=cents,
                mg=self.mg,
                per_gram=per_gram,
                base=self.terms.price_base,
                delta=delta,
            )
        self.worth_cents = self.cents

    def _charge(self) -> None:
        per_gram, fixed = self.terms.fee_cents_per_g, self.terms.fee_fixed_cents
        if self.spared and (per_gram or fixed):
            self._note(Step.NO_FEE)
            return
        if per_gram:
            mg = self.grams.take(self.facts, self.mg)
            cents = amounts.metal_cents(weight_mg=mg, cents_per_gram=per_gram)
            self._put(Step.FEE, cents=-cents, mg=mg, per_gram=per_gram, on=self.terms.fee_on)
        if fixed:
            self._put(Step.FIXED_FEE, cents=-fixed)

    def _charge_labour(self) -> None:
        bp = self.terms.labour_bp
        if bp:
            of = self.worth_cents
            self._put(Step.LABOUR, cents=-amounts.share(cents=of, bp=bp), bp=bp)

    def _note(self, step: Step, *, mg: int | None = None, **words: int | str) -> None:
        self.lines.append(Line(step=step, mg=mg, words=words))

    def _put(self, step: Step, *, cents: int, **words: int | str) -> None:
        self.cents += cents
        self.lines.append(Line(step=step, cents=cents, words=words))


def price_per_gram(facts: OldFacts, terms: Terms, base: str) -> int:
    """Cents for one gram by a board that was in force; with the rule's own difference."""
    if base not in facts.board:
        raise CannotValue("board")
    return facts.board[base] + terms.price_delta_cents_per_g


# --- what the bill takes of it


def _save_labour(
    piece: PieceValue, facts: Sequence[OldFacts], lines: Sequence[NewLine]
) -> PieceValue:
    """Labour is paid for the added grams only: the part of the old grams is given back."""
    new_mg = sum(line.net_mg for line in lines)
    labour = sum(line.labour_cents for line in lines)
    if not new_mg or not labour:
        return piece
    old_mg = min(sum(each.weighs_mg for each in facts), new_mg)
    saved = amounts.half_up(dividend=labour * old_mg, divisor=new_mg)
    line = Line(step=Step.LABOUR_SAVED, cents=saved, words={"mg": old_mg})
    return replace(piece, lines=(*piece.lines, line), pays_cents=piece.pays_cents + saved)


def _cap(values: Sequence[PieceValue], terms: Terms, basket: Sequence[NewLine]) -> list[PieceValue]:
    """At most so large a share of the new goods may be paid with the old ones of a rule."""
    if terms.max_share_bp == WHOLE_BP:
        return list(values)
    new_cents = sum(line.total_cents for line in qualifying(terms, basket))
    left = amounts.share(cents=new_cents, bp=terms.max_share_bp)
    capped = []
    for each in values:
        over = max(each.pays_cents - left, 0)
        left -= each.pays_cents - over
        capped.append(_take_off(each, over, Step.CAP, bp=terms.max_share_bp))
    return capped


def _pay(
    values: Sequence[PieceValue], facts: Sequence[OldFacts], basket: Sequence[NewLine]
) -> list[PieceValue]:
    """Each old piece pays the new lines that its rule may pay for; the rest is its surplus."""
    left = [line.total_cents for line in basket]
    paid = []
    for each, of in zip(values, facts, strict=True):
        if each.terms.is_swap:
            used = _use(each, left, basket)
            each = _settle_surplus(each, of, each.pays_cents - used)
        total = Line(step=Step.CREDIT, cents=each.pays_cents)
        paid.append(replace(each, lines=(*each.lines, total)))
    return paid


def _use(each: PieceValue, left: list[int], basket: Sequence[NewLine]) -> int:
    """Takes from what is left of the lines, in their order, and says how much."""
    used = 0
    allowed = {id(line) for line in qualifying(each.terms, basket)}
    for place, line in enumerate(basket):
        if id(line) in allowed:
            part = min(left[place], each.pays_cents - used)
            left[place] -= part
            used += part
    return used


def _settle_surplus(each: PieceValue, facts: OldFacts, over: int) -> PieceValue:
    """What the bill does not need: lapses, becomes store credit, or money at another price."""
    if not over:
        return each
    terms = each.terms
    if terms.surplus == "credit":
        return replace(_take_off(each, over, Step.TO_CREDIT), credit_cents=over)
    if terms.surplus == "money":
        money = _in_money(facts, terms, over)
        return replace(_take_off(each, over, Step.TO_MONEY, money=money), money_cents=money)
    return _take_off(each, over, Step.LAPSED)


def _in_money(facts: OldFacts, terms: Terms, over: int) -> int:
    """A surplus was reckoned at one price per gram and is paid at another."""
    if not terms.surplus_base:
        return over
    reckoned = price_per_gram(facts, terms, terms.price_base)
    paid = facts.board.get(terms.surplus_base)
    if paid is None:
        raise CannotValue("board")
    return amounts.half_up(dividend=over * paid, divisor=reckoned)


def _take_off(each: PieceValue, cents: int, step: Step, **words: int) -> PieceValue:
    if not cents:
        return each
    line = Line(step=step, cents=-cents, words=words)
    return replace(each, lines=(*each.lines, line), pays_cents=each.pays_cents - cents)
