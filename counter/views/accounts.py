"""跟单员: who follows which customer."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from counter import customer_page
from counter.account_forms import DescribeForm, FollowForm, HandOverForm
from counter.showroom import accounts
from counter.views.pages import checked, seen
from inventory.ground import access
from inventory.views.pages import StaffRequest


@require_GET
@access.page("keep_accounts")
def account_clerks(request: StaffRequest) -> HttpResponse:
    """Who follows how many customers, and the form for somebody who leaves."""
    told = {"people": accounts.followers(), "form": HandOverForm(user=request.user)}
    return render(request, "counter/orders/accounts.html", told)


@require_POST
@access.page("keep_accounts")
def hand_over_customers(request: StaffRequest) -> HttpResponse:
    """All customers of somebody who leaves, in one act."""
    typed = checked(HandOverForm(request.POST, user=request.user)).cleaned_data
    n = accounts.hand_over_all(**typed, by=request.user)
    told = {"n": n, "name": typed["new"].first_name}
    done = ngettext(
        "%(n)d customer is followed by %(name)s now.",
        "%(n)d customers are followed by %(name)s now.",
        n,
    )
    messages.success(request, done % told)
    return seen("account_clerks")


@require_POST
@access.page("keep_accounts")
def follow_customer(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Another account clerk or deputy."""
    customer = customer_page.customer_for(request.user, customer_id)
    form = checked(FollowForm(request.POST, user=request.user, customer=customer))
    accounts.follow(customer=customer, **form.cleaned_data, by=request.user)
    messages.success(request, _("Kept."))
    return seen("customer", customer_id)


@require_POST
@access.page("place_orders")
def describe_customer(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Region, habits and notes."""
    customer = customer_page.customer_for(request.user, customer_id)
    typed = checked(DescribeForm(request.POST, customer=customer)).cleaned_data
    accounts.describe(customer=customer, **typed, by=request.user)
    messages.success(request, _("Kept."))
    return seen("customer", customer_id)
