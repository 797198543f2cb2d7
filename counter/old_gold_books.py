"""Invariants between old gold and money: what was settled was paid once, as it was offered, and
store credit is what its rows say."""

from collections.abc import Iterator
from typing import Final

from inventory.ground.books import Broken, query
from inventory.models import Store

# a payment that no void has taken back; for a return a part of it may have gone back
LIVE: Final = """
    payment.reverses_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM counter_payment back
                    WHERE back.reverses_id = payment.id AND back.returned_id IS NULL)
"""

# what was paid for and went back itself, because all goods that it paid for came back
UNDONE: Final = """
    EXISTS (SELECT 1 FROM appraisal_tradeinstep step
            WHERE step.trade_in_id = trade_in.id
              AND step.old = 'settled' AND step.new = 'returned')
"""

PAID_ONCE = f"""
    SELECT 'appraisal_tradein', trade_in.number, COUNT(payment.id)
    FROM appraisal_tradein trade_in
    LEFT JOIN counter_payment payment
        ON payment.trade_in_id = trade_in.id AND NOT payment.is_payout AND {LIVE}
    WHERE trade_in.store_id = %s
    GROUP BY trade_in.id, trade_in.number, trade_in.state
    HAVING COUNT(payment.id)
        <> CASE WHEN trade_in.state IN ('settled', 'bagged') OR {UNDONE} THEN 1 ELSE 0 END
"""  # noqa: S608  because: every part is our own

NEWEST = """
    offer.id = (SELECT MAX(each.id) FROM appraisal_offer each
                WHERE each.trade_in_id = trade_in.id)
"""

# joined from the payment outwards: a planner that may begin with the offers reads every payment of
# the store for each of them
AS_OFFERED = f"""
    SELECT 'counter_payment', payment.id, payment.amount_cents
    FROM counter_payment payment
    LEFT JOIN appraisal_tradein trade_in ON trade_in.id = payment.trade_in_id
    LEFT JOIN appraisal_offer offer ON {NEWEST}
    WHERE payment.store_id = %s AND NOT payment.is_payout AND {LIVE}
      AND payment.trade_in_id IS NOT NULL
      AND payment.amount_cents <> COALESCE(offer.pays_cents + offer.money_cents, 0)
"""  # noqa: S608  because: every part is our own

PAID_OUT = f"""
    SELECT 'counter_payment', payment.id, payment.amount_cents
    FROM counter_payment payment
    LEFT JOIN appraisal_tradein trade_in ON trade_in.id = payment.trade_in_id
    LEFT JOIN appraisal_offer offer ON {NEWEST}
    WHERE payment.store_id = %s AND payment.is_payout AND {LIVE}
      AND payment.trade_in_id IS NOT NULL AND -payment.amount_cents <> COALESCE(
          CASE trade_in.kind WHEN 'buy_back' THEN offer.pays_cents ELSE 0 END
          + offer.money_cents, 0)
"""  # noqa: S608  because: every part is our own

CREDITED = f"""
    SELECT 'appraisal_tradein', trade_in.number, COALESCE(given.cents, 0)
    FROM appraisal_tradein trade_in
    LEFT JOIN appraisal_offer offer ON {NEWEST}
    LEFT JOIN (SELECT trade_in_id, SUM(cents) AS cents FROM counter_creditentry
               WHERE reason <> 'returned' GROUP BY trade_in_id)
        given ON given.trade_in_id = trade_in.id
    WHERE trade_in.store_id = %s
      AND COALESCE(given.cents, 0)
          <> CASE WHEN trade_in.state IN ('settled', 'bagged')
                  THEN COALESCE(offer.credit_cents, 0) ELSE 0 END
"""  # noqa: S608  because: every part is our own

# for what went back of a payment of old gold its pieces did, for the whole of it, or store credit
WENT_BACK = f"""
    SELECT 'appraisal_tradein', trade_in.number, COALESCE(back.cents, 0)
    FROM appraisal_tradein trade_in
    LEFT JOIN (SELECT payment.trade_in_id, SUM(payment.amount_cents) AS cents
               FROM counter_payment payment WHERE NOT payment.is_payout AND {LIVE}
               GROUP BY payment.trade_in_id) paid ON paid.trade_in_id = trade_in.id
    LEFT JOIN (SELECT trade_in_id, -SUM(amount_cents) AS cents FROM counter_payment
               WHERE reverses_id IS NOT NULL AND returned_id IS NOT NULL GROUP BY trade_in_id)
        back ON back.trade_in_id = trade_in.id
    LEFT JOIN (SELECT trade_in_id, SUM(cents) AS cents FROM counter_creditentry
               WHERE reason = 'returned' GROUP BY trade_in_id)
        given ON given.trade_in_id = trade_in.id
    WHERE trade_in.store_id = %s
      AND (COALESCE(given.cents, 0)
               <> CASE WHEN {UNDONE} THEN 0 ELSE COALESCE(back.cents, 0) END
           OR ({UNDONE} AND COALESCE(back.cents, 0) <> COALESCE(paid.cents, -1)))
"""  # noqa: S608  because: every part is our own

