"""保修卡: issued with the sale, void with it; the number is the only key to the public page."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from inventory.ground import changes, codes
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.models import Piece
from warranty import benefits, plans
from warranty.models import Card, CardEvent, CardPrint, CardState, HandOut

MOVES: dict[str, frozenset[CardState]] = {
    CardState.VALID: frozenset(
        {CardState.LOST, CardState.REPLACED, CardState.VOID, CardState.CLOSED}
    ),
    CardState.LOST: frozenset({CardState.VALID, CardState.REPLACED, CardState.VOID}),
    CardState.REPLACED: frozenset({CardState.VOID}),
}

MOST_IN_ONE_PRINT = 200


class CardMoved(RuleBroken):
    code = "card_moved"
    sentence = _("This card has just been changed. Look again.")


class TooManyCards(RuleBroken):
    code = "too_many_cards"
    status = 422
    sentence = _("One document prints up to 200 cards.")


class CardNotValid(RuleBroken):
    code = "card_not_valid"
    sentence = _("This card is no longer valid and is not printed.")


def issue(*, pieces_by_line: Mapping[int, Piece], day: date, book: Book) -> list[Card]:
    """A card for each sold line whose piece's plan hands one out, with its benefits granted. A
    piece without a plan, or whose plan hands out nothing, gets no card."""
    terms = plans.for_pieces(list(pieces_by_line.values()), day=day)
    cards = []
    for (line_id, piece), plan in zip(pieces_by_line.items(), terms, strict=True):
        if plan is None or plan.hand_out == HandOut.NOTHING:
            continue
        card = Card(
            number=codes.new_card_number(),
            piece=piece,
            sale_line_id=line_id,
            plan=plan,
            store=book.store,
            issued_on=day,
        )
        cards.append(card)
    book.write(cards, kind="card_issued")
    benefits.grant(cards=cards, book=book)
    return cards


def void(*, cards: Sequence[Card], why: str, book: Book) -> None:
    """The cards of a voided sale; their public pages say no more than "no longer valid"."""
    for card in cards:
        _move(card=card, new=CardState.VOID, why=why, book=book)


def note_print(*, cards: Sequence[Card], by: User) -> None:
    """These cards go to paper now; the second time on, it is a reprint. Refused as in
    `check_printable`."""
    check_printable(cards)
    CardPrint.objects.bulk_create([CardPrint(card=card, by=by) for card in cards])


def check_printable(cards: Sequence[Card]) -> None:
    """Refuses more than 200 cards in one document, and a card that is no longer valid."""
    if len(cards) > MOST_IN_ONE_PRINT:
        raise TooManyCards
    for card in cards:
        if card.state != CardState.VALID:
            raise CardNotValid


def hide_purchase(*, card: Card, hidden: bool, by: User) -> None:
    """The owner wishes, or no longer wishes, that month and store of the purchase stay off the
    public page. A second click changes nothing and writes nothing."""
    with changes.opened(store=card.store, by=by) as book:
        other = Card.objects.filter(pk=card.pk, hides_purchase=not hidden)
        if other.update(hides_purchase=hidden):
            event = CardEvent(card=card, old=card.state, new=card.state)
            kind = "card_hidden" if hidden else "card_shown"
            book.write([event], kind=kind, number=card.number)
    card.hides_purchase = hidden


def _move(*, card: Card, new: CardState, why: str, book: Book) -> None:
    old = CardState(card.state)
    # the owner may report it lost on one tablet while the sale is voided on another
    still = Card.objects.filter(pk=card.pk, state=old)
    if new not in MOVES.get(old, frozenset()) or still.update(state=new) != 1:
        raise CardMoved
    card.state = new
    event = CardEvent(card=card, old=old, new=new, why=why)
    book.write([event], kind=f"card_{new}", number=card.number)
