"""一口价 and 定制: the customer is told grams and yuan per gram of a fixed price, and that what is
made to order does not come back for no reason, and takes note of it before paying."""

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


class OrderNotToldYet(AcknowledgementMissing):
    sentence = _("Show the customer first that a piece made to order is not taken back.")


def asked_how(line: SaleLine, *, rules: dict[str, Value]) -> How:
    """How the customer takes note of this line, by the store's rules for metal and amount."""
    if line.made_to_order:
        return How.TAP  # no store may leave it to a printed notice
    if line.piece.pricing != Pricing.FIXED:
        return How.NOTICE
    small = line.total_cents < int(rules["acknowledge_silver_from_cents"])
    small_silver = small and line.piece.metal == Metal.SILVER
    return How(str(rules["acknowledge_fixed_silver" if small_silver else "acknowledge_fixed_gold"]))


def missing(*, lines: Sequence[SaleLine], store: Store) -> list[SaleLine]:
    """The lines that wait for the customer."""
    return [line for line, how in waiting(lines=lines, store=store) if how != How.NOTICE]


def waiting(*, lines: Sequence[SaleLine], store: Store) -> list[tuple[SaleLine, How]]:
    """Lines at a fixed price or made to order that nobody has taken note of, and how the store asks
    for it (at most 1 query)."""
    open_lines = [
        line
        for line in lines
        if (line.piece.pricing == Pricing.FIXED or line.made_to_order)
        and line.acknowledged_at is None
    ]
    if not open_lines:
        return []
    rules = settings_rows.values(store, *RULES)
    return [(line, asked_how(line, rules=rules)) for line in open_lines]


def check(*, lines: Sequence[SaleLine], store: Store) -> None:
    """Refuses a bill with a fixed price or an order that the customer has not taken note of."""
    open_lines = missing(lines=lines, store=store)
    if any(line.made_to_order for line in open_lines):
        raise OrderNotToldYet
    if open_lines:
        raise AcknowledgementMissing


@transaction.atomic
def give(*, sale: Sale, how: How) -> int:
    """The customer has seen grams and yuan per gram of every fixed price, and what is made to
    order; returns the lines. A signature is refused where a tap on the turned screen is wanted."""
    sale = bills.lock_open(sale)
    open_lines = waiting(lines=bills.lines_of(sale), store=sale.store)
    if how == How.SIGNATURE and any(asked == How.TAP for _line, asked in open_lines):
        raise AcknowledgementMissing
    told = SaleLine.objects.filter(pk__in=[line.pk for line, _asked in open_lines])
    return told.update(acknowledged_at=timezone.now(), acknowledged_how=how)