CREDIT_PAID = """
    SELECT 'counter_sale', sale.number, COALESCE(paid.cents, 0)
    FROM counter_sale sale
    LEFT JOIN (SELECT payment.sale_id, SUM(payment.amount_cents) AS cents
               FROM counter_payment payment
               JOIN counter_tender tender ON tender.id = payment.tender_id
               WHERE tender.kind = 'credit' GROUP BY payment.sale_id)
        paid ON paid.sale_id = sale.id
    LEFT JOIN (SELECT sale_id, SUM(cents) AS cents FROM counter_creditentry
               WHERE trade_in_id IS NULL AND ticket_id IS NULL AND deposit_id IS NULL
               GROUP BY sale_id) spent ON spent.sale_id = sale.id
    WHERE sale.store_id = %s AND COALESCE(paid.cents, 0) + COALESCE(spent.cents, 0) <> 0
"""

# money for nothing but store credit: as much as the credit that went with it
CREDIT_OUT = f"""
    SELECT 'counter_payment', payment.id, payment.amount_cents
    FROM counter_payment payment
    WHERE payment.store_id = %s AND payment.is_payout AND payment.trade_in_id IS NULL
      AND payment.deposit_id IS NULL AND {LIVE}
      AND payment.amount_cents <> COALESCE(
          (SELECT SUM(entry.cents) FROM counter_creditentry entry
           WHERE entry.sale_id = payment.sale_id AND entry.reason = 'paid_out'), 0)
"""  # noqa: S608  because: every part is our own

OVERSPENT = """
    SELECT 'counter_customer', entry.customer_id, SUM(entry.cents)
    FROM counter_creditentry entry
    WHERE entry.customer_id IN (SELECT customer_id FROM counter_creditentry WHERE store_id = %s)
    GROUP BY entry.customer_id
    HAVING SUM(entry.cents) < 0
"""

WITHOUT_LINES = """
    SELECT 'counter_sale', sale.number, sale.total_cents
    FROM counter_sale sale
    WHERE sale.store_id = %s AND sale.state <> 'open'
      AND NOT EXISTS (SELECT 1 FROM counter_saleline line WHERE line.sale_id = sale.id)
      AND NOT EXISTS (SELECT 1 FROM counter_serviceline fee WHERE fee.sale_id = sale.id)
      AND NOT EXISTS (SELECT 1 FROM counter_depositline before WHERE before.sale_id = sale.id)
      AND NOT EXISTS (SELECT 1 FROM counter_payment payment
                      WHERE payment.sale_id = sale.id AND payment.deposit_id IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM counter_payment payment
                      JOIN appraisal_tradein trade_in ON trade_in.id = payment.trade_in_id
                      WHERE payment.sale_id = sale.id AND trade_in.kind = 'buy_back')
      AND NOT EXISTS (SELECT 1 FROM counter_creditentry entry
                      WHERE entry.sale_id = sale.id AND entry.reason = 'paid_out')
"""


def verify(store: Store) -> Iterator[Broken]:
    """N5 of old gold: settled and paid are one thing, at the figures that the customer signed."""
    yield from query("is settled without its payment, or the reverse", PAID_ONCE, [store.pk])
    yield from query("is not what was offered", AS_OFFERED, [store.pk])
    yield from query("is not what was to go out", PAID_OUT, [store.pk])
    yield from query("store credit is not the surplus of its offer", CREDITED, [store.pk])
    yield from query("went back neither itself nor as credit", WENT_BACK, [store.pk])
    yield from query("store credit was paid with and not spent", CREDIT_PAID, [store.pk])
    yield from query("went out for no store credit", CREDIT_OUT, [store.pk])
    yield from query("has less than no store credit", OVERSPENT, [store.pk])
    yield from query("has no lines and pays nothing out", WITHOUT_LINES, [store.pk])
