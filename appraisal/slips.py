"""The slip of a check weighing as its paper shows it: every figure already a text."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from appraisal import weighings
from appraisal.checks import Result
from inventory.ground import codes, measures
from inventory.ground.measures import Metal
from inventory.templatetags.pieces import who


@dataclass(frozen=True)
class WeightSlip:
    """复称单, see `templates/appraisal/print_weight_slip.html`."""

    store_name: str
    store_phone: str
    at: datetime
    by: str
    name: str
    number: str
    label_grams: str
    grams: str
    is_typed: bool
    difference: str
    verdict: str
    tolerance: str
    source: str
    scale: str
    verified: str


def slip_of(result: Result) -> WeightSlip:
    """In the active language; pass the weighing with `store`, `piece`, `scale`, `change__by`."""
    weighing, scale = result.weighing, result.weighing.scale
    places = weighings.decimals(scale)
    return WeightSlip(
        store_name=weighing.store.name,
        store_phone=weighing.store.phone,
        at=weighing.change.at,
        by=who(weighing.change.by),
        name=weighing.piece.name if weighing.piece else str(Metal(weighing.metal).label),
        number=codes.group_piece(weighing.piece.number) if weighing.piece else "",
        label_grams=measures.grams(result.label_mg),
        grams=measures.grams(weighing.mg, places=places),
        is_typed=weighing.is_typed,
        difference=measures.signed_grams(result.difference_mg),
        verdict=verdict_words(result),
        tolerance=tolerance_words(result),
        source=result.row.source,
        scale=f"{scale.name} · {scale.serial}" if scale and scale.serial else str(scale or ""),
        verified=f"{scale.certificate} · {scale.verified_until:%Y-%m-%d}" if scale else "",
    )


def verdict_words(result: Result) -> str:
    """What the figures mean, for the clerk and for the customer."""
    return {
        "pass": _("The label is right."),
        "short": _("The piece weighs less than its label allows."),
        "over": _("The piece weighs more than its label says."),
    }[result.verdict]


def tolerance_words(result: Result) -> str:
    """What the edition allows: −0.01 g / +0.03 g."""
    below = _("−%(grams)s g") % {"grams": measures.grams(result.row.below_mg)}
    if result.row.above_mg is None:
        return below
    return f"{below} / " + _("+%(grams)s g") % {"grams": measures.grams(result.row.above_mg)}
