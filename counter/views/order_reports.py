"""The sheet of an order, and orders in figures."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from counter import order_reports, order_sheets
from counter.showroom import queries
from inventory.ground import access, printing
from inventory.ground.house import house_name
from inventory.views.pages import StaffRequest, store_of


@require_GET
@access.page("see_orders")
def order_sheet(request: StaffRequest, number: str) -> HttpResponse:
    """What goes with the order through the workshop; its bar code opens the order."""
    order = queries.order_for(request.user, number)
    told = {"sheet": order_sheets.sheet_of(order), "house_name": house_name()}
    pdf = printing.render_pdf("counter/print_order.html", told)
    return printing.pdf_response(pdf, name=f"order-{number}.pdf")


@require_GET
@access.page("see_reports")
def order_report(request: StaffRequest) -> HttpResponse:
    """Six months of orders in figures, drawn and as tables."""
    store, now = store_of(request), timezone.now()
    told = {"tables": order_reports.report(request.user, store=store, at=now), "store": store}
    return render(request, "counter/orders/report.html", told)
