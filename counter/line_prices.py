"""What a piece on an open bill costs: its parts by the board of this moment, and what becomes of
the reductions of a line when a part changes."""

from django.db.models import Sum

from counter.models import Part, Reduction, Sale, SaleLine
from counter.showroom import price_locks
from inventory import prices, pricing
from inventory.models import MetalPrice


def fill(line: SaleLine) -> None:
    """The parts of a new line, which is not written yet, at today's price."""
    _fill(line, _now(line, net_mg=None))


def put(line: SaleLine, *, net_mg: int | None) -> None:
    """Prices a line anew and writes it. `net_mg`: the grams that count, where the label's do not.

    A reduction was given, and agreed to, for one figure of its part: another figure drops it.
    """
    now = _now(line, net_mg=net_mg)
    parts = {
        Part.METAL: (line.metal_cents, now.metal_cents),
        Part.LABOUR: (line.labour_cents, now.labour_cents),
        Part.FIXED: (line.fixed_cents, now.fixed_cents),
    }
    changed = [part for part, (before, after) in parts.items() if before != after]
    line.reductions.filter(part__in=changed).delete()
    line.reduced_cents = line.reductions.aggregate(sum=Sum("cents"))["sum"] or 0
    before = line.total_cents
    _fill(line, now)
    if line.total_cents != before:
        # the customer took note of another price
        line.acknowledged_at, line.acknowledged_how = None, ""
    line.save()


def sum_up(line: SaleLine) -> None:
    """The total of a line after its reductions have changed, written."""
    line.reduced_cents = line.reductions.aggregate(sum=Sum("cents"))["sum"] or 0
    line.total_cents = line.before_cents - line.reduced_cents
    # the customer took note of another price
    line.acknowledged_at, line.acknowledged_how = None, ""
    line.save()


def drop_kept(*, sale: Sale, returned_id: int) -> None:
    """A return no longer pays on an open bill: what its piece had taken off is off no longer."""
    kept = Reduction.objects.filter(line__sale=sale, returned=returned_id)
    lines = list(SaleLine.objects.filter(pk__in=kept.values("line")))
    kept.delete()
    for line in lines:
        sum_up(line)


def _now(line: SaleLine, *, net_mg: int | None) -> pricing.Breakdown:
    piece, row = line.piece, None
    if pricing.needs_board(piece):
        row = _board_row(line)
    return pricing.price(piece, row, net_mg=net_mg)


def _board_row(line: SaleLine) -> MetalPrice:
    """The price of the day, or the one that is locked for the order it was made for."""
    piece = line.piece
    if line.made_to_order:
        before = line.sale.lines.exclude(pk=line.pk).filter(position__lt=line.position)
        on_it = [*before.select_related("piece").order_by("position"), line]
        locked = price_locks.rows_of(on_it).get(piece.pk)
        if locked is not None:
            return locked
    return prices.row_for(store=line.sale.store, metal=piece.metal, fineness=piece.fineness)


def _fill(line: SaleLine, now: pricing.Breakdown) -> None:
    line.metal_price, line.metal_cents = now.metal_price, now.metal_cents
    line.labour_cents, line.fixed_cents = now.labour_cents, now.fixed_cents
    line.total_cents = now.total_cents - line.reduced_cents
