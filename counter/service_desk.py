"""The service desk: the scale and the customer's file meet the ticket. Each verb here is one act at
the counter; what a ticket may become is in `warranty.tickets`, what is paid in `service_fees`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal import verification, weighings
from appraisal.models import WeighedFor
from appraisal.weighings import Shown
from counter import service_fees
from inventory import places
from inventory.ground import changes, codes, measures, settings_rows
from inventory.ground.changes import Book
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.ground.signatures import Drawn
from inventory.models import Piece, Place, Store
from warranty import intakes, jobs, quotes, ticket_weights, ticket_words, tickets
from warranty.intakes import Brought, Wish
from warranty.jobs import Task
from warranty.models import (
    Basis,
    Card,
    IdentifiedBy,
    JobKind,
    Ticket,
    TicketState,
    TicketWeight,
    WeighedAt,
)
from warranty.ticket_weights import Weight


class NotThisPiece(RuleBroken):
    """Weight and certificate say that this is not the piece of the card."""

    code = "not_this_piece"

    def __init__(self, *, known: str, found: str) -> None:
        told = {"known": known, "found": found}
        super().__init__(
            _("This is not the piece of this card: %(found)s instead of %(known)s.") % told
        )


class Unpaid(RuleBroken):
    """The work was agreed for a price and part of it is not paid yet."""

    code = "ticket_unpaid"

    def __init__(self, *, due: str, number: str) -> None:
        super().__init__(
            _("%(due)s are still to be paid.") % {"due": due},
            next_url=f"/tickets/{number}/",
            next_label=_("See the ticket"),
        )


class Owed(RuleBroken):
    """More was paid on account than the work came to; the customer does not leave without it."""

    code = "ticket_owed"

    def __init__(self, *, owed: str, number: str) -> None:
        super().__init__(
            _(
                "%(owed)s are owed to the customer: void the payment in its shift, or make it "
                "store credit."
            )
            % {"owed": owed},
            next_url=f"/tickets/{number}/",
            next_label=_("See the ticket"),
        )


class WeightNeeded(RuleBroken):
    code = "weight_needed"
    status = 422
    sentence = gettext_lazy("Put the piece on the scale first.")


@dataclass(frozen=True, kw_only=True)
class OnScale:
    """What the scale shows of the thing, and the stones that were counted in it."""

    shown: Shown
    stones: int = 0


def receive(
    *,
    brought: Brought,
    wish: Wish,
    counter: Place,
    customer_id: int | None,
    by: User,
    tasks: Sequence[Task] = (),
) -> Ticket:
    """The customer hands a thing over. It is weighed, photographed and signed for after this.
    `tasks`: what is to be done, where it is known. Refused to a role that does not serve, and as in
    `intakes.receive` and `jobs.add`."""
    if not by.has_perm("serve"):
        raise NotAllowed
    with changes.opened(store=counter.store, by=by) as book:
        ticket = intakes.receive(
            brought=brought, wish=wish, counter=counter, customer_id=customer_id, book=book
        )
        if tasks:
            jobs.add(ticket=ticket, tasks=tasks, book=book)
        return ticket


def weigh_in(*, ticket: Ticket, on_scale: OnScale, by: User) -> Ticket:
    """The thing on the scale, its stones counted; the weight proves a piece of ours, but not one
    of a pair alone. Refused a piece that weighs what no wear explains, and once the customer has
    signed."""
    with tickets.opened(ticket, by=by) as (locked, book):
        if locked.state != TicketState.RECEIVED:
            raise tickets.TicketMoved
        if locked.piece is not None and not _is_part(locked.piece, on_scale):
            _check_weight(locked.piece, on_scale, locked.store)
            intakes.identify(ticket=locked, mark=IdentifiedBy.WEIGHT)
        _weigh(locked, on_scale, WeighedAt.IN, book)
    return locked


def show_certificate(*, ticket: Ticket, number: str, by: User) -> Ticket:
    """The certificate lies beside a piece of ours and proves it. Refused when it is another's."""
    with tickets.opened(ticket, by=by) as (locked, _book):
        if locked.piece is None:
            raise tickets.TicketMoved
        _check_certificate(locked.piece, number)
        intakes.identify(ticket=locked, mark=IdentifiedBy.CERTIFICATE)
    return locked


