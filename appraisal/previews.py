"""What a rule would make of an example: the lines that would be printed, before it holds."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from appraisal import offer_words, rules, valuation
from appraisal.facts import Line, NewLine, OldFacts
from appraisal.models import OfferLine, TradeInRule
from appraisal.offer_words import Said
from appraisal.reckoning import FactMissing
from appraisal.rules import NoRule
from appraisal.valuation import CannotValue
from inventory.ground import measures


@dataclass(frozen=True)
class Preview:
    """The printed lines, and what the new goods lack; `refusal`: why there are none."""

    lines: Sequence[Said] = ()
    missing: Sequence[str] = ()
    refusal: str = ""


def preview(*, rule: TradeInRule, facts: OldFacts, basket: Sequence[NewLine]) -> Preview:
    """The arithmetic of a rule over one old piece. Nothing is read but the rule below its ratio,
    and nothing is written."""
    if not rule.fineness_min <= facts.fineness <= rule.fineness_max:
        told = {"fineness": measures.permille(facts.fineness)}
        return Preview(refusal=_("This rule takes no %(fineness)s.") % told)
    try:
        value = valuation.value(pieces=[(facts, rules.terms_of(rule))], basket=basket)
    except NoRule as refused:
        return Preview(refusal=str(refused))
    except CannotValue as lacking:
        return Preview(refusal=str(FactMissing.SENTENCES[lacking.lacks]))
    (piece,) = value.pieces
    return Preview(
        lines=[_said(line, rule) for line in piece.lines],
        missing=offer_words.lacking(value.missing),
    )


def _said(line: Line, rule: TradeInRule) -> Said:
    row = OfferLine(step=line.step, mg=line.mg, cents=line.cents, words=line.words)
    return offer_words.say(row, kind=rule.kind)
