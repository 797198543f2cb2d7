"""旧料袋: settled old gold under a numbered seal, one bag for each metal class.

`MOVES` says what may become of a bag. The way to head office is in `bag_journeys`, the furnace
and the refiner's paper in `melts`.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from django.contrib.auth.models import User
from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal import contents, old_pieces, trade_ins, weighings
from appraisal.contents import Content
from appraisal.models import (
    BagMove,
    BagState,
    OldPiece,
    ScrapBag,
    TradeIn,
    TradeInState,
    WeighedFor,
)
from appraisal.trade_ins import TradeInMoved
from appraisal.weighings import Shown
from inventory import places
from inventory.ground import approvals, codes, measures, numbers, settings_rows
from inventory.ground.approvals import Ask
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, RuleBroken
from inventory.ground.measures import MetalClass
from inventory.models import Place, PlaceKind

# what may become of a bag; nothing comes back from the furnace
MOVES: Final[dict[str, frozenset[BagState]]] = {
    BagState.SEALED: frozenset({BagState.SENT, BagState.OPENED}),
    BagState.SENT: frozenset({BagState.ARRIVED}),
    BagState.ARRIVED: frozenset({BagState.MELTED}),
}
MOST_SEAL: Final = 30  # characters


class BagMoved(RuleBroken):
    """Somebody else was faster, or this does not come now."""

    code = "bag_moved"

    def __init__(self, bag: ScrapBag) -> None:
        told = {"number": bag.number, "state": bag.get_state_display()}
        super().__init__(_("Bag %(number)s is in the state: %(state)s.") % told)


class NothingToBag(RuleBroken):
    """The same old piece lies in a bag already, or there is none of this class."""

    code = "nothing_to_bag"
    sentence = gettext_lazy("No old piece of this metal is left to go into a bag.")


class SealUsed(RuleBroken):
    code = "seal_used"

    def __init__(self, bag: ScrapBag) -> None:
        super().__init__(
            _("This seal closes bag %(number)s already. Take another one.")
            % {"number": bag.number},
            field="seal",
        )


class BagTooLight(RuleBroken):
    code = "bag_too_light"
    status = 422

    def __init__(self, *, gross_mg: int, mg: int) -> None:
        told = {"gross": measures.grams(gross_mg), "metal": measures.grams(mg)}
        super().__init__(
            _("The bag weighs %(gross)s g, but %(metal)s g of old gold belong in it. Look again.")
            % told,
            field="grams",
        )


class SecondPersonNeeded(RuleBroken):
    """The customer is witness only where somebody may be alone."""

    code = "second_person_needed"
    status = 422
    sentence = gettext_lazy("In this store a second person watches the sealing.")


def seal_bag(
    *,
    trade_in: TradeIn,
    of: MetalClass,
    seal: str,
    shown: Shown,
    customer_watched: bool,
    by: User,
) -> ScrapBag:
    """All old pieces of one metal class of a settled trade-in go into one bag, which is weighed
    as it is closed. With the last class the trade-in is bagged.

    A second person agrees with their PIN; somebody alone seals with the customer as witness.
    Refused: before it is settled, a class of which nothing is left, a seal that was used before,
    a bag that weighs less than the metal in it, nobody who watched.
    """
    seal = _plain(seal)
    with _once(seal), trade_ins.opened(trade_in, by=by) as (locked, book):
        if locked.state != TradeInState.SETTLED:
            raise TradeInMoved
        inside = [each for each in contents.unbagged(locked) if each.metal_class == of]
        if not inside:
            raise NothingToBag
        mg = sum(each.mg for each in inside)
        if shown.mg < mg:
            raise BagTooLight(gross_mg=shown.mg, mg=mg)
        _check_unused(seal)
        watcher = None if customer_watched else _second_person(locked, of, seal, by)
        if watcher is None and settings_rows.value(locked.store, "alone_on_duty") != "yes":
            raise SecondPersonNeeded(field="customer_watched")
        bag = _new_bag(locked, inside, seal=seal, gross_mg=shown.mg, watcher=watcher, book=book)
        _weigh(bag, shown, book)
        _close(bag, inside, book)
        if not OldPiece.objects.filter(trade_in=locked, bag__isnull=True).exists():
            trade_ins.move(locked, TradeInState.BAGGED, book=book)
    return bag


def open_again(*, bag: ScrapBag, reason: str, by: User) -> TradeIn:
    """A sealed bag of the store is opened, because the sale is taken back: its old pieces lie at
    the counter again, and the trade-in is settled but not bagged. A second person agrees.

    Refused once the bag has left the store, and without a reason.
    """
    if not reason.strip():
        raise BadField(_("Type the reason in a few words."), field="reason")
    trade_in = trade_in_of(bag)
    with trade_ins.opened(trade_in, by=by) as (locked, book):
        approvals.spend(ask=open_ask(bag), by=by)
        break_seal(bag, counter=locked.counter, book=book)
        if locked.state == TradeInState.BAGGED:
            trade_ins.move_back(locked, to=TradeInState.SETTLED, book=book, remark=reason)
    return locked


def break_seal(bag: ScrapBag, *, counter: Place, book: Book) -> None:
    """What lay under the seal lies at the counter, in no bag. Refused once the bag has left."""
    inside = pieces_in([bag])
    OldPiece.objects.filter(pk__in=[piece.pk for piece in inside]).update(bag=None)
    move([bag], BagState.OPENED, to=None, book=book)
    put_pieces(inside, counter, reason="opened", book=book)


def is_bagged(trade_in: TradeIn) -> bool:
    """Whether anything of it lies under a seal."""
    return OldPiece.objects.filter(trade_in=trade_in, bag__isnull=False).exists()


def trade_in_of(bag: ScrapBag) -> TradeIn:
    """A bag holds the old gold of one trade-in. Refused for a bag that was opened again."""
    along = OldPiece.objects.select_related("trade_in__store", "trade_in__counter")
    piece = along.filter(bag=bag).first()
    if piece is None:
        raise BagMoved(bag)
    return piece.trade_in


def place_for(counter: Place) -> Place:
    """旧金箱, where old gold of a counter lies: its own safe, else the store's, else itself."""
    safes = Place.objects.filter(store=counter.store_id, kind=PlaceKind.SAFE).order_by("code")
    own = safes.filter(parent=counter).first()
    return own or safes.filter(parent__isnull=True).first() or counter