def add_tasks(*, ticket: Ticket, tasks: Sequence[Task], by: User) -> Ticket:
    """What is to be done, and who bears it. Refused as in `jobs.add`."""
    with tickets.opened(ticket, by=by) as (locked, book):
        jobs.add(ticket=locked, tasks=tasks, book=book)
    return locked


def sign_intake(*, ticket: Ticket, drawn: Drawn | None, by: User) -> Ticket:
    """The customer signs weight, stones, condition and promised day. With nothing to pay it is the
    yes to begin as well. Refused without weight, picture, tasks or signature."""
    with tickets.opened(ticket, by=by) as (locked, book):
        if ticket_words.newest(locked, WeighedAt.IN) is None:
            raise WeightNeeded(field="grams")
        if not locked.jobs.exists():
            raise jobs.NothingToDo
        intakes.sign_intake(ticket=locked, drawn=drawn, book=book)
        if not locked.estimate_only and not quotes.paid_jobs(locked):
            quotes.accept_free(ticket=locked, book=book)
    return locked


def clean_now(
    *,
    piece: Piece,
    card: Card,
    on_scale: OnScale | None,
    certificate: str,
    counter: Place,
    by: User,
) -> Ticket:
    """The five minutes' cleaning while the customer waits: borne by the card, done at once; the
    second tap is the hand-back. Refused without weight or certificate, and as in `jobs.add`."""
    if not by.has_perm("serve"):
        raise NotAllowed
    brought = Brought(
        item=piece.name,
        category=piece.category,
        metal=piece.metal,
        mark=piece.mark,
        piece=piece,
        card=card,
    )
    with changes.opened(store=counter.store, by=by) as book:
        ticket = intakes.receive(
            brought=brought,
            wish=Wish(is_quick=True),
            counter=counter,
            customer_id=None,
            book=book,
        )
        if certificate.strip():
            _check_certificate(piece, certificate)
            intakes.identify(ticket=ticket, mark=IdentifiedBy.CERTIFICATE)
        elif on_scale is not None:
            _check_weight(piece, on_scale, counter.store)
            intakes.identify(ticket=ticket, mark=IdentifiedBy.WEIGHT)
        task = Task(kind=JobKind.CLEANING, basis=Basis.BENEFIT)
        (job,) = jobs.add(ticket=ticket, tasks=[task], book=book)
        quotes.accept_free(ticket=ticket, book=book)
        jobs.finish_at_once(job=job, ticket=ticket, book=book)
    return ticket


def send_out(
    *, ticket: Ticket, workshop: str, back_on: date | None, on_scale: OnScale, by: User
) -> Ticket:
    """To a workshop, weighed. Refused as in `tickets.send_out`."""
    with tickets.opened(ticket, by=by) as (locked, book):
        _weigh(locked, on_scale, WeighedAt.TO_WORKSHOP, book)
        return tickets.send_out(ticket=locked, workshop=workshop, back_on=back_on, book=book)


def take_back(*, ticket: Ticket, on_scale: OnScale, by: User) -> Ticket:
    """From the workshop, weighed; it lies at the counter again. Refused when it was not sent."""
    with tickets.opened(ticket, by=by) as (locked, book):
        if locked.state != TicketState.SENT_OUT:
            raise tickets.TicketMoved
        _weigh(locked, on_scale, WeighedAt.FROM_WORKSHOP, book)
        return tickets.move(locked, TicketState.AT_BENCH, book=book)


def weigh_out(*, ticket: Ticket, on_scale: OnScale, explanation: str, by: User) -> Ticket:
    """The thing on the scale for its hand-back, so that the customer signs what was weighed.
    Refused before it is ready, and a difference that is not explained and agreed to."""
    with tickets.opened(ticket, by=by) as (locked, book):
        state = TicketState(locked.state)
        if state not in {TicketState.CHECKED, TicketState.UNREPAIRED}:
            raise tickets.TicketMoved
        weight = _settled(locked, on_scale, book)
        _row, approval = ticket_weights.weigh_out(
            ticket=locked, weight=weight, explanation=explanation, book=book
        )
        tickets.note_step(
            locked,
            old=state,
            new=state,
            book=book,
            approval=approval,
            remark=" · ".join(filter(None, [_grams(weight.mg), explanation.strip()])),
        )
    return locked


