"""A thing of a customer's comes to the service desk: what it is, how the customer wants it, the
mark that proves it to be a card's, pictures, and the signature under all of it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import pieces, places
from inventory.ground import numbers, signatures
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, RuleBroken
from inventory.ground.signatures import Drawn
from inventory.models import DrawnSignature, Photo, Piece, Place, State
from warranty import ticket_words, tickets
from warranty.models import Card, CardState, PhotoOf, Ticket, TicketPhoto, TicketState

INTAKE: Final = "intake"
CLAIM_CHECK_BYTES: Final = 16


class PieceInHand(RuleBroken):
    """The same piece lies in another envelope of ours."""

    code = "piece_in_hand"

    def __init__(self, ticket: Ticket) -> None:
        told = {"number": ticket.number}
        super().__init__(
            _("This piece is in our hands already: %(number)s.") % told,
            next_url=f"/tickets/{ticket.number}/",
            next_label=_("See the ticket"),
        )


class NotTheCards(RuleBroken):
    code = "not_the_cards_piece"
    sentence = gettext_lazy("This card belongs to another piece. Scan the card of this piece.")


class CardNotValid(RuleBroken):
    """A card that was lost, replaced or made void brings nothing to the desk."""

    code = "card_not_valid"

    def __init__(self, card: Card) -> None:
        told = {"state": card.get_state_display()}
        super().__init__(_("This card is %(state)s. Look for the piece instead.") % told)


class NotTheCustomers(RuleBroken):
    """A piece that was never sold is the shop's own stock."""

    code = "not_the_customers"
    sentence = gettext_lazy("This piece is not a customer's: it belongs to our stock.")


class PhotosNeeded(RuleBroken):
    code = "photos_needed"
    status = 422
    sentence = gettext_lazy("Take a picture before the customer leaves.")


class ItemNeeded(BadField):
    code = "item_needed"
    sentence = gettext_lazy("Write down what it is.")


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What lies on the counter: a piece of ours, or something described by its looks."""

    item: str
    category: str
    metal: str = ""
    mark: str = ""
    condition: str = ""
    accessories: str = ""
    declared: str = ""
    second_contact: str = ""
    loose_stones: Sequence[tuple[int, int]] = ()
    piece: Piece | None = None
    card: Card | None = None


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How the customer wants it: until when, while waiting, quickly, or only a price."""

    promised_on: date | None = None
    is_quick: bool = False
    is_rush: bool = False
    estimate_only: bool = False
    redo_of: Ticket | None = None


def receive(
    *,
    brought: Brought,
    wish: Wish,
    counter: Place,
    customer_id: int | None,
    book: Book,
) -> Ticket:
    """The customer hands a thing over; from here on it lies in one place of the store. `counter`:
    where it was taken in, and where its envelope lies first.

    Refused: without a word for what it is, a piece that is not a customer's or is in our hands
    already, a card that is no longer valid or is another piece's.
    """
    _check_brought(brought)
    day = places.business_day(counter.store, book.at)
    ticket = Ticket(
        number=numbers.issue(store=counter.store, kind=numbers.Kind.TICKET, day=day),
        store=counter.store,
        counter=counter,
        place=counter,
        stage_at=book.at,
        customer_id=customer_id,
        second_contact=brought.second_contact.strip()[:60],
        card=brought.card,
        piece=brought.piece,
        category=brought.category,
        item=brought.item.strip()[:80],
        metal=brought.metal,
        mark=brought.mark.strip()[:20],
        condition=brought.condition.strip()[:200],
        loose_stones=[list(point) for point in brought.loose_stones],
        accessories=brought.accessories.strip()[:120],
        declared=brought.declared.strip()[:80],
        promised_on=wish.promised_on,
        is_quick=wish.is_quick,
        is_rush=wish.is_rush,
        estimate_only=wish.estimate_only,
        redo_of=wish.redo_of,
        claim_check=secrets.token_urlsafe(CLAIM_CHECK_BYTES),
        business_day=day,
        at=book.at,
        by=book.by,
    )
    book.write([ticket], kind="ticket_received", number=ticket.number)
    tickets.note_step(ticket, old="", new=TicketState.RECEIVED, book=book, to_place=counter)
    if brought.piece is not None:
        (piece,) = pieces.lock([brought.piece.pk])
        pieces.take_in(piece=piece, counter=counter, number=ticket.number, book=book)
    return ticket


def identify(*, ticket: Ticket, mark: str) -> None:
    """The piece was checked against the card, once for this visit: by its weight or its
    certificate."""
    Ticket.objects.filter(pk=ticket.pk).update(identified_by=mark)
    ticket.identified_by = mark


def sign_intake(*, ticket: Ticket, drawn: Drawn | None, book: Book) -> DrawnSignature:
    """The customer has seen weight, stones, condition and promised day, and signs them. Refused
    without a picture, which is taken before the customer leaves."""
    if not ticket.photos.filter(of=PhotoOf.INTAKE).exists():
        raise PhotosNeeded(field="photo")
    return signatures.write(
        drawn=drawn,
        store=ticket.store,
        document=ticket.number,
        point=INTAKE,
        text=ticket_words.intake(ticket),
        book=book,
    )


def keep_photo(*, ticket: Ticket, photo: Photo, of: str, by: User) -> TicketPhoto:
    """A picture of the thing, at the intake or of the finished work."""
    with tickets.opened(ticket, by=by) as (locked, book):
        row = TicketPhoto(ticket=locked, photo=photo, of=PhotoOf(of))
        book.write([row], kind="ticket_photo", number=locked.number)
    return row


def _check_brought(brought: Brought) -> None:
    if not brought.item.strip():
        raise ItemNeeded(field="item")
    piece, card = brought.piece, brought.card
    if card is not None and card.state != CardState.VALID:
        raise CardNotValid(card)
    if piece is None:
        return
    if card is not None and card.piece_id != piece.pk:
        raise NotTheCards
    in_hand = Ticket.objects.filter(piece=piece, state__in=tickets.IN_HAND).first()
    if in_hand is not None:
        raise PieceInHand(in_hand)
    if piece.state != State.SOLD:
        raise NotTheCustomers
