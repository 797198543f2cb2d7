"""维修单: a thing of a customer's in our hands, from the intake to the signature at its hand-back.

`MOVES` says what may follow what. Jobs are put down in `jobs`, priced in `quotes`, weighed in
`ticket_weights`; who acts next says `ticket_steps`. What is paid is the bill's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import pieces
from inventory.ground import changes, signatures, statements
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.ground.signatures import Drawn
from inventory.models import Approval, DrawnSignature, Place
from warranty import ticket_notices, ticket_words
from warranty.models import ContactAttempt as Attempt
from warranty.models import Ticket, TicketState, TicketStep

# what may become of a ticket; a new price leads back to the customer from every stage of the work
MOVES: Final[dict[str, frozenset[TicketState]]] = {
    TicketState.RECEIVED: frozenset(
        {TicketState.QUOTED, TicketState.APPROVED, TicketState.UNREPAIRED}
    ),
    TicketState.QUOTED: frozenset(
        {TicketState.QUOTED, TicketState.APPROVED, TicketState.UNREPAIRED}
    ),
    TicketState.APPROVED: frozenset(
        {
            TicketState.AT_BENCH,
            TicketState.SENT_OUT,
            TicketState.DONE,
            TicketState.QUOTED,
            TicketState.UNREPAIRED,
        }
    ),
    TicketState.AT_BENCH: frozenset(
        {TicketState.SENT_OUT, TicketState.DONE, TicketState.QUOTED, TicketState.UNREPAIRED}
    ),
    TicketState.SENT_OUT: frozenset({TicketState.AT_BENCH, TicketState.DONE}),
    TicketState.DONE: frozenset({TicketState.CHECKED, TicketState.AT_BENCH}),
    TicketState.CHECKED: frozenset({TicketState.COLLECTED, TicketState.AT_BENCH}),
    TicketState.UNREPAIRED: frozenset({TicketState.RETURNED}),
}
OVER: Final = frozenset({TicketState.COLLECTED, TicketState.RETURNED})
IN_HAND: Final = tuple(state for state in TicketState if state not in OVER)

HAND_BACK: Final = "hand_back"


class TicketMoved(RuleBroken):
    """Somebody else went on with it, or this step does not come now."""

    code = "ticket_moved"
    sentence = gettext_lazy("This step does not come now. Look at the ticket again.")


class HandedBack(RuleBroken):
    code = "handed_back"
    sentence = gettext_lazy("This ticket is over: the piece was given back already.")


def put(*, ticket: Ticket, place: Place, by: User) -> Ticket:
    """The envelope lies somewhere else in the store: bench, safe, counter."""
    with opened(ticket, by=by) as (locked, book):
        if locked.place_id is None or place.store_id != locked.store_id:
            raise TicketMoved
        Ticket.objects.filter(pk=locked.pk).update(place=place)
        locked.place = place
        state = TicketState(locked.state)
        note_step(locked, old=state, new=state, book=book, to_place=place)
    return locked


def start(*, ticket: Ticket, by: User) -> Ticket:
    """Somebody in the house begins the work, or goes on with what came back from outside."""
    with opened(ticket, by=by) as (locked, book):
        return move(locked, TicketState.AT_BENCH, book=book)


def send_out(*, ticket: Ticket, workshop: str, back_on: date | None, book: Book) -> Ticket:
    """To a workshop outside, weighed before by `ticket_weights.note`."""
    if not workshop.strip():
        raise BadField(_("Write down which workshop."), field="workshop")
    locked = lock(ticket)
    return move(
        locked,
        TicketState.SENT_OUT,
        book=book,
        workshop=workshop.strip()[:60],
        back_on=back_on,
    )


def check(*, ticket: Ticket, passed: bool, remark: str, by: User) -> Ticket:
    """Somebody looks at the finished work: good, or back to the bench with a word why."""
    with opened(ticket, by=by) as (locked, book):
        if not passed and not remark.strip():
            raise BadField(_("Say what is not good yet."), field="remark")
        new = TicketState.CHECKED if passed else TicketState.AT_BENCH
        move(locked, new, book=book, remark=remark)
        if passed:
            ticket_notices.ready(locked, book=book)
    return locked


def hand_back(
    *, ticket: Ticket, drawn: Drawn | None, approval: Approval | None, collected_by: str, book: Book
) -> Ticket:
    """The customer takes the piece and signs; the caller has weighed it and seen the bill paid.
    Refused the second time, and before the work was checked or given up."""
    locked = lock(ticket)
    if locked.state in OVER:
        raise HandedBack
    new = {
        TicketState.CHECKED: TicketState.COLLECTED,
        TicketState.UNREPAIRED: TicketState.RETURNED,
    }.get(TicketState(locked.state))
    if new is None:
        raise TicketMoved
    signature = None
    # who waited for five minutes has not let go of it
    if drawn is not None or not locked.is_quick:
        signature = signatures.write(
            drawn=drawn,
            store=locked.store,
            document=locked.number,
            point=HAND_BACK,
            text=ticket_words.hand_back(locked),
            book=book,
        )
    Ticket.objects.filter(pk=locked.pk).update(place=None)
    locked.place = None
    move(locked, new, book=book, signature=signature, approval=approval, remark=collected_by)
    if locked.piece_id is not None:
        (piece,) = pieces.lock([locked.piece_id])
        pieces.give_out(piece=piece, counter=locked.counter, number=locked.number, book=book)
    return locked


def promise(*, ticket: Ticket, day: date, by: User) -> Ticket:
    """Another day is promised; the steps keep the one before."""
    with opened(ticket, by=by) as (locked, book):
        before = locked.promised_on
        Ticket.objects.filter(pk=locked.pk).update(promised_on=day)
        locked.promised_on = day
        state = TicketState(locked.state)
        told = {"before": before or "–", "now": day}
        remark = _("promised for %(now)s instead of %(before)s") % told
        note_step(locked, old=state, new=state, book=book, remark=remark)
    return locked


def note_contact(*, ticket: Ticket, how: str, result: str, by: User) -> Attempt:
    """Somebody tried to reach the customer; what came of it. Refused without a result."""
    if not result.strip():
        raise BadField(_("Write down what came of it."), field="result")
    with opened(ticket, by=by) as (locked, book):
        row = Attempt(
            ticket=locked, how=how[:20], result=result.strip()[:120], at=book.at, by=book.by
        )
        book.write([row], kind="ticket_contact", number=locked.number)
    return row


@contextmanager
def opened(ticket: Ticket, *, by: User) -> Iterator[tuple[Ticket, Book]]:
    """The ticket locked under its store's head. Refused to a role that does not serve, and once the
    piece was given back."""
    if not by.has_perm("serve"):
        raise NotAllowed
    with changes.opened(store=ticket.store, by=by) as book:
        locked = lock(ticket)
        if locked.state in OVER:
            raise HandedBack
        yield locked, book


def lock(ticket: Ticket) -> Ticket:
    """The ticket as it is now, locked to the end of the transaction."""
    (locked,) = statements.read(Ticket, "id = %s", [ticket.pk], lock=True)
    locked.store, locked.counter = ticket.store, ticket.counter
    return locked


def move(
    ticket: Ticket,
    new: TicketState,
    *,
    book: Book,
    signature: DrawnSignature | None = None,
    approval: Approval | None = None,
    workshop: str = "",
    back_on: date | None = None,
    remark: str = "",
) -> Ticket:
    """The one place where a ticket changes its state, by `MOVES`."""
    old = TicketState(ticket.state)
    if new not in MOVES.get(old, frozenset()):
        raise TicketMoved
    still = Ticket.objects.filter(pk=ticket.pk, state=old)
    if still.update(state=new, stage_at=book.at) != 1:
        raise TicketMoved
    ticket.state, ticket.stage_at = new, book.at
    note_step(
        ticket,
        old=old,
        new=new,
        book=book,
        signature=signature,
        approval=approval,
        workshop=workshop,
        back_on=back_on,
        remark=remark,
    )
    return ticket


def note_step(
    ticket: Ticket,
    *,
    old: str,
    new: TicketState,
    book: Book,
    to_place: Place | None = None,
    signature: DrawnSignature | None = None,
    approval: Approval | None = None,
    workshop: str = "",
    back_on: date | None = None,
    remark: str = "",
) -> None:
    row = TicketStep(
        ticket=ticket,
        old=old,
        new=new,
        at=book.at,
        by=book.by,
        to_place=to_place,
        signature=signature,
        approval=approval,
        workshop=workshop,
        back_on=back_on,
        remark=remark.strip()[:200],
    )
    book.write([row], kind=f"ticket_{new}", number=ticket.number)
