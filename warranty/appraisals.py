"""评估: a listed institution looks at the thing. The referral slip says where to; what was found
comes back into the ticket, and so into the life of the card."""

from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.ground.errors import BadField, RuleBroken
from inventory.ground.measures import MOST_CENTS
from warranty import jobs, tickets
from warranty.models import AppraisalResult, JobKind, JobState, Ticket, TicketJob

MOST_REPORT: Final = 40
MOST_RESULT: Final = 200


class NotReferred(RuleBroken):
    """This task sends nobody to an institution, or it was left out."""

    code = "not_referred"
    sentence = gettext_lazy("This task is no appraisal by an institution.")


class ResultKept(RuleBroken):
    code = "result_kept"
    sentence = gettext_lazy("The result of this appraisal is written down already.")


def note(*, job: TicketJob, report: str, result: str, cents: int, by: User) -> AppraisalResult:
    """What the institution found, and what it cost in cents; the task is done with it. `report`:
    the number of its paper. Refused: without number or result, an amount that cannot be, another
    task, the second time."""
    for field, typed in (("report", report), ("result", result)):
        if not typed.strip():
            raise BadField(_("Write down the report's number and its result."), field=field)
    if not 0 <= cents <= MOST_CENTS:
        raise BadField(_("Type what it cost."), field="cost")
    with tickets.opened(job.ticket, by=by) as (ticket, book):
        now = ticket.jobs.get(pk=job.pk)
        if AppraisalResult.objects.filter(job=now).exists():
            raise ResultKept
        if now.kind != JobKind.APPRAISAL or now.state != JobState.OPEN:
            raise NotReferred
        row = AppraisalResult(
            job=now,
            report=report.strip()[:MOST_REPORT],
            result=result.strip()[:MOST_RESULT],
            cents=cents,
            at=book.at,
        )
        book.write([row], kind="appraisal_result", number=ticket.number)
        jobs.end(now, ticket, book)
    return row


def referred(ticket: Ticket) -> TicketJob | None:
    """The newest task that sends the thing to an institution (1 query)."""
    rows = ticket.jobs.filter(kind=JobKind.APPRAISAL).exclude(state=JobState.DROPPED)
    return rows.select_related("institution").order_by("-position").first()
