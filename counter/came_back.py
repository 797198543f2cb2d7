"""Our own pieces come back: the old card, the piece or the old receipt brings the sale, the weight
and the price that was paid, in whichever store that was."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.models import BrandTier
from appraisal.reception import Brought
from counter.models import LineState, Sale, SaleLine, SaleState
from inventory import queries as stock
from inventory.ground import amounts, codes
from inventory.ground.amounts import WHOLE_BP
from inventory.ground.codes import CodeKind
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.ground.house import house_name
from inventory.models import Piece, Store
from warranty.models import Card, CardState


class CardNotOurs(RuleBroken):
    code = "card_not_ours"
    status = 404
    sentence = gettext_lazy("No card of ours has this number.")


class CardOver(RuleBroken):
    """A card that proves nothing any more; the sentence says why."""

    code = "card_over"

    def __init__(self, card: Card) -> None:
        told = {"state": card.get_state_display()}
        super().__init__(
            _("This card is %(state)s. It does not show who bought the piece.") % told, field="code"
        )


class NeverSold(RuleBroken):
    code = "never_sold"
    sentence = gettext_lazy("We have not sold this piece, or the sale was voided.")


class NoSuchSale(RuleBroken):
    code = "no_such_sale"
    status = 404
    sentence = gettext_lazy("No sale of ours has this number, or it was voided.")


@dataclass(frozen=True)
class CameBack:
    """One piece that we once sold: what reception takes down, and what the clerk is shown."""

    brought: Brought
    line: SaleLine
    price_cents: int  # what was paid for it, after every reduction and rounding

    @property
    def net_mg(self) -> int:
        """What it weighed when it was sold."""
        return self.line.net_mg


def find(*, text: str, store: Store, by: User) -> list[CameBack]:
    """The pieces of ours behind a card, a piece number or the number of a sale; several only for a
    sale. `store`: where they were brought back.

    A card and a receipt prove the purchase; a number on the piece does not. Refused: what we do
    not know or have not sold, a card that is void, lost, replaced or closed, a wrong check digit.
    """
    if not by.has_perm("trade_in"):
        raise NotAllowed
    code = codes.read(text)
    if code.kind == CodeKind.CARD:
        lines, on_paper = [_of_card(code)], True
    elif code.kind == CodeKind.DOCUMENT:
        lines, on_paper = _of_sale(code.value), True
    else:
        lines, on_paper = [_of_piece(code)], False
    return [_facts(line, store=store, on_paper=on_paper) for line in lines]


def _of_card(code: codes.Code) -> SaleLine:
    if code.wrong_digit:
        raise stock.WrongDigit(code)
    card = Card.objects.filter(number=code.value).first()
    if card is None:
        raise CardNotOurs(field="code")
    if card.state != CardState.VALID:
        raise CardOver(card)
    return _sold().get(pk=card.sale_line_id)


def _of_sale(number: str) -> list[SaleLine]:
    found = list(_sold().filter(sale__number=number).order_by("position"))
    if not found:
        raise NoSuchSale(field="code")
    return found


def _of_piece(code: codes.Code) -> SaleLine:
    known = Q(barcode=code.value) | Q(number=code.value) | Q(epc=code.value)
    piece = Piece.objects.filter(known).first()
    if piece is None and code.wrong_digit:
        raise stock.WrongDigit(code)
    line = _sold().filter(piece=piece).first() if piece is not None else None
    if line is None:
        raise NeverSold(field="code")
    return line


def _sold() -> QuerySet[SaleLine]:
    rows = SaleLine.objects.filter(state=LineState.SOLD, sale__state=SaleState.COMPLETED)
    return rows.select_related("piece", "sale__store")


def _facts(line: SaleLine, *, store: Store, on_paper: bool) -> CameBack:
    piece, sale = line.piece, line.sale
    same_store = sale.store_id == store.pk
    price = paid_cents(line)
    brought = Brought(
        category=piece.category,
        description=piece.name,
        metal=piece.metal,
        tier=BrandTier.OWN_STORE if same_store else BrandTier.OWN,
        mark=piece.mark,
        brand=house_name(),
        piece=piece,
        sale_line_id=line.pk,
        has_receipt=on_paper,
        receipt=sale.number or "",
        bought_on=sale.business_day,
        same_store=same_store,
        old_pricing=piece.pricing,
        old_price_cents=price,
        old_discount_bp=_discount_bp(line),
    )
    return CameBack(brought=brought, line=line, price_cents=price)


def paid_cents(line: SaleLine) -> int:
    """What was paid for a line, after every reduction and its share of the bill's rounding."""
    return line.total_cents - _share_of_rounding(line, line.sale)


def _share_of_rounding(line: SaleLine, sale: Sale) -> int:
    """What rounding the bill down took off this line."""
    if not sale.rounding_cents:
        return 0
    whole = (sale.total_cents or 0) + sale.rounding_cents
    return amounts.half_up(dividend=sale.rounding_cents * line.total_cents, divisor=whole)


def _discount_bp(line: SaleLine) -> int:
    if not line.before_cents:
        return 0
    return amounts.half_up(dividend=line.reduced_cents * WHOLE_BP, divisor=line.before_cents)
