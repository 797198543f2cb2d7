"""Everything that the page of one ticket shows to one person."""

from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import User
from django.db.models import QuerySet

from counter import queries, service_fees
from counter.models import LineState, Sale, ServiceLine
from counter.service_fees import Fees
from counter.ticket_forms import (
    AppraisalForm,
    CheckForm,
    ContactForm,
    DoneForm,
    SendOutForm,
    TaskForm,
)
from inventory import places
from inventory.forms.blank import BlankForm
from inventory.ground import access, measures
from inventory.models import DrawnSignature, Place
from warranty import (
    benefits,
    cards,
    care_prices,
    intakes,
    jobs,
    quotes,
    ticket_queries,
    ticket_steps,
    ticket_words,
    tickets,
)
from warranty.benefits import Remainder
from warranty.models import (
    Card,
    ContactAttempt,
    Institution,
    JobState,
    Per,
    PhotoOf,
    Quote,
    QuoteLine,
    Ticket,
    TicketJob,
    TicketPhoto,
    TicketState,
    TicketStep,
    TicketWeight,
)
from warranty.ticket_queries import BoardTicket
from warranty.ticket_steps import NextStep


@dataclass(frozen=True)
class ToPrice:
    """A paid task in the form of a quote: its field, and what the price list says of it."""

    job: TicketJob
    listed: str  # as a field holds it; empty where the list says nothing

    @property
    def field(self) -> str:
        return f"price-{self.job.pk}"


