"""The goods of a bill as the old gold sees them: of which kinds, how heavy, what they cost, and how
much may be taken off because the old piece had it taken off."""

from collections.abc import Iterable, Sequence
from typing import Final

from django.db.models import Sum

from appraisal import offers, valuation
from appraisal.facts import NewLine
from appraisal.models import TradeIn, TradeInState
from counter.models import Part, Reduction, SaleLine
from inventory.ground.measures import Metal
from inventory.models import Piece, Pricing, Stone

FINE_FROM: Final = 9_900  # 足金, tenths of a permille: GB 11887
DIAMOND: Final = "diamond"

METALS: Final = {
    Metal.PLATINUM: "platinum",
    Metal.PALLADIUM: "palladium",
    Metal.SILVER: "silver",
}

# while one of these holds, the customer has seen an offer
OFFERED: Final = (TradeInState.OFFERED, TradeInState.ACCEPTED, TradeInState.REWEIGHED)


def of_lines(lines: Sequence[SaleLine]) -> list[NewLine]:
    """The lines of a bill, with their pieces, in their order (2 queries)."""
    diamonds = set(
        Stone.objects.filter(piece__in=[line.piece_id for line in lines], kind=DIAMOND).values_list(
            "piece", flat=True
        )
    )
    off = _labour_off(lines)
    return [
        NewLine(
            kinds=kinds(line.piece, with_diamond=line.piece_id in diamonds),
            net_mg=line.net_mg,
            total_cents=line.total_cents,
            labour_cents=line.labour_cents - off.get(line.pk, 0),
            is_fixed=line.piece.pricing == Pricing.FIXED,
        )
        for line in sorted(lines, key=lambda each: each.position)
    ]


def kinds(piece: Piece, *, with_diamond: bool) -> tuple[str, ...]:
    """What a piece is among `appraisal.rules.KINDS`: how it is priced, its metal, its stone."""
    found = [piece.pricing]
    if piece.metal == Metal.GOLD:
        found.append("fine_gold" if piece.grade >= FINE_FROM else "k_gold")
    elif piece.metal in METALS:
        found.append(METALS[Metal(piece.metal)])
    if with_diamond:
        found.append(DIAMOND)
    return tuple(str(kind) for kind in found)


def kept_discount_bp(line: SaleLine) -> int:
    """The discount of the old piece that its rule lets the new one keep, in basis points; 0 without
    an offer for old gold on the same bill, or when its rule may not pay for this line."""
    goods = of_lines([line])
    linked = TradeIn.objects.filter(bill=line.sale.uuid, state__in=OFFERED)
    return max((_kept_bp(trade_in, goods) for trade_in in linked), default=0)


def _kept_bp(trade_in: TradeIn, goods: Sequence[NewLine]) -> int:
    offer = offers.newest(trade_in)
    if offer is None:
        return 0
    kept: Iterable[int] = (
        worth.keeps_discount_bp
        for worth in offers.replay(offer).pieces
        if valuation.qualifying(worth.terms, goods)
    )
    return max(kept, default=0)


def _labour_off(lines: Sequence[SaleLine]) -> dict[int, int]:
    """What was taken off labour, by line."""
    reduced = [line.pk for line in lines if line.reduced_cents]
    rows = Reduction.objects.filter(line__in=reduced, part=Part.LABOUR).order_by()
    return dict(rows.values_list("line").annotate(Sum("cents")))
