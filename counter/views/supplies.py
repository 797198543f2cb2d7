"""辅料、赠品: what lies where, and what comes, moves, is used or is put right."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from counter.supply_forms import MoveForm, PutRightForm, ReceiveForm, SupplyForm, UseForm
from counter.views.pages import checked, counter_here, seen
from inventory import supplies, supply_lists
from inventory.ground import access, codes
from inventory.views.pages import StaffRequest, rights, store_of
from warranty import ticket_queries, ticket_supplies


@require_GET
@access.page("see_supplies")
def supply_list(request: StaffRequest) -> HttpResponse:
    """The shelves of the store and the last entries; for those who may, forms to write new ones."""
    store, here = store_of(request), counter_here(request)
    blank: dict[str, Any] = {"store": store, "initial": {"place": here.code if here else ""}}
    told = {
        "shelves": supply_lists.shelves(request.user, store),
        "entries": supply_lists.entries(request.user, store),
        "may": rights(request.user, "keep_supplies"),
        "receive": ReceiveForm(**blank, auto_id="receive_%s"),
        "move": MoveForm(**blank, auto_id="move_%s"),
        "use": UseForm(**blank, auto_id="use_%s"),
        "put_right": PutRightForm(**blank, auto_id="put_right_%s"),
    }
    return render(request, "counter/supplies.html", told)


@require_POST
@access.page("keep_supplies")
def receive_supplies(request: StaffRequest) -> HttpResponse:
    typed = _typed(request, ReceiveForm)
    supplies.receive(**typed, by=request.user)
    messages.success(request, _("Received. %s lies in its place.") % typed["item"])
    return seen("supplies")


@require_POST
@access.page("keep_supplies")
def move_supplies(request: StaffRequest) -> HttpResponse:
    """To another counter it asks for somebody who takes it; the same form sent again is written."""
    typed = _typed(request, MoveForm)
    supplies.move(**typed, by=request.user)
    messages.success(request, _("Moved to %s.") % typed["to"])
    return seen("supplies")


@require_POST
@access.page("keep_supplies")
def use_supplies(request: StaffRequest) -> HttpResponse:
    typed = _typed(request, UseForm)
    ticket = ticket_queries.ticket_for(request.user, codes.read(typed["number"]).value)
    ticket_supplies.use(
        ticket=ticket,
        item=typed["item"],
        place=typed["place"],
        quantity=typed["quantity"],
        by=request.user,
    )
    messages.success(request, _("Used in service, for ticket %s.") % ticket)
    return seen("supplies")


@require_POST
@access.page("keep_supplies")
def put_supplies_right(request: StaffRequest) -> HttpResponse:
    """Asks for a second person; the same form sent again with their yes is written."""
    typed = _typed(request, PutRightForm)
    supplies.put_right(
        item=typed["item"],
        place=typed["place"],
        found=typed["quantity"],
        reason=typed["reason"],
        by=request.user,
    )
    messages.success(request, _("The books say now what lies there."))
    return seen("supplies")


def _typed(request: StaffRequest, form: type[SupplyForm]) -> dict[str, Any]:
    return checked(form(request.POST, store=store_of(request))).cleaned_data
