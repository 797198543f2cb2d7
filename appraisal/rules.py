"""Which rule holds for an old piece. The rows are data; nothing is guessed when none fits."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import User
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal import caps
from appraisal.facts import USUAL_ORDER, Operation, Terms
from appraisal.models import Below, BrandTier, On, PriceBase, TradeInRule, TradeKind
from inventory.ground import changes, measures
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.models import Store, StoreKind

# the kinds of new goods that a rule may be limited to
KINDS: Final = {
    "weight": gettext_lazy("priced by weight"),
    "fixed": gettext_lazy("at a fixed price"),
    "fine_gold": gettext_lazy("fine gold"),
    "k_gold": gettext_lazy("K gold"),
    "platinum": gettext_lazy("platinum"),
    "palladium": gettext_lazy("palladium"),
    "silver": gettext_lazy("silver"),
    "diamond": gettext_lazy("with a diamond"),
}

# the rules that fit a piece of this tier, the exact one first; an empty tier fits any
TIERS: Final[dict[str, tuple[str, ...]]] = {
    BrandTier.OWN_STORE: (BrandTier.OWN_STORE, BrandTier.OWN, ""),
    BrandTier.OWN: (BrandTier.OWN, ""),
    BrandTier.PEER: (BrandTier.PEER, BrandTier.OTHER, ""),
    BrandTier.OTHER: (BrandTier.OTHER, ""),
}


class NoRule(RuleBroken):
    """No published rule fits; a price is never guessed."""

    code = "no_rule"
    sentence = gettext_lazy("There is no trade-in rule for this piece. Ask head office.")


class FinenessTooLow(RuleBroken):
    code = "fineness_too_low"

    def __init__(self, *, fineness: int, least: int) -> None:
        told = {"fineness": measures.permille(fineness), "least": measures.permille(least)}
        super().__init__(
            _("This piece has %(fineness)s; by the rule nothing below %(least)s is taken.") % told
        )


class RulesCollide(RuleBroken):
    code = "rules_collide"

    def __init__(self, codes: Sequence[str]) -> None:
        told = {"rules": " / ".join(codes)}
        super().__init__(_("Several rules fit this piece: %(rules)s. Ask head office.") % told)


class BadRule(BadField):
    code = "bad_rule"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What decides which rule holds: the old piece, its papers, and the day."""

    kind: str
    metal: str
    fineness: int
    tier: str
    brand: str = ""
    has_receipt: bool = False
    age_days: int | None = None
    same_store: bool = False
    same_channel: bool = False
    old_pricing: str = ""
    with_stones: bool = False
    weekday: int = 0  # 0 is Monday
    member_level: str = ""


@dataclass(frozen=True)
class Published:
    """A version of a rule, and whether it is "in_force", "coming" or "past"."""

    rule: TradeInRule
    standing: str


def choose(*, store: Store, asked: Asked, at: datetime | None = None) -> TradeInRule:
    """The rule in force at a moment (default: now). Refused when none fits, when the fineness
    lies below what the rule takes, and when several fit equally well."""
    return pick(in_force(store, asked.kind, at), asked)


def pick(held: Sequence[TradeInRule], asked: Asked) -> TradeInRule:
    """The one among the rules of a moment that holds for an old piece; refused like `choose`."""
    fitting = [rule for rule in held if _fits(rule, asked)]
    taken = [rule for rule in fitting if rule.fineness_min <= asked.fineness <= rule.fineness_max]
    if not taken:
        lower = [rule.fineness_min for rule in fitting if asked.fineness < rule.fineness_min]
        if lower:
            raise FinenessTooLow(fineness=asked.fineness, least=min(lower))
        raise NoRule
    ranked = sorted(taken, key=lambda rule: _rank(rule, asked))
    equal = [rule for rule in ranked if _rank(rule, asked) == _rank(ranked[0], asked)]
    if len({rule.code for rule in equal}) > 1:
        raise RulesCollide([rule.code for rule in equal])
    return equal[-1]


def in_force(store: Store, kind: str, at: datetime | None = None) -> list[TradeInRule]:
    """The rules of a store and of the house at a moment, of each code its newest version."""
    now = at or timezone.now()
    dated = TradeInRule.objects.filter(kind=kind, valid_from__lte=now)
    here = dated.filter(Q(store=store) | Q(store__isnull=True)).order_by("code", "version")
    newest = {rule.code: rule for rule in here}.values()
    # a version that ended ends its rule; the one before it does not come back
    return [rule for rule in newest if not _is_over(rule, now)]


def published(*, at: datetime) -> list[Published]:
    """Every version of every rule, what holds or will hold first."""
    rows = list(TradeInRule.objects.select_related("store", "change__by"))
    held = [row for row in rows if row.valid_from <= at]
    told = [Published(row, _standing(row, at, held)) for row in rows]
    told.sort(key=lambda each: (each.standing == "past", each.rule.code, -each.rule.version))
    return told


def _standing(rule: TradeInRule, at: datetime, held: Sequence[TradeInRule]) -> str:
    if rule.valid_from > at:
        return "coming"
    replaced = any(
        other.code == rule.code
        and other.version > rule.version
        and other.store_id in {None, rule.store_id}
        for other in held
    )
    return "past" if replaced or _is_over(rule, at) else "in_force"


def _is_over(rule: TradeInRule, at: datetime) -> bool:
    return rule.valid_to is not None and rule.valid_to <= at


