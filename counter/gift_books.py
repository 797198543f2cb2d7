"""Invariants of gifts: what left the book of supplies with a sale is what stands on its lines."""

from collections.abc import Iterator

from inventory.ground.books import Broken, query
from inventory.models import Store

GIVEN = """
    SELECT 'counter_sale', sale.number, SUM(told.many)
    FROM (
        SELECT line.sale_id, gift.item_id, 1 AS many
        FROM counter_gift gift JOIN counter_saleline line ON line.id = gift.line_id
        WHERE gift.item_id IS NOT NULL
        UNION ALL
        SELECT given.id, entry.item_id, entry.quantity
        FROM inventory_supplyentry entry JOIN counter_sale given ON given.number = entry.number
        WHERE entry.store_id = %s AND entry.kind = 'given'
    ) told
    JOIN counter_sale sale ON sale.id = told.sale_id
    WHERE sale.store_id = %s AND sale.state <> 'open'
    GROUP BY sale.id, sale.number, told.item_id HAVING SUM(told.many) <> 0
"""

# of a voided sale all gifts are here again; of one that stands none came back under its number
VOIDED = """
    SELECT 'counter_sale', sale.number, SUM(entry.quantity)
    FROM inventory_supplyentry entry JOIN counter_sale sale ON sale.number = entry.number
    WHERE entry.store_id = %s AND entry.kind IN ('given', 'back')
    GROUP BY sale.id, sale.number, sale.state, entry.item_id
    HAVING (sale.state = 'voided' AND SUM(entry.quantity) <> 0)
        OR (sale.state <> 'voided'
            AND SUM(CASE WHEN entry.kind = 'back' THEN 1 ELSE 0 END) > 0)
"""


def verify(store: Store) -> Iterator[Broken]:
    """Gifts of the house's supplies, by SQL alone."""
    yield from query("gifts are not what left its supplies", GIVEN, [store.pk, store.pk])
    yield from query("gifts of a voided sale are not back", VOIDED, [store.pk])
