"""Invariants of deposits and price locks: what is owed is the sum of the entries, each cent of them
is money or credit somewhere else, and a lock ends with what it was for."""

from collections.abc import Iterator

from inventory.ground.books import Broken, query
from inventory.models import Store

TAKEN = """
    SELECT 'counter_depositline', line.id, line.state
    FROM counter_depositline line
    JOIN counter_sale sale ON sale.id = line.sale_id
    LEFT JOIN counter_deposit deposit ON deposit.line_id = line.id
    WHERE sale.store_id = %s
      AND (line.state <> CASE sale.state WHEN 'completed' THEN 'sold'
                                         WHEN 'voided' THEN 'voided' ELSE 'open' END
           OR (sale.state = 'open') <> (deposit.id IS NULL)
           OR (deposit.id IS NOT NULL
               AND (deposit.cents <> line.total_cents OR deposit.sale_id <> line.sale_id
                    OR deposit.kind <> line.kind
                    OR (sale.state = 'voided') <> (deposit.state = 'voided'))))
"""

BALANCES = """
    SELECT 'counter_deposit', deposit.id, COALESCE(entry.cents, 0)
    FROM counter_deposit deposit
    LEFT JOIN (SELECT deposit_id, SUM(cents) AS cents,
                      SUM(CASE WHEN reason = 'taken' THEN cents ELSE 0 END) AS taken
               FROM counter_depositentry GROUP BY deposit_id)
        entry ON entry.deposit_id = deposit.id
    WHERE deposit.store_id = %s
      AND (COALESCE(entry.taken, 0) <> deposit.cents
           OR CASE deposit.state WHEN 'open' THEN COALESCE(entry.cents, 0) <> deposit.cents
                                 WHEN 'due_back' THEN COALESCE(entry.cents, 0) <= 0
                                 ELSE COALESCE(entry.cents, 0) <> 0 END)
"""

# no step of its history may have gone below zero
NEGATIVE = """
    SELECT 'counter_depositentry', entry.id, entry.cents
    FROM counter_depositentry entry
    JOIN counter_deposit deposit ON deposit.id = entry.deposit_id
    WHERE deposit.store_id = %s AND entry.cents < 0
      AND (SELECT SUM(before.cents) FROM counter_depositentry before
           WHERE before.deposit_id = entry.deposit_id AND before.id <= entry.id) < 0
"""

# what bills credited and what went back in money stands among the payments too; a void takes both
CREDITED = """
    SELECT 'counter_deposit', deposit.id, COALESCE(paid.cents, 0)
    FROM counter_deposit deposit
    LEFT JOIN (SELECT payment.deposit_id, SUM(payment.amount_cents) AS cents, COUNT(*) AS n
               FROM counter_payment payment JOIN counter_sale sale ON sale.id = payment.sale_id
               JOIN counter_tender tender ON tender.id = payment.tender_id
               WHERE payment.reverses_id IS NULL AND sale.state = 'completed'
                 AND tender.kind = 'deposit'
                 AND NOT EXISTS (SELECT 1 FROM counter_payment payout
                                 WHERE payout.sale_id = payment.sale_id AND payout.is_payout
                                   AND payout.deposit_id = payment.deposit_id)
               GROUP BY payment.deposit_id) paid ON paid.deposit_id = deposit.id
    LEFT JOIN (SELECT entry.deposit_id, SUM(entry.cents) AS cents
               FROM counter_depositentry entry JOIN counter_sale sale ON sale.id = entry.sale_id
               WHERE entry.reason = 'credited' AND sale.state = 'completed'
               GROUP BY entry.deposit_id) used ON used.deposit_id = deposit.id
    WHERE deposit.store_id = %s
      AND (COALESCE(paid.cents, 0) + COALESCE(used.cents, 0) <> 0 OR COALESCE(paid.n, 0) > 1
           OR (deposit.state = 'used') <> (COALESCE(paid.n, 0) = 1))
"""

