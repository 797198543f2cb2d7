"""A customer's thing on the scale, as every page of a ticket sends it."""

from counter.service_desk import OnScale
from counter.ticket_forms import StonesForm, on_scale_of
from counter.views.pages import checked
from inventory.views.pages import StaffRequest
from warranty.models import Ticket


def shown_for(ticket: Ticket, request: StaffRequest) -> OnScale:
    """Its weight, and its stones counted. Refused: grams that are none, and stones that nobody
    counted."""
    stones = checked(StonesForm(request.POST)).cleaned_data["stones"]
    return on_scale_of(request.POST, stones=stones, store=ticket.store, by=request.user)
