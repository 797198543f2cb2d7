"""Sheets that are over: their list, their paper, and the differences that stay open."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from counter import charts, investigations, sheet_papers, signed_sheets
from counter.sheet_forms import FindHandoverForm, FindInvestigationForm, InvestigationForm
from counter.views.pages import checked, seen
from inventory import counted, places
from inventory.ground import access, printing
from inventory.ground.house import house_name
from inventory.models import Place, StoreKind
from inventory.views.pages import StaffRequest, rights, store_of

ROWS = 50


@require_GET
@access.page("see_handovers")
def handover_list(request: StaffRequest) -> HttpResponse:
    """Sheets of the store, newest first, and a chart of what was signed as a difference."""
    store, user = store_of(request), request.user
    form = FindHandoverForm(request.GET)
    asked = form.wanted()
    rows = list(signed_sheets.handovers_wanted(user, store=store, **asked)[: ROWS + 1])
    found = charts.differences(user, store=store, until=places.business_day(store))
    told = {
        "form": form,
        "asked": asked,
        "states": FindHandoverForm.STATES,
        "handovers": rows[:ROWS],
        "more": rows[ROWS - 1].pk if len(rows) > ROWS else None,
        "several": store.kind == StoreKind.HEAD_OFFICE,
        "found": found,
        "unwitnessed": signed_sheets.unwitnessed_by_counter(
            user, store=store, since=found.months[0]
        ),
        "open_investigations": investigations.listed(user, store=store).count(),
        "may": rights(user, "count_pieces"),
    }
    return render(request, "counter/handovers.html", told, status=422 if form.errors else 200)


@require_GET
@access.page("see_handovers")
def handover_sheet(request: StaffRequest, number: str) -> HttpResponse:
    """The paper of a signed sheet, as often as it is wanted; not to those who count its counter
    blind at this moment, as its closing is what they have to find out."""
    found = signed_sheets.sheet_for(request.user, number)
    counted.check_list(user=request.user, places=Place.objects.filter(pk=found.counter_id))
    sheet = sheet_papers.sheet_of(found)
    told = {"sheet": sheet, "house_name": house_name()}
    pdf = printing.render_pdf("counter/print_handover.html", told)
    return printing.pdf_response(pdf, name=f"{sheet.number}.pdf")


@require_GET
@access.page("see_handovers")
def investigation_list(request: StaffRequest) -> HttpResponse:
    """Signed differences: those that are open, or what became of the others."""
    form = FindInvestigationForm(request.GET)
    closed = form.is_valid() and form.cleaned_data["closed"]
    rows = investigations.listed(request.user, store=store_of(request), closed=closed)
    tenders = investigations.tenders_by_code()
    told = {
        "rows": [
            (
                row,
                investigations.part_name(row, tenders),
                investigations.amount_of(row),
                investigations.outcomes_of(row),
            )
            for row in rows[:ROWS]
        ],
        "closed": closed,
        "may": rights(request.user, "close_investigation"),
    }
    return render(request, "counter/investigations.html", told)


@require_POST
@access.page("close_investigation")
def close_investigation(request: StaffRequest, pk: int) -> HttpResponse:
    """What became of one difference, in a word and a sentence."""
    found = investigations.investigation_for(request.user, pk)
    typed = checked(InvestigationForm(request.POST)).cleaned_data
    investigations.close(
        investigation=found, outcome=typed["outcome"], note=typed["note"], by=request.user
    )
    messages.success(request, _("The investigation of %s is closed.") % found.handover.number)
    return seen("investigations")
