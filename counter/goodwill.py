"""裁量从宽: nobody knows who answers for a piece that comes back, or its time is over, and the
house decides for the customer. What it may cost in a month is a setting of the store; a second
person agrees, and a claim keeps what it cost."""

from typing import Final

from counter.models import Return, SaleLine
from inventory import prices
from inventory.ground import amounts, settings_rows
from inventory.models import PriceKind, Store
from warranty import claims
from warranty.models import QUALITY, Cause, Fault

POSSIBLE: Final = claims.OURS | {Cause.UNCLEAR}


def cause_of(*, fault: str, found: str) -> str:
    """What was found, for a reason that is a fault; empty for any other. A fault is one of the
    making until the clerk says otherwise. Refused: what is the customer's own."""
    if fault == Fault.GOODWILL:
        return Cause.UNCLEAR
    if fault not in QUALITY:
        return ""
    cause = found or Cause.MAKING
    if cause not in POSSIBLE:
        raise claims.NotCovered(field="cause")
    return Cause(cause)


def cost_cents(line: SaleLine, *, credit_cents: int, store: Store) -> int:
    """What the house bears at worst when a piece counts so many cents: all beyond what its metal
    is worth at today's buy-back price. Without such a price, all of it."""
    board = prices.current(store=store, kind=PriceKind.BUYBACK)
    row = board.get((line.piece.metal, line.piece.fineness))
    if row is None:
        return credit_cents
    metal = amounts.metal_cents(weight_mg=line.net_mg, cents_per_gram=row.cents_per_gram)
    return max(credit_cents - metal, 0)


def is_given(store: Store) -> bool:
    """Whether a store gives any."""
    return settings_rows.value(store, "goodwill") == "yes"


def of_return(back: Return) -> int:
    """What the house bears of a return, in cents."""
    return sum(line.goodwill_cents for line in back.lines.all()) if back.is_goodwill else 0
