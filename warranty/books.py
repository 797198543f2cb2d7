"""Invariants of the book of promises."""

from collections import defaultdict
from collections.abc import Iterator

from inventory.ground.books import Broken, query
from inventory.models import Store
from warranty import benefits, ticket_books
from warranty.models import BenefitEntry, EntryKind

CARD_AND_LINE = """
    SELECT 'warranty_card', card.number, line.state
    FROM warranty_card card
    JOIN counter_saleline line ON line.id = card.sale_line_id
    WHERE card.store_id = %s
      AND ((card.state = 'valid' AND line.state <> 'sold')
           OR (line.state = 'voided' AND card.state <> 'void')
           OR line.piece_id <> card.piece_id)
"""

STATE = """
    SELECT 'warranty_card', card.number, card.state
    FROM warranty_card card
    LEFT JOIN (
        SELECT card_id, new, ROW_NUMBER() OVER (PARTITION BY card_id ORDER BY id DESC) AS nth
        FROM warranty_cardevent
    ) event ON event.card_id = card.id AND event.nth = 1
    WHERE card.store_id = %s AND card.state <> COALESCE(event.new, 'valid')
"""

GRANTS = """
    SELECT 'warranty_card', card.number, granted.n
    FROM warranty_card card
    LEFT JOIN (SELECT card_id, COUNT(*) AS n FROM warranty_benefitentry WHERE kind = 'grant'
               GROUP BY card_id) granted ON granted.card_id = card.id
    JOIN counter_saleline line ON line.id = card.sale_line_id
    JOIN (SELECT plan_id, COUNT(*) AS n,
                 SUM(CASE WHEN kind = 'exchange' THEN 1 ELSE 0 END) AS exchanges
          FROM warranty_planbenefit GROUP BY plan_id) promised
        ON promised.plan_id = card.plan_id
    WHERE card.store_id = %s
      -- what was made to order is not exchanged for no reason
      AND COALESCE(granted.n, 0)
          < promised.n - CASE WHEN line.made_to_order THEN promised.exchanges ELSE 0 END
"""

OVERUSED = """
    SELECT 'warranty_card', card.number, entry.benefit_id
    FROM warranty_benefitentry entry
    JOIN warranty_card card ON card.id = entry.card_id
    JOIN warranty_planbenefit benefit ON benefit.id = entry.benefit_id
    WHERE card.store_id = %s AND NOT benefit.is_yearly
    GROUP BY card.number, entry.benefit_id
    HAVING SUM(CASE WHEN entry.kind = 'grant' AND entry.uses IS NULL THEN 1 ELSE 0 END) = 0
       AND SUM(CASE entry.kind WHEN 'use' THEN 1 WHEN 'reverse' THEN -1 ELSE 0 END)
           > SUM(CASE WHEN entry.kind = 'grant' THEN entry.uses ELSE 0 END)
"""


def verify(store: Store) -> Iterator[Broken]:
    """Cards stand for sold lines, their benefits were granted, none is used beyond its number."""
    yield from query("does not agree with its sale line", CARD_AND_LINE, [store.pk])
    yield from query("is not in the state that its last event says", STATE, [store.pk])
    yield from query("lacks benefits of its plan", GRANTS, [store.pk])
    yield from query("has a benefit used too often", OVERUSED, [store.pk])
    yield from _verify_years(store)
    yield from ticket_books.verify(store)


def _verify_years(store: Store) -> Iterator[Broken]:
    """A yearly number holds in each year after the purchase (1 query)."""
    rows = BenefitEntry.objects.filter(card__store=store, benefit__is_yearly=True)
    ledgers: dict[tuple[int, int], list[BenefitEntry]] = defaultdict(list)
    for entry in rows.select_related("benefit", "card").order_by("pk"):
        ledgers[entry.card_id, entry.benefit_id].append(entry)
    for entries in ledgers.values():
        days = {entry.on for entry in entries if entry.kind == EntryKind.USE and entry.on}
        sums = [left for day in days for left in benefits.sum_up(entries, on=day)]
        if any(row.left is not None and row.left < 0 for row in sums):
            yield Broken("warranty_card", entries[0].card, "has a benefit used too often in a year")