def lying_at(counter: Place) -> QuerySet[ScrapBag]:
    """Sealed bags that a counter answers for: what it sealed, until it leaves the store."""
    rows = ScrapBag.objects.filter(state=BagState.SEALED, store=counter.store_id)
    return rows.filter(old_pieces__trade_in__counter=counter).distinct()


def pieces_in(bags: Sequence[ScrapBag]) -> list[OldPiece]:
    """The old pieces in these bags, with their places."""
    rows = OldPiece.objects.filter(bag__in=[bag.pk for bag in bags]).select_related("place")
    return list(rows.order_by("pk"))


def move(
    bags: Collection[ScrapBag],
    new: BagState,
    *,
    to: Place | None,
    book: Book,
    weighed_mg: int | None = None,
    **columns: object,
) -> None:
    """The one place where bags change state and place; each by the weight it was closed with, or
    by `weighed_mg`. Refused when one of them is no longer in a state that this may follow."""
    for bag in bags:
        old = BagState(bag.state)
        if new not in MOVES.get(old, frozenset()):
            raise BagMoved(bag)
        # two tablets may send the same bag: one of them still finds the old state
        rows = ScrapBag.objects.filter(pk=bag.pk, state=old)
        if rows.update(state=new, place=to, **columns) != 1:
            bag.refresh_from_db()
            raise BagMoved(bag)
        _note(bag, old=old, new=new, to=to, mg=weighed_mg or bag.gross_mg, book=book)
        bag.state, bag.place = new, to


def put_pieces(pieces: Sequence[OldPiece], place: Place | None, *, reason: str, book: Book) -> None:
    """Old pieces go where their bag goes."""
    for piece in pieces:
        mg = old_pieces.counting_weight(piece).mg
        old_pieces.put(piece, place, mg=mg, reason=reason, book=book)


