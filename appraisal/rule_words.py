"""A rule in plain words for customers, as it hangs in the store before anything is brought in."""

from collections.abc import Iterator
from typing import Final

from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal import rules
from appraisal.models import (
    Below,
    BrandTier,
    GramsOf,
    On,
    PriceBase,
    Surplus,
    TradeInRule,
    TradeKind,
)
from appraisal.offer_words import BOARDS, percent
from inventory.ground import measures
from inventory.ground.amounts import WHOLE_BP
from inventory.ground.measures import MOST_FINENESS

BETWEEN: Final = "、"
FEE_ON: Final[dict[str, str | Promise]] = {
    GramsOf.GROSS: gettext_lazy("Depreciation fee %(price)s for each old gram."),
    GramsOf.NET: gettext_lazy("Depreciation fee %(price)s for each old gram without stones."),
    GramsOf.FINAL: gettext_lazy("Depreciation fee %(price)s for each old gram after the loss."),
    GramsOf.NEW: gettext_lazy("Fee %(price)s for each new gram."),
    GramsOf.ADDED: gettext_lazy("Fee %(price)s for each gram that is added."),
}
LOSS_ON: Final[dict[str, str | Promise]] = {
    On.WEIGHT: gettext_lazy("Loss %(percent)s, taken off the weight."),
    On.VALUE: gettext_lazy("Loss %(percent)s, taken off the value."),
}
SURPLUS: Final[dict[str, str | Promise]] = {
    Surplus.NONE: gettext_lazy("What the new goods do not use lapses."),
    Surplus.CREDIT: gettext_lazy("What the new goods do not use becomes store credit."),
    Surplus.MONEY: gettext_lazy("What the new goods do not use is paid out in money."),
}


def title(rule: TradeInRule) -> str:
    """Which old pieces: 足金，凭票 · gold from 990‰ on."""
    told = {"metal": rule.get_metal_display(), "least": measures.permille(rule.fineness_min)}
    if rule.fineness_max < MOST_FINENESS:
        told["most"] = measures.permille(rule.fineness_max)
        return _("%(metal)s, %(least)s to %(most)s") % told
    return _("%(metal)s from %(least)s on") % told


def sentences(rule: TradeInRule) -> list[str]:
    """For whom it holds, what is paid, and against which new goods; one sentence each."""
    against = _against(rule) if rule.kind == TradeKind.SWAP else ()
    return [*_for_whom(rule), *_proven(rule), *_when(rule), *_paid(rule), *against]


def _for_whom(rule: TradeInRule) -> Iterator[str]:
    if rule.brand_tier:
        peers = BETWEEN.join(rule.peers) if rule.brand_tier == BrandTier.PEER else ""
        yield _("For: %(brand)s.") % {"brand": peers or rule.get_brand_tier_display()}
    if rule.needs_receipt is not None:
        yield _("With the receipt.") if rule.needs_receipt else _("Without a receipt.")
    if rule.old_with_stones is not None:
        yield _("Set with stones.") if rule.old_with_stones else _("Without stones.")


def _proven(rule: TradeInRule) -> Iterator[str]:
    if rule.same_store_only:
        yield _("Bought at this store.")
    if rule.same_channel_only:
        yield _("Sold by us, as our books say.")
    if rule.max_age_days is not None:
        yield _("Bought within the last %(n)s days.") % {"n": rule.max_age_days}


def _when(rule: TradeInRule) -> Iterator[str]:
    if rule.weekdays:
        days = BETWEEN.join(str(WEEKDAYS[day]) for day in sorted(rule.weekdays))
        yield _("Only on: %(days)s.") % {"days": days}
    for text in filter(None, (rule.member_level, rule.promotion)):
        yield _("Only for: %(what)s.") % {"what": text}


def _paid(rule: TradeInRule) -> Iterator[str]:
    yield _base(rule)
    if rule.loss_bp:
        yield str(LOSS_ON[rule.loss_on]) % {"percent": percent(rule.loss_bp)}
    if rule.fee_cents_per_g:
        yield str(FEE_ON[rule.fee_on]) % {"price": measures.yuan(rule.fee_cents_per_g)}
    if rule.fee_fixed_cents:
        yield _("Fixed fee %(price)s.") % {"price": measures.yuan(rule.fee_fixed_cents)}
    if rule.labour_bp:
        yield _("Handling, %(percent)s of the value.") % {"percent": percent(rule.labour_bp)}
    if not (rule.loss_bp or rule.fee_cents_per_g or rule.fee_fixed_cents or rule.labour_bp):
        yield _("Nothing is taken off.")
    if rule.needs_melt:
        yield _("The weight after melting counts; nothing is melted without your signature.")


def _base(rule: TradeInRule) -> str:
    if rule.price_base == PriceBase.PAID:
        return _("Counted at the price once paid.")
    told = {"board": BOARDS[rule.price_base], "more": measures.yuan(rule.price_delta_cents_per_g)}
    if rule.price_delta_cents_per_g > 0:
        return _("Counted at the %(board)s of the day and %(more)s more for each gram.") % told
    if rule.price_delta_cents_per_g < 0:
        told["more"] = measures.yuan(-rule.price_delta_cents_per_g)
        return _("Counted at the %(board)s of the day, less %(more)s for each gram.") % told
    return _("Counted at the %(board)s of the day.") % told


def _against(rule: TradeInRule) -> Iterator[str]:
    if rule.pays_for:
        kinds = BETWEEN.join(str(rules.KINDS[kind]) for kind in rule.pays_for)
        yield _("Pays for new goods: %(kinds)s.") % {"kinds": kinds}
    if rule.min_ratio_bp:
        yield _ratio(rule)
    if rule.min_extra_cents:
        told = {"amount": measures.yuan(rule.min_extra_cents)}
        yield _("The new goods cost at least %(amount)s more than the old are worth.") % told
    if rule.max_share_bp < WHOLE_BP:
        told = {"percent": percent(rule.max_share_bp)}
        yield _("Old gold pays at most %(percent)s of the new goods.") % told
    if rule.saves_labour:
        yield _("New labour is charged for the added grams only.")
    if rule.keeps_old_discount:
        yield _("The new piece gets at least the discount of the old one.")
    yield str(SURPLUS[rule.surplus])


def _ratio(rule: TradeInRule) -> str:
    told = {"times": f"{rule.min_ratio_bp / WHOLE_BP:g}"}
    spares = rule.below_ratio == Below.CHARGE
    if rule.ratio_by == On.WEIGHT:
        if spares and rule.ratio_strict:
            return _("No fee when the new goods weigh more than %(times)s times the old.") % told
        if spares:
            return _("No fee when the new goods weigh at least %(times)s times the old.") % told
        if rule.ratio_strict:
            return _("The new goods weigh more than %(times)s times the old.") % told
        return _("The new goods weigh at least %(times)s times the old.") % told
    if spares:
        return _("No fee when the new goods cost at least %(times)s times the old.") % told
    return _("The new goods cost at least %(times)s times the old.") % told
