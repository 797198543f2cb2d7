"""Weighing for the customer: a piece of an open bill on the scale, beside its label."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from appraisal import slips
from appraisal.weighing_forms import shown_of
from counter import line_weights, queries
from counter.models import SaleLine
from counter.views.pages import seen
from inventory.ground import access, measures
from inventory.views.pages import StaffRequest


@access.page("weigh")
def weigh_line(request: StaffRequest, uuid: UUID, line_id: int) -> HttpResponse:
    """The scale shows; what it showed is kept with the piece. The price stays the label's, unless
    the store settles on what the scale shows."""
    line = queries.line_for(request.user, uuid, line_id)
    if request.method == "POST":
        return _weigh(request, line)
    return render(request, "counter/weigh_line.html", {"line": line, "piece": line.piece})


def _weigh(request: StaffRequest, line: SaleLine) -> HttpResponse:
    shown = shown_of(request.POST, store=line.sale.store, by=request.user)
    result, now = line_weights.weigh(line=line, shown=shown, by=request.user)
    tell = messages.success if result.verdict == "pass" else messages.warning
    grams = measures.grams(result.weighing.mg)
    tell(request, f"{line.piece.name} {grams} g · {slips.verdict_words(result)}")
    if now.total_cents != line.total_cents:
        told = {"old": measures.yuan(line.total_cents), "new": measures.yuan(now.total_cents)}
        messages.warning(request, _("The scale counts: %(old)s becomes %(new)s.") % told)
    return seen("sell", line.sale.uuid)
