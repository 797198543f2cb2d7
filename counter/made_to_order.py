"""定制: what was made or engraved for one customer comes back for a fault and for nothing else
(Consumer Protection Law, art. 25; trade.md 4.3)."""

from typing import Final

from django.utils.translation import gettext_lazy

from counter.models import LineState, SaleLine
from inventory.ground.errors import RuleBroken
from inventory.models import Piece
from warranty.models import Fault, JobKind, JobState, TicketJob

# nobody did anything wrong: exchange unworn, seven days at a distance, a promise of the house
WITHOUT_FAULT: Final = frozenset(
    {
        Fault.WRONG_SIZE,
        Fault.WRONG_STYLE,
        Fault.CHANGED_MIND,
        Fault.GIFT_REFUSED,
        Fault.PRICE_FELL,
    }
)


class MadeToOrder(RuleBroken):
    code = "made_to_order"
    sentence = gettext_lazy(
        "This piece was made to order. By law (Consumer Protection Law, art. 25) it is not taken "
        "back without a fault; for a fault of quality it always is."
    )


class Engraved(MadeToOrder):
    """Engraved by the shop for this customer."""

    code = "engraved_for_customer"
    sentence = gettext_lazy(
        "We engraved this piece for the customer, so it counts as made to order. By law (Consumer "
        "Protection Law, art. 25) it is not taken back without a fault; for a fault of quality it "
        "always is."
    )


def is_for_buyer(piece: Piece) -> bool:
    """Whether who buys this piece now has ordered it. One that came back was somebody else's order:
    the next buyer takes it from the case like any other."""
    if not piece.made_to_order:
        return False
    return not SaleLine.objects.filter(piece=piece, state=LineState.RETURNED).exists()


def check(line: SaleLine, *, fault: str) -> None:
    """Refuses a piece of somebody's order that is to come back for this reason."""
    if fault in WITHOUT_FAULT and (refusal := why_kept(line)):
        raise refusal(field="fault")


def why_kept(line: SaleLine) -> type[MadeToOrder] | None:
    """Why a sold piece does not come back for no reason; None: nothing speaks against it (at most
    1 query)."""
    if line.made_to_order:
        return MadeToOrder
    engraved = TicketJob.objects.filter(
        ticket__piece=line.piece_id, kind=JobKind.ENGRAVING, state=JobState.DONE
    )
    if line.sale.business_day is not None:
        # for an owner before the piece was sold again, it was another customer's engraving
        engraved = engraved.filter(ticket__business_day__gte=line.sale.business_day)
    return Engraved if engraved.exists() else None
