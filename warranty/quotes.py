"""What the paid tasks of a ticket cost: a version that the customer agrees to by an act of their
own, on the tablet or from a private link. Another price is another version, never an edit."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.contrib.auth.models import User
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import places
from inventory.ground import changes, nobody, signatures, statements
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, RuleBroken
from inventory.ground.measures import MOST_CENTS
from inventory.ground.signatures import Drawn
from inventory.models import DrawnSignature
from warranty import jobs, ticket_notices, ticket_words, tickets
from warranty.models import (
    AnsweredBy,
    Basis,
    JobState,
    Quote,
    QuoteAnswer,
    QuoteLine,
    Ticket,
    TicketJob,
    TicketState,
)

VALID_FOR: Final = timedelta(days=30)  # trade.md 9, [J7]
AGREED: Final = "quote"
# stages of the work that a yes does not interrupt
ANSWERABLE: Final = frozenset({TicketState.QUOTED})
AGREED_CENTS: Final = """
    SELECT COALESCE(SUM(line.cents), 0)
    FROM warranty_quoteline line JOIN warranty_ticketjob job ON job.id = line.job_id
    WHERE job.state <> 'dropped' AND line.quote_id = (
        SELECT quote.id FROM warranty_quote quote
        JOIN warranty_quoteanswer answer ON answer.quote_id = quote.id
        WHERE quote.ticket_id = %s AND answer.approved
        ORDER BY quote.version DESC LIMIT 1)
"""


class QuoteNeeded(RuleBroken):
    code = "quote_needed"
    sentence = gettext_lazy("Some tasks are paid: quote a price and let the customer agree first.")


class QuoteOld(RuleBroken):
    """There is a newer version, or its time is over, or it was answered."""

    code = "quote_old"
    sentence = gettext_lazy("This quote does not hold any more. Ask for a new one.")


class PriceNeeded(BadField):
    code = "price_needed"
    sentence = gettext_lazy("Type a price for every paid task.")


def paid_jobs(ticket: Ticket) -> list[TicketJob]:
    """The tasks that the customer pays, without those that were dropped."""
    jobs_in_order = ticket.jobs.all()
    return [
        job for job in jobs_in_order if job.basis == Basis.PAID and job.state != JobState.DROPPED
    ]


def make(*, ticket: Ticket, prices: Mapping[int, int], by: User) -> Quote:
    """A new version. `prices`: cents by the id of a paid task. Refused: without a price for every
    paid task, one that cannot be, and once the work is finished."""
    with tickets.opened(ticket, by=by) as (locked, book):
        paid = paid_jobs(locked)
        for job in paid:
            if not 0 <= prices.get(job.pk, -1) <= MOST_CENTS:
                raise PriceNeeded(field=f"price-{job.pk}")
        day = places.business_day(locked.store, book.at)
        last = locked.quotes.aggregate(last=Max("version", default=0))["last"]
        quote = Quote(
            ticket=locked,
            version=last + 1,
            total_cents=sum(prices[job.pk] for job in paid),
            valid_until=day + VALID_FOR,
            at=book.at,
            by=by,
        )
        lines = [QuoteLine(quote=quote, job=job, cents=prices[job.pk]) for job in paid]
        changes.lay_out(quote, lines=lines)
        book.write([quote], kind="ticket_quote", number=locked.number)
        for line in lines:
            line.quote = quote
        QuoteLine.objects.bulk_create(lines)
        tickets.move(locked, TicketState.QUOTED, book=book, remark=ticket_words.quote(quote))
        ticket_notices.quoted(quote, locked, book=book)
    return quote


def approve_on_tablet(*, quote: Quote, drawn: Drawn | None, by: User) -> Quote:
    """The customer signs the price on the tablet. Refused: a version that does not hold any more,
    or without a signature."""
    with tickets.opened(quote.ticket, by=by) as (locked, book):
        _check_holds(quote, locked, book)
        signature = signatures.write(
            drawn=drawn,
            store=locked.store,
            document=locked.number,
            point=AGREED,
            text=ticket_words.quote(quote),
            book=book,
        )
        _answer(quote, AnsweredBy.TABLET, approved=True, book=book, signature=signature)
        tickets.move(locked, TicketState.APPROVED, book=book, signature=signature)
    return quote


def answer_by_link(*, quote: Quote, approved: bool) -> Quote:
    """The customer says yes or no from the private link. Refused as above."""
    ticket = quote.ticket
    with changes.opened(store=ticket.store, by=nobody.customer()) as book:
        locked = tickets.lock(ticket)
        _check_holds(quote, locked, book)
        _answer(quote, AnsweredBy.LINK, approved=approved, book=book)
        if approved:
            tickets.move(locked, TicketState.APPROVED, book=book)
        else:
            declined = _("The customer does not agree to the price.")
            jobs.leave_unrepaired(ticket=locked, remark=declined, book=book)
    return quote


def accept_free(*, ticket: Ticket, book: Book) -> Ticket:
    """Nothing is to be paid: the signature of the intake is the yes. Refused with a paid task."""
    if paid_jobs(ticket):
        raise QuoteNeeded
    return tickets.move(ticket, TicketState.APPROVED, book=book)


def newest(ticket: Ticket) -> Quote | None:
    """The version that counts (1 query, none where the quotes are read already)."""
    return max(ticket.quotes.all(), key=lambda quote: quote.version, default=None)


def agreed_cents(ticket: Ticket) -> int:
    """What the customer has agreed to pay, in cents: the newest version with a yes, less what was
    dropped since; nothing where nothing was repaired (1 query)."""
    if ticket.state in {TicketState.UNREPAIRED, TicketState.RETURNED}:
        return 0
    ((cents,),) = statements.fetch(AGREED_CENTS, [ticket.pk])
    return int(cents)


def _check_holds(quote: Quote, ticket: Ticket, book: Book) -> None:
    current = newest(ticket)
    day = places.business_day(ticket.store, book.at)
    is_current = current is not None and current.pk == quote.pk
    if not is_current or quote.valid_until < day or ticket.state not in ANSWERABLE:
        raise QuoteOld
    if QuoteAnswer.objects.filter(quote=quote).exists():
        raise QuoteOld


def _answer(
    quote: Quote,
    how: AnsweredBy,
    *,
    approved: bool,
    book: Book,
    signature: DrawnSignature | None = None,
) -> None:
    row = QuoteAnswer(quote=quote, approved=approved, how=how, signature=signature, at=book.at)
    book.write([row], kind="quote_answered", number=quote.ticket.number)
