"""复称 at the desk: a piece against its label, and the slip that the customer takes along."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from appraisal import checks, queries, slips
from appraisal.check_forms import AskedForm, LabelForm
from appraisal.weighing_forms import shown_of
from inventory import queries as stock
from inventory.ground import access, printing
from inventory.ground.errors import BadField
from inventory.ground.house import house_name
from inventory.models import Piece
from inventory.views.pages import StaffRequest, store_of


@access.page("weigh")
def check_weight(request: StaffRequest) -> HttpResponse:
    """Any piece with a label; `?piece=` is one of ours, as it was scanned."""
    piece = _asked(request)
    if request.method == "POST":
        return _check(request, piece)
    told = {"piece": piece, "form": LabelForm()}
    return render(request, "appraisal/check_weight.html", told)


def _asked(request: StaffRequest) -> Piece | None:
    asked = AskedForm({**request.GET.dict(), **request.POST.dict()})
    if not asked.is_valid() or not asked.text:
        return None
    return stock.find_scanned(request.user, asked.text)


def _check(request: StaffRequest, piece: Piece | None) -> HttpResponse:
    store, form = store_of(request), LabelForm(request.POST)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise BadField(str(errors[0]), field=name)
    shown = shown_of(request.POST, store=store, by=request.user)
    done = checks.check(store=store, shown=shown, by=request.user, piece=piece, label=form.told)
    response = redirect("checked_weight", done.weighing.pk)
    response.status_code = 303
    return response


@require_GET
@access.page("weigh")
def checked_weight(request: StaffRequest, pk: int) -> HttpResponse:
    """Label, scale, difference, and what the law allows."""
    result = checks.result_of(queries.check_for(request.user, pk))
    told = {
        "result": result,
        "verdict": slips.verdict_words(result),
        "tolerance": slips.tolerance_words(result),
    }
    return render(request, "appraisal/checked_weight.html", told)


@require_GET
@access.page("weigh")
def weight_slip(request: StaffRequest, pk: int) -> HttpResponse:
    """The slip on an 80 mm roll."""
    result = checks.result_of(queries.check_for(request.user, pk))
    told = {"house_name": house_name(), "slip": slips.slip_of(result)}
    pdf = printing.render_pdf("appraisal/print_weight_slip.html", told)
    return printing.pdf_response(pdf, name=f"weight-{pk}.pdf")
