"""Head office looks after large cash; no role of a store opens these pages."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from counter import cash_cases
from counter.forms import CashCaseForm
from counter.identity_forms import WhyForm
from counter.views.pages import checked, seen
from inventory import places
from inventory.ground import access
from inventory.ground.access import Scope
from inventory.views.pages import StaffRequest, store_of

ROWS = 50


@require_GET
@access.page("watch_cash", scope=Scope.HOUSE)
def cash_case_list(request: StaffRequest) -> HttpResponse:
    """Cases of all stores: those that wait, the first due first, or what became of the others."""
    closed = "closed" in request.GET
    told = {
        "rows": cash_cases.listed(closed=closed)[:ROWS],
        "closed": closed,
        "today": places.business_day(store_of(request)),
        "outcomes": cash_cases.OUTCOMES,
    }
    return render(request, "counter/cash_cases.html", told)


# no key: what is revealed is kept in no answer, and each look is one more in the log
@require_http_methods(["GET", "HEAD", "POST"])
@access.page("watch_cash", scope=Scope.HOUSE, keyed=False)
def cash_identity(request: StaffRequest, pk: int) -> HttpResponse:
    """Asks why; a POST with a reason shows who the customer of a case is, once."""
    case = cash_cases.case_for(pk)
    told = {"case": case, "form": WhyForm()}
    if request.method == "POST":
        why = checked(WhyForm(request.POST)).cleaned_data["why"]
        told["known"] = cash_cases.reveal(case=case, why=why, by=request.user)
    return render(request, "counter/cash_identity.html", told)


@require_POST
@access.page("watch_cash", scope=Scope.HOUSE)
def close_cash_case(request: StaffRequest, pk: int) -> HttpResponse:
    """What head office did about one case, in a word and a sentence."""
    typed = checked(CashCaseForm(request.POST)).cleaned_data
    case = cash_cases.case_for(pk)
    cash_cases.close(case=case, outcome=typed["outcome"], note=typed["note"], by=request.user)
    messages.success(request, _("The case is closed."))
    return seen("cash_cases")
