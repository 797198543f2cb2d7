"""Tickets: the board, what lies on the counter, one ticket, its papers."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from counter import ticket_intake
from counter.ticket_forms import BroughtForm, CleanForm, SeekForm
from counter.ticket_page import TicketPage
from counter.views.pages import checked, counter_here, counter_of, seen
from inventory import places
from inventory.forms.blank import BlankForm
from inventory.ground import access, printing
from inventory.ground.house import house_name
from inventory.views.pages import StaffRequest, rights, store_of
from warranty import appraisals, benefits, envelopes, ticket_contents, ticket_queries, ticket_steps
from warranty.models import JobKind
from warranty.ticket_queries import BoardTicket


@require_GET
@access.page("see_tickets")
def board(request: StaffRequest) -> HttpResponse:
    """Everything in our hands by its stage, one of its lists, or what was looked for."""
    form = SeekForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {"q": "", "show": ""}
    rows = _rows(request, **asked)
    columns = []
    if rows is None:
        columns = ticket_queries.board(request.user, store=store_of(request), only=asked["show"])
    told = {
        "form": form,
        "asked": asked,
        "rows": rows,
        "columns": columns,
        "titles": ticket_steps.COLUMNS,
        "may": rights(request.user, "serve"),
    }
    return render(request, "counter/tickets/board.html", told)


def _rows(request: StaffRequest, *, q: str, show: str) -> list[BoardTicket] | None:
    """A list in place of the columns; None where the board is asked for."""
    user, store = request.user, store_of(request)
    if q:
        return ticket_queries.found(user, store=store, text=q)
    if show == "overdue":
        return ticket_queries.overdue(user, store=store)
    return ticket_queries.unclaimed(user, store=store) if show == "unclaimed" else None


@require_http_methods(["GET", "HEAD", "POST"])
@access.page("serve")
def new_ticket(request: StaffRequest) -> HttpResponse:
    """A card or a piece that is scanned (`?code=`), or something described; a POST takes it in."""
    if request.method == "POST":
        form = checked(BroughtForm(request.POST))
        done = ticket_intake.receive(form=form, counter=counter_of(request), by=request.user)
        return seen("ticket", done.number)
    code = request.GET.get("code", "").strip()
    on_desk = ticket_intake.find(code, by=request.user) if code else ticket_intake.OnDesk()
    today = places.business_day(store_of(request))
    left = benefits.remaining(on_desk.card, on=today) if on_desk.card else []
    told = {
        "on_desk": on_desk,
        "benefits": left,
        "form": BlankForm(BroughtForm),
        "matching": request.GET.get("job") == JobKind.MATCHING and on_desk.is_ours,
        "cleans": any(benefits.bears(row, JobKind.CLEANING) for row in left),
    }
    return render(request, "counter/tickets/new.html", told)


@require_POST
@access.page("serve")
def clean_now(request: StaffRequest) -> HttpResponse:
    """The five minutes' cleaning: the first of its two taps."""
    typed = checked(CleanForm(request.POST)).cleaned_data
    ticket = ticket_intake.clean_now(
        card=typed["card"],
        certificate=typed["certificate"],
        weighed=request.POST,
        counter=counter_of(request),
        by=request.user,
    )
    messages.success(request, _("Cleaned. Give it back with one tap."))
    return seen("ticket", ticket.number)


@require_GET
@access.page("see_tickets")
def ticket(request: StaffRequest, number: str) -> HttpResponse:
    """One ticket; what the page offers is what comes next."""
    found = ticket_contents.opened(request.user, number)
    page = TicketPage(found, by=request.user, counter=counter_here(request))
    return render(request, "counter/tickets/ticket.html", {"page": page, "ticket": found})


# --- papers


@require_GET
@access.page("see_tickets")
def envelope(request: StaffRequest, number: str) -> HttpResponse:
    """维修袋: three copies, for the counter, the bench and the customer."""
    found = ticket_queries.ticket_for(request.user, number)
    told = {"envelope": envelopes.envelope_of(found), "house_name": house_name()}
    pdf = printing.render_pdf("warranty/print_envelope.html", told)
    return printing.pdf_response(pdf, name=f"{number}.pdf")


@require_GET
@access.page("see_tickets")
def claim_check(request: StaffRequest, number: str) -> HttpResponse:
    """取件凭证 alone, for the receipt printer."""
    found = ticket_queries.ticket_for(request.user, number)
    told = {"check": envelopes.claim_check_of(found), "house_name": house_name()}
    pdf = printing.render_pdf("warranty/print_claim_check.html", told)
    return printing.pdf_response(pdf, name=f"{number}-claim.pdf")


@require_GET
@access.page("see_tickets")
def referral(request: StaffRequest, number: str) -> HttpResponse:
    """评估介绍单: where the thing is to be appraised; 404 without such a task."""
    job = appraisals.referred(ticket_queries.ticket_for(request.user, number))
    if job is None:
        raise Http404
    told = {"slip": envelopes.referral_of(job), "house_name": house_name()}
    pdf = printing.render_pdf("warranty/print_referral.html", told)
    return printing.pdf_response(pdf, name=f"{number}-referral.pdf")
