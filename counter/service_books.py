"""Invariants between the service desk and money: a fee follows its bill, and nobody gets back more
than was paid."""

from collections.abc import Iterator

from inventory.ground.books import Broken, query
from inventory.models import Store

FEE_AND_BILL = """
    SELECT 'counter_serviceline', fee.id, fee.state
    FROM counter_serviceline fee
    JOIN counter_sale sale ON sale.id = fee.sale_id
    JOIN warranty_ticket ticket ON ticket.id = fee.ticket_id
    WHERE sale.store_id = %s
      AND (fee.state <> CASE sale.state WHEN 'completed' THEN 'sold'
                                        WHEN 'voided' THEN 'voided' ELSE 'open' END
           OR ticket.store_id <> sale.store_id)
"""

CREDITED = """
    SELECT 'warranty_ticket', ticket.number, given.cents
    FROM warranty_ticket ticket
    JOIN (SELECT ticket_id, SUM(cents) AS cents FROM counter_creditentry
          WHERE ticket_id IS NOT NULL GROUP BY ticket_id) given ON given.ticket_id = ticket.id
    LEFT JOIN (SELECT ticket_id, SUM(total_cents) AS cents FROM counter_serviceline
               WHERE state = 'sold' GROUP BY ticket_id) taken ON taken.ticket_id = ticket.id
    WHERE ticket.store_id = %s AND (given.cents < 0 OR given.cents > COALESCE(taken.cents, 0))
"""


def verify(store: Store) -> Iterator[Broken]:
    """Fees stand on bills of their store, and store credit for them is not more than they were."""
    yield from query("is a fee that does not agree with its bill", FEE_AND_BILL, [store.pk])
    yield from query("gave more store credit than was paid for it", CREDITED, [store.pk])