def seal_ask(trade_in: TradeIn, of: MetalClass, seal: str) -> Ask:
    """What the second person agrees to: that this old gold lies under this seal."""
    told = {"number": trade_in.number, "metal": of.label, "seal": seal}
    return Ask(
        action="seal_bag",
        store=trade_in.store.code,
        document=trade_in.number,
        figures={"metal": of.metal, "grade": of.grade, "seal": seal},
        summary=_("Old gold of %(number)s, %(metal)s, lies under seal %(seal)s") % told,
        permission="trade_in",
    )


def open_ask(bag: ScrapBag) -> Ask:
    """What the second person agrees to when a seal is broken."""
    told = {"number": bag.number, "seal": bag.seal}
    return Ask(
        action="open_bag",
        store=bag.store.code,
        document=bag.number,
        figures={"bag": bag.number, "seal": bag.seal},
        summary=_("Open bag %(number)s again, seal %(seal)s") % told,
        permission="agree_trade_in",
    )


def _second_person(trade_in: TradeIn, of: MetalClass, seal: str, by: User) -> User:
    agreed = approvals.spend(ask=seal_ask(trade_in, of, seal), by=by)
    return agreed.approved_by


def _plain(typed: str) -> str:
    """The number of a seal as it is kept."""
    seal = codes.half_width(typed).strip().upper()
    if not 0 < len(seal) <= MOST_SEAL:
        raise BadField(_("Type the seal's number."), field="seal")
    return seal


@contextmanager
def _once(seal: str) -> Iterator[None]:
    """Each store locks its own head: of two that use one seal at the same moment, only the
    database sees the other."""
    try:
        yield
    except IntegrityError:
        _check_unused(seal)
        raise


def _check_unused(seal: str) -> None:
    """Refused when it closes another bag."""
    used = ScrapBag.objects.filter(seal=seal).first()
    if used is not None:
        raise SealUsed(used)


def _new_bag(
    trade_in: TradeIn,
    inside: Sequence[Content],
    *,
    seal: str,
    gross_mg: int,
    watcher: User | None,
    book: Book,
) -> ScrapBag:
    store, of = trade_in.store, inside[0].metal_class
    day = places.business_day(store, book.at)
    return ScrapBag(
        number=numbers.issue(store=store, kind=numbers.Kind.BAG, day=day),
        seal=seal,
        store=store,
        origin=store,
        place=place_for(trade_in.counter),
        metal=of.metal,
        grade=of.grade,
        mg=sum(each.mg for each in inside),
        fine_mg=sum(each.fine_mg for each in inside),
        gross_mg=gross_mg,
        sealed_by=book.by,
        weighed_by=watcher,
        customer_watched=watcher is None,
        at=book.at,
    )


def _weigh(bag: ScrapBag, shown: Shown, book: Book) -> None:
    weighings.record(
        shown=shown,
        purpose=WeighedFor.BAG,
        metal=bag.metal,
        document=bag.number,
        store=bag.store,
        book=book,
    )


def _close(bag: ScrapBag, inside: Sequence[Content], book: Book) -> None:
    book.write([bag], kind="bag_sealed", number=bag.number)
    _note(bag, old="", new=BagState.SEALED, to=bag.place, mg=bag.gross_mg, book=book)
    for each in inside:
        old_pieces.put(each.piece, bag.place, mg=each.mg, reason="bagged", book=book)
    keys = [each.piece.pk for each in inside]
    OldPiece.objects.filter(pk__in=keys).update(bag=bag)


def _note(
    bag: ScrapBag,
    *,
    old: str,
    new: BagState,
    to: Place | None,
    mg: int,
    book: Book,
) -> None:
    row = BagMove(
        bag=bag,
        old=old,
        new=new,
        from_place=bag.place if old else None,
        to_place=to,
        gross_mg=mg,
        at=book.at,
        by=book.by,
    )
    book.write([row], kind=f"bag_{new}" if old else "bag_moved", number=bag.number)
