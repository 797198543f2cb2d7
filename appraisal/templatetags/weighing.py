"""What a form that weighs shows of the store's scales: {% load weighing %}."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import template

from appraisal import checks, queries, weighings
from appraisal.checks import Result
from appraisal.models import Scale, ScaleReading, WeighedFor, Weighing
from appraisal.scales import Readout
from inventory.ground import measures, settings_rows

register = template.Library()


@dataclass(frozen=True)
class Here:
    """The scales of the store; what the chosen one showed when its reading is in the address."""

    scales: list[Scale]
    readout: Readout | None
    typing: str  # the store's setting: allow, approve or refuse

    @property
    def connected(self) -> list[Scale]:
        return [scale for scale in self.scales if scale.connection]


@register.simple_tag(takes_context=True)
def scale_here(context: dict[str, Any], prefix: str = "") -> Here:
    """The scales that this person may read here (2 queries, 3 with a reading)."""
    request = context["request"]
    if not request.store:
        return Here([], None, "allow")
    scales = queries.scales_of(request.store)
    chosen = _chosen(scales, request.session.get(queries.SCALE_IN_SESSION))
    typing = str(settings_rows.value(request.store, "typed_weight"))
    if chosen is None:
        return Here(scales, None, typing)
    asked = request.GET.get(f"{prefix or ''}reading", "")
    reading = None
    if asked.isdecimal() and len(asked) < 19:
        reading = weighings.find_reading(pk=int(asked), by=request.user, store=request.store)
    return Here(scales, Readout(reading.scale if reading else chosen, reading), typing)


def _chosen(scales: list[Scale], code: str | None) -> Scale | None:
    """The one that was read last in this session, else the first that answers."""
    connected = [scale for scale in scales if scale.connection]
    return next((each for each in connected if each.code == code), next(iter(connected), None))


@register.filter
def scale_grams(reading: ScaleReading) -> str:
    """With as many decimals as the scale itself has; a reading is never rounded again."""
    return measures.grams(reading.mg, places=weighings.decimals(reading.scale))


@register.filter
def weight_grams(weighing: Weighing) -> str:
    """A settled weight as the scale showed it."""
    return measures.grams(weighing.mg, places=weighings.decimals(weighing.scale))


@register.simple_tag
def weighed_for(bill: UUID) -> dict[int, Result]:
    """What the pieces of a bill last weighed for the customer (1 query, and 1 for each weight)."""
    rows = Weighing.objects.filter(document=str(bill), purpose=WeighedFor.SALE, piece__isnull=False)
    along = rows.select_related("store", "change", "scale").order_by("pk")
    return {row.piece_id: checks.result_of(row) for row in along if row.piece_id}


@register.filter
def weighed_piece(weighed: dict[int, Result] | str, piece_id: int) -> Result | None:
    """That of one piece; None where it was not weighed."""
    return weighed.get(piece_id) if isinstance(weighed, dict) else None


register.filter("signed_grams", measures.signed_grams)
