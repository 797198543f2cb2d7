"""The end of a stocktake: a second person approves, the sheet is published, printed and fetched."""

from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from counter import stocktake_papers, stocktake_sheet_page
from counter.stocktake_page import address_of
from counter.views.pages import leave
from inventory import stocktake_files, stocktake_queries, stocktake_sheets, stocktakes
from inventory.ground import access, file_answers, printing
from inventory.ground.house import house_name
from inventory.models import Stocktake, StocktakeSheet
from inventory.stocktake_files import Format
from inventory.views.pages import StaffRequest, rights


def shown(request: StaffRequest, found: Stocktake) -> HttpResponse:
    """A stocktake that is over: its sheet, or why it was given up."""
    page = stocktake_sheet_page.page_of(found, may_cost=request.user.has_perm("see_cost"))
    told = {"page": page, "may": rights(request.user, "see_cost", "acknowledge_stocktakes")}
    return render(request, "counter/stocktakes/sheet.html", told)


@require_POST
@access.page("settle_stocktakes")
def approve_stocktake(request: StaffRequest, number: str) -> HttpResponse:
    """Asks for a second person; the same form sent again with their yes is carried out."""
    found = stocktake_queries.stocktake_for(request.user, number)
    stocktakes.approve(stocktake=found, by=request.user)
    messages.success(request, _("Approved. What was decided stands in the books now."))
    return leave(request, address_of(found))


@require_POST
@access.page("run_stocktakes")
def publish_stocktake(request: StaffRequest, number: str) -> HttpResponse:
    """The sheet is sealed; its files are written when that stands."""
    found = stocktake_queries.stocktake_for(request.user, number)
    sheet = stocktake_sheets.publish(stocktake=found, by=request.user)
    transaction.on_commit(partial(stocktake_files.write_quietly, sheet))
    messages.success(request, _("%s is published. Head office reads it from now on.") % number)
    return leave(request, address_of(found))


@require_POST
@access.page("acknowledge_stocktakes")
def acknowledge_stocktake(request: StaffRequest, number: str) -> HttpResponse:
    """Head office has read the sheet on this page."""
    found = stocktake_queries.stocktake_for(request.user, number)
    seen = request.POST.get("sha256", "")
    stocktakes.acknowledge(stocktake=found, sha256=seen, by=request.user)
    messages.success(request, _("The receipt of head office is written down."))
    return leave(request, address_of(found))


@require_GET
@access.page("see_stocktakes")
def stocktake_sheet(request: StaffRequest, number: str) -> HttpResponse:
    """盘点表, as often as it is wanted."""
    found = stocktake_queries.stocktake_for(request.user, number)
    sheet = stocktake_papers.sheet_of(found, may_cost=request.user.has_perm("see_cost"))
    told = {"sheet": sheet, "house_name": house_name()}
    pdf = printing.render_pdf("counter/print_stocktake.html", told)
    return printing.pdf_response(pdf, name=f"{number}.pdf")


@require_http_methods(["GET", "HEAD"])
@access.page("see_cost")
def stocktake_file(request: StaffRequest, number: str, shape: str) -> HttpResponseBase:
    """The published lines, which hold what every piece cost."""
    found = stocktake_queries.stocktake_for(request.user, number)
    sheet = get_object_or_404(StocktakeSheet.objects.select_related("store"), stocktake=found)
    return file_answers.answer(request, stocktake_files.kept(sheet, Format(shape)))
