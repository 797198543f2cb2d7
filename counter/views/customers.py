"""One customer's page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from counter import customer_page
from inventory.ground import access
from inventory.views.pages import StaffRequest, rights


@require_GET
@access.page("see_sales")
def customer(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Membership with its history, and the last sales."""
    seen = customer_page.seen_by(request.user, customer_id)
    told = {"seen": seen, "may": rights(request.user, "see_credit")}
    return render(request, "counter/customer.html", told)
