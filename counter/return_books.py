"""Invariants of what came back: each return counts what went back for it, nothing more than was
paid, and each number was given once."""

from collections.abc import Iterator

from inventory.ground.books import Broken, query
from inventory.models import Store

# money and credit that went back, and other goods
COUNTED = """
    SELECT 'counter_return', back.number, COALESCE(paid.cents, 0)
    FROM counter_return back
    LEFT JOIN (SELECT returned_id,
                      SUM(CASE WHEN reverses_id IS NULL THEN amount_cents ELSE -amount_cents END)
                          AS cents
               FROM counter_payment WHERE returned_id IS NOT NULL GROUP BY returned_id)
        paid ON paid.returned_id = back.id
    LEFT JOIN (SELECT back_id, SUM(taken_cents) AS cents FROM counter_swaptest GROUP BY back_id)
        swap ON swap.back_id = back.id
    WHERE back.store_id = %s
      AND (COALESCE(paid.cents, 0) > back.credit_cents - COALESCE(swap.cents, 0)
           OR (back.state = 'settled'
               AND COALESCE(paid.cents, 0) <> back.credit_cents - COALESCE(swap.cents, 0))
           OR (back.state IN ('open', 'dropped') AND COALESCE(paid.cents, 0) <> 0))
"""

LINES = """
    SELECT 'counter_return', back.number, COALESCE(line.cents, 0)
    FROM counter_return back
    LEFT JOIN (SELECT back_id, SUM(credit_cents) AS cents FROM counter_returnline GROUP BY back_id)
        line ON line.back_id = back.id
    WHERE back.store_id = %s AND COALESCE(line.cents, 0) <> back.credit_cents
"""

OVERPAID = """
    SELECT 'counter_payment', payment.id, payment.amount_cents + SUM(back.amount_cents)
    FROM counter_payment payment
    JOIN counter_payment back ON back.reverses_id = payment.id
    WHERE payment.store_id = %s AND NOT payment.is_payout
    GROUP BY payment.id, payment.amount_cents
    HAVING payment.amount_cents + SUM(back.amount_cents) < 0
"""

LIVE = """
    SELECT 'counter_returnline', line.id, back.state
    FROM counter_returnline line JOIN counter_return back ON back.id = line.back_id
    WHERE back.store_id = %s AND (back.state = 'dropped') = line.is_live
"""

AGREED = """
    SELECT 'counter_return', back.number, back.state
    FROM counter_return back
    WHERE back.store_id = %s AND back.approval_id IS NULL
      AND ((back.is_goodwill AND back.state IN ('settled', 'at_mall'))
           OR EXISTS (SELECT 1 FROM counter_payment payment
                      WHERE payment.returned_id = back.id AND payment.reverses_id IS NOT NULL))
"""

# a fault that is settled is a claim, and what goodwill cost stands in it
CLAIMED = """
    SELECT 'counter_return', back.number, COALESCE(claim.cents, 0)
    FROM counter_return back
    JOIN (SELECT back_id, SUM(goodwill_cents) AS cents, COUNT(*) AS n
          FROM counter_returnline GROUP BY back_id) line ON line.back_id = back.id
    LEFT JOIN (SELECT document, SUM(goodwill_cents) AS cents, COUNT(*) AS n
               FROM warranty_claim GROUP BY document) claim ON claim.document = back.number
    WHERE back.store_id = %s AND back.cause <> '' AND back.state IN ('settled', 'at_mall')
      AND (COALESCE(claim.n, 0) <> line.n OR COALESCE(claim.cents, 0) <> line.cents)
"""

NUMBERS = """
    SELECT 'inventory_documentcounter', counter.day, counter.last
    FROM inventory_documentcounter counter
    LEFT JOIN (SELECT store_id, business_day, COUNT(*) AS n FROM counter_return
               GROUP BY store_id, business_day) issued
        ON issued.store_id = counter.store_id AND issued.business_day = counter.day
    WHERE counter.store_id = %s AND counter.kind = 'R' AND COALESCE(issued.n, 0) <> counter.last
"""


def verify(store: Store) -> Iterator[Broken]:
    """What came back and what went back for it are one thing."""
    yield from query("does not count what went back for it", COUNTED, [store.pk])
    yield from query("credit is not the sum of its lines", LINES, [store.pk])
    yield from query("more went back than was paid", OVERPAID, [store.pk])
    yield from query("is given up and holds its piece, or the reverse", LIVE, [store.pk])
    yield from query("money went back and nobody agreed", AGREED, [store.pk])
    yield from query("its claims are not what came back", CLAIMED, [store.pk])
    yield from query("numbers of returns have a gap", NUMBERS, [store.pk])
