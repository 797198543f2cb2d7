"""Where a scan leads: a piece to its page, a card to its page, a document to itself."""

import re

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from appraisal.models import ScrapBag, TradeIn
from counter.models import Handover, Sale
from inventory import queries as stock
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
    if access.visible(Sale.objects.filter(number=number), user).exists():
        return reverse("sale", args=[number])
    if access.visible(Transfer.objects.filter(number=number), user).exists():
        return reverse("transfer", args=[number])
    if access.visible(Handover.objects.filter(number=number), user).exists():
        return reverse("handover", args=[number])
    if access.visible(ScrapBag.objects.filter(number=number), user, store="origin").exists():
        return reverse("scrap_bag", args=[number])
    if access.visible(TradeIn.objects.filter(number=number), user).exists():
        return reverse("trade_in", args=[number])
    if access.visible(Ticket.objects.filter(number=number), user).exists():
        return reverse("ticket", args=[number])
    raise DocumentUnknown
