"""Which piece may be sold on a bill, and where the one is that may not."""

from django.utils.translation import gettext as _

from counter.models import LineState, Sale, SaleLine
from inventory.ground.errors import RuleBroken
from inventory.models import Piece, State


class NotForSale(RuleBroken):
    """The piece is in a state in which it cannot be sold; the sentence says which."""

    code = "not_for_sale"


class PieceSold(NotForSale):
    code = "piece_sold"


def check(*, piece: Piece, sale: Sale) -> None:
    """Refuses a piece of another store, and one in a state in which it cannot be sold."""
    if piece.store_id != sale.store_id:
        raise NotForSale(_("This piece does not belong to this store."))
    if piece.state in {State.ON_SALE, State.HELD}:
        return
    if piece.state == State.SOLD:
        raise sold_already(piece)
    told = {"number": piece.number, "state": piece.get_state_display()}
    raise NotForSale(_("Piece %(number)s cannot be sold: it is %(state)s.") % told)


def sold_already(piece: Piece) -> PieceSold:
    """The sentence names day and store, and leads to the sale."""
    rows = SaleLine.objects.filter(piece=piece, state=LineState.SOLD)
    line = rows.select_related("sale__store").first()
    if line is None or line.sale.business_day is None:
        return PieceSold(_("This piece is sold."))
    told = {"day": f"{line.sale.business_day:%m-%d}", "store": line.sale.store}
    return PieceSold(
        _("This piece was sold on %(day)s at %(store)s.") % told,
        next_url=f"/sales/{line.sale.number}/",
        next_label=_("See the sale"),
    )
