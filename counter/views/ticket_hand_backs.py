"""Giving back: reach the customer, pay, weigh, sign."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from counter import bills, queries, service_desk, service_fees
from counter.ticket_forms import (
    OUT,
    ContactForm,
    HandBackForm,
    PayForm,
    WeighOutForm,
    on_scale_of,
)
from counter.views.pages import checked, counter_of, seen
from inventory.ground import access
from inventory.views.pages import StaffRequest
from warranty import ticket_queries, tickets


@require_POST
@access.page("serve")
def note_contact(request: StaffRequest, number: str) -> HttpResponse:
    """Somebody tried to reach the customer."""
    found = ticket_queries.ticket_for(request.user, number)
    typed = checked(ContactForm(request.POST)).cleaned_data
    tickets.note_contact(ticket=found, by=request.user, **typed)
    return seen("ticket", number)


@require_POST
@access.page("sell")
def pay_for_work(request: StaffRequest, number: str) -> HttpResponse:
    """The fee goes onto an open bill, a new one if none was chosen."""
    found = ticket_queries.ticket_for(request.user, number)
    typed = checked(PayForm(request.POST)).cleaned_data
    if typed["bill"]:
        sale = queries.open_sale_for(request.user, typed["bill"])
    else:
        sale = bills.begin(counter=counter_of(request), by=request.user)
    service_fees.put_on_bill(sale=sale, ticket=found, cents=typed["amount"], by=request.user)
    return seen("sell", sale.uuid)


@require_POST
@access.page("serve")
def credit_rest(request: StaffRequest, number: str) -> HttpResponse:
    """What was paid beyond the price becomes the customer's store credit."""
    found = ticket_queries.ticket_for(request.user, number)
    service_fees.credit_rest(ticket=found, by=request.user)
    messages.success(request, _("It is store credit now."))
    return seen("ticket", number)


@require_POST
@access.page("serve")
def weigh_out(request: StaffRequest, number: str) -> HttpResponse:
    """Weight and stones before the customer signs."""
    found, user = ticket_queries.ticket_for(request.user, number), request.user
    typed = checked(WeighOutForm(request.POST)).cleaned_data
    on_scale = on_scale_of(
        request.POST, stones=typed["stones"], store=found.store, by=user, prefix=OUT
    )
    service_desk.weigh_out(
        ticket=found, on_scale=on_scale, explanation=typed["explanation"], by=user
    )
    return seen("ticket", number)


@require_POST
@access.page("serve")
def hand_back(request: StaffRequest, number: str) -> HttpResponse:
    """The customer has it again; what was weighed is what is signed."""
    found = ticket_queries.ticket_for(request.user, number)
    form = checked(HandBackForm(request.POST))
    service_desk.hand_back(
        ticket=found,
        on_scale=None,
        explanation="",
        collected_by=form.cleaned_data["collected_by"],
        drawn=form.drawn,
        by=request.user,
    )
    messages.success(request, _("Given back."))
    return seen("ticket", number)
