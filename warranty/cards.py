"""保修卡: issued with the sale, void with it; lost, found, passed on and closed in between. The
number is the only key to the public page."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date

from django.contrib.auth.models import User
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inventory.ground import changes, codes
from inventory.ground.changes import Book
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.models import Piece
from warranty import benefits, card_proofs, plans
from warranty.models import Card, CardEvent, CardOwner, CardPrint, CardState, HandOut

MOVES: dict[str, frozenset[CardState]] = {
    CardState.VALID: frozenset(
        {CardState.LOST, CardState.REPLACED, CardState.VOID, CardState.CLOSED}
    ),
    CardState.LOST: frozenset(
        {CardState.VALID, CardState.REPLACED, CardState.VOID, CardState.CLOSED}
    ),
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


class CardNotHeld(RuleBroken):
    """Only a valid card is given to somebody else."""

    code = "card_not_held"

    def __init__(self, card: Card) -> None:
        told = {"state": card.get_state_display()}
        super().__init__(gettext("This card is %(state)s and cannot be passed on.") % told)


class OwnedAlready(RuleBroken):
    code = "owned_already"
    sentence = _("This customer has the card already.")


class CardNotValid(RuleBroken):
    code = "card_not_valid"
    sentence = _("This card is no longer valid and is not printed.")


def issue(
    *,
    pieces_by_line: Mapping[int, Piece],
    ordered: Collection[int] = (),
    day: date,
    level: str = "",
    book: Book,
) -> list[Card]:
    """A card for each sold line whose piece's plan hands one out, with its benefits granted;
    `ordered`: the lines that were made to order for this buyer, `level`: the buyer's membership. A
    piece without a plan, or whose plan hands out nothing, gets no card."""
    terms = plans.for_pieces(list(pieces_by_line.values()), day=day, level=level)
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
    benefits.grant(cards=cards, ordered=ordered, book=book)
    return cards


def of_sale(sale_id: int) -> list[Card]:
    """The cards of a sale's lines that are not void (1 query)."""
    rows = Card.objects.filter(sale_line__sale=sale_id).exclude(state=CardState.VOID)
    return list(rows.order_by("pk"))


def void(*, cards: Sequence[Card], why: str, book: Book) -> None:
    """The cards of a voided sale; their public pages say no more than "no longer valid"."""
    move_all(cards=cards, new=CardState.VOID, why=why, book=book)


def close(*, cards: Sequence[Card], why: str, book: Book) -> None:
    """The piece came back to us, by a return or for old gold: its cards promise nothing more. Those
    that were over before stay as they were."""
    live = [card for card in cards if card.state not in benefits.OVER]
    move_all(cards=live, new=CardState.CLOSED, why=why, book=book)


def report_lost(*, card: Card, proof: str, why: str, by: User) -> Card:
    """挂失, in the shop alone: who reports it proves that the piece was theirs. The public page
    says "no longer valid" at once. Refused to a role that does not serve, without proof, and for a
    card that is not valid."""
    with opened(card, by=by) as (locked, book):
        shown = card_proofs.check(locked, proof)
        move(card=locked, new=CardState.LOST, why=told(shown, why), book=book)
    return locked


def find_again(*, card: Card, why: str, by: User) -> Card:
    """The lost card lies on the counter: it is valid again. Refused to a role that does not serve,
    and once another card took its place."""
    with opened(card, by=by) as (locked, book):
        if locked.state != CardState.LOST:
            raise CardMoved
        move(card=locked, new=CardState.VALID, why=told("", why), book=book)
    return locked


def pass_on(*, card: Card, proof: str, customer_id: int, why: str, by: User) -> CardOwner:
    """转赠: the new owner registers with card and piece. Giver and price are not told to them.
    Refused to a role that does not serve, for a card that is not valid, without the piece itself
    (a receipt proves the giver, not the new owner), and to whom it belongs already."""
    with opened(card, by=by) as (locked, book):
        if locked.state != CardState.VALID:
            raise CardNotHeld(locked)
        card_proofs.check_piece(locked, proof)
        if owner_id(locked) == customer_id:
            raise OwnedAlready
        row = CardOwner(card=locked, customer_id=customer_id, why=told("", why))
        book.write([row], kind="card_passed_on", number=locked.number)
    return row


def in_force(card: Card) -> Card:
    """The card that stands in the place of one that was replaced, however often; any other card is
    its own (1 query for each replacement)."""
    while card.state == CardState.REPLACED:
        card = card.replaced_by
    return card


def owner_id(card: Card) -> int | None:
    """The customer who has the card now: the newest owner, else the customer of its sale; None
    when nobody is named (2 queries)."""
    last = CardOwner.objects.filter(card=card).order_by("-pk").first()
    if last is not None:
        return last.customer_id
    named = Card.objects.filter(pk=card.pk).values_list("sale_line__sale__customer_id", flat=True)
    return named.get()


@contextmanager
def opened(card: Card, *, by: User) -> Iterator[tuple[Card, Book]]:
    """The card locked under its store's head. Refused to a role that does not serve."""
    if not by.has_perm("serve"):
        raise NotAllowed
    with changes.opened(store=card.store, by=by) as book:
        yield benefits.lock(card), book


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


def told(shown: str, why: str) -> str:
    """What was shown as proof and what was said, as the event keeps it."""
    return " · ".join(filter(None, [shown, why.strip()]))[:120]


def move(*, card: Card, new: CardState, why: str, book: Book) -> None:
    """A card changes its state; the event says why. Refused as in `move_all`."""
    move_all(cards=[card], new=new, why=why, book=book)


def move_all(*, cards: Sequence[Card], new: CardState, why: str, book: Book) -> None:
    """The one place where cards change their state, by `MOVES`; each has its event. Refused for any
    other move."""
    for old in sorted({card.state for card in cards}):
        rows = [card for card in cards if card.state == old]
        # the owner may report one lost on one tablet while the sale is voided on another
        still = Card.objects.filter(pk__in=[card.pk for card in rows], state=old)
        if new not in MOVES.get(old, frozenset()) or still.update(state=new) != len(rows):
            raise CardMoved
        events = [CardEvent(card=card, old=old, new=new, why=why) for card in rows]
        for card in rows:
            card.state = new
        book.write(events, kind=f"card_{new}")
