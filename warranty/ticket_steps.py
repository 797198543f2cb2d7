"""Whose turn it is: every state of a ticket names its owner, the next action and its panel."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inventory.models import DrawnSignature
from warranty import intakes, ticket_words
from warranty.models import JobState, PhotoOf, Ticket, TicketState, WeighedAt


class Column(StrEnum):
    """The four columns of the board."""

    TAKEN_IN = "in"
    QUOTED = "quoted"
    WORK = "work"
    READY = "ready"


COLUMNS: Final[Mapping[Column, str | Promise]] = {
    Column.TAKEN_IN: _("Taken in"),
    Column.QUOTED: _("Quoted"),
    Column.WORK: _("At work or outside"),
    Column.READY: _("Ready"),
}


@dataclass(frozen=True)
class NextStep:
    """Who acts and what they do, in which column; `panel` is the page's name of it."""

    column: Column | None  # None: it is over
    panel: str
    owner: str | Promise
    action: str | Promise


CLERK, CUSTOMER = _("clerk"), _("customer")
GOLDSMITH, CHECKER = _("goldsmith"), _("whoever checks")
NOBODY: Final = "—"

STEPS: Final[Mapping[str, NextStep]] = {
    TicketState.RECEIVED: NextStep(Column.TAKEN_IN, "weigh", CLERK, _("finish taking it in")),
    TicketState.QUOTED: NextStep(Column.QUOTED, "agree", CUSTOMER, _("agree to the price")),
    TicketState.APPROVED: NextStep(Column.WORK, "begin", GOLDSMITH, _("begin the work")),
    TicketState.AT_BENCH: NextStep(Column.WORK, "work", GOLDSMITH, _("finish the tasks")),
    TicketState.SENT_OUT: NextStep(
        Column.WORK, "take_back", CLERK, _("take it back from the workshop")
    ),
    TicketState.DONE: NextStep(Column.WORK, "check", CHECKER, _("check the work")),
    TicketState.CHECKED: NextStep(Column.READY, "hand_back", CUSTOMER, _("fetch it and sign")),
    TicketState.UNREPAIRED: NextStep(
        Column.READY, "hand_back", CUSTOMER, _("fetch it, not repaired")
    ),
    TicketState.COLLECTED: NextStep(None, "done", NOBODY, _("collected")),
    TicketState.RETURNED: NextStep(None, "done", NOBODY, _("given back unrepaired")),
}

WEIGH: Final = NextStep(Column.TAKEN_IN, "weigh", CLERK, _("weigh it and count the stones"))
PHOTOGRAPH: Final = NextStep(Column.TAKEN_IN, "photograph", CLERK, _("take a picture"))
TASKS: Final = NextStep(Column.TAKEN_IN, "tasks", CLERK, _("write down what is to be done"))
SIGN: Final = NextStep(Column.TAKEN_IN, "sign", CUSTOMER, _("sign what was taken in"))
QUOTE: Final = NextStep(Column.TAKEN_IN, "quote", CLERK, _("quote a price"))
WEIGH_OUT: Final = NextStep(Column.READY, "weigh_out", CLERK, _("weigh it for the hand-back"))
GIVE_NOW: Final = NextStep(Column.READY, "give_now", CLERK, _("give it back"))


def next_of(ticket: Ticket) -> NextStep:
    """What comes next, looked up closely: what the intake still lacks, and whether the thing was
    weighed for its hand-back (up to 4 queries, 1 of a ticket whose contents are read already)."""
    if ticket.state == TicketState.RECEIVED:
        return _of_intake(ticket)
    if ticket.state in {TicketState.CHECKED, TicketState.UNREPAIRED}:
        return _of_hand_back(ticket)
    return STEPS[ticket.state]


def is_signed(ticket: Ticket) -> bool:
    """Whether the customer has signed what was taken in (1 query)."""
    given = DrawnSignature.objects.filter(document=ticket.number, point=intakes.INTAKE)
    return given.exists()


def open_tasks(ticket: Ticket) -> bool:
    """Whether a task is neither done nor dropped."""
    return any(job.state == JobState.OPEN for job in ticket.jobs.all())


def _of_intake(ticket: Ticket) -> NextStep:
    if ticket_words.newest(ticket, WeighedAt.IN) is None:
        return WEIGH
    if not any(each.of == PhotoOf.INTAKE for each in ticket.photos.all()):
        return PHOTOGRAPH
    if not open_tasks(ticket):
        return TASKS
    return QUOTE if is_signed(ticket) else SIGN


def _of_hand_back(ticket: Ticket) -> NextStep:
    """What was not weighed at the intake is given back by one tap."""
    if ticket_words.newest(ticket, WeighedAt.IN) is None:
        return GIVE_NOW if ticket.is_quick else STEPS[ticket.state]
    out = ticket_words.weighed_out(ticket)
    return STEPS[ticket.state] if out is not None else WEIGH_OUT
