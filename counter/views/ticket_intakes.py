"""Taking in: weight and stones, certificate, pictures, tasks, promised day, signature."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from counter import service_desk
from counter.ticket_forms import (
    CertificateForm,
    MarkForm,
    PhotoForm,
    PromiseForm,
    TaskForm,
)
from counter.trade_in_forms import MOST_BODY, SignedForm
from counter.views import ticket_scale
from counter.views.pages import checked, seen
from inventory.ground import access, photos
from inventory.views.pages import StaffRequest
from warranty import intakes, loose_stones, ticket_queries, tickets
from warranty.jobs import Task


@require_POST
@access.page("serve")
def weigh_in(request: StaffRequest, number: str) -> HttpResponse:
    found = ticket_queries.ticket_for(request.user, number)
    on_scale = ticket_scale.shown_for(found, request)
    service_desk.weigh_in(ticket=found, on_scale=on_scale, by=request.user)
    return seen("ticket", number)


@require_POST
@access.page("serve")
def show_certificate(request: StaffRequest, number: str) -> HttpResponse:
    """The certificate proves a piece of ours in place of its weight."""
    found = ticket_queries.ticket_for(request.user, number)
    typed = checked(CertificateForm(request.POST)).cleaned_data
    service_desk.show_certificate(ticket=found, number=typed["certificate"], by=request.user)
    return seen("ticket", number)


# decoding a picture takes its time: outside any transaction, and a picture taken twice is two
@require_POST
@access.page("serve", keyed=False, max_body=MOST_BODY)
def photograph(request: StaffRequest, number: str) -> HttpResponse:
    found = ticket_queries.ticket_for(request.user, number)
    typed = checked(PhotoForm(request.POST, request.FILES)).cleaned_data
    taken = photos.keep(file=typed["photo"], store=found.store, by=request.user)
    intakes.keep_photo(ticket=found, photo=taken, of=typed["of"], by=request.user)
    return seen("ticket", number)


@require_POST
@access.page("serve")
def mark_stone(request: StaffRequest, number: str) -> HttpResponse:
    """One loose stone more on the first picture."""
    found = ticket_queries.ticket_for(request.user, number)
    typed = checked(MarkForm(request.POST)).cleaned_data
    loose_stones.mark(ticket=found, by=request.user, **typed)
    return seen("ticket", number)


@require_POST
@access.page("serve")
def clear_stones(request: StaffRequest, number: str) -> HttpResponse:
    found = ticket_queries.ticket_for(request.user, number)
    loose_stones.clear(ticket=found, by=request.user)
    return seen("ticket", number)


@require_POST
@access.page("serve")
def add_task(request: StaffRequest, number: str) -> HttpResponse:
    found = ticket_queries.ticket_for(request.user, number)
    form = checked(TaskForm(request.POST))
    said = form.cleaned_data
    task = Task(
        kind=said["kind"],
        basis=said["basis"],
        words=said["words"],
        size_from=said["size_from"],
        size_to=said["size_to"],
        sizes=said["sizes"] or 0,
        redo_of=form.redo_of(found),
        institution=form.institution_of(found.store),
    )
    service_desk.add_tasks(ticket=found, tasks=[task], by=request.user)
    return seen("ticket", number)


@require_POST
@access.page("serve")
def promise(request: StaffRequest, number: str) -> HttpResponse:
    """Another promised day."""
    found = ticket_queries.ticket_for(request.user, number)
    day = checked(PromiseForm(request.POST)).cleaned_data["promised_on"]
    tickets.promise(ticket=found, day=day, by=request.user)
    return seen("ticket", number)


@require_POST
@access.page("serve")
def sign_intake(request: StaffRequest, number: str) -> HttpResponse:
    found = ticket_queries.ticket_for(request.user, number)
    drawn = checked(SignedForm(request.POST)).drawn
    service_desk.sign_intake(ticket=found, drawn=drawn, by=request.user)
    return seen("ticket", number)
