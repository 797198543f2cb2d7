"""退换单: pieces of one sale come back. They are checked in the customer's presence; nothing leaves
the customer's hand in the books before the return is settled, by `refunds` or by `exchanges`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import gifts, goodwill, made_to_order, return_windows, returned_pieces
from counter.models import (
    Channel,
    LineState,
    Return,
    ReturnLine,
    ReturnState,
    ReturnWindow,
    Sale,
    SaleLine,
    SaleState,
    Starts,
    Tendered,
)
from counter.returned_pieces import InHand
from counter.showroom import hand_overs
from inventory import pieces, places
from inventory import queries as stock
from inventory.ground import access, changes, numbers
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.models import Movement, Piece, Place, Reason, State
from warranty import cards, claims
from warranty.claims import Finding, Subject
from warranty.models import Card, Cause, Outcome

MOVES: Final[dict[str, frozenset[ReturnState]]] = {
    ReturnState.OPEN: frozenset({ReturnState.SETTLED, ReturnState.AT_MALL, ReturnState.DROPPED}),
    ReturnState.AT_MALL: frozenset({ReturnState.SETTLED}),
}
# the pieces are the shop's again
TAKEN: Final = (ReturnState.SETTLED, ReturnState.AT_MALL)


class NothingBack(RuleBroken):
    code = "nothing_back"
    status = 422
    sentence = gettext_lazy("Choose the piece that comes back.")


class NotSoldHere(RuleBroken):
    """The bill is not completed, was voided, or the piece is not on it."""

    code = "not_sold_here"
    sentence = gettext_lazy("This piece was not sold on this bill, or the sale was voided.")


class AlreadyBack(RuleBroken):
    """The second tablet, or the second time."""

    code = "already_back"

    def __init__(self, *, number: str) -> None:
        super().__init__(
            _("This piece is on return %(number)s already.") % {"number": number},
            next_url=f"/returns/{number}/",
            next_label=_("See the return"),
        )


class ReturnMoved(RuleBroken):
    code = "return_moved"
    sentence = gettext_lazy("This return has just been settled or given up. Look again.")


class ReturnOnBill(RuleBroken):
    code = "return_on_bill"
    sentence = gettext_lazy("This return pays on a bill. Take it off there first.")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the customer says and wants."""

    fault: str
    leads_to: str
    channel: str = Channel.SHOP
    received_on: date | None = None  # by a customer who bought at a distance
    words: str = ""
    cause: str = ""  # what the look at it found, where the reason is a fault


def take_back(
    *,
    sale: Sale,
    wish: Wish,
    brought: Sequence[InHand],
    counter: Place,
    customer_id: int | None,
    by: User,
) -> Return:
    """Pieces of one completed sale are checked; the return says what they count. `customer_id`: to
    whom store credit would belong, else to the customer of the sale.

    Refused: to a role without the right, another store's sale, nothing, a piece that is not on the
    sale or on a return already, what was made to order and has no fault, a reason without a window
    or after its last day, a fault that is the customer's own, goodwill beyond what the store gives,
    and as in `returned_pieces.look_at`.
    """
    access.refuse_unless(by, "take_returns", store=counter.store)
    with changes.opened(store=counter.store, by=by) as book:
        sale = _lock_sale(sale, store_id=counter.store_id)
        day = places.business_day(counter.store, book.at)
        windows = _windows(sale, wish, brought, today=day)
        cause = goodwill.cause_of(fault=wish.fault, found=wish.cause)
        back = Return(
            number=numbers.issue(store=counter.store, kind=numbers.Kind.RETURN, day=day),
            store=counter.store,
            counter=counter,
            sale=sale,
            customer_id=customer_id or sale.customer_id,
            leads_to=wish.leads_to,
            fault=wish.fault,
            cause=cause,
            is_goodwill=cause == Cause.UNCLEAR,
            words=wish.words[:200],
            window=windows[0],
            received_on=_received_on(wish, windows),
            business_day=day,
            at=book.at,
            by=by,
        )
        lines = [
            returned_pieces.look_at(hand, back=back, window=window, on=day, book=book)
            for hand, window in zip(brought, windows, strict=True)
        ]
        back.credit_cents = sum(line.credit_cents for line in lines)
        if back.is_goodwill:
            cents = sum(line.goodwill_cents for line in lines)
            claims.check_goodwill(store=back.store, cents=cents, on=day)
        changes.lay_out(back, lines=lines)
        book.write([back], kind="return_opened", number=back.number)
        ReturnLine.objects.bulk_create(lines)
    return back


def drop(*, back: Return, by: User) -> Return:
    """The customer keeps the pieces. Refused once it is settled, and while it pays on a bill."""
    access.refuse_unless(by, "take_returns", store=back.store)
    with changes.opened(store=back.store, by=by) as book:
        locked = lock(back)
        if Tendered.objects.filter(returned=locked).exists():
            raise ReturnOnBill
        move(locked, ReturnState.DROPPED, book=book)
        locked.lines.update(is_live=False)
    return locked


