"""享原折扣: a new piece for a returned one gets at least the discount that the old one had, where
the row of the return's window says so; on labour, or on a fixed price."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from counter import bills, line_prices
from counter.models import Part, Reduction, Return, ReturnLine, Sale, SaleLine
from inventory import pricing
from inventory.ground import amounts
from inventory.ground.amounts import WHOLE_BP


def part_of(line: SaleLine) -> tuple[Part, int]:
    """The part of a line's price that gives way, and its cents."""
    if pricing.needs_board(line.piece):
        return Part.LABOUR, line.labour_cents
    return Part.FIXED, line.fixed_cents


def taken_off_bp(line: SaleLine) -> int:
    """How much of that part was taken off when the piece was sold, in basis points."""
    part, cents = part_of(line)
    off = sum(row.cents for row in line.reductions.all() if row.part == part)
    return amounts.half_up(dividend=off * WHOLE_BP, divisor=cents) if cents else 0


def give(*, sale: Sale, back: Return, by: User) -> None:
    """Each returned piece hands its discount on to one new piece of a locked open bill that is
    priced as it was, the highest to the dearest; what has as much taken off already stays."""
    line_prices.drop_kept(sale=sale, returned_id=back.pk)
    old = list(back.lines.filter(old_discount_bp__gt=0).select_related("piece", "sale_line"))
    if not old:
        return
    old.sort(key=lambda line: -line.old_discount_bp)
    new = bills.lines_of(sale)
    for part in (Part.FIXED, Part.LABOUR):
        handing = [line for line in old if part_of(_sold(line))[0] == part]
        taking = [line for line in new if part_of(line)[0] == part]
        taking.sort(key=lambda line: -part_of(line)[1])
        _hand_on(handing, taking, sale=sale, back=back, by=by)


def _hand_on(
    old: Sequence[ReturnLine], new: Sequence[SaleLine], *, sale: Sale, back: Return, by: User
) -> None:
    for given, line in zip(old, new, strict=False):
        part, cents = part_of(line)
        off = amounts.share(cents=cents, bp=given.old_discount_bp)
        before = line.reductions.filter(part=part).first()
        if not off or (before is not None and before.cents >= off):
            continue
        if before is not None:
            before.delete()
        reason = _("discount of %(number)s kept") % {"number": back.number}
        Reduction.objects.create(
            line=line, part=part, cents=off, reason=reason[:60], by=by, returned=back
        )
        line.sale = sale
        line_prices.sum_up(line)
    bills.round_anew(sale)


def _sold(line: ReturnLine) -> SaleLine:
    line.sale_line.piece = line.piece
    return line.sale_line
