"""The work on a ticket: price and yes, bench and workshop, tasks, the second look."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from counter import service_desk
from counter.ticket_forms import (
    AppraisalForm,
    CheckForm,
    DoneForm,
    PlaceForm,
    QuoteForm,
    SendOutForm,
    prices_of,
)
from counter.trade_in_forms import ReasonForm
from counter.views import ticket_scale
from counter.views.pages import checked, seen
from inventory.ground import access
from inventory.models import Place
from inventory.views.pages import StaffRequest
from warranty import appraisals, jobs, quotes, ticket_queries, tickets


@require_POST
@access.page("serve")
def make_quote(request: StaffRequest, number: str) -> HttpResponse:
    """A new version of the price."""
    found = ticket_queries.ticket_for(request.user, number)
    prices = prices_of(request.POST, quotes.paid_jobs(found))
    quotes.make(ticket=found, prices=prices, by=request.user)
    return seen("ticket", number)


@require_POST
@access.page("serve")
def agree_to_quote(request: StaffRequest, number: str) -> HttpResponse:
    """The customer signs the version that stood on the page."""
    found = ticket_queries.ticket_for(request.user, number)
    form = checked(QuoteForm(request.POST))
    quote = get_object_or_404(found.quotes, pk=form.cleaned_data["quote"])
    quotes.approve_on_tablet(quote=quote, drawn=form.drawn, by=request.user)
    return seen("ticket", number)


@require_POST
@access.page("serve")
def start_work(request: StaffRequest, number: str) -> HttpResponse:
    found = ticket_queries.ticket_for(request.user, number)
    tickets.start(ticket=found, by=request.user)
    return seen("ticket", number)


@require_POST
@access.page("serve")
def send_out(request: StaffRequest, number: str) -> HttpResponse:
    """To a workshop, weighed."""
    found = ticket_queries.ticket_for(request.user, number)
    typed = checked(SendOutForm(request.POST)).cleaned_data
    on_scale = ticket_scale.shown_for(found, request)
    service_desk.send_out(ticket=found, on_scale=on_scale, by=request.user, **typed)
    return seen("ticket", number)


@require_POST
@access.page("serve")
def take_back(request: StaffRequest, number: str) -> HttpResponse:
    """From the workshop, weighed."""
    found = ticket_queries.ticket_for(request.user, number)
    on_scale = ticket_scale.shown_for(found, request)
    service_desk.take_back(ticket=found, on_scale=on_scale, by=request.user)
    return seen("ticket", number)


@require_POST
@access.page("serve")
def finish_task(request: StaffRequest, number: str, job_id: int) -> HttpResponse:
    """One task is done, with the grams that it added and took away."""
    job = ticket_queries.job_for(request.user, number, job_id)
    typed = checked(DoneForm(request.POST)).cleaned_data
    jobs.finish(
        job=job,
        added_mg=typed["added"] or 0,
        removed_mg=typed["removed"] or 0,
        words=typed["words"],
        by=request.user,
    )
    return seen("ticket", number)


@require_POST
@access.page("serve")
def note_appraisal(request: StaffRequest, number: str, job_id: int) -> HttpResponse:
    """What the institution found, and what it cost; the task is done with it."""
    job = ticket_queries.job_for(request.user, number, job_id)
    typed = checked(AppraisalForm(request.POST)).cleaned_data
    appraisals.note(
        job=job,
        report=typed["report"],
        result=typed["result"],
        cents=typed["cost"] or 0,
        by=request.user,
    )
    return seen("ticket", number)


@require_POST
@access.page("serve")
def drop_task(request: StaffRequest, number: str, job_id: int) -> HttpResponse:
    """One task is not done after all; a benefit that it used is there again."""
    job = ticket_queries.job_for(request.user, number, job_id)
    reason = checked(ReasonForm(request.POST)).cleaned_data["reason"]
    jobs.drop(job=job, reason=reason, by=request.user)
    return seen("ticket", number)


@require_POST
@access.page("serve")
def finish_work(request: StaffRequest, number: str) -> HttpResponse:
    found = ticket_queries.ticket_for(request.user, number)
    jobs.finish_work(ticket=found, by=request.user)
    return seen("ticket", number)


@require_POST
@access.page("serve")
def check_work(request: StaffRequest, number: str) -> HttpResponse:
    """Good, or back to the bench."""
    found = ticket_queries.ticket_for(request.user, number)
    typed = checked(CheckForm(request.POST)).cleaned_data
    tickets.check(ticket=found, by=request.user, **typed)
    return seen("ticket", number)


@require_POST
@access.page("serve")
def give_up_work(request: StaffRequest, number: str) -> HttpResponse:
    """It is not repaired."""
    found = ticket_queries.ticket_for(request.user, number)
    reason = checked(ReasonForm(request.POST)).cleaned_data["reason"]
    jobs.give_up(ticket=found, reason=reason, by=request.user)
    messages.success(request, _("Not repaired. Every benefit that was used is there again."))
    return seen("ticket", number)


@require_POST
@access.page("serve")
def put_envelope(request: StaffRequest, number: str) -> HttpResponse:
    """The envelope lies somewhere else in the store."""
    found = ticket_queries.ticket_for(request.user, number)
    asked = checked(PlaceForm(request.POST)).cleaned_data["place"]
    place = get_object_or_404(Place, store=found.store, pk=asked)
    tickets.put(ticket=found, place=place, by=request.user)
    return seen("ticket", number)
