"""配石: the stone for each ordered piece, from stock, to be bought, or the customer's own. One from
stock is kept for the order until it is set."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter.models import (
    NetworkOrder,
    OrderedPiece,
    OrderedState,
    OrderLine,
    OrderState,
    StoneAllotment,
    StonesFrom,
    StoneSource,
)
from counter.showroom import kept_pieces, materials, production, steps
from inventory import holds, pieces
from inventory.ground import access, codes, measures, settings_rows
from inventory.ground.amounts import WHOLE_BP
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, RuleBroken
from inventory.models import Piece, State, Stone, Store

S = OrderState
# more may be ordered while the first pieces are being made
ALLOTTABLE: Final = frozenset({S.ALLOTTING, S.IN_PRODUCTION, S.ARRIVED, S.NOTIFIED})
GRADES: Final = ("kind", "color", "clarity", "cut")


class NoStoneNeeded(RuleBroken):
    code = "no_stone_needed"
    sentence = gettext_lazy("This piece is made without a stone that we allot.")


class StoneAllottedAlready(RuleBroken):
    code = "stone_allotted_already"
    sentence = gettext_lazy("This piece has its stone already. Release that one first.")


class StoneNotFree(RuleBroken):
    """Sold, held, carried away or of another store meanwhile."""

    code = "stone_not_free"

    def __init__(self, stone: Piece) -> None:
        told = {"number": stone.number, "state": stone.get_state_display()}
        super().__init__(
            _("Stone %(number)s cannot be allotted: it is %(state)s. Choose another one.") % told
        )


class NoStoneInIt(BadField):
    code = "no_stone_in_it"
    sentence = gettext_lazy("This piece has no main stone in the books.")


class StoneDiffers(RuleBroken):
    """Not as ordered; whoever allots it nevertheless says what was agreed."""

    code = "stone_differs"

    def __init__(self, differs: list[str]) -> None:
        words = _(
            "This stone is not as ordered: %(differs)s. Say what was agreed, or choose another."
        )
        super().__init__(words % {"differs": "; ".join(differs)}, field="agreed", differs=differs)


class CustomersStoneMissing(RuleBroken):
    code = "customers_stone_missing"
    sentence = gettext_lazy(
        "No stone of the customer is left here for this piece. Receive it first."
    )


class StoneToBuyUnclear(BadField):
    code = "stone_unclear"
    sentence = gettext_lazy("Say which stone, with its weight.")


class StoneGone(RuleBroken):
    code = "stone_released"
    sentence = gettext_lazy("This stone was released or set already. Nothing was changed.")


@dataclass(frozen=True)
class StoneFacts:
    """What a stone is: thousandths of a carat, grades in the laboratory's own words, its report."""

    weight_mct: int
    kind: str = ""
    color: str = ""
    clarity: str = ""
    cut: str = ""
    certificate: str = ""

    @property
    def words(self) -> str:
        return " ".join(text for text in (self.kind, self.color, self.clarity, self.cut) if text)


def begin(*, order: NetworkOrder, by: User) -> NetworkOrder:
    """A confirmed order goes to whoever allots stones; one that needs none straight to the
    workshop. Refused: to a role without the right, and when the order has moved on."""
    access.refuse_unless(by, "work_orders", store=order.queue)
    with steps.opened(order, by=by) as (book, locked):
        if production.stones_wanted(locked).exists():
            steps.move(locked, S.ALLOTTING, book=book)
        elif locked.state == S.CONFIRMED:
            production.begin_in(locked, book=book)
        else:
            raise steps.OrderMoved(locked)
    return locked