def pass_check(*, back: Return, piece: Piece, by: User) -> Piece:
    """A returned piece was looked at and is on sale again. Refused before the return is settled,
    for a piece that is not on it, and without the certificate that it needs."""
    access.refuse_unless(by, "take_returns", store=back.store)
    with changes.opened(store=back.store, by=by) as book:
        (locked,) = pieces.lock([piece.pk])
        if back.state not in TAKEN or not back.lines.filter(piece=locked).exists():
            raise ReturnMoved
        if locked.state != State.RETURNED:
            raise pieces.PieceMoved
        pieces.pass_check(piece=locked, book=book)
    return locked


def take_in(back: Return, *, book: Book) -> None:
    """Settling: the pieces lie in their trays again, not on sale, and gifts in their places; their
    cards are closed, and a fault is a claim. Refused when the goodwill of the month was used up
    meanwhile."""
    lines = list(back.lines.select_related("sale_line", "piece"))
    rows = pieces.lock([line.piece_id for line in lines])
    for tray, together in _by_tray(rows, back):
        pieces.bring_back(rows=together, to=tray, number=back.number, book=book)
    gifts.take_in(back, lines=lines, book=book)
    sold = [line.sale_line_id for line in lines]
    SaleLine.objects.filter(pk__in=sold).update(state=LineState.RETURNED)
    held = list(Card.objects.filter(sale_line__in=sold))
    cards.close(cards=held, why=back.number, book=book)
    if back.cause:
        _write_claims(back, lines, held, book=book)
    changes.lay_out(back, lines=lines)


def lock(back: Return) -> Return:
    """The return, locked to the end of the transaction; its store and its sale come along."""
    rows = Return.objects.select_for_update(of=("self",))
    return rows.select_related("store", "counter__store", "sale", "customer").get(pk=back.pk)


def move(back: Return, new: ReturnState, *, book: Book, **settled: Any) -> None:
    """Compare and set by the table of moves, with the columns that settling fills. Refused for any
    other move."""
    old = ReturnState(back.state)
    if new not in MOVES.get(old, frozenset()):
        raise ReturnMoved
    if Return.objects.filter(pk=back.pk, state=old).update(state=new, **settled) != 1:
        raise ReturnMoved
    for name, value in {"state": new, **settled}.items():
        setattr(back, name, value)
    book.note(back, kind=f"return_{new}", number=back.number)


def _write_claims(
    back: Return, lines: Sequence[ReturnLine], held: Sequence[Card], *, book: Book
) -> None:
    """So that head office sees which styles and suppliers fail, and what goodwill cost."""
    card_of = {card.sale_line_id: card for card in held}
    found = []
    for line in lines:
        finding = Finding(
            fault=back.fault,
            cause=back.cause,
            outcome=Outcome(back.leads_to),
            words=back.words,
            goodwill_cents=line.goodwill_cents,
        )
        card = card_of.get(line.sale_line_id)
        subject = Subject(piece=line.piece, card=card, document=back.number)
        found.append((subject, finding))
    claims.write(found=found, book=book)


def _lock_sale(sale: Sale, *, store_id: int) -> Sale:
    locked = Sale.objects.select_for_update(of=("self",)).get(pk=sale.pk)
    if locked.store_id != store_id:
        raise stock.OtherStore
    if locked.state != SaleState.COMPLETED:
        raise NotSoldHere
    return locked


def _windows(
    sale: Sale, wish: Wish, brought: Sequence[InHand], *, today: date
) -> list[ReturnWindow]:
    """A window for each piece, after it is sure that each is on the sale and on no return."""
    if not brought:
        raise NothingBack(field="line")
    if len({hand.line.pk for hand in brought}) != len(brought):
        raise NothingBack(field="line")
    for hand in brought:
        _check_line(hand.line, sale)
        made_to_order.check(hand.line, fault=wish.fault)
    return [
        return_windows.fitting(
            piece=hand.line.piece,
            fault=wish.fault,
            leads_to=wish.leads_to,
            channel=hand_overs.channel_of(hand.line.piece, said=wish.channel),
            bought=sale.business_day or today,
            today=today,
            received=wish.received_on,
        )
        for hand in brought
    ]


def _received_on(wish: Wish, windows: Sequence[ReturnWindow]) -> date | None:
    """Kept only where a window counts from it."""
    counts = any(window.starts == Starts.RECEIPT for window in windows)
    return wish.received_on if counts else None


def _check_line(line: SaleLine, sale: Sale) -> None:
    live = ReturnLine.objects.filter(sale_line=line, is_live=True).select_related("back").first()
    if live is not None:
        raise AlreadyBack(number=live.back.number)
    if not SaleLine.objects.filter(pk=line.pk, sale=sale, state=LineState.SOLD).exists():
        raise NotSoldHere


def _by_tray(rows: Sequence[Piece], back: Return) -> Iterable[tuple[Place, list[Piece]]]:
    """Where they were last sold from, each tray with its pieces (1 query)."""
    sold = Movement.objects.filter(piece__in=rows, reason=Reason.SOLD).order_by("pk")
    from_place = {
        each.piece_id: each.from_place for each in sold.select_related("from_place__parent")
    }
    together: dict[Place, list[Piece]] = {}
    for piece in rows:
        tray = from_place.get(piece.pk) or back.counter
        together.setdefault(tray, []).append(piece)
    return together.items()
