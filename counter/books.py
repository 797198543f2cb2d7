"""Invariants of the book of the day, and the one call that asks all four books."""

from collections.abc import Iterator

from inventory import books as pieces
from inventory.ground import books as ground
from inventory.ground.books import Broken, query
from inventory.models import LedgerHead, Store
from warranty import books as promises

TOTALS = """
    SELECT 'counter_sale', sale.number, sale.total_cents
    FROM counter_sale sale
    LEFT JOIN (SELECT sale_id, SUM(total_cents) AS cents FROM counter_saleline GROUP BY sale_id)
        line ON line.sale_id = sale.id
    WHERE sale.store_id = %s AND sale.state <> 'open'
      AND COALESCE(line.cents, 0) - sale.rounding_cents <> sale.total_cents
"""

PAID = """
    SELECT 'counter_sale', sale.number, COALESCE(paid.cents, 0)
    FROM counter_sale sale
    LEFT JOIN (SELECT sale_id, SUM(amount_cents) AS cents FROM counter_payment GROUP BY sale_id)
        paid ON paid.sale_id = sale.id
    WHERE sale.store_id = %s
      AND COALESCE(paid.cents, 0)
          <> CASE sale.state WHEN 'completed' THEN sale.total_cents ELSE 0 END
"""

VOIDED = """
    SELECT 'counter_sale', sale.number, sale.state
    FROM counter_sale sale LEFT JOIN counter_salevoid void ON void.sale_id = sale.id
    WHERE sale.store_id = %s AND (sale.state = 'voided') <> (void.id IS NOT NULL)
"""

REDUCED = """
    SELECT 'counter_saleline', line.id, line.reduced_cents
    FROM counter_saleline line
    JOIN counter_sale sale ON sale.id = line.sale_id
    LEFT JOIN (SELECT line_id, SUM(cents) AS cents FROM counter_reduction GROUP BY line_id)
        off ON off.line_id = line.id
    WHERE sale.store_id = %s AND COALESCE(off.cents, 0) <> line.reduced_cents
"""

OVERREDUCED = """
    SELECT 'counter_reduction', off.id, off.cents
    FROM counter_reduction off
    JOIN counter_saleline line ON line.id = off.line_id
    JOIN counter_sale sale ON sale.id = line.sale_id
    WHERE sale.store_id = %s
      AND off.cents > CASE off.part WHEN 'metal' THEN line.metal_cents
                                    WHEN 'labour' THEN line.labour_cents
                                    ELSE line.fixed_cents END
"""

SELLERS = """
    SELECT 'counter_saleline', line.id, COALESCE(shared.bp, 0)
    FROM counter_saleline line
    JOIN counter_sale sale ON sale.id = line.sale_id
    LEFT JOIN (SELECT line_id, SUM(share_bp) AS bp FROM counter_lineseller GROUP BY line_id)
        shared ON shared.line_id = line.id
    WHERE sale.store_id = %s AND COALESCE(shared.bp, 0) <> 10000
"""

LINE_AND_PIECE = """
    SELECT 'counter_saleline', line.id, piece.number
    FROM counter_saleline line
    JOIN counter_sale sale ON sale.id = line.sale_id
    JOIN inventory_piece piece ON piece.id = line.piece_id
    WHERE sale.store_id = %s
      AND (line.state <> CASE sale.state WHEN 'completed' THEN 'sold'
                                         WHEN 'voided' THEN 'voided' ELSE 'open' END
           OR (line.state = 'sold' AND piece.state NOT IN ('sold', 'in_service')))
"""

SOLD_WITHOUT_LINE = """
    SELECT 'inventory_piece', piece.number, piece.state
    FROM inventory_piece piece
    LEFT JOIN counter_saleline line ON line.piece_id = piece.id AND line.state = 'sold'
    WHERE piece.store_id = %s AND piece.state = 'sold' AND line.id IS NULL
"""

SHIFT_OF_SALE = """
    SELECT 'counter_sale', sale.number, shift.id
    FROM counter_sale sale JOIN counter_shift shift ON shift.id = sale.shift_id
    WHERE sale.store_id = %s AND shift.counter_id <> sale.counter_id
"""

NUMBERS = """
    SELECT 'inventory_documentcounter', counter.day, counter.last
    FROM inventory_documentcounter counter
    LEFT JOIN (SELECT store_id, business_day, COUNT(*) AS n FROM counter_sale
               WHERE number IS NOT NULL GROUP BY store_id, business_day) issued
        ON issued.store_id = counter.store_id AND issued.business_day = counter.day
    WHERE counter.store_id = %s AND counter.kind = 'S' AND COALESCE(issued.n, 0) <> counter.last
"""


def verify(store: Store, *, full: bool = False) -> Iterator[Broken]:
    """All four books of a store: the chain since its last seal, or with `full` from its first
    link on, and every invariant."""
    # read once: what the tills write while we look is looked at next time
    head = LedgerHead.objects.get(store=store)
    since, before = (0, "") if full else (head.sealed_seq, head.sealed_hash)
    yield from ground.verify_chain(head, since=since, before_hash=before)
    yield from ground.verify_rows(head, since=since)
    yield from pieces.verify(store)
    yield from promises.verify(store)
    yield from _verify_day(store)


def _verify_day(store: Store) -> Iterator[Broken]:
    """N2 and N5: bill, lines, payments, pieces and numbers tell one story."""
    yield from query("total is not the sum of its lines", TOTALS, [store.pk])
    yield from query("payments are not its total", PAID, [store.pk])
    yield from query("is void without a reason, or the reverse", VOIDED, [store.pk])
    yield from query("reductions do not add up", REDUCED, [store.pk])
    yield from query("is more than its price part", OVERREDUCED, [store.pk])
    yield from query("shares of its sellers are not 100 %", SELLERS, [store.pk])
    yield from query("is sold and its piece is not, or the reverse", LINE_AND_PIECE, [store.pk])
    yield from query("is sold on no bill", SOLD_WITHOUT_LINE, [store.pk])
    yield from query("belongs to a shift of another counter", SHIFT_OF_SALE, [store.pk])
    yield from query("numbers of sales have a gap", NUMBERS, [store.pk])
