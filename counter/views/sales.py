"""Completed sales: the page after the money, the slip, the void."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from counter import credit_papers, papers, queries, sales, settled_weights
from counter.forms import VoidForm
from counter.views.pages import checked, seen
from inventory import queries as stock
from inventory.ground import access, printing
from inventory.ground.house import house_name
from inventory.views.pages import StaffRequest, rights, store_of
from warranty import cards


@require_GET
@access.page("see_sales")
def sale_list(request: StaffRequest) -> HttpResponse:
    rows = queries.recent_sales(request.user, store=store_of(request))
    may = rights(request.user, "see_credit", "see_returns")
    told = {"sales": rows[: queries.RECENT], "may": may}
    return render(request, "counter/sales.html", told)


@require_GET
@access.page("see_sales")
def sale(request: StaffRequest, number: str) -> HttpResponse:
    found = queries.sale_for(request.user, number)
    issued, paid = queries.cards_of(found), found.payments.all()
    told = {
        "sale": found,
        "lines": found.lines.all(),
        "services": found.services.all(),
        "tally": queries.tally_of(list(found.lines.all())),
        "cards": issued,
        "printed": queries.printed_cards(issued),
        "back_cents": sum(row.back_cents for row in paid),
        "credit": credit_papers.lines_of(found),
        "credit_went_out": any(row.is_payout and not row.trade_in_id for row in paid),
        "may": rights(request.user, "take_returns"),
        "settled": {line.pk for line in found.lines.all() if settled_weights.is_settled(line)},
    }
    return render(request, "counter/sale_done.html", told)


@require_GET
@access.page("see_sales")
def receipt(request: StaffRequest, number: str) -> HttpResponse:
    found = queries.sale_for(request.user, number)
    told = {"receipt": papers.receipt_of(found), "house_name": house_name()}
    pdf = printing.render_pdf("counter/print_receipt.html", told)
    return printing.pdf_response(pdf, name=f"{number}.pdf")


@require_POST
@access.page("print_cards")
def print_sale_cards(request: StaffRequest, number: str) -> HttpResponse:
    """All printed cards of a sale in one document; each print is counted."""
    found = queries.sale_for(request.user, number)
    printed = queries.printed_cards(queries.cards_of(found))
    cards.note_print(cards=printed, by=request.user)
    return seen(f"/cards/print.pdf?sale={number}")


@access.page("void_sale")
def void_sale(request: StaffRequest, number: str) -> HttpResponse:
    """Scan every piece back, say why, a second person agrees."""
    found = queries.sale_for(request.user, number)
    if request.method == "POST":
        typed = checked(VoidForm(request.POST)).cleaned_data
        scanned = [stock.find_scanned(request.user, code).number for code in typed["codes"].split()]
        sales.void(sale=found, scanned=scanned, reason=typed["reason"], by=request.user)
        messages.success(request, _("Sale %s is void. The money goes back.") % number)
        return seen("sale", number)
    return render(request, "counter/void.html", {"sale": found, "lines": found.lines.all()})
