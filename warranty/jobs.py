"""What is done to the thing on a ticket: who bears each task, and what it did to the metal."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Final

from django.contrib.auth.models import User
from django.db.models import Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import places
from inventory.ground import codes
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, RuleBroken
from inventory.ground.measures import MOST_MG
from warranty import benefits, cards, care_prices, claims, tickets
from warranty.models import (
    Basis,
    BenefitEntry,
    Claim,
    EntryKind,
    Institution,
    JobKind,
    JobState,
    Outcome,
    Ticket,
    TicketJob,
    TicketState,
)

MOST_JOBS: Final = 20
# a new task is agreed with the customer, so none is added to finished work
OPEN_TO_JOBS: Final = frozenset(
    {TicketState.RECEIVED, TicketState.QUOTED, TicketState.APPROVED, TicketState.AT_BENCH}
)

SIZE: Final = re.compile(r"\d{1,2}(\.\d)?")
# which claim lets the house bear a task
FOUND: Final[Mapping[str, Q]] = {
    Basis.WARRANTY: Q(cause__in=claims.OURS),
    Basis.GOODWILL: Q(is_goodwill=True),
}


class NothingToDo(RuleBroken):
    code = "nothing_to_do"
    status = 422
    sentence = gettext_lazy("Choose at least one task.")


class CardNeeded(RuleBroken):
    code = "card_needed"
    sentence = gettext_lazy(
        "A benefit needs the card and the piece: scan the card, and check weight or certificate."
    )


class TooManySizes(RuleBroken):
    code = "too_many_sizes"


class InstitutionNeeded(BadField):
    code = "institution_needed"
    sentence = gettext_lazy("Choose the institution that appraises it.")


class NotGuaranteed(RuleBroken):
    """The work that is to be done again has no warranty left, or was other work."""

    code = "not_guaranteed"
    sentence = gettext_lazy("The warranty of that work is over. It is paid by the list.")


class SizesNeeded(BadField):
    """A promise that counts sizes cannot be kept count of without them."""

    code = "sizes_needed"
    sentence = gettext_lazy("Write down from which size to which.")


class ClaimNeeded(RuleBroken):
    """Work that the house bears is a claim first: what was found, and who answers for it."""

    code = "claim_needed"

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(
            _("What the house bears is a claim first: write down what was found."),
            field="basis",
            next_url=f"/claims/?code={ticket.number}",
            next_label=_("Write the claim"),
        )


class JobsOpen(RuleBroken):
    code = "jobs_open"
    sentence = gettext_lazy("Some tasks are still open. Finish or drop them first.")


@dataclass(frozen=True, kw_only=True)
class Task:
    """A job as it is wished: the basis says who bears it."""

    kind: str
    basis: str
    words: str = ""
    size_from: str = ""
    size_to: str = ""
    sizes: int = 0  # how many sizes up or down
    redo_of: TicketJob | None = None
    institution: Institution | None = None


def add(*, ticket: Ticket, tasks: Sequence[Task], book: Book) -> list[TicketJob]:
    """Tasks of a ticket; those that a benefit bears use it up at once, so that nobody else can.

    Refused: none or too many, an appraisal without its institution, a benefit without a card or
    that is used up, ended or asleep, more sizes than the plan gives, work that is to be done again
    without a warranty, other work at the house's cost without its claim, and any task once the work
    is finished.
    """
    locked = tickets.lock(ticket)
    if locked.state not in OPEN_TO_JOBS:
        raise tickets.TicketMoved
    last = locked.jobs.aggregate(last=Max("position", default=0))["last"]
    if not tasks or last + len(tasks) > MOST_JOBS:
        raise NothingToDo(field="kind")
    return [
        _add(locked, task, position, book) for position, task in enumerate(tasks, start=last + 1)
    ]


def finish(*, job: TicketJob, added_mg: int, removed_mg: int, words: str, by: User) -> TicketJob:
    """A task is done; milligrams of metal that were added and taken away. Its own warranty begins.
    Refused: grams that cannot be, and twice."""
    if not (0 <= added_mg <= MOST_MG and 0 <= removed_mg <= MOST_MG):
        raise BadField(_("Type the grams that were added or taken away."), field="added")
    with tickets.opened(job.ticket, by=by) as (ticket, book):
        end(job, ticket, book, added_mg=added_mg, removed_mg=removed_mg)
        _note(ticket, _("%(job)s: done") % {"job": job}, words, book)
    job.refresh_from_db()
    return job


def finish_at_once(*, job: TicketJob, ticket: Ticket, book: Book) -> None:
    """The only task of a quick ticket is done while the customer waits, and the piece is ready."""
    end(job, ticket, book)
    tickets.move(ticket, TicketState.DONE, book=book)
    tickets.move(ticket, TicketState.CHECKED, book=book)


def drop(*, job: TicketJob, reason: str, by: User) -> TicketJob:
    """A task is not done after all; the benefit that it used is there again."""
    with tickets.opened(job.ticket, by=by) as (ticket, book):
        _drop(job, book)
        _note(ticket, _("%(job)s: not done") % {"job": job}, reason, book)
    job.refresh_from_db()
    return job


def give_up(*, ticket: Ticket, reason: str, by: User) -> Ticket:
    """It is not repaired: the customer says no, or it cannot be done. Refused without a reason."""
    with tickets.opened(ticket, by=by) as (locked, book):
        if not reason.strip():
            raise BadField(_("Say why it is not repaired."), field="reason")
        return leave_unrepaired(ticket=locked, remark=reason, book=book)


def leave_unrepaired(*, ticket: Ticket, remark: str, book: Book) -> Ticket:
    """Every open task of a locked ticket falls, and every benefit that one used is there again."""
    for job in ticket.jobs.filter(state=JobState.OPEN):
        _drop(job, book)
    return tickets.move(ticket, TicketState.UNREPAIRED, book=book, remark=remark)


def check_finished(ticket: Ticket) -> None:
    """Refuses a ticket with a task that is still open."""
    if ticket.jobs.filter(state=JobState.OPEN).exists():
        raise JobsOpen


def finish_work(*, ticket: Ticket, by: User) -> Ticket:
    """All tasks are done or dropped: the piece goes to whoever checks it."""
    with tickets.opened(ticket, by=by) as (locked, book):
        check_finished(locked)
        return tickets.move(locked, TicketState.DONE, book=book)


def _add(ticket: Ticket, task: Task, position: int, book: Book) -> TicketJob:
    day = places.business_day(ticket.store, book.at)
    job = TicketJob(
        ticket=ticket,
        position=position,
        kind=JobKind(task.kind),
        words=task.words.strip()[:120],
        basis=Basis(task.basis),
        size_from=task.size_from.strip()[:10],
        size_to=task.size_to.strip()[:10],
        redo_of=task.redo_of,
        institution=task.institution,
    )
    if job.kind == JobKind.APPRAISAL and job.institution is None:
        raise InstitutionNeeded(field="institution")
    if job.basis == Basis.BENEFIT:
        return _borne_by_card(job, sizes=sizes_of(job, counted=task.sizes), on=day, book=book)
    if job.redo_of is not None and job.basis == Basis.WARRANTY:
        _check_redo(job, job.redo_of, on=day)
    elif job.basis in FOUND:
        _check_claim(job)
    book.write([job], kind="ticket_job", number=ticket.number)
    return job


def _borne_by_card(job: TicketJob, *, sizes: int, on: date, book: Book) -> TicketJob:
    ticket = job.ticket
    if ticket.card is None or ticket.piece_id is None or not ticket.identified_by:
        raise CardNeeded(field="basis")
    cost = care_prices.instead(kind=job.kind, metal=ticket.metal, category=ticket.category, on=on)
    # what the old card granted goes on on the one that replaced it since the intake
    card = cards.in_force(ticket.card)
    left = benefits.check(card, job.kind, on=on, instead=cost)
    job.benefit_id = left.benefit_id
    most = job.benefit.most_sizes if job.benefit else None
    if most is not None and sizes == 0:
        raise SizesNeeded(field="sizes")
    if most is not None and sizes > most:
        told = {"n": most, "instead": cost}
        raise TooManySizes(
            _("This benefit covers up to %(n)d sizes. %(instead)s") % told, field="sizes"
        )
    book.write([job], kind="ticket_job", number=ticket.number)
    benefits.use(card=card, job=job, on=on, book=book, instead=cost)
    return job


def _check_redo(job: TicketJob, before: TicketJob, *, on: date) -> None:
    """Our own work is done again at no price, within the days that were promised for it."""
    # two things of strangers have no piece alike: only the ticket itself names its work
    piece = job.ticket.piece_id
    is_same = piece is not None and before.ticket.piece_id == piece
    is_same |= before.ticket_id == job.ticket.redo_of_id
    if not is_same or before.kind != job.kind:
        raise NotGuaranteed(field="basis")
    if before.warranty_until is None or before.warranty_until < on:
        raise NotGuaranteed(field="basis")


def _check_claim(job: TicketJob) -> None:
    """A fault of the goods, or goodwill, has no work of ours before it: a claim says what was found
    and, of goodwill, what it may cost in the month. It was decided on this ticket, or on its piece
    since the piece was taken in."""
    ticket = job.ticket
    since = Q(piece=ticket.piece_id, ticket=None, business_day__gte=ticket.business_day)
    of_thing = Q(ticket=ticket) | since
    found = Claim.objects.filter(of_thing, FOUND[job.basis], outcome=Outcome.REPAIR)
    if ticket.piece_id is None or not found.exists():
        raise ClaimNeeded(ticket)


def sizes_of(job: TicketJob, *, counted: int = 0) -> int:
    """How many sizes a ring is made larger or smaller: as the clerk counted, or more where the two
    sizes are numbers and lie further apart."""
    ends = [codes.half_width(size).strip() for size in (job.size_from, job.size_to)]
    if not all(SIZE.fullmatch(size) for size in ends):
        return counted
    before, after = (Decimal(size) for size in ends)
    return max(counted, ceil(abs(after - before)))


def end(
    job: TicketJob, ticket: Ticket, book: Book, *, added_mg: int = 0, removed_mg: int = 0
) -> None:
    """A task of a locked ticket is done. Refused the second time."""
    day = places.business_day(ticket.store, book.at)
    until = care_prices.guaranteed_until(
        kind=job.kind, metal=ticket.metal, category=ticket.category, done=day
    )
    still = TicketJob.objects.filter(pk=job.pk, state=JobState.OPEN)
    finished = still.update(
        state=JobState.DONE,
        added_mg=added_mg,
        removed_mg=removed_mg,
        done_by=book.by,
        warranty_until=until,
    )
    if finished != 1:
        raise tickets.TicketMoved


def _drop(job: TicketJob, book: Book) -> None:
    still = TicketJob.objects.filter(pk=job.pk, state=JobState.OPEN)
    if still.update(state=JobState.DROPPED) != 1:
        raise tickets.TicketMoved
    used = BenefitEntry.objects.filter(job=job, kind=EntryKind.USE)
    for entry in used.filter(reversed_by__isnull=True).select_related("card"):
        benefits.reverse(entry=entry, book=book)


def _note(ticket: Ticket, what: str, words: str, book: Book) -> None:
    state = TicketState(ticket.state)
    remark = " · ".join(filter(None, [what, words.strip()]))
    tickets.note_step(ticket, old=state, new=state, book=book, remark=remark)