def allot(
    *,
    ordered: OrderedPiece,
    source: str,
    by: User,
    stone: Piece | None = None,
    facts: StoneFacts | None = None,
    agreed: str = "",
) -> StoneAllotment:
    """The stone for one ordered piece. From stock: `stone`, a piece of the queue's store that is on
    sale or received, kept for the order from now on; else its `facts`. `agreed`: what was said
    about a stone that is not as ordered.

    Refused: to a role without the right, when the order has moved on, for a piece that needs no
    stone or has one, a stone that is sold, held or elsewhere, one that differs without a word, and
    a stone of the customer that was not received.
    """
    order = _order_of(ordered)
    access.refuse_unless(by, "work_orders", store=order.queue)
    with steps.opened(order, by=by) as (book, locked):
        wanted = _lock_ordered(ordered)
        _check_wanted(wanted, locked)
        row = StoneAllotment(ordered=wanted, source=StoneSource(source), at=book.at, by=by)
        if row.source == StoneSource.STOCK:
            row.stone, told = _take(stone, locked, book=book)
        else:
            told = facts or StoneFacts(weight_mct=0)
            _check_told(row.source, told, locked)
        differs = _differs(told, wanted.line, store=locked.queue)
        remark = codes.one_line(agreed)
        if differs and not remark:
            raise StoneDiffers(differs)
        for name, value in vars(told).items():
            setattr(row, name, value)
        row.words = "; ".join(text for text in (told.words, remark) if text)[:80]
        book.write([row], kind="stone_allotted", number=locked.number)
    return row


def come(*, allotment: StoneAllotment, by: User) -> StoneAllotment:
    """A stone that had to be bought is here. Refused: to a role without the right, and for one that
    was released, or is here already."""
    order = _order_of(allotment.ordered)
    access.refuse_unless(by, "work_orders", store=order.queue)
    with steps.opened(order, by=by) as (book, locked):
        rows = StoneAllotment.objects.filter(pk=allotment.pk, source=StoneSource.BUY)
        if rows.filter(released_at=None, came_at=None).update(came_at=book.at) != 1:
            raise StoneGone
        allotment.came_at = book.at
        book.note(allotment, kind="stone_came", number=locked.number)
    return allotment


def release(*, allotment: StoneAllotment, by: User) -> StoneAllotment:
    """The stone is not for this piece after all: one from stock is free again. Refused: to a role
    without the right, twice, and once the piece is in the workshop."""
    order = _order_of(allotment.ordered)
    access.refuse_unless(by, "work_orders", store=order.queue)
    with steps.opened(order, by=by) as (book, locked):
        now = _lock_ordered(allotment.ordered)
        row = live().filter(pk=allotment.pk).first()
        if row is None or now.state != OrderedState.WAITING:
            raise StoneGone
        _release([row], locked, book=book)
    return row


def finish(*, order: NetworkOrder, by: User) -> NetworkOrder:
    """All stones are there: the order goes to the workshop. Refused as `production.start`."""
    return production.start(order=order, by=by)


def on_order_ended(*, order: NetworkOrder, book: Book) -> None:
    """The order came to nothing: its stones are free again, but for those that are set."""
    rows = live().filter(ordered__line__order=order, ordered__piece=None)
    _release(list(rows), order, book=book)


def live() -> QuerySet[StoneAllotment]:
    return StoneAllotment.objects.filter(released_at=None)


def missing(orders: Iterable[NetworkOrder]) -> dict[int, int]:
    """How many waiting pieces of these orders have no stone that is here, by order id; orders that
    lack none are left out (1 query)."""
    found: dict[int, int] = {}
    for key in production.without_stone(orders).values_list("line__order_id", flat=True):
        found[key] = found.get(key, 0) + 1
    return found


def _check_wanted(wanted: OrderedPiece, order: NetworkOrder) -> None:
    if order.state not in ALLOTTABLE or wanted.state != OrderedState.WAITING:
        raise steps.OrderMoved(order)
    if wanted.line.stones_from == StonesFrom.NONE:
        raise NoStoneNeeded
    if live().filter(ordered=wanted).exists():
        raise StoneAllottedAlready


