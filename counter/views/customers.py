"""One customer's page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from counter import customer_page
from counter.account_forms import DescribeForm, FollowForm
from inventory.ground import access
from inventory.views.pages import StaffRequest, rights


@require_GET
@access.page("see_orders")
def customer(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Membership and account clerk with their history, the last orders and sales."""
    seen = customer_page.seen_by(request.user, customer_id)
    told = {
        "seen": seen,
        "may": rights(request.user, "see_credit", "keep_accounts", "place_orders", "keep_offers"),
        "follow": FollowForm(user=request.user, customer=seen.customer),
        "describe": DescribeForm(customer=seen.customer),
    }
    return render(request, "counter/customer.html", told)
