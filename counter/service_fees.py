"""What the work on a ticket costs, as lines of a bill: money on account before it, the rest when
the piece is fetched. A bill takes them like goods; they belong to its shift. What was paid beyond
the price becomes the customer's store credit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import User
from django.db.models import Max, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import bills, store_credit
from counter.models import CreditEntry, CreditReason, LineState, Sale, ServiceLine
from inventory.ground import changes, measures, statements
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.models import Store
from inventory.queries import OtherStore
from warranty import quotes, tickets
from warranty.models import Ticket, TicketState

# by completed bills, and as store credit of what was too much
PAID_CENTS: Final = """
    SELECT
        (SELECT COALESCE(SUM(total_cents), 0) FROM counter_serviceline
         WHERE ticket_id = %s AND state = 'sold'),
        (SELECT COALESCE(SUM(cents), 0) FROM counter_creditentry WHERE ticket_id = %s)
"""


class NothingDue(RuleBroken):
    code = "nothing_due"
    sentence = gettext_lazy("Nothing is to be paid for this ticket.")


class FeeOnBill(RuleBroken):
    code = "fee_on_bill"
    sentence = gettext_lazy("This ticket is on a bill already.")


class FeeTooHigh(RuleBroken):
    code = "fee_too_high"
    status = 422

    def __init__(self, *, due_cents: int) -> None:
        told = {"due": measures.yuan(due_cents)}
        super().__init__(_("Only %(due)s are to be paid for it.") % told, field="amount")


class FeeChanged(RuleBroken):
    """Another price was agreed, or the work was given up, since the fee was put on the bill."""

    code = "fee_changed"

    def __init__(self, ticket: Ticket) -> None:
        told = {"number": ticket.number}
        super().__init__(
            _("What is to be paid for %(number)s has changed. Take it off the bill first.") % told
        )


class FeeUsed(RuleBroken):
    """The customer has the thing again that was paid for."""

    code = "fee_used"

    def __init__(self, ticket: Ticket) -> None:
        told = {"number": ticket.number}
        super().__init__(
            _("%(number)s was fetched already. A sale that paid for it cannot be voided.") % told
        )


class NothingOwed(RuleBroken):
    code = "nothing_owed"
    sentence = gettext_lazy("Nothing is owed to the customer for this ticket.")


class OwedToNobody(RuleBroken):
    """Store credit belongs to a customer; it is never a voucher to bearer."""

    code = "owed_to_nobody"
    sentence = gettext_lazy("Store credit belongs to a customer, and this ticket names none.")


@dataclass(frozen=True)
class Fees:
    """What one ticket costs and what bills have taken for it, in cents."""

    agreed_cents: int
    taken_cents: int
    credited_cents: int

    @property
    def paid_cents(self) -> int:
        return self.taken_cents - self.credited_cents

    @property
    def due_cents(self) -> int:
        return max(self.agreed_cents - self.paid_cents, 0)

    @property
    def owed_cents(self) -> int:
        """What was paid beyond the price: a deposit on work that was not done."""
        return max(self.paid_cents - self.agreed_cents, 0)


def put_on_bill(*, sale: Sale, ticket: Ticket, cents: int | None, by: User) -> ServiceLine:
    """The fee of a ticket as a line of an open bill: so many cents, else all that is due.

    Refused: another store's, a ticket that is over or already on a bill, and nothing, or more than
    is due.
    """
    if not by.has_perm("sell"):
        raise NotAllowed
    with changes.opened(store=sale.store, by=by):
        sale, locked = bills.lock_open(sale), tickets.lock(ticket)
        if locked.store_id != sale.store_id:
            raise OtherStore
        if locked.state in tickets.OVER:
            raise tickets.HandedBack
        if ServiceLine.objects.filter(ticket=locked, state=LineState.OPEN).exists():
            raise FeeOnBill
        due = of_ticket(locked).due_cents
        asked = due if cents is None else cents
        if due <= 0 or asked <= 0:
            raise NothingDue
        if asked > due:
            raise FeeTooHigh(due_cents=due)
        last = ServiceLine.objects.filter(sale=sale).aggregate(last=Max("position", default=0))
        bills.round_anew(sale)
        return ServiceLine.objects.create(
            sale=sale,
            position=last["last"] + 1,
            ticket=locked,
            words=_words(locked),
            total_cents=asked,
            is_deposit=locked.state not in {TicketState.CHECKED, TicketState.DONE},
        )


def take_off_bill(*, sale: Sale, line: ServiceLine, by: User) -> None:
    """The fee is not paid on this bill after all. Refused after completion."""
    with changes.opened(store=sale.store, by=by):
        sale = bills.lock_open(sale)
        ServiceLine.objects.filter(pk=line.pk, sale=sale).delete()
        bills.round_anew(sale)


def check(*, services: Sequence[ServiceLine], store: Store) -> None:
    """Before a bill is completed: refuses a fee that is no longer due as it stands on the bill, or
    whose ticket is over. A bill without fees costs nothing here."""
    for line in services:
        locked = _lock_ticket(line, store)
        if locked.state in tickets.OVER:
            raise tickets.HandedBack
        if line.total_cents > of_ticket(locked).due_cents:
            raise FeeChanged(locked)


def void(*, sale: Sale) -> None:
    """The fees of a sale that is voided are due again. Refused once the thing was fetched."""
    for line in bills.services_of(sale):
        locked = _lock_ticket(line, sale.store)
        if locked.state in tickets.OVER:
            raise FeeUsed(locked)
    ServiceLine.objects.filter(sale=sale).update(state=LineState.VOIDED)


def credit_rest(*, ticket: Ticket, by: User) -> list[CreditEntry]:
    """What was paid beyond the price becomes store credit, of the customer of the ticket or else of
    the bill that took it; the newest bill gives first. To have it in money, the sale is voided in
    its own shift instead.

    Refused: where nothing is owed, and where nobody is named.
    """
    with tickets.opened(ticket, by=by) as (locked, book):
        rest = of_ticket(locked).owed_cents
        if not rest:
            raise NothingOwed
        entries = []
        for line in _taken(locked).select_related("sale__store").order_by("-pk"):
            part = min(rest, line.total_cents - _credited_cents(locked, sale=line.sale))
            customer_id = locked.customer_id or line.sale.customer_id
            if part and customer_id is None:
                raise OwedToNobody
            if part and customer_id is not None:
                entries.append(
                    store_credit.write(
                        sale=line.sale,
                        customer_id=customer_id,
                        cents=part,
                        reason=CreditReason.SERVICE,
                        ticket=locked,
                        book=book,
                    )
                )
            rest -= part
    return entries


def of_ticket(ticket: Ticket) -> Fees:
    """What a ticket costs, what was paid for it and what was given back (2 queries)."""
    ((taken, credited),) = statements.fetch(PAID_CENTS, [ticket.pk, ticket.pk])
    return Fees(quotes.agreed_cents(ticket), int(taken), int(credited))


def _taken(ticket: Ticket) -> QuerySet[ServiceLine]:
    """The fees that completed bills have taken for it."""
    return ServiceLine.objects.filter(ticket=ticket, state=LineState.SOLD)


def _credited_cents(ticket: Ticket, *, sale: Sale) -> int:
    rows = CreditEntry.objects.filter(ticket=ticket, sale=sale)
    cents: int = rows.aggregate(sum=Sum("cents", default=0))["sum"]
    return cents


def _lock_ticket(line: ServiceLine, store: Store) -> Ticket:
    """The ticket of a fee; both belong to the store of the bill."""
    (locked,) = statements.read(Ticket, "id = %s", [line.ticket_id], lock=True)
    locked.store = store
    return locked


def _words(ticket: Ticket) -> str:
    told = {"number": ticket.number, "item": ticket.item}
    return (_("Service %(number)s: %(item)s") % told)[:120]
