"""退换单 as its paper shows it: what came back, what it counts, how it went back; every figure
already a text. The customer signs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from counter import pieces_back, returned_swaps
from counter.models import Return, ReturnLine
from counter.pieces_back import GivenBack
from inventory.ground import codes, measures


@dataclass(frozen=True)
class SlipLine:
    """One piece. `known_by`: the marks that proved it; `parts`: what was paid, charged, counted."""

    name: str
    piece_number: str
    grams: str
    is_typed: bool
    known_by: str
    basis: str
    parts: Sequence[tuple[str, str]]
    counts: str


@dataclass(frozen=True)
class ReturnSlip:
    number: str
    store_name: str
    store_phone: str
    counter: str
    by: str
    at: datetime
    sale: str
    reason: str
    leads_to: str
    words: str
    state: str
    lines: Sequence[SlipLine]
    swaps: Sequence[tuple[str, str]]
    counts: str
    ways: Sequence[tuple[str, str]]
    given: Sequence[GivenBack]
    agreed_by: str
    mall_number: str


def slip_of(back: Return) -> ReturnSlip:
    """The slip of a return, as it stands now (7 queries); pass it as `return_page.return_for`
    finds it."""
    paid = back.payments.select_related("tender", "sale").order_by("pk")
    tests = back.swap_tests.select_related("trade_in").filter(taken_cents__gt=0)
    return ReturnSlip(
        number=back.number,
        store_name=back.store.name,
        store_phone=back.store.phone,
        counter=str(back.counter),
        by=back.by.first_name or back.by.username,
        at=back.settled_at or back.at,
        sale=back.sale.number or "",
        reason=back.get_fault_display(),
        leads_to=back.get_leads_to_display(),
        words=back.words,
        state=back.get_state_display(),
        lines=[_line(line) for line in back.lines.select_related("piece")],
        swaps=[(row.trade_in.number, measures.yuan(-row.taken_cents)) for row in tests],
        counts=measures.yuan(returned_swaps.counted_cents(back)),
        ways=[(f"{row.tender} {row.sale.number}", measures.yuan(row.amount_cents)) for row in paid],
        given=pieces_back.given(back),
        agreed_by=back.approval.approved_by.first_name if back.approval else "",
        mall_number=back.mall_number or "",
    )


def _line(line: ReturnLine) -> SlipLine:
    marks = {
        "weight": _("its weight"),
        "certificate": _("its certificate"),
        "xrf": _("an XRF test"),
        "diamond": _("a diamond test"),
    }
    parts = [(_("Paid for it"), measures.yuan(line.paid_cents))]
    if line.charged_cents:
        parts.append((_("Gifts that did not come back"), measures.yuan(-line.charged_cents)))
    return SlipLine(
        name=line.piece.name,
        piece_number=codes.group_piece(line.piece.number),
        grams=measures.grams(line.mg),
        is_typed=line.is_typed,
        known_by=" · ".join(marks[mark] for mark in line.marks),
        basis=line.get_basis_display(),
        parts=parts,
        counts=measures.yuan(line.credit_cents),
    )
