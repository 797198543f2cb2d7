"""What the private link of a ticket tells: the work in plain words, never a person or a weight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inventory import places
from inventory.ground import measures
from warranty import quotes
from warranty.models import JobState, Ticket, TicketState

# a state in the words of a customer, and the ground of its mark
WORDS: Final[Mapping[str, tuple[str | Promise, str]]] = {
    TicketState.RECEIVED: (_("We have it and look at it."), ""),
    TicketState.QUOTED: (_("We have named a price and wait for your answer."), "warn"),
    TicketState.APPROVED: (_("It waits for the goldsmith."), ""),
    TicketState.AT_BENCH: (_("The goldsmith works on it."), ""),
    TicketState.SENT_OUT: (_("It is at the workshop."), ""),
    TicketState.DONE: (_("The work is done. We check it once more."), ""),
    TicketState.CHECKED: (_("It is ready. Please fetch it."), "ok"),
    TicketState.UNREPAIRED: (_("It was not repaired. Please fetch it."), "warn"),
    TicketState.COLLECTED: (_("You have it back."), "ok"),
    TicketState.RETURNED: (_("You have it back, not repaired."), "ok"),
}


@dataclass(frozen=True)
class QuoteTold:
    """The price that waits for an answer: its version, each task with its price, the sum."""

    version: int
    lines: Sequence[tuple[str, str]]
    total: str
    valid_until: date


@dataclass(frozen=True)
class Told:
    """See `templates/warranty/private_ticket.html`."""

    number: str
    item: str
    state: str
    words: str | Promise
    ground: str
    tasks: Sequence[str]
    promised_on: date | None
    store_name: str
    phone: str
    quote: QuoteTold | None


def told(ticket: Ticket) -> Told:
    """How far the work on a ticket is (up to 4 queries)."""
    words, ground = WORDS[ticket.state]
    tasks = ticket.jobs.exclude(state=JobState.DROPPED)
    is_waiting = ticket.state not in {TicketState.COLLECTED, TicketState.RETURNED}
    return Told(
        number=ticket.number,
        item=ticket.item,
        state=ticket.get_state_display(),
        words=words,
        ground=ground,
        tasks=[str(job.get_kind_display()) for job in tasks],
        promised_on=ticket.promised_on if is_waiting else None,
        store_name=ticket.store.name,
        phone=ticket.store.phone,
        quote=_quote(ticket) if ticket.state == TicketState.QUOTED else None,
    )


def _quote(ticket: Ticket) -> QuoteTold | None:
    """The version that counts, while it still holds."""
    row = quotes.newest(ticket)
    if row is None or row.valid_until < places.business_day(ticket.store):
        return None
    lines = row.lines.select_related("job")
    return QuoteTold(
        version=row.version,
        lines=[(str(line.job), measures.yuan(line.cents)) for line in lines],
        total=measures.yuan(row.total_cents),
        valid_until=row.valid_until,
    )