class TicketPage:
    """One ticket with its contents; the rest costs its queries when it is asked for."""

    def __init__(self, ticket: Ticket, *, by: User, counter: Place | None) -> None:
        self.ticket, self.by, self.counter = ticket, by, counter

    @cached_property
    def next(self) -> NextStep:
        return ticket_steps.next_of(self.ticket)

    @property
    def template(self) -> str:
        """The panel of what comes next; what is due, or owed to the customer, is settled before
        the piece is given back."""
        panel = self.next.panel
        if panel in {"weigh_out", "hand_back"} and self.fees.due_cents:
            panel = "pay"
        elif panel in {"weigh_out", "hand_back"} and self.fees.owed_cents:
            panel = "owed"
        return f"counter/tickets/_panel_{panel}.html"

    @property
    def serves(self) -> bool:
        return self.by.has_perm("serve")

    @property
    def may_act(self) -> bool:
        return self.serves and not self.is_over

    @property
    def is_over(self) -> bool:
        return self.ticket.state in tickets.OVER

    @cached_property
    def row(self) -> BoardTicket:
        """As the board shows it: how long it is in its stage, and whether it is late."""
        return ticket_queries.shown(self.ticket)

    # --- what was taken in

    @property
    def photos(self) -> list[TicketPhoto]:
        return list(self.ticket.photos.all())

    @property
    def first_photo(self) -> TicketPhoto | None:
        """The picture on which loose stones are marked."""
        return next((each for each in self.photos if each.of == PhotoOf.INTAKE), None)

    @property
    def photo_of(self) -> str:
        """Which picture would be taken now."""
        is_done = self.ticket.state in {TicketState.DONE, TicketState.CHECKED}
        return PhotoOf.DONE if is_done else PhotoOf.INTAKE

    @property
    def may_mark(self) -> bool:
        """Whether loose stones may still be marked."""
        is_signed = any(each.point == intakes.INTAKE for each in self.signatures)
        return self.may_act and self.ticket.state == TicketState.RECEIVED and not is_signed

    @property
    def weights(self) -> list[TicketWeight]:
        return list(self.ticket.weights.all())

    @cached_property
    def card(self) -> Card | None:
        """The card that holds for the piece now, be it another than at the intake."""
        return cards.in_force(self.ticket.card) if self.ticket.card else None

    @property
    def may_open_card(self) -> bool:
        """Whether card and piece are of a store whose rows this person may see; a piece that
        another store sold is served here all the same."""
        return self.card is None or access.may_see(self.card.store_id, self.by)

    @cached_property
    def benefits(self) -> list[Remainder]:
        """What is left on the card of the piece, today."""
        if self.card is None:
            return []
        return benefits.remaining(self.card, on=places.business_day(self.ticket.store))

    # --- tasks and their price

    @property
    def jobs(self) -> list[TicketJob]:
        return list(self.ticket.jobs.all())

    @property
    def may_add_tasks(self) -> bool:
        return self.may_act and self.ticket.state in jobs.OPEN_TO_JOBS

    @property
    def may_finish_tasks(self) -> bool:
        return self.may_act and self.ticket.state == TicketState.AT_BENCH

    @property
    def has_open_tasks(self) -> bool:
        return ticket_steps.open_tasks(self.ticket)

    @property
    def before(self) -> list[TicketJob]:
        """The finished work of the ticket that is done again."""
        if self.ticket.redo_of is None:
            return []
        return list(self.ticket.redo_of.jobs.filter(state=JobState.DONE))

    @property
    def redone(self) -> list[str]:
        """The numbers of the tickets that do this work again."""
        return ticket_queries.redone(self.ticket)

    @property
    def institutions(self) -> list[Institution]:
        return ticket_queries.institutions_of(self.ticket.store)

    @cached_property
    def quote(self) -> Quote | None:
        return quotes.newest(self.ticket)

    @property
    def quote_lines(self) -> list[QuoteLine]:
        return list(self.quote.lines.select_related("job")) if self.quote else []

    @cached_property
    def to_price(self) -> list[ToPrice]:
        """Every paid task, with the price of the list."""
        return [ToPrice(job, self._listed(job)) for job in quotes.paid_jobs(self.ticket)]

    def _listed(self, job: TicketJob) -> str:
        day = places.business_day(self.ticket.store)
        row = care_prices.row_for(
            kind=job.kind, metal=self.ticket.metal, category=self.ticket.category, on=day
        )
        if row is None:
            return ""
        units = max(jobs.sizes_of(job), 1) if row.per == Per.SIZE else 1
        return measures.plain_yuan(care_prices.cents_for(row, units=units))

    @property
    def may_quote(self) -> bool:
        """Whether another version may follow what is there."""
        moves = tickets.MOVES.get(self.ticket.state, frozenset())
        return self.may_act and TicketState.QUOTED in moves and bool(self.to_price)

    # --- money

    @cached_property
    def fees(self) -> Fees:
        return service_fees.of_ticket(self.ticket)

    @property
    def may_pay(self) -> bool:
        """Whether something is to be paid, be it before the work, on account."""
        return self.by.has_perm("sell") and not self.is_over and self.fees.due_cents > 0

    @property
    def on_bill(self) -> Sale | None:
        """The open bill on which its fee lies already."""
        lines = ServiceLine.objects.filter(ticket=self.ticket, state=LineState.OPEN)
        line = lines.select_related("sale").first()
        return line.sale if line else None

    @property
    def open_bills(self) -> QuerySet[Sale]:
        return queries.open_bills(self.counter)

    # --- what is signed

    @property
    def text(self) -> str:
        """The words above the signature that comes next."""
        if self.next.panel == "sign":
            return ticket_words.intake(self.ticket)
        if self.next.panel == "agree" and self.quote is not None:
            return ticket_words.quote(self.quote)
        return ticket_words.hand_back(self.ticket)

    @property
    def may_give_up(self) -> bool:
        moves = tickets.MOVES.get(self.ticket.state, frozenset())
        return self.may_act and TicketState.UNREPAIRED in moves

    # --- life

    @property
    def steps(self) -> list[TicketStep]:
        return list(self.ticket.steps.all())

    @cached_property
    def signatures(self) -> list[DrawnSignature]:
        return ticket_queries.signatures_of(self.ticket)

    @property
    def contacts(self) -> list[ContactAttempt]:
        return list(self.ticket.contacts.all())

    @property
    def places(self) -> list[Place]:
        """Where an envelope may lie in this store."""
        return ticket_queries.places_of(self.ticket.store)

    # --- forms

    @property
    def task_form(self) -> BlankForm:
        return BlankForm(TaskForm)

    @property
    def send_form(self) -> BlankForm:
        return BlankForm(SendOutForm)

    @property
    def done_form(self) -> DoneForm:
        return DoneForm(auto_id=False)

    @property
    def appraisal_form(self) -> BlankForm:
        return BlankForm(AppraisalForm)

    @property
    def check_form(self) -> BlankForm:
        return BlankForm(CheckForm)

    @property
    def contact_form(self) -> BlankForm:
        return BlankForm(ContactForm)