def _take(stone: Piece | None, order: NetworkOrder, *, book: Book) -> tuple[Piece, StoneFacts]:
    """A stone of ours, kept for the order."""
    if stone is None:
        raise StoneToBuyUnclear(field="stone")
    found = Stone.objects.filter(piece=stone, main=True).first()
    (locked,) = pieces.lock([stone.pk])
    # whoever is faster has it: a hold that is past its time is judged by `kept_pieces.keep`
    takes = {State.ON_SALE, State.RECEIVED, State.HELD}
    if locked.store_id != order.queue_id or locked.state not in takes:
        raise StoneNotFree(locked)
    is_kept = holds.live_for(bill=order.uuid, ids=[locked.pk])
    if is_kept or live().filter(stone=locked).exists() or kept_pieces.of_piece(locked):
        raise StoneNotFree(locked)
    if found is None:
        raise NoStoneInIt(field="stone")
    locked.store = order.queue
    if locked.state == State.RECEIVED:
        pieces.put_on_sale(rows=[locked], book=book)
    try:
        kept_pieces.keep(piece=locked, order=order, book=book)
    except (holds.HeldElsewhere, pieces.PieceMoved) as refusal:
        raise StoneNotFree(locked) from refusal
    report = locked.certificates.first()
    grades = {name: getattr(found, name) for name in GRADES}
    return locked, StoneFacts(
        weight_mct=found.weight_mct, certificate=str(report or "")[:40], **grades
    )


def _check_told(source: str, told: StoneFacts, order: NetworkOrder) -> None:
    if not 0 < told.weight_mct <= measures.MOST_MCT:
        raise StoneToBuyUnclear(field="weight_mct")
    if source == StoneSource.BUY:
        if not told.words:
            raise StoneToBuyUnclear(field="kind")
        return
    taken = live().filter(ordered__line__order=order, source=StoneSource.CUSTOMER).count()
    if materials.stones_here(order) <= taken:
        raise CustomersStoneMissing


def _differs(told: StoneFacts, line: OrderLine, *, store: Store) -> list[str]:
    """How a stone is not as ordered, in words; what the order leaves open does not differ."""
    found = []
    bp = settings_rows.number(store, "order_stone_tolerance_bp")
    wanted = line.stone_mct
    if wanted is not None and abs(told.weight_mct - wanted) * WHOLE_BP > wanted * bp:
        shown = {"is": measures.carats(told.weight_mct), "wanted": measures.carats(wanted)}
        found.append(_("weight %(is)s ct instead of %(wanted)s ct") % shown)
    words = {
        "kind": _("stone"),
        "color": _("colour"),
        "clarity": _("clarity"),
        "cut": _("cut"),
    }
    for name, word in words.items():
        asked, is_so = getattr(line, f"stone_{name}"), getattr(told, name)
        if asked and is_so.casefold() != asked.casefold():
            shown = {"what": word, "is": is_so or "–", "wanted": asked}
            found.append(_("%(what)s %(is)s instead of %(wanted)s") % shown)
    if line.certificate and not told.certificate.upper().startswith(line.certificate.upper()):
        shown = {"what": _("report"), "is": told.certificate or "–", "wanted": line.certificate}
        found.append(_("%(what)s %(is)s instead of %(wanted)s") % shown)
    return found


def _release(rows: list[StoneAllotment], order: NetworkOrder, *, book: Book) -> None:
    for row in rows:
        StoneAllotment.objects.filter(pk=row.pk).update(released_at=book.at)
        row.released_at = book.at
        book.note(row, kind="stone_released", number=order.number)
    ours = Piece.objects.filter(pk__in=[row.stone_id for row in rows if row.stone_id])
    kept_pieces.release(rows=list(ours), order=order, book=book)


def _lock_ordered(ordered: OrderedPiece) -> OrderedPiece:
    rows = OrderedPiece.objects.select_for_update(of=("self",)).select_related("line")
    return rows.get(pk=ordered.pk)


def _order_of(ordered: OrderedPiece) -> NetworkOrder:
    rows = NetworkOrder.objects.select_related("queue", "store")
    return rows.get(lines__ordered=ordered)
