"""Grams and stones of the thing on a ticket: weighed in, weighed out, and what may lie between.

weight out = weight in + metal added − metal removed, within the tolerance (trade.md 9)
"""

from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.ground import approvals, measures, settings_rows
from inventory.ground.approvals import Ask
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, RuleBroken
from inventory.models import Approval
from warranty import ticket_words, tickets
from warranty.models import JobState, Ticket, TicketWeight, WeighedAt


class NotWeighedIn(RuleBroken):
    code = "not_weighed_in"
    sentence = gettext_lazy("This ticket has no weight from its intake.")


class ExplanationNeeded(RuleBroken):
    """The scale or the stones say something else than the work does."""

    code = "explanation_needed"
    status = 422


@dataclass(frozen=True, kw_only=True)
class Weight:
    """What the scale said of the thing, in milligrams, and how many stones were counted in it."""

    mg: int
    step_mg: int = 10
    is_typed: bool = False
    stones: int = 0


@dataclass(frozen=True)
class Balance:
    """What should be given back, and what the scale says."""

    in_mg: int
    added_mg: int
    removed_mg: int
    out_mg: int
    stones_in: int
    stones_out: int
    tolerance_mg: int

    @property
    def expected_mg(self) -> int:
        return self.in_mg + self.added_mg - self.removed_mg

    @property
    def gap_mg(self) -> int:
        """The scale's weight less the expected one."""
        return self.out_mg - self.expected_mg

    @property
    def agrees(self) -> bool:
        return abs(self.gap_mg) <= self.tolerance_mg and self.stones_in == self.stones_out


def note(
    *, ticket: Ticket, moment: str, weight: Weight, book: Book, explanation: str = ""
) -> TicketWeight:
    """A weight of the thing at one moment. Refused: a count of stones below zero."""
    if weight.stones < 0:
        raise BadField(_("Count the stones."), field="stones")
    row = TicketWeight(
        ticket=ticket,
        moment=WeighedAt(moment),
        mg=weight.mg,
        step_mg=weight.step_mg,
        is_typed=weight.is_typed,
        stones=weight.stones,
        explanation=explanation.strip()[:200],
        at=book.at,
        by=book.by,
    )
    book.write([row], kind="ticket_weighed", number=ticket.number)
    return row


def balance(ticket: Ticket, weight: Weight) -> Balance:
    """What the work says the thing should weigh now, beside what it weighs. Refused without a
    weight from the intake."""
    before = ticket_words.newest(ticket, WeighedAt.IN)
    if before is None:
        raise NotWeighedIn
    done = ticket.jobs.filter(state=JobState.DONE)
    sums = done.aggregate(added=Sum("added_mg", default=0), removed=Sum("removed_mg", default=0))
    return Balance(
        in_mg=before.mg,
        added_mg=sums["added"],
        removed_mg=sums["removed"],
        out_mg=weight.mg,
        stones_in=before.stones,
        stones_out=weight.stones,
        # the scale rounds twice, and the store says how much the polish may take
        tolerance_mg=settings_rows.number(ticket.store, "service_tolerance_mg")
        + max(before.step_mg, weight.step_mg),
    )


def weigh_out(
    *, ticket: Ticket, weight: Weight, explanation: str, book: Book
) -> tuple[TicketWeight, Approval | None]:
    """The thing on the scale before it is handed back. Refused, when grams or stones differ from
    what the work says, without an explanation and without a second person who has read it."""
    locked = tickets.lock(ticket)
    told = balance(locked, weight)
    approval = None
    if not told.agrees:
        if not explanation.strip():
            raise ExplanationNeeded(_sentence(told), field="explanation")
        approval = approvals.spend(ask=difference_ask(locked, told, explanation), by=book.by)
    row = note(
        ticket=locked, moment=WeighedAt.OUT, weight=weight, book=book, explanation=explanation
    )
    return row, approval


def difference_ask(ticket: Ticket, told: Balance, explanation: str) -> Ask:
    """What the second person agrees to when the thing does not weigh what it should."""
    return Ask(
        action="service_difference",
        store=ticket.store.code,
        document=ticket.number,
        figures={
            "gap_mg": told.gap_mg,
            "stones": told.stones_out - told.stones_in,
            "words": explanation.strip(),
        },
        summary=f"{_sentence(told)} {explanation.strip()}",
        permission="agree_service",
    )


def _sentence(told: Balance) -> str:
    words = {
        "out": measures.grams(told.out_mg),
        "expected": measures.grams(told.expected_mg),
        "stones": told.stones_out,
        "before": told.stones_in,
    }
    if told.stones_in != told.stones_out:
        return _("%(stones)d stones now, %(before)d at the intake. Explain it.") % words
    return _("It weighs %(out)s g; by the work it should be %(expected)s g. Explain it.") % words
