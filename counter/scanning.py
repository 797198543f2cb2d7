"""Where a scan leads: a piece to its page, a card to its page, a document to itself."""

import re
from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from appraisal.models import ScrapBag, TradeIn
from counter.models import Handover, Sale
from counter.showroom import queries as orders
from inventory import queries as stock
from inventory import shipment_slips, stocktake_queries
from inventory.ground import access, codes
from inventory.ground.codes import CodeKind
from inventory.ground.errors import RuleBroken
from inventory.models import Transfer
from inventory.queries import Who
from warranty.models import Card, Ticket

LAST_DIGITS = re.compile(r"[0-9]{4,9}")


class CardUnknown(RuleBroken):
    code = "card_unknown"
    status = 404
    sentence = _("No card of this store has this number.")


class DocumentUnknown(RuleBroken):
    code = "document_unknown"
    status = 404
    sentence = _("No document of this store has this number.")


class NoCodeOnPicture(RuleBroken):
    code = "no_code_on_picture"
    status = 422
    sentence = _("No code can be read on this picture. Go closer, or type the number.")


class SeveralCodes(RuleBroken):
    code = "several_codes"
    status = 422
    sentence = _("There are several codes on this picture. Take one label alone.")


def code_on(texts: Iterable[str]) -> str:
    """The one code that a picture shows; bars and square of one label say the same. Refused: none,
    and different ones, because nobody knows which was meant."""
    found = {value for text in texts if (value := codes.read(text).value)}
    if not found:
        raise NoCodeOnPicture(field="photo")
    if len(found) > 1:
        raise SeveralCodes(field="photo")
    return found.pop()


def address_of(user: Who, text: str) -> str:
    """The page behind whatever a scanner delivered or a hand typed.

    Refused like everywhere: a wrong check digit, an unknown code.
    """
    code = codes.read(text)
    if code.kind == CodeKind.CARD:
        return _card(user, code)
    if code.kind == CodeKind.DOCUMENT:
        return _document(user, code.value)
    if LAST_DIGITS.fullmatch(code.value):
        return f"{reverse('pieces')}?q={code.value}"
    return reverse("piece", args=[stock.find_scanned(user, text).number])


def _card(user: Who, code: codes.Code) -> str:
    if code.wrong_digit:
        raise stock.WrongDigit(code)
    rows = Card.objects.filter(number=code.value)
    if access.visible(rows, user).exists():
        return reverse("card", args=[code.value])
    # what another store promised is kept here too
    if user.has_perm("serve") and rows.exists():
        return f"{reverse('new_ticket')}?code={code.value}"
    raise CardUnknown


def _document(user: Who, number: str) -> str:
    """One question after the other: most scans are of the first kinds."""
    seen_by = (
        ("sale", lambda: access.visible(Sale.objects.all(), user)),
        ("transfer", lambda: access.visible(Transfer.objects.all(), user)),
        ("shipment", lambda: shipment_slips.shipments_for(user)),
        ("handover", lambda: access.visible(Handover.objects.all(), user)),
        ("stocktake", lambda: stocktake_queries.stocktakes_for(user)),
        ("scrap_bag", lambda: access.visible(ScrapBag.objects.all(), user, store="origin")),
        ("trade_in", lambda: access.visible(TradeIn.objects.all(), user)),
        ("ticket", lambda: access.visible(Ticket.objects.all(), user)),
        ("order", lambda: orders.orders_for(user)),
    )
    for page, rows in seen_by:
        if rows().filter(number=number).exists():
            return reverse(page, args=[number])
    raise DocumentUnknown
