"""Invariants of the service desk: a ticket is where its last step says, one envelope holds one
thing, and what the work used of a card it did."""

from collections.abc import Iterator

from inventory.ground.books import Broken, query
from inventory.models import Store

LAST_STEP = """
    SELECT 'warranty_ticket', ticket.number, ticket.state
    FROM warranty_ticket ticket
    LEFT JOIN (
        SELECT ticket_id, new, at,
               ROW_NUMBER() OVER (PARTITION BY ticket_id ORDER BY id DESC) AS nth
        FROM warranty_ticketstep
    ) step ON step.ticket_id = ticket.id AND step.nth = 1
    WHERE ticket.store_id = %s AND ticket.state <> COALESCE(step.new, '')
"""

STEPS = """
    SELECT 'warranty_ticket', ticket.number, step.old
    FROM (
        SELECT ticket_id, old,
               LAG(new, 1, '') OVER (PARTITION BY ticket_id ORDER BY id) AS before
        FROM warranty_ticketstep
    ) step JOIN warranty_ticket ticket ON ticket.id = step.ticket_id
    WHERE ticket.store_id = %s AND step.old <> step.before
"""

PLACE = """
    SELECT 'warranty_ticket', ticket.number, ticket.place_id
    FROM warranty_ticket ticket
    WHERE ticket.store_id = %s
      AND (ticket.state IN ('collected', 'returned')) <> (ticket.place_id IS NULL)
"""

ONE_OPEN = """
    SELECT 'inventory_piece', piece.number, COUNT(*)
    FROM warranty_ticket ticket JOIN inventory_piece piece ON piece.id = ticket.piece_id
    WHERE ticket.store_id = %s AND ticket.state NOT IN ('collected', 'returned')
    GROUP BY piece.number
    HAVING COUNT(*) > 1
"""

IN_HAND = """
    SELECT 'warranty_ticket', ticket.number, piece.state
    FROM warranty_ticket ticket JOIN inventory_piece piece ON piece.id = ticket.piece_id
    WHERE ticket.store_id = %s AND ticket.state NOT IN ('collected', 'returned')
      AND (piece.state <> 'in_service'
           OR NOT EXISTS (SELECT 1 FROM inventory_place place
                          WHERE place.id = piece.place_id AND place.store_id = ticket.store_id))
"""

WITHOUT_TICKET = """
    SELECT 'inventory_piece', piece.number, piece.state
    FROM inventory_piece piece
    WHERE piece.store_id = %s AND piece.state = 'in_service'
      AND NOT EXISTS (SELECT 1 FROM warranty_ticket ticket
                      WHERE ticket.piece_id = piece.id
                        AND ticket.state NOT IN ('collected', 'returned'))
"""

USES = """
    SELECT 'warranty_card', card.number, entry.id
    FROM warranty_benefitentry entry
    JOIN warranty_card card ON card.id = entry.card_id
    LEFT JOIN warranty_ticketjob job ON job.id = entry.job_id
    LEFT JOIN warranty_benefitentry back ON back.reverses_id = entry.id
    WHERE card.store_id = %s AND entry.kind = 'use'
      AND (job.id IS NULL
           OR (job.state = 'dropped' AND back.id IS NULL)
           -- a piece that came back to us takes with it what its card had given
           OR (job.state <> 'dropped' AND back.id IS NOT NULL
               AND card.state NOT IN ('void', 'closed')))
"""

BORNE = """
    SELECT 'warranty_ticketjob', job.id, job.state
    FROM warranty_ticketjob job JOIN warranty_ticket ticket ON ticket.id = job.ticket_id
    WHERE ticket.store_id = %s AND job.basis = 'benefit'
      AND NOT EXISTS (SELECT 1 FROM warranty_benefitentry entry
                      WHERE entry.job_id = job.id AND entry.kind = 'use'
                        AND entry.benefit_id = job.benefit_id)
"""

QUOTED = """
    SELECT 'warranty_quote', quote.id, quote.total_cents
    FROM warranty_quote quote
    JOIN warranty_ticket ticket ON ticket.id = quote.ticket_id
    LEFT JOIN (SELECT quote_id, SUM(cents) AS cents FROM warranty_quoteline GROUP BY quote_id)
        line ON line.quote_id = quote.id
    WHERE ticket.store_id = %s AND COALESCE(line.cents, 0) <> quote.total_cents
"""

USED_UP = """
    SELECT 'inventory_supplyentry', entry.number, entry.quantity
    FROM inventory_supplyentry entry
    WHERE entry.store_id = %s AND entry.kind = 'used'
      AND NOT EXISTS (SELECT 1 FROM warranty_ticket ticket
                      WHERE ticket.number = entry.number AND ticket.store_id = entry.store_id)
"""

NUMBERS = """
    SELECT 'inventory_documentcounter', counter.day, counter.last
    FROM inventory_documentcounter counter
    LEFT JOIN (SELECT store_id, business_day, COUNT(*) AS n FROM warranty_ticket
               GROUP BY store_id, business_day) issued
        ON issued.store_id = counter.store_id AND issued.business_day = counter.day
    WHERE counter.store_id = %s AND counter.kind = 'W' AND COALESCE(issued.n, 0) <> counter.last
"""


def verify(store: Store) -> Iterator[Broken]:
    """Tickets, their things, and what their work used."""
    yield from query("is not in the state that its last step says", LAST_STEP, [store.pk])
    yield from query("has a step that does not follow from the one before", STEPS, [store.pk])
    yield from query("lies nowhere, or was given back and lies here", PLACE, [store.pk])
    yield from query("lies in two envelopes", ONE_OPEN, [store.pk])
    yield from query("is open and its piece is not in service here", IN_HAND, [store.pk])
    yield from query("is in service without a ticket", WITHOUT_TICKET, [store.pk])
    yield from query("has a use whose work was not done, or the reverse", USES, [store.pk])
    yield from query("is borne by a benefit that was not used", BORNE, [store.pk])
    yield from query("total is not the sum of its lines", QUOTED, [store.pk])
    yield from query("used up supplies and is no ticket of this store", USED_UP, [store.pk])
    yield from query("numbers of tickets have a gap", NUMBERS, [store.pk])