def hand_back(
    *,
    ticket: Ticket,
    on_scale: OnScale | None,
    explanation: str,
    collected_by: str,
    drawn: Drawn | None,
    by: User,
) -> Ticket:
    """The customer has the piece again: paid, weighed, stones counted, signed. Nobody weighs what
    was not weighed at the intake, or was weighed by `weigh_out` just before.

    Refused: while anything is due or owed, a difference that is not explained and agreed to,
    without a signature, the second time.
    """
    with tickets.opened(ticket, by=by) as (locked, book):
        fees = service_fees.of_ticket(locked)
        if fees.due_cents:
            raise Unpaid(due=measures.yuan(fees.due_cents), number=locked.number)
        if fees.owed_cents:
            raise Owed(owed=measures.yuan(fees.owed_cents), number=locked.number)
        approval = None
        if ticket_words.newest(locked, WeighedAt.IN) is not None:
            if on_scale is not None:
                weight = _settled(locked, on_scale, book)
                _row, approval = ticket_weights.weigh_out(
                    ticket=locked, weight=weight, explanation=explanation, book=book
                )
            elif ticket_words.weighed_out(locked) is None:
                raise WeightNeeded(field="grams")
        return tickets.hand_back(
            ticket=locked, drawn=drawn, approval=approval, collected_by=collected_by, book=book
        )


def known_mg(piece: Piece) -> int:
    """What a sold piece of ours should weigh, stones included: as it was last given back whole
    after our work, else as its label says (1 query)."""
    rows = TicketWeight.objects.filter(ticket__piece=piece, moment=WeighedAt.OUT)
    given_back = rows.order_by("-pk").values_list("mg", flat=True)
    whole = (
        mg for mg in given_back if not is_incomplete(piece, found_mg=mg, known_mg=piece.gross_mg)
    )
    return next(whole, piece.gross_mg)


def is_incomplete(piece: Piece, *, found_mg: int, known_mg: int) -> bool:
    """Whether only part of a pair or set is there: nearer to the weight without one unit than to
    the whole, and no less than half of one unit."""
    if piece.units == 1:
        return False
    twice = 2 * piece.units
    return known_mg <= found_mg * twice < known_mg * (twice - 1)


def _check_certificate(piece: Piece, number: str) -> None:
    typed = codes.half_width(number).strip().upper()
    known = list(piece.certificates.values_list("number", flat=True))
    if typed not in {each.upper() for each in known}:
        raise NotThisPiece(known=", ".join(known) or "–", found=typed or "–")


def _is_part(piece: Piece, on_scale: OnScale) -> bool:
    return is_incomplete(piece, found_mg=on_scale.shown.mg, known_mg=known_mg(piece))


def _check_weight(piece: Piece, on_scale: OnScale, store: Store) -> None:
    """Wear and polish take a little; what is heavier is another piece."""
    known, found = known_mg(piece), on_scale.shown.mg
    day = places.business_day(store)
    row = verification.tolerance(metal=piece.metal, label_mg=known, on=day)
    worn_mg = settings_rows.number(store, "wear_mg")
    if not -(row.below_mg + worn_mg) <= found - known <= row.below_mg:
        raise NotThisPiece(known=_grams(known), found=_grams(found))


def _grams(mg: int) -> str:
    return _("%s g") % measures.grams(mg)


def _weigh(ticket: Ticket, on_scale: OnScale, moment: str, book: Book) -> TicketWeight:
    weight = _settled(ticket, on_scale, book)
    return ticket_weights.note(ticket=ticket, moment=moment, weight=weight, book=book)


def _settled(ticket: Ticket, on_scale: OnScale, book: Book) -> Weight:
    """The reading, settled as evidence of its own."""
    row = weighings.record(
        shown=on_scale.shown,
        purpose=WeighedFor.SERVICE,
        metal=ticket.metal or "Au",
        document=ticket.number,
        store=ticket.store,
        book=book,
        piece=ticket.piece,
    )
    return Weight(
        mg=row.mg,
        step_mg=weighings.step_mg(row),
        is_typed=row.is_typed,
        stones=on_scale.stones,
    )
