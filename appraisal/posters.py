"""收购规则公示: what old gold is worth here today and how it is reckoned, on one paper for the
customer's eyes, before anything is brought in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from appraisal import rule_words, rules, trade_ins
from appraisal.models import TradeInRule, TradeKind
from inventory import board, places
from inventory.board import Line
from inventory.ground import measures, settings_rows
from inventory.models import Store
from inventory.templatetags.pieces import moment

NO_PRICE = "—"


@dataclass(frozen=True)
class Posted:
    """One rule: its name as customers read it, which pieces, and what holds for them."""

    name: str
    title: str
    sentences: Sequence[str]


@dataclass(frozen=True)
class PriceRow:
    """A metal with its three prices for a gram side by side, and since when they hold."""

    metal: str
    sell: str
    exchange: str
    buyback: str
    since: str


@dataclass(frozen=True)
class Poster:
    """See `templates/appraisal/print_rules_poster.html`."""

    store_name: str
    store_phone: str
    day: str
    prices: Sequence[PriceRow]
    groups: Sequence[tuple[str, Sequence[Posted]]]  # under the heading of their kind
    promises: Sequence[str]


def poster_of(store: Store) -> Poster:
    """The rules and prices in force at a store now; buying for money only where the store does."""
    kinds = [TradeKind.SWAP]
    if settings_rows.value(store, "buy_back") == "yes":
        kinds.append(TradeKind.BUY_BACK)
    held = [(kind, rules.in_force(store, kind)) for kind in kinds]
    metals = {rule.metal for _kind, group in held for rule in group}
    return Poster(
        store_name=store.name,
        store_phone=store.phone,
        day=places.business_day(store).isoformat(),
        prices=[_row(line) for line in board.lines(store) if line.metal in metals],
        groups=[(str(kind.label), _posted(group)) for kind, group in held if group],
        promises=_promises(store, held),
    )


def _posted(group: Iterable[TradeInRule]) -> list[Posted]:
    return [
        Posted(rule.name, rule_words.title(rule), rule_words.sentences(rule))
        for rule in sorted(group, key=lambda rule: (rule.metal, -rule.precedence, rule.code))
    ]


def _row(line: Line) -> PriceRow:
    told = [measures.yuan(row.cents_per_gram) if row else NO_PRICE for _kind, row in line.prices]
    sell, exchange, buyback = told
    since = moment(line.newest.valid_from)
    return PriceRow(line.name, sell, exchange, buyback, since)


def _promises(store: Store, held: Iterable[tuple[str, Sequence[TradeInRule]]]) -> list[str]:
    """What holds for every piece, whatever its rule."""
    every = [rule for _kind, group in held for rule in group]
    told = [
        _("Weighing, tests and calculation are done before your eyes; nothing before you agree."),
        _("Until it is paid you may take your pieces back at any time, free of charge."),
    ]
    if every:
        told.insert(0, _refused(every))
    if trade_ins.melts_at(store):
        told.append(_("Nothing is melted without a signature of your own; it cannot be undone."))
    minutes = settings_rows.number(store, "offer_minutes")
    told.append(_("An offer holds for %(n)s minutes at the prices above.") % {"n": minutes})
    return told


def _refused(every: Sequence[TradeInRule]) -> str:
    """What no rule takes: of each metal everything below its lowest fineness."""
    least: dict[str, int] = {}
    names: dict[str, str] = {}
    for rule in every:
        names[rule.metal] = rule.get_metal_display()
        least[rule.metal] = min(least.get(rule.metal, rule.fineness_min), rule.fineness_min)
    listed = [
        _("%(metal)s below %(least)s")
        % {"metal": names[metal], "least": measures.permille(fineness)}
        for metal, fineness in least.items()
    ]
    told = {"what": rule_words.BETWEEN.join(listed)}
    return _("Not taken: %(what)s, and everything that no rule names.") % told