def terms_of(rule: TradeInRule, *, at: datetime | None = None) -> Terms:
    """A row as plain terms for `valuation`; with the rule that holds below its ratio."""
    names = {field.name for field in fields(Terms)} - {"is_swap", "below", "pays_for", "steps"}
    columns: dict[str, Any] = {name: getattr(rule, name) for name in names}
    return Terms(
        is_swap=rule.kind == TradeKind.SWAP,
        below=_below(rule, at),
        pays_for=tuple(rule.pays_for),
        steps=tuple(rule.steps or USUAL_ORDER),
        **columns,
    )


def put(*, rule: TradeInRule, by: User) -> TradeInRule:
    """A new version of a rule; the versions before stay as they were. Refused to a role without
    the right, for a row that cannot be reckoned, and for one beyond a local cap."""
    if not by.has_perm("set_trade_in_rules"):
        raise NotAllowed
    check(rule)
    caps.check_everywhere(rule)
    with changes.opened(store=_chain_of(rule), by=by) as book:
        before = TradeInRule.objects.filter(code=rule.code).aggregate(last=Max("version"))
        rule.version = (before["last"] or 0) + 1
        book.write([rule], kind="trade_in_rule_set", number=f"{rule.code} {rule.version}")
    return rule


def check(rule: TradeInRule) -> None:
    """Refuses a row whose arithmetic is not whole: steps that are missing or doubled, a loss on
    weight after the price, an unknown kind of goods, a minimum that can never be told."""
    steps = list(rule.steps or USUAL_ORDER)
    if len(set(steps)) != len(steps) or Operation.VALUE not in steps:
        raise BadRule(_("Each step stands once, and the value is one of them."), field="steps")
    if not set(steps) <= set(Operation):
        raise BadRule(_("There is no such step."), field="steps")
    _check_charges(rule, steps)
    if not set(rule.pays_for) <= set(KINDS):
        raise BadRule(_("There is no such kind of goods."), field="pays_for")
    if not set(rule.weekdays) <= set(range(7)):
        raise BadRule(_("Weekdays go from Monday to Sunday."), field="weekdays")
    if rule.below_ratio == Below.OTHER_RULE and not rule.below_rule:
        raise BadRule(_("Say which rule holds below the ratio."), field="below_rule")
    if rule.valid_to is not None and rule.valid_to <= rule.valid_from:
        raise BadRule(_("The rule ends before it begins."), field="valid_to")


def _check_charges(rule: TradeInRule, steps: Sequence[str]) -> None:
    charged = {
        Operation.LOSS: rule.loss_bp,
        Operation.FEE: rule.fee_cents_per_g or rule.fee_fixed_cents,
        Operation.LABOUR: rule.labour_bp,
    }
    if any(figure and step not in steps for step, figure in charged.items()):
        raise BadRule(_("A charge of this rule is not among its steps."), field="steps")
    if not rule.loss_bp:
        return
    first = steps.index(Operation.LOSS) < steps.index(Operation.VALUE)
    if first != (rule.loss_on == On.WEIGHT):
        raise BadRule(
            _("A loss on weight stands before the value, a loss on value behind it."),
            field="steps",
        )
    if rule.loss_on == On.WEIGHT and rule.price_base == PriceBase.PAID:
        raise BadRule(_("The price once paid knows no loss on weight."), field="loss_on")


def _fits(rule: TradeInRule, asked: Asked) -> bool:
    wanted: list[tuple[object, object]] = [
        (rule.metal, asked.metal),
        (rule.needs_receipt, asked.has_receipt),
        (rule.old_pricing or None, asked.old_pricing),
        (rule.old_with_stones, asked.with_stones),
        (rule.member_level or None, asked.member_level),
    ]
    if any(given is not None and given != had for given, had in wanted):
        return False
    if rule.brand_tier not in TIERS[asked.tier] or not _is_peer(rule, asked):
        return False
    if rule.same_store_only and not asked.same_store:
        return False
    if rule.same_channel_only and not asked.same_channel:
        return False
    if rule.max_age_days is not None and (
        asked.age_days is None or asked.age_days > rule.max_age_days
    ):
        return False
    return not rule.weekdays or asked.weekday in rule.weekdays


def _is_peer(rule: TradeInRule, asked: Asked) -> bool:
    named = rule.brand_tier == BrandTier.PEER and rule.peers
    return not named or asked.brand in rule.peers


def _rank(rule: TradeInRule, asked: Asked) -> tuple[int, bool, int]:
    """The smallest holds: what head office put first, the store's own, the exact tier."""
    return -rule.precedence, rule.store_id is None, TIERS[asked.tier].index(rule.brand_tier)


def _below(rule: TradeInRule, at: datetime | None) -> Terms | None:
    if rule.below_ratio != Below.OTHER_RULE:
        return None
    moment = at or timezone.now()
    rows = TradeInRule.objects.filter(code=rule.below_rule, valid_from__lte=moment)
    other = rows.exclude(code=rule.code).order_by("-version").first()
    if other is None:
        raise NoRule
    return terms_of(other, at=at)


def _chain_of(rule: TradeInRule) -> Store:
    """A rule of the whole house hangs on head office's chain."""
    if rule.store is not None:
        return rule.store
    return Store.objects.get(kind=StoreKind.HEAD_OFFICE)
