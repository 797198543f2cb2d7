"""出货: the workshop makes the pieces of an order. Each that arrives is weighed, checked against
it, and is a piece in the book, kept for the order at the labour that was agreed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter.models import (
    NetworkOrder,
    OrderArrival,
    OrderedPiece,
    OrderedState,
    OrderLine,
    OrderState,
    StoneAllotment,
    StonesFrom,
    StoneSource,
)
from counter.showroom import kept_pieces, steps
from inventory import holds, piece_numbers, pieces
from inventory.certificates import Report
from inventory.ground import access, codes, measures, settings_rows
from inventory.ground.amounts import WHOLE_BP
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, RuleBroken
from inventory.models import (
    Certificate,
    LabourKind,
    Piece,
    Place,
    PlaceKind,
    Pricing,
    State,
    Stone,
    Style,
)

S = OrderState
STARTABLE: Final = frozenset({S.CONFIRMED, S.ALLOTTING, S.IN_PRODUCTION, S.ARRIVED, S.NOTIFIED})
PENDING: Final = (OrderedState.WAITING, OrderedState.IN_PRODUCTION)
LONGEST_MARK: Final = 20
# 1 ct is 200 mg; what two scales and a setting may differ by, in mg
STONE_SLACK_MG: Final = 15


class StonesMissing(RuleBroken):
    code = "stones_missing"

    def __init__(self, count: int) -> None:
        words = _("The stones for %(n)d pieces are not here yet.")
        super().__init__(words % {"n": count}, missing=count)


class NoPromisedDay(RuleBroken):
    code = "no_promised_day"
    sentence = gettext_lazy("Promise a day first; the workshop and the customer go by it.")


class NotInProduction(RuleBroken):
    code = "not_in_production"
    sentence = gettext_lazy("This piece is not in the workshop. Look at the order again.")


class BadPlace(BadField):
    code = "bad_arrival_place"
    sentence = gettext_lazy("Choose a tray or the safe of this store.")


class BadWeights(BadField):
    code = "bad_arrival_weights"
    sentence = gettext_lazy(
        "Gross and net weight do not agree with the stones. Weigh again and type both in grams."
    )


class ArrivalDiffers(RuleBroken):
    """Not as ordered; whoever takes it in nevertheless says why."""

    code = "arrival_differs"

    def __init__(self, differs: list[str]) -> None:
        words = _("This piece is not as ordered: %(differs)s. Send it back, or say why it is kept.")
        super().__init__(words % {"differs": "; ".join(differs)}, field="differs", differs=differs)


class ReportKnown(BadField):
    code = "report_known"
    sentence = gettext_lazy("This report belongs to another piece already.")


class HasReport(RuleBroken):
    code = "has_report"
    sentence = gettext_lazy("This piece is on sale or has left already.")


@dataclass(frozen=True)
class AsMade:
    """What the piece shows where it may be otherwise than ordered; empty: as ordered."""

    metal: str = ""
    grade: int = 0  # the legal grade, tenths of a permille
    ring_size: str = ""
    report: Report | None = None


@dataclass(frozen=True)
class Progress:
    """How far the pieces of an order are; cancelled ones do not count."""

    pieces: int
    arrived: int  # and not handed over
    handed_over: int


AS_ORDERED: Final = AsMade()


def start(*, order: NetworkOrder, by: User) -> NetworkOrder:
    """The pieces that wait go to the workshop: of a confirmed order, of one whose stones are there,
    and what was ordered in addition later.

    Refused: to a role without the right, without a promised day, while stones are missing, and when
    the order has moved on.
    """
    access.refuse_unless(by, "work_orders", store=order.queue)
    with steps.opened(order, by=by) as (book, locked):
        begin_in(locked, book=book)
    return locked


def begin_in(order: NetworkOrder, *, book: Book) -> None:
    """The same inside an open book, for a locked order."""
    waiting = _ordered(order).filter(state=OrderedState.WAITING)
    if order.state not in STARTABLE or not waiting.exists():
        raise steps.OrderMoved(order)
    if order.promised_on is None:
        raise NoPromisedDay
    missing = without_stone([order]).count()
    if missing:
        raise StonesMissing(missing)
    if order.state != S.IN_PRODUCTION:
        steps.move(order, S.IN_PRODUCTION, book=book)
    else:
        steps.write(order, old=order.state, kind="order_step", book=book)
    waiting.update(state=OrderedState.IN_PRODUCTION)


def arrive(
    *,
    ordered: OrderedPiece,
    net_mg: int,
    gross_mg: int,
    place: Place,
    is_typed: bool,
    differs: str,
    by: User,
    made: AsMade = AS_ORDERED,
) -> OrderArrival:
    """One ordered piece came from the workshop: weighed in mg, `is_typed` or read from a scale, and
    from now on a piece in the book, lying in `place`, priced by weight with the labour and stones
    of the order, and kept for it. Without the report that its style demands it is received and not
    on sale until `certify`. When it is the last one, the order has arrived.

    Refused: to a role without the right, when it is not in the workshop, in no tray or safe of the
    queue's store, with weights that cannot be, and one that differs from the order (metal, grade,
    ring size, weight) without a word why (`differs`).
    """
    order = NetworkOrder.objects.select_related("queue", "store").get(lines__ordered=ordered)
    access.refuse_unless(by, "work_orders", store=order.queue)
    with steps.opened(order, by=by) as (book, locked):
        rows = OrderedPiece.objects.select_for_update(of=("self",))
        now = rows.select_related("line__style").get(pk=ordered.pk)
        if locked.state != S.IN_PRODUCTION or now.state != OrderedState.IN_PRODUCTION:
            raise NotInProduction
        _check_place(place, locked)
        stone = _stone_of(now)
        _check_weights(net_mg, gross_mg, stone)
        told = differences(now.line, net_mg=net_mg, made=made, order=locked)
        remark = codes.one_line(differs)
        if told and not remark:
            raise ArrivalDiffers(told)
        piece = _enter(now, (net_mg, gross_mg), place=place, made=made, stone=stone, book=book)
        _set_stock_stones(now, piece, book=book)
        if made.report is not None:
            _write_report(piece, made.report)
        _put_on_sale(piece, locked, book=book)
        arrival = OrderArrival(
            ordered=now,
            piece=piece,
            net_mg=net_mg,
            gross_mg=gross_mg,
            is_typed=is_typed,
            differs="; ".join(text for text in (*told, remark) if text)[:200],
            at=book.at,
            by=by,
        )
        book.write([arrival], kind="order_arrived", number=locked.number)
        OrderedPiece.objects.filter(pk=now.pk).update(state=OrderedState.ARRIVED, piece=piece)
        catch_up(locked, book=book)
    return arrival


def certify(*, ordered: OrderedPiece, report: Report, by: User) -> Piece:
    """The laboratory's report of an arrived piece is here: it may be sold now, and is kept for its
    order. Refused: to a role without the right, for a piece that is on sale or has left, and a
    report that belongs to another piece."""
    order = NetworkOrder.objects.select_related("queue", "store").get(lines__ordered=ordered)
    access.refuse_unless(by, "work_orders", store=order.queue)
    with steps.opened(order, by=by) as (book, locked):
        now = OrderedPiece.objects.get(pk=ordered.pk)
        if now.state != OrderedState.ARRIVED or now.piece_id is None:
            raise NotInProduction
        (piece,) = pieces.lock([now.piece_id])
        if piece.state != State.RECEIVED:
            raise HasReport
        piece.store, piece.style = locked.queue, Style.objects.get(pk=piece.style_id)
        _write_report(piece, report)
        _put_on_sale(piece, locked, book=book)
    return piece


def catch_up(order: NetworkOrder, *, book: Book) -> None:
    """A locked order whose last piece is there has arrived."""
    if order.state != S.IN_PRODUCTION:
        return
    states = set(_ordered(order).values_list("state", flat=True))
    if OrderedState.ARRIVED in states and not states & set(PENDING):
        steps.move(order, S.ARRIVED, book=book)


def on_order_ended(*, order: NetworkOrder, book: Book) -> None:
    """The order came to nothing: what arrived for it is free for everybody, and no longer anybody's
    order."""
    rows = Piece.objects.filter(ordered__line__order=order, ordered__state=OrderedState.ARRIVED)
    kept_pieces.release(rows=list(rows), order=order, book=book)
    rows.update(made_to_order=False)


def progress(order: NetworkOrder) -> Progress:
    """12 pieces, 8 arrived (1 query)."""
    states = list(_ordered(order).values_list("state", flat=True))
    gone = (OrderedState.HANDED_OVER, OrderedState.SHIPPED, OrderedState.DELIVERED)
    return Progress(
        pieces=len(states),
        arrived=states.count(OrderedState.ARRIVED),
        handed_over=sum(state in gone for state in states),
    )


def stones_wanted(order: NetworkOrder) -> QuerySet[OrderedPiece]:
    """The pieces of an order that wait and are made with a stone."""
    rows = _ordered(order).filter(state=OrderedState.WAITING)
    return rows.exclude(line__stones_from=StonesFrom.NONE)


def without_stone(orders: Iterable[NetworkOrder]) -> QuerySet[OrderedPiece]:
    """Waiting pieces of these orders whose stone is not here: none allotted, or still to be
    bought."""
    there = StoneAllotment.objects.filter(released_at=None).exclude(
        source=StoneSource.BUY, came_at=None
    )
    rows = OrderedPiece.objects.filter(line__order__in=orders, state=OrderedState.WAITING)
    rows = rows.exclude(line__stones_from=StonesFrom.NONE)
    return rows.exclude(pk__in=there.values("ordered"))


def differences(line: OrderLine, *, net_mg: int, made: AsMade, order: NetworkOrder) -> list[str]:
    """How a piece is not as its line asks, in words."""
    found = []
    bp = settings_rows.number(order.queue, "order_weight_tolerance_bp")
    if abs(net_mg - line.net_mg) * WHOLE_BP > line.net_mg * bp:
        told = {"is": measures.grams(net_mg), "wanted": measures.grams(line.net_mg)}
        found.append(_("weight %(is)s g instead of %(wanted)s g") % told)
    metal, grade = made.metal or line.metal, made.grade or line.grade
    if (metal, grade) != (line.metal, line.grade):
        told = {
            "is": measures.grade_name(metal, grade),
            "wanted": measures.grade_name(line.metal, line.grade),
        }
        found.append(_("%(is)s instead of %(wanted)s") % told)
    if made.ring_size and made.ring_size != line.ring_size:
        told = {"is": made.ring_size, "wanted": line.ring_size or "–"}
        found.append(_("ring size %(is)s instead of %(wanted)s") % told)
    return found


def _check_place(place: Place, order: NetworkOrder) -> None:
    if place.store_id != order.queue_id or place.kind not in {PlaceKind.TRAY, PlaceKind.SAFE}:
        raise BadPlace(field="place")


def _check_weights(net_mg: int, gross_mg: int, stone: Stone | None) -> None:
    if not 0 < net_mg <= gross_mg <= measures.MOST_MG:
        raise BadWeights(field="gross_mg")
    if stone is not None and abs((gross_mg - net_mg) * 5 - stone.weight_mct) > STONE_SLACK_MG * 5:
        raise BadWeights(field="gross_mg")


def _stone_of(ordered: OrderedPiece) -> Stone | None:
    """The main stone as the book will know it, from what was allotted."""
    row = StoneAllotment.objects.filter(ordered=ordered, released_at=None).first()
    if row is None:
        return None
    return Stone(
        kind=row.kind or ordered.line.stone_kind or "stone",
        weight_mct=row.weight_mct,
        color=row.color,
        clarity=row.clarity,
        cut=row.cut,
    )


def _enter(
    ordered: OrderedPiece,
    weights: tuple[int, int],
    *,
    place: Place,
    made: AsMade,
    stone: Stone | None,
    book: Book,
) -> Piece:
    line = ordered.line
    (number,) = piece_numbers.free(count=1, listed=[], barcodes=[])
    piece = Piece(
        number=number,
        style=line.style,
        name=line.style.name,
        category=line.style.category,
        store=book.store,
        place=place,
        metal=made.metal or line.metal,
        grade=made.grade or line.grade,
        mark=line.mark[:LONGEST_MARK],
        net_mg=weights[0],
        gross_mg=weights[1],
        ring_size=made.ring_size or line.ring_size,
        made_to_order=True,
        pricing=Pricing.WEIGHT,
        labour_kind=LabourKind.PER_PIECE,
        # the bill knows metal and labour: what was agreed for the stone is part of the latter
        labour_value=line.labour_cents + line.stone_cents,
    )
    pieces.enter(rows=[piece], book=book)
    if stone is not None:
        stone.piece = piece
        stone.save(force_insert=True)
    return piece


def _set_stock_stones(ordered: OrderedPiece, piece: Piece, *, book: Book) -> None:
    """A stone of ours lies in its tray no longer: it is part of the new piece."""
    order = ordered.line.order
    for row in StoneAllotment.objects.filter(
        ordered=ordered, source=StoneSource.STOCK, released_at=None
    ):
        (stone,) = pieces.lock([row.stone_id or 0])
        holds.end(rows=[stone], bill=order.uuid, book=book)
        pieces.set_in(piece=stone, number=piece.number, book=book)


def _write_report(piece: Piece, report: Report) -> None:
    if Certificate.objects.filter(lab=report.lab, number=report.number).exists():
        raise ReportKnown(field="report")
    Certificate.objects.create(piece=piece, lab=report.lab, number=report.number)


def _put_on_sale(piece: Piece, order: NetworkOrder, *, book: Book) -> None:
    """On sale and kept for the order, unless its report is missing."""
    if piece.style.report_required and not piece.certificates.exists():
        return
    pieces.put_on_sale(rows=[piece], book=book)
    kept_pieces.keep(piece=piece, order=order, book=book)


def _ordered(order: NetworkOrder) -> QuerySet[OrderedPiece]:
    """The pieces of an order that are wanted."""
    rows = OrderedPiece.objects.filter(line__order=order)
    return rows.exclude(state=OrderedState.CANCELLED)


def with_line(order: NetworkOrder) -> QuerySet[OrderedPiece]:
    """The wanted pieces of an order with their lines, as they stand in it."""
    rows = _ordered(order).select_related("line__style", "piece")
    return rows.order_by("line__position", "serial")
