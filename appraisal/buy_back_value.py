"""What store credit from an exchange is worth in money: what old gold paid is never given back
above the buy-back value of its day (trade.md 4.12)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Max

from appraisal.facts import OldFacts, Step
from appraisal.models import Offer, OfferPiece
from inventory.ground import amounts

BUY_BACK = "buyback"


@dataclass(frozen=True)
class InMoney:
    """What an offer comes to at the buy-back price of its moment: the surplus that became credit,
    and what paid a bill, each beside its cents in goods."""

    credit_cents: int = 0
    credit_value_cents: int = 0
    pays_cents: int = 0
    pays_value_cents: int = 0

    def value_of(self, cents: int) -> int:
        """So much credit of this old gold in money, never more than it is. The surplus counts
        first; what is beyond it came back from a bill."""
        if cents <= self.credit_cents:
            return min(self.credit_value_cents, cents)
        returned = min(cents - self.credit_cents, self.pays_cents)
        value = returned * self.pays_value_cents // self.pays_cents if returned else 0
        return self.credit_value_cents + value


def of_credits(trade_ins: Collection[int]) -> Mapping[int, InMoney]:
    """Trade-in id to what its last offer comes to in money; nothing where the board had no
    buy-back price (3 queries)."""
    newest = Offer.objects.filter(trade_in__in=trade_ins).order_by().values("trade_in")
    last = newest.annotate(last=Max("pk")).values("last")
    rows = OfferPiece.objects.filter(offer__in=last).select_related("offer")
    parts: dict[int, list[OfferPiece]] = defaultdict(list)
    for part in rows.prefetch_related("lines"):
        parts[part.offer.trade_in_id].append(part)
    return {trade_in: of_pieces(each) for trade_in, each in parts.items()}


def of_pieces(parts: Iterable[OfferPiece]) -> InMoney:
    """The pieces of one offer, with their lines."""
    rows = list(parts)
    return InMoney(
        credit_cents=sum(part.credit_cents for part in rows),
        credit_value_cents=sum(_in_money(part, part.credit_cents) for part in rows),
        pays_cents=sum(part.pays_cents for part in rows),
        pays_value_cents=sum(_in_money(part, part.pays_cents) for part in rows),
    )


def _in_money(part: OfferPiece, cents: int) -> int:
    """The share of the buy-back price in the price that the old piece was reckoned at."""
    facts = OldFacts(**part.facts)
    bought_at = facts.board.get(BUY_BACK, 0)
    for line in part.lines.all():
        if line.step == Step.VALUE:
            return _share(cents, bought_at, line.words["per_gram"])
        if line.step == Step.PAID:
            worth = amounts.metal_cents(weight_mg=facts.weighs_mg, cents_per_gram=bought_at)
            return _share(cents, worth, line.cents or 0)
    return 0


def _share(cents: int, part: int, whole: int) -> int:
    if part >= whole:
        return cents
    return amounts.half_up(dividend=cents * part, divisor=whole)
