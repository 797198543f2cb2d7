"""Goods that old gold paid for, and the old gold on its way back to its owner."""

from appraisal import trade_ins
from appraisal.models import TradeIn
from counter import refunds
from counter.models import Return, Sale
from counter.pieces_back import Handed
from inventory.ground.approvals import ApprovalNeeded
from inventory.ground.signatures import Drawn
from tests.old_gold import SIGNED, Desk
from tests.old_gold_bills import customer
from tests.returns import open_return_desk
from tests.scrap_bags import seal, settled


def swapped(desk: Desk, *, rings: int = 1) -> TradeIn:
    """So many rings of 10.00 g for as many necklaces, the rest in cash."""
    return settled(desk, *(desk.ring() for _ in range(rings)), customer_id=customer(desk).pk)


def bagged(desk: Desk) -> TradeIn:
    trade_in = swapped(desk)
    seal(desk, trade_in)
    return trade_in


def sale_of(trade_in: TradeIn) -> Sale:
    return Sale.objects.get(
        payments__trade_in=trade_in, payments__reverses=None, payments__is_payout=False
    )


def hand(
    desk: Desk, back: Return, trade_in: TradeIn, mg: int = 10_000, drawn: Drawn | None = SIGNED
) -> Return:
    """With the second person's yes to exactly this."""
    rows = trade_ins.pieces_of(trade_in)
    handed = Handed({row.pk: desk.on_scale(mg) for row in rows}, drawn)
    agreed = open_return_desk(desk.shop)
    try:
        return refunds.settle(back=back, by=desk.by, handed=handed)
    except ApprovalNeeded as needed:
        agreed.agree(needed)
        return refunds.settle(back=back, by=desk.by, handed=handed)
