"""What differs after a count: the list, and what became of each difference."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from counter import settling_page
from counter.settling_page import SettlingPage
from counter.stocktake_forms import DecideForm, FindDifferenceForm
from counter.stocktake_line_page import FindLinesForm, LinePage
from counter.views.pages import checked, leave
from inventory import queries as stock
from inventory import stocktake_differences, stocktake_queries
from inventory.counted import CountOpen
from inventory.ground import access
from inventory.stocktake_differences import Decision
from inventory.views.pages import StaffRequest, rights, store_of

RIGHTS = ("settle_stocktakes", "see_cost")


@require_GET
@access.page("see_stocktakes")
def difference_list(request: StaffRequest, number: str) -> HttpResponse:
    """What differs so far, with the piece's last movements beside it; to nobody who still counts
    blind."""
    found = stocktake_queries.stocktake_for(request.user, number)
    if stocktake_queries.is_hidden(found, request.user):
        raise CountOpen
    form = FindDifferenceForm(request.GET)
    page = SettlingPage(found, by=request.user, form=form)
    told = {"page": page, "states": form.STATES, "may": rights(request.user, *RIGHTS)}
    return render(request, "counter/stocktakes/differences.html", told)


@require_GET
@access.page("see_stocktakes")
def line_list(request: StaffRequest, number: str) -> HttpResponse:
    """Every expected piece with what became of it, by result; to nobody who still counts blind."""
    found = stocktake_queries.stocktake_for(request.user, number)
    if stocktake_queries.is_hidden(found, request.user):
        raise CountOpen
    form = FindLinesForm(request.GET)
    page = LinePage(found, form=form, may_cost=request.user.has_perm("see_cost"))
    return render(request, "counter/stocktakes/lines.html", {"page": page})


@require_POST
@access.page("settle_stocktakes")
def decide_difference(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """What became of one difference; what has to move is moved by the rule."""
    row = stocktake_queries.difference_for(request.user, number, pk)
    scope = stock.places_to_move_to(store_of(request))
    typed = checked(DecideForm(request.POST, places=scope)).cleaned_data
    code = typed["turned_out"].strip()
    decision = Decision(
        outcome=typed["outcome"],
        words=typed["words"],
        to_place=typed["to_place"],
        turned_out=stock.find_scanned(request.user, code) if code else None,
        hearing=typed["hearing"],
        agreement=typed["agreement"],
    )
    done = stocktake_differences.decide(difference=row, decision=decision, by=request.user)
    messages.success(request, settling_page.said_of(done))
    return leave(request, settling_page.address_of(row.stocktake))
