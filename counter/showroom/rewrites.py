"""The lines of an order as another version says them. A piece that is being made stays what it is;
one that is wanted no more is cancelled, and forgotten only where nothing was ever done for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import F, Max
from django.utils.translation import gettext_lazy

from counter.models import NetworkOrder, OrderedPiece, OrderedState, OrderLine
from counter.models.orders import BEHIND
from counter.showroom import orders
from counter.showroom.amounts import Figures
from counter.showroom.wishes import LineWish, Wish
from inventory.ground.errors import RuleBroken
from inventory.models import Style


class InProductionAlready(RuleBroken):
    code = "in_production_already"
    sentence = gettext_lazy(
        "Pieces of this order are being made or have arrived. They cannot become other ones."
    )


class StonesAllotted(RuleBroken):
    code = "stones_allotted"
    sentence = gettext_lazy(
        "Stones are kept for pieces that would change. Release them first, then change the order."
    )


@dataclass(frozen=True)
class Plan:
    """Which line of before becomes which line of the wish; what is left over is wanted no more."""

    becomes: Sequence[OrderLine | None]  # in the order of the wish; None: a new line
    dropped: Sequence[OrderLine]


def plan(order: NetworkOrder, wish: Wish) -> Plan:
    """How the lines of an order become those of a wish. Refused when pieces that are being made
    would be other ones or fewer, and while stones are kept for pieces that would change (2
    queries)."""
    left = list(order.lines.select_related("style").prefetch_related("ordered__stones"))
    becomes: list[OrderLine | None] = [_taken(left, same=wished) for wished in wish.lines]
    for position, wished in enumerate(wish.lines):
        if becomes[position] is None:
            becomes[position] = _taken(left, style=wished.style) or _taken(left)
    for line, wished in zip(becomes, wish.lines, strict=True):
        if line is not None:
            _check(line, wished)
    for line in left:
        _check(line, None)
    return Plan(becomes, left)


def rewrite(order: NetworkOrder, wish: Wish, figures: Sequence[Figures]) -> None:
    """Makes the lines and their pieces what the wish says. Refused as `plan` is."""
    planned = plan(order, wish)
    # no two lines may have one position, not even in between
    last: int = OrderLine.every.filter(order=order).aggregate(last=Max("position"))["last"]
    order.lines.update(position=F("position") + max(last, BEHIND))
    for line in planned.dropped:
        _drop(line)
    styles = Style.objects.in_bulk({line.style for line in wish.lines}, field_name="code")
    rows = zip(planned.becomes, wish.lines, figures, strict=True)
    for position, (before, wished, told) in enumerate(rows, 1):
        row = OrderLine(order=order) if before is None else before
        row.position, row.style = position, styles[wished.style]
        for name, value in orders.columns_of(wished, told).items():
            setattr(row, name, value)
        row.save()
        _count(row)


def wish_of(line: OrderLine) -> LineWish:
    """A line as it was wished."""
    told = {name: getattr(line, name) for name in LineWish.__dataclass_fields__ if name != "style"}
    return LineWish(style=line.style.code, **told)


def _taken(
    left: list[OrderLine], *, same: LineWish | None = None, style: str = ""
) -> OrderLine | None:
    """The first line that is left and fits, and is left no more. One whose pieces are being made
    becomes nothing else."""
    for line in left:
        if same is not None:
            fits = _is_same(line, same)
        else:
            fits = not _fixed(line) and (not style or line.style.code == style)
        if fits:
            left.remove(line)
            return line
    return None


def _check(line: OrderLine, wished: LineWish | None) -> None:
    fixed = _fixed(line)
    if wished is None or not _is_same(line, wished):
        if fixed:
            raise InProductionAlready
        if any(_has_stone(piece) for piece in line.ordered.all()):
            raise StonesAllotted
        return
    kept = fixed + [piece for piece in _waiting(line) if _has_stone(piece)]
    if wished.pieces < len(fixed):
        raise InProductionAlready
    if wished.pieces < len(kept):
        raise StonesAllotted


def _is_same(line: OrderLine, wished: LineWish) -> bool:
    """The same thing to be made, however many and whatever is remarked."""
    plain = {"pieces": 0, "remark": ""}
    return replace(wish_of(line), **plain) == replace(wished, **plain)  # type: ignore[arg-type]  # because: two fields, each of its type


def _fixed(line: OrderLine) -> list[OrderedPiece]:
    loose = (OrderedState.WAITING, OrderedState.CANCELLED)
    return [piece for piece in line.ordered.all() if piece.state not in loose]


def _waiting(line: OrderLine) -> list[OrderedPiece]:
    return [piece for piece in line.ordered.all() if piece.state == OrderedState.WAITING]


def _has_stone(piece: OrderedPiece) -> bool:
    return any(stone.released_at is None for stone in piece.stones.all())


def _drop(line: OrderLine) -> None:
    """A line that is wanted no more: gone when nothing was done for it, else behind the others."""
    for piece in line.ordered.all():
        _forget(piece)
    if not OrderedPiece.objects.filter(line=line).exists():
        line.delete()


def _forget(piece: OrderedPiece) -> None:
    if piece.stones.all() or piece.piece_id is not None:
        OrderedPiece.objects.filter(pk=piece.pk).update(state=OrderedState.CANCELLED)
    else:
        piece.delete()


def _count(line: OrderLine) -> None:
    """As many rows that count as the line has pieces: new ones, or those without a stone go."""
    rows = list(line.ordered.prefetch_related("stones"))
    alive = [piece for piece in rows if piece.state != OrderedState.CANCELLED]
    last = max((piece.serial for piece in rows), default=0)
    missing = line.pieces - len(alive)
    OrderedPiece.objects.bulk_create(
        OrderedPiece(line=line, serial=serial) for serial in range(last + 1, last + 1 + missing)
    )
    free = [
        piece
        for piece in reversed(alive)
        if piece.state == OrderedState.WAITING and not _has_stone(piece)
    ]
    for piece in free[: max(-missing, 0)]:
        _forget(piece)
