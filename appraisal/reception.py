"""The customer puts old pieces on the counter: what is seen, what is said, and the consent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal import consents, marks, trade_ins
from appraisal.models import (
    BrandTier,
    OldPiece,
    OldPieceMove,
    OldPiecePhoto,
    TradeIn,
    TradeInState,
    TradeKind,
)
from inventory import places
from inventory.ground import changes, numbers, settings_rows
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.ground.signatures import Drawn
from inventory.models import Photo, Piece, Place, Pricing, Store

MOST_PIECES: Final = 30


class NothingBrought(RuleBroken):
    code = "nothing_brought"
    status = 422
    sentence = gettext_lazy("Enter at least one old piece.")


class BuyBackOff(RuleBroken):
    code = "buy_back_off"
    sentence = gettext_lazy("This store does not buy old gold for money.")


class SourceNeeded(RuleBroken):
    code = "source_needed"
    status = 422
    sentence = gettext_lazy("Write down where the customer has the piece from.")


class PhotoNeeded(RuleBroken):
    code = "photo_needed"
    sentence = gettext_lazy("Take a picture of every old piece before anything is done to it.")


@dataclass(frozen=True, kw_only=True)
class Brought:
    """One old piece as it lies on the counter: what is seen, and what the customer says."""

    category: str
    description: str
    metal: str
    tier: str = BrandTier.OTHER
    mark: str = ""
    brand: str = ""
    piece: Piece | None = None
    sale_line_id: int | None = None
    has_receipt: bool = False
    receipt: str = ""
    bought_on: date | None = None
    same_store: bool = False
    old_pricing: str = Pricing.WEIGHT
    old_price_cents: int | None = None
    old_discount_bp: int = 0
    photos: Sequence[Photo] = ()


def receive(
    *,
    counter: Place,
    kind: str,
    source: str,
    brought: Sequence[Brought],
    by: User,
    customer_id: int | None = None,
    representative: str = "",
) -> TradeIn:
    """The customer hands old pieces over; from here on they are in one place of the store.

    Refused: without a piece, without a statement where it comes from, a plated mark, a piece of
    ours that came back already, a buy-back where the store does none or by a role without it.
    """
    if not by.has_perm("trade_in"):
        raise NotAllowed
    if not brought or len(brought) > MOST_PIECES:
        raise NothingBrought
    if not source.strip():
        raise SourceNeeded(field="source")
    if kind == TradeKind.BUY_BACK:
        check_buy_back(counter.store, by)
    for each in brought:
        _check_brought(each)
    with changes.opened(store=counter.store, by=by) as book:
        day = places.business_day(counter.store, book.at)
        trade_in = TradeIn(
            number=numbers.issue(store=counter.store, kind=numbers.Kind.TRADE_IN, day=day),
            store=counter.store,
            counter=counter,
            kind=TradeKind(kind),
            customer_id=customer_id,
            source=source.strip()[:200],
            representative=representative.strip()[:60],
            business_day=day,
            at=book.at,
        )
        book.write([trade_in], kind="trade_in_received", number=trade_in.number)
        trade_ins.note_step(trade_in, old="", new=TradeInState.RECEIVED, book=book)
        for position, each in enumerate(brought, start=1):
            _put_down(trade_in, position, each, book)
    return trade_in


def consent(*, trade_in: TradeIn, drawn: Drawn | None, by: User) -> TradeIn:
    """The customer has heard criteria, process and fees, and signed that the listed tests may be
    made. Refused without a picture of every piece, where the store wants them."""
    with trade_ins.opened(trade_in, by=by) as (locked, book):
        if settings_rows.value(locked.store, "trade_in_photo") == "yes":
            bare = OldPiece.objects.filter(trade_in=locked, photos__isnull=True)
            if bare.exists():
                raise PhotoNeeded
        signature = trade_ins.sign(locked, consents.CONSENT, drawn, book)
        return trade_ins.move(locked, TradeInState.CONSENTED, book=book, signature=signature)


def check_buy_back(store: Store, by: User) -> None:
    """Refused where the store buys no old gold for money, and to a role that does not."""
    if settings_rows.value(store, "buy_back") != "yes":
        raise BuyBackOff
    if not by.has_perm("buy_back"):
        raise NotAllowed


def _check_brought(each: Brought) -> None:
    marks.check_not_plated(each.mark)
    if not each.description.strip():
        raise BadField(_("Describe the piece in a few words."), field="description")
    if each.piece is not None:
        back = OldPiece.objects.filter(piece=each.piece, place__isnull=False)
        if back.exists():
            raise BadField(_("This piece came back already."), field="number")


def _put_down(trade_in: TradeIn, position: int, each: Brought, book: Book) -> OldPiece:
    piece = OldPiece(
        trade_in=trade_in,
        position=position,
        category=each.category,
        description=each.description.strip()[:80],
        mark=each.mark.strip()[:20],
        metal=each.metal,
        brand_tier=each.tier,
        brand=each.brand.strip()[:40],
        piece=each.piece,
        sale_line_id=each.sale_line_id,
        has_receipt=each.has_receipt,
        receipt=each.receipt.strip()[:40],
        bought_on=each.bought_on,
        same_store=each.same_store,
        old_pricing=each.old_pricing,
        old_price_cents=each.old_price_cents,
        old_discount_bp=each.old_discount_bp,
        place=trade_in.counter,
    )
    book.write([piece], kind="old_piece_received", number=trade_in.number)
    arrival = OldPieceMove(old_piece=piece, to_place=trade_in.counter, mg=0, reason="received")
    book.write([arrival], kind="old_piece_moved", number=trade_in.number)
    taken = [OldPiecePhoto(old_piece=piece, photo=photo) for photo in each.photos]
    book.write(taken, kind="old_piece_photo", number=trade_in.number)
    return piece
