"""一口价: the customer is told grams and yuan per gram of a fixed price, and takes note of it."""

from collections.abc import Sequence
from enum import StrEnum

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from counter import bills
from counter.models import Sale, SaleLine
from inventory.ground import settings_rows
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import Metal
from inventory.ground.settings_rows import Value
from inventory.models import Pricing, Store

RULES = (
    "acknowledge_fixed_gold",
    "acknowledge_fixed_silver",
    "acknowledge_silver_from_cents",
)


class How(StrEnum):
    TAP = "tap"  # on the turned screen
    SIGNATURE = "signature"  # on the slip
    NOTICE = "notice"  # a printed notice is enough


class AcknowledgementMissing(RuleBroken):
    code = "acknowledgement_missing"
    sentence = _("Show the customer grams and price per gram of the fixed price first.")


def needed(line: SaleLine, *, rules: dict[str, Value]) -> bool:
    """Whether the customer must still take note of this line."""
    if line.piece.pricing != Pricing.FIXED or line.acknowledged_at is not None:
        return False
    small = line.total_cents < int(rules["acknowledge_silver_from_cents"])
    small_silver = small and line.piece.metal == Metal.SILVER
    mode = rules["acknowledge_fixed_silver" if small_silver else "acknowledge_fixed_gold"]
    return mode != How.NOTICE


def missing(*, lines: Sequence[SaleLine], store: Store) -> list[SaleLine]:
    """The lines that wait for the customer, by the store's settings for metal and amount."""
    if not any(line.piece.pricing == Pricing.FIXED for line in lines):
        return []
    rules = settings_rows.values(store, *RULES)
    return [line for line in lines if needed(line, rules=rules)]


def check(*, lines: Sequence[SaleLine], store: Store) -> None:
    """Refuses a bill with a fixed price that the customer has not taken note of."""
    if missing(lines=lines, store=store):
        raise AcknowledgementMissing


@transaction.atomic
def give(*, sale: Sale, how: How) -> int:
    """The customer has seen grams and yuan per gram of every fixed price; returns the lines."""
    fixed = SaleLine.objects.filter(
        sale=bills.lock_open(sale),
        piece__pricing=Pricing.FIXED,
        acknowledged_at__isnull=True,
    )
    return fixed.update(acknowledged_at=timezone.now(), acknowledged_how=how)
