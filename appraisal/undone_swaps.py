"""退还旧料: all goods that old gold paid for came back, so the old pieces themselves go back to
their owner while they lie in the store as they were taken in (trade.md 4.12).

A bag holds the old gold of one trade-in (`scrap.trade_in_of`): nothing that stays lies under a seal
that is broken here.
"""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _

from appraisal import consents, old_pieces, scrap, trade_ins
from appraisal.models import BagState, ScrapBag, TradeIn, TradeInState
from appraisal.weighings import Shown
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.ground.signatures import Drawn
from inventory.models import Approval

PAID: Final = (TradeInState.SETTLED, TradeInState.BAGGED)


class OldPieceStays(RuleBroken):
    """Perhaps its bag has just left the store."""

    code = "old_piece_stays"

    def __init__(self, why: str) -> None:
        sentence = _("The old piece itself cannot go back: %(why)s. Nothing was saved.")
        super().__init__(sentence % {"why": why})


def why_kept(trade_in: TradeIn) -> str:
    """Why its old pieces cannot go back, in words; empty while they lie in the store as they were
    taken in, under a seal or not bagged yet (2 queries)."""
    for bag in bags_of(trade_in):
        if bag.state != BagState.SEALED or bag.store_id != trade_in.store_id:
            told = {"number": bag.number, "state": bag.get_state_display()}
            return _("bag %(number)s is %(state)s") % told
    if trade_ins.is_melted(trade_in):
        return _("it was melted, as the customer had agreed")
    return "" if trade_in.state in PAID else trade_in.get_state_display()


def bags_of(trade_in: TradeIn) -> list[ScrapBag]:
    """The bags in which its old pieces lie, one for each metal class (1 query)."""
    rows = ScrapBag.objects.filter(old_pieces__trade_in=trade_in).distinct()
    return list(rows.select_related("store").order_by("pk"))


def hand_over(
    *,
    trade_in: TradeIn,
    weights: Mapping[int, Shown],
    drawn: Drawn | None,
    approval: Approval,
    number: str,
    book: Book,
) -> TradeIn:
    """Its seals are broken, every old piece is weighed and goes back, and the customer signs; all
    inside the transaction of return `number`, to which a second person agreed.

    `weights` by the key of the old piece. Refused as `why_kept` says, for a piece that weighs more
    than 0.02 g off, and without a signature.
    """
    locked = trade_ins.lock(trade_in)
    why = why_kept(locked)
    if why:
        raise OldPieceStays(why)
    bags = bags_of(locked)
    for bag in bags:
        scrap.break_seal(bag, counter=locked.counter, book=book)
    # the bag forgets what lay in it; the steps say for good which seals were broken
    remark = " · ".join([number, *(bag.seal for bag in bags)])
    if locked.state == TradeInState.BAGGED:
        trade_ins.move_back(
            locked, to=TradeInState.SETTLED, book=book, approval=approval, remark=remark
        )
    old_pieces.hand_out(locked, weights, book=book)
    return trade_ins.move_back(
        locked,
        to=TradeInState.RETURNED,
        book=book,
        signature=trade_ins.sign(locked, consents.RETURN, drawn, book),
        approval=approval,
        remark=remark,
    )
