"""Loose stones, marked on the first picture while the customer looks on, before any work."""

from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.ground.errors import BadField, RuleBroken
from warranty import intakes, ticket_steps, tickets
from warranty.models import PhotoOf, Ticket, TicketState

WHOLE: Final = 1_000  # a mark is measured in thousandths of the picture's width and height
MOST_MARKS: Final = 30


class SignedAlready(RuleBroken):
    """What the customer has signed stays as it was signed."""

    code = "intake_signed"
    sentence = gettext_lazy("The customer has signed what was taken in. It stays as it is.")


def mark(*, ticket: Ticket, across: int, down: int, by: User) -> Ticket:
    """One loose stone more, in thousandths of the picture from its left and upper edge. Refused:
    outside the picture, without a picture, more than 30, and once the customer has signed."""
    if not (0 <= across <= WHOLE and 0 <= down <= WHOLE):
        raise BadField(_("The mark must lie on the picture."), field="across")
    with tickets.opened(ticket, by=by) as (locked, _book):
        _check_open(locked)
        if not locked.photos.filter(of=PhotoOf.INTAKE).exists():
            raise intakes.PhotosNeeded(field="photo")
        if len(locked.loose_stones) >= MOST_MARKS:
            raise BadField(_("At most 30 stones are marked."), field="across")
        return _keep(locked, [*locked.loose_stones, [across, down]])


def clear(*, ticket: Ticket, by: User) -> Ticket:
    """All marks are taken away again. Refused once the customer has signed."""
    with tickets.opened(ticket, by=by) as (locked, _book):
        _check_open(locked)
        return _keep(locked, [])


def _check_open(ticket: Ticket) -> None:
    if ticket.state != TicketState.RECEIVED or ticket_steps.is_signed(ticket):
        raise SignedAlready


def _keep(ticket: Ticket, marks: list[list[int]]) -> Ticket:
    Ticket.objects.filter(pk=ticket.pk).update(loose_stones=marks)
    ticket.loose_stones = marks
    return ticket
