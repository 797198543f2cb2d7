"""Local caps on what a rule may take off (Ningbo 2013 and others like it): dated settings of a
store, off until its town has some.

The row used is the store's setting of the moment; its `source` names the notice.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.models import PriceBase, TradeInRule
from inventory import prices
from inventory.ground import settings_rows
from inventory.ground.amounts import WHOLE_BP
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import Metal
from inventory.models import MetalPrice, PriceKind, Store, StoreKind

LOSS_GOLD: Final = "cap_loss_gold_bp"
LOSS_PLATINUM: Final = "cap_loss_platinum_bp"
LABOUR: Final = "cap_labour_bp"
FIXED: Final = "cap_fixed_bp"

# what a cap is called in a refusal
CAPS: Final[Mapping[str, str | Promise]] = {
    LOSS_GOLD: gettext_lazy("loss of gold"),
    LOSS_PLATINUM: gettext_lazy("loss of platinum"),
    LABOUR: gettext_lazy("fee and labour against the board"),
    FIXED: gettext_lazy("deduction from a fixed price"),
}
LOSS_OF: Final = {Metal.GOLD: LOSS_GOLD, Metal.PLATINUM: LOSS_PLATINUM}


class CapExceeded(RuleBroken):
    """The rule takes more than the store's town allows; `cap` is the setting's name."""

    code = "local_cap"

    def __init__(self, *, rule: TradeInRule, store: Store, cap: str, most_bp: int) -> None:
        told = {
            "rule": rule.code,
            "cap": CAPS[cap],
            "store": store.name,
            "most": f"{most_bp / 100:g}",
        }
        super().__init__(
            _("Rule %(rule)s: %(cap)s may be %(most)s %% at most at %(store)s.") % told,
            cap=cap,
            store=store.code,
        )


def check(*, rule: TradeInRule, store: Store, per_gram_cents: int | None) -> None:
    """Refuses a rule that takes more than the caps of a store allow; the fee per gram is held
    against a board price, where there is one."""
    most = settings_rows.values(store, *CAPS)
    for cap, taken_bp in _taken(rule, per_gram_cents):
        if taken_bp > int(most[cap]):
            raise CapExceeded(rule=rule, store=store, cap=cap, most_bp=int(most[cap]))


def check_everywhere(rule: TradeInRule) -> None:
    """Refuses a rule that one of the stores in which it would hold does not allow."""
    shops = Store.objects.exclude(kind=StoreKind.HEAD_OFFICE)
    for store in [rule.store] if rule.store else shops:
        check(rule=rule, store=store, per_gram_cents=_least_on_board(rule, store))


def _taken(rule: TradeInRule, per_gram_cents: int | None) -> Iterator[tuple[str, int]]:
    """What a rule takes under each cap, in basis points."""
    if rule.price_base == PriceBase.PAID:
        yield FIXED, rule.loss_bp + rule.labour_bp
        return
    if rule.metal in LOSS_OF:
        yield LOSS_OF[Metal(rule.metal)], rule.loss_bp
    fee_bp = -(-rule.fee_cents_per_g * WHOLE_BP // per_gram_cents) if per_gram_cents else 0
    yield LABOUR, fee_bp + rule.labour_bp


def _least_on_board(rule: TradeInRule, store: Store) -> int | None:
    """The lowest price per gram among what the rule takes: there the fee weighs most."""
    if rule.price_base not in PriceKind.values:
        return None
    board = prices.current(store=store, kind=PriceKind(rule.price_base))
    return min(map(_cents, _rows_of(rule, board)), default=None)


def _rows_of(
    rule: TradeInRule, board: Mapping[tuple[str, int], MetalPrice]
) -> Iterator[MetalPrice]:
    for (metal, fineness), row in board.items():
        if metal == rule.metal and rule.fineness_min <= fineness <= rule.fineness_max:
            yield row


def _cents(row: MetalPrice) -> int:
    return row.cents_per_gram
