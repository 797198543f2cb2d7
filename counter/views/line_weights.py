"""Weighing for the customer: a piece of an open bill on the scale, beside its label."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render

from appraisal import checks, slips
from appraisal.models import WeighedFor
from appraisal.weighing_forms import shown_of
from counter import queries
from counter.models import SaleLine
from counter.views.pages import seen
from inventory.ground import access, measures
from inventory.views.pages import StaffRequest


@access.page("weigh")
def weigh_line(request: StaffRequest, uuid: UUID, line_id: int) -> HttpResponse:
    """The scale shows; what it showed is kept with the piece, and the price stays the label's."""
    line = queries.line_for(request.user, uuid, line_id)
    if request.method == "POST":
        return _weigh(request, line)
    return render(request, "counter/weigh_line.html", {"line": line, "piece": line.piece})


def _weigh(request: StaffRequest, line: SaleLine) -> HttpResponse:
    store = line.sale.store
    result = checks.check(
        store=store,
        shown=shown_of(request.POST, store=store, by=request.user),
        by=request.user,
        piece=line.piece,
        purpose=WeighedFor.SALE,
        document=str(line.sale.uuid),
    )
    tell = messages.success if result.verdict == "pass" else messages.warning
    grams = measures.grams(result.weighing.mg)
    tell(request, f"{line.piece.name} {grams} g · {slips.verdict_words(result)}")
    return seen("sell", line.sale.uuid)
