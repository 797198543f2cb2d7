"""What a customer reads about a deposit: its kind and its rule in whole sentences, on the slip of
the bill and on the paper of the deposit, with the label of a reserved piece."""

from dataclasses import dataclass
from datetime import datetime

from django.template.defaultfilters import date as date_text
from django.utils import timezone
from django.utils.translation import gettext as _

from counter import deposit_lines
from counter.models import Afterwards, Deposit, DepositKind, DepositLine
from inventory.ground import barcodes, codes, measures
from inventory.ground.barcodes import Symbol
from inventory.models import Store


@dataclass(frozen=True)
class DepositSlip:
    """The paper of a deposit: every figure already a text."""

    number: str
    store_name: str
    store_phone: str
    customer: str
    kind: str
    words: str
    price: str
    amount: str
    rest: str
    at: datetime
    until: str
    rule: list[str]
    piece_number: str
    piece_symbol: Symbol | None


def rule_of(line: DepositLine) -> list[tuple[str, str]]:
    """The rows under a deposit on the slip of its bill."""
    sentences = rule(
        kind=line.kind,
        afterwards=line.afterwards,
        cents=line.total_cents,
        price_cents=line.price_cents,
        store=line.sale.store,
    )
    return [(_("Kept until %s") % _day(line.until), ""), *((each, "") for each in sentences)]


def rule(*, kind: str, afterwards: str, cents: int, price_cents: int, store: Store) -> list[str]:
    """What is agreed, in sentences; the amounts follow from the price."""
    if kind == DepositKind.RETURNABLE:
        first = _(
            "Deposit: part of the price paid early. It is credited when you buy, and given "
            "back in full when you do not."
        )
        return [first, _after(afterwards)]
    earnest = deposit_lines.earnest_cents(
        kind=kind, price_cents=price_cents, cents=cents, store=store
    )
    told = {
        "earnest": measures.yuan(earnest),
        "double": measures.yuan(2 * earnest),
        "rest": measures.yuan(cents - earnest),
    }
    rows = [
        _(
            "Earnest money: %(earnest)s. If you withdraw, it stays with the shop. If the shop "
            "fails, it pays twice as much back: %(double)s (Civil Code, art. 587)."
        )
        % told
    ]
    if cents > earnest:
        rows.append(
            _(
                "%(rest)s are above 20 percent of the price (Civil Code, art. 586) and come back "
                "to you in any case."
            )
            % told
        )
    return [*rows, _after(afterwards)]


def slip_of(deposit: Deposit) -> DepositSlip:
    """The paper of a deposit; pass it with its line, store, customer and piece."""
    piece = deposit.piece
    return DepositSlip(
        number=str(deposit),
        store_name=deposit.store.name,
        store_phone=deposit.store.phone,
        customer=deposit.customer.masked_phone,
        kind=deposit.get_kind_display(),
        words=deposit.line.words,
        price=measures.yuan(deposit.price_cents),
        amount=measures.yuan(deposit.cents),
        rest=measures.yuan(deposit.price_cents - deposit.cents),
        at=deposit.at,
        until=_day(deposit.until),
        rule=rule(
            kind=deposit.kind,
            afterwards=deposit.afterwards,
            cents=deposit.cents,
            price_cents=deposit.price_cents,
            store=deposit.store,
        ),
        piece_number=codes.group_piece(piece.number) if piece else "",
        piece_symbol=barcodes.piece_bars(piece.number) if piece else None,
    )


def _after(afterwards: str) -> str:
    return {
        Afterwards.BACK: _("After that day it is given back to you."),
        Afterwards.CREDIT: _(
            "After that day it becomes store credit, which is paid out on request."
        ),
        Afterwards.LOST: _("After that day you are taken to have withdrawn."),
    }[Afterwards(afterwards)]


def _day(moment: datetime) -> str:
    return date_text(timezone.localtime(moment), "Y-m-d")
