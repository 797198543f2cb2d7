"""What lies in the envelope of one ticket. Its page is opened at every step of the work, so that
its rows are read with statements that are written out."""

from typing import Any, Final

from django.http import Http404

from inventory.ground import access, statements
from inventory.queries import Who
from warranty.models import (
    ContactAttempt,
    Quote,
    Ticket,
    TicketJob,
    TicketPhoto,
    TicketStep,
    TicketWeight,
)

TICKET: Final = ("store", "counter", "place", "customer", "card", "piece", "redo_of")
# by the name of the ticket's relation: whose rows, what comes along with each, in which order
CONTENTS: Final[dict[str, tuple[type[Any], tuple[str, ...], str]]] = {
    "weights": (TicketWeight, (), "id"),
    "photos": (TicketPhoto, ("photo",), "id"),
    "jobs": (
        TicketJob,
        ("benefit", "redo_of", "redo_of__ticket", "institution", "appraisal"),
        "position",
    ),
    "quotes": (Quote, ("answer",), "version"),
    "steps": (TicketStep, ("by", "to_place", "approval", "approval__approved_by"), "id"),
    "contacts": (ContactAttempt, ("by",), "id"),
}


def opened(user: Who, number: str) -> Ticket:
    """A ticket of a store this person may see, else 404, with what lies in it: each relation of
    `CONTENTS` is read already, as if it had been prefetched (7 queries)."""
    found = statements.read_with(Ticket, "warranty_ticket.number = %s", [number], along=TICKET)
    if not found or not access.may_see(found[0].store_id, user):
        raise Http404
    (ticket,) = found
    for name, (model, along, order) in CONTENTS.items():
        table = model._meta.db_table
        of_ticket = f"{table}.ticket_id = %s ORDER BY {table}.{order}"
        rows = statements.read_with(model, of_ticket, [ticket.pk], along=along)
        statements.keep(ticket, name, rows)
    return ticket
