"""All that is on an open bill, locked and laid out at once for its completion."""

from collections.abc import Sequence
from dataclasses import dataclass

from counter import bills, payments, shifts
from counter.models import (
    DepositLine,
    Gift,
    LineSeller,
    Reduction,
    Sale,
    SaleLine,
    ServiceLine,
    Shift,
    Tendered,
)
from inventory import pieces
from inventory.ground import changes, statements

# the pieces, the sellers and the gifts of a bill
ON_LINES = "id IN (SELECT piece_id FROM counter_saleline WHERE sale_id = %s)"
OF_LINES = """
    line_id IN (SELECT id FROM counter_saleline WHERE sale_id = %s) ORDER BY line_id, id
"""


@dataclass(frozen=True)
class Basket:
    """What is on a bill: pieces with the gifts that go with them, fees of the service desk, and
    deposits that are paid before the goods."""

    lines: list[SaleLine]
    services: list[ServiceLine]
    deposits: list[DepositLine]
    gifts: list[Gift]

    @property
    def is_empty(self) -> bool:
        return not self.lines and not self.services and not self.deposits


def lock(sale: Sale) -> tuple[Shift, Sale, Basket, list[Tendered]]:
    """The open shift of the bill's counter, the bill, its basket, and what is tendered on it: asked
    for all at once, and locked in the order of the house. Laid out is all that the digest of the
    bill covers. Refused without a shift, and when the bill is completed or gone. Whoever changes a
    line locks its bill first, so the lines need no lock."""
    shift, bill = shifts.ask_open(counter=sale.counter), bills.ask_open(sale)
    lines = statements.ask(SaleLine, "sale_id = %s ORDER BY position", [sale.pk])
    locked = pieces.ask_locked(ON_LINES, [sale.pk])
    sellers = statements.ask(LineSeller, OF_LINES, [sale.pk])
    gifts = statements.ask(Gift, OF_LINES, [sale.pk])
    services = statements.ask(ServiceLine, "sale_id = %s ORDER BY position", [sale.pk])
    deposits = statements.ask(DepositLine, "sale_id = %s ORDER BY position", [sale.pk])
    tendered = payments.ask_tendered(sale)
    open_shift, sale = shifts.found_open(shift), bills.found_open(sale, bill)
    whole, by_id = lines.rows(), {piece.pk: piece for piece in locked.rows()}
    for line in whole:
        line.piece = by_id[line.piece_id]
    basket = Basket(whole, services.rows(), deposits.rows(), gifts.rows())
    _lay_out(whole, sellers.rows(), basket.gifts)
    changes.lay_out(sale, lines=whole, services=basket.services, deposits=basket.deposits)
    return open_shift, sale, basket, tendered.rows()


def _lay_out(
    lines: Sequence[SaleLine], sellers: Sequence[LineSeller], gifts: Sequence[Gift]
) -> None:
    reduced = [line.pk for line in lines if line.reduced_cents]
    reductions = statements.read_among(Reduction, "line_id", reduced)
    for line in lines:
        changes.lay_out(
            line,
            sellers=[row for row in sellers if row.line_id == line.pk],
            reductions=[row for row in reductions if row.line_id == line.pk],
            gifts=[row for row in gifts if row.line_id == line.pk],
        )
