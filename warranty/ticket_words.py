"""What the customer signs at the service desk, word for word, with its figures."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory.ground import measures
from warranty.models import Quote, Ticket, TicketWeight, WeighedAt


def intake(ticket: Ticket) -> str:
    """Under which the customer hands a thing over."""
    said = [_("I hand over: %(item)s.") % {"item": ticket.item}, *_seen(ticket, WeighedAt.IN)]
    if ticket.condition:
        said.append(_("Seen on it: %(condition)s.") % {"condition": ticket.condition})
    if ticket.loose_stones:
        said.append(_loose(ticket))
    if ticket.declared:
        said.append(_("Its value in my own words: %(words)s.") % {"words": ticket.declared})
    if ticket.promised_on:
        said.append(_("Promised for %(day)s.") % {"day": ticket.promised_on})
    return " ".join(said)


def hand_back(ticket: Ticket) -> str:
    """Under which the customer takes it again."""
    said = [_("I have got back: %(item)s.") % {"item": ticket.item}, *_seen(ticket, WeighedAt.OUT)]
    last = newest(ticket, WeighedAt.OUT)
    if last and last.explanation:
        said.append(_("Why it weighs otherwise: %(words)s.") % {"words": last.explanation})
    return " ".join(said)


def quote(row: Quote) -> str:
    """Under which the customer says yes to a price."""
    told = {
        "number": row.ticket.number,
        "version": row.version,
        "total": measures.yuan(row.total_cents),
    }
    return _("I agree to quote %(version)s of %(number)s: %(total)s.") % told


def newest(ticket: Ticket, moment: str) -> TicketWeight | None:
    """The weight of a moment that holds (1 query, none where the weights are read already)."""
    rows = [row for row in ticket.weights.all() if row.moment == moment]
    return max(rows, key=lambda row: row.pk, default=None)


def weighed_out(ticket: Ticket) -> TicketWeight | None:
    """The weight of the hand-back that comes now: not one of before the work was taken up again
    (2 queries at most). By the order of the chain, as a clock may be put back in between."""
    row = newest(ticket, WeighedAt.OUT)
    if row is None:
        return None
    moves = (step.change_id for step in ticket.steps.all() if step.old != step.new)
    return row if row.change_id > max(moves, default=0) else None


def _loose(ticket: Ticket) -> str:
    """How many stones were loose, and where they are marked, in percent of the picture."""
    at = ", ".join(f"{across // 10}/{down // 10}" for across, down in ticket.loose_stones)
    told = {"n": len(ticket.loose_stones), "at": at}
    return (
        ngettext(
            "%(n)d loose stone, marked at %(at)s.",
            "%(n)d loose stones, marked at %(at)s.",
            len(ticket.loose_stones),
        )
        % told
    )


def _seen(ticket: Ticket, moment: str) -> list[str]:
    row = newest(ticket, moment)
    if row is None:
        return []
    told = {"grams": measures.grams(row.mg, places=3 if row.step_mg == 1 else 2), "n": row.stones}
    said = [_("Weight %(grams)s g.") % told]
    if row.stones:
        said.append(ngettext("%(n)d stone.", "%(n)d stones.", row.stones) % told)
    return said