REFUNDED = """
    SELECT 'counter_deposit', deposit.id, COALESCE(paid.cents, 0)
    FROM counter_deposit deposit
    LEFT JOIN (SELECT payment.deposit_id, SUM(payment.amount_cents) AS cents
               FROM counter_payment payment JOIN counter_sale sale ON sale.id = payment.sale_id
               WHERE payment.amount_cents < 0 AND sale.state = 'completed'
               GROUP BY payment.deposit_id) paid ON paid.deposit_id = deposit.id
    LEFT JOIN (SELECT entry.deposit_id, SUM(entry.cents) AS cents
               FROM counter_depositentry entry LEFT JOIN counter_sale sale
                 ON sale.id = entry.sale_id
               WHERE entry.reason = 'refunded' AND COALESCE(sale.state, 'completed') = 'completed'
               GROUP BY entry.deposit_id) gone ON gone.deposit_id = deposit.id
    WHERE deposit.store_id = %s AND COALESCE(paid.cents, 0) <> COALESCE(gone.cents, 0)
"""

TURNED = """
    SELECT 'counter_deposit', deposit.id, COALESCE(given.cents, 0)
    FROM counter_deposit deposit
    LEFT JOIN (SELECT deposit_id, SUM(cents) AS cents FROM counter_creditentry
               WHERE deposit_id IS NOT NULL GROUP BY deposit_id)
        given ON given.deposit_id = deposit.id
    LEFT JOIN (SELECT entry.deposit_id, SUM(entry.cents) AS cents
               FROM counter_depositentry entry JOIN counter_sale sale ON sale.id = entry.sale_id
               WHERE entry.reason = 'turned' AND sale.state = 'completed'
               GROUP BY entry.deposit_id) turned ON turned.deposit_id = deposit.id
    WHERE deposit.store_id = %s AND COALESCE(given.cents, 0) + COALESCE(turned.cents, 0) <> 0
"""

# lost or doubled is what counts as earnest money, and nothing else
EARNEST = """
    SELECT 'counter_depositentry', entry.id, entry.cents
    FROM counter_depositentry entry
    JOIN counter_deposit deposit ON deposit.id = entry.deposit_id
    WHERE deposit.store_id = %s AND entry.reason IN ('forfeited', 'doubled')
      AND (deposit.kind <> 'earnest' OR ABS(entry.cents) <> deposit.earnest_cents
           OR deposit.earnest_cents * 5 > deposit.price_cents)
"""

LOCKS = """
    SELECT 'counter_pricelock', held.id, held.ended_how
    FROM counter_pricelock held
    JOIN counter_networkorder placed ON placed.id = held.order_id
    JOIN inventory_metalprice board ON board.id = held.metal_price_id
    WHERE placed.store_id = %s
      AND (board.cents_per_gram <> held.cents_per_gram
           OR (held.ended_at IS NULL AND placed.state IN
               ('handed_over', 'delivered', 'refused', 'cancelled', 'expired'))
           OR (held.ended_how = 'delivered'
               AND placed.state IN ('placed', 'reviewing', 'transferred', 'confirmed',
                                    'refused', 'cancelled', 'expired')))
"""


def verify(store: Store) -> Iterator[Broken]:
    """What a store owes for deposits, and what became of the prices it locked."""
    yield from query("deposit of a bill is not what the bill took", TAKEN, [store.pk])
    yield from query("its entries do not come to what is left", BALANCES, [store.pk])
    yield from query("more was taken from a deposit than was left", NEGATIVE, [store.pk])
    yield from query("is not credited as its payments say", CREDITED, [store.pk])
    yield from query("did not go back as its payments say", REFUNDED, [store.pk])
    yield from query("did not become store credit as it says", TURNED, [store.pk])
    yield from query("is not what counts as earnest money", EARNEST, [store.pk])
    yield from query("price lock does not end with its order", LOCKS, [store.pk])
