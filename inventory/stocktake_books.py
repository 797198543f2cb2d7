"""Invariants of the stocktakes: what was published is what the rows still say, and nobody counts a
place blind that is not being counted."""

from collections.abc import Iterator
from typing import Final

from inventory import stocktake_rows, stocktake_sheets
from inventory.ground.books import Broken, query
from inventory.models import StocktakeSheet, Store

HIDDEN: Final = """
    SELECT 'inventory_place', place.code, place.stocktaken_in
    FROM inventory_place place
    LEFT JOIN (
        SELECT spot.place_id, stocktake.number
        FROM inventory_stocktakeplace spot
        JOIN inventory_stocktake stocktake ON stocktake.id = spot.stocktake_id
        WHERE stocktake.state IN ('open', 'counting') AND spot.state IN ('waiting', 'counting')
    ) blind ON blind.place_id = place.id
    WHERE place.store_id = %s AND place.stocktaken_in <> COALESCE(blind.number, '')
"""

LET_GO: Final = """
    SELECT 'inventory_stocktakeplace', spot.id, stocktake.number
    FROM inventory_stocktakeplace spot
    JOIN inventory_stocktake stocktake ON stocktake.id = spot.stocktake_id
    WHERE stocktake.store_id = %s
      AND spot.is_over <> (stocktake.state IN ('approved', 'published', 'abandoned'))
"""

PUBLISHED: Final = """
    SELECT 'inventory_stocktake', stocktake.number, stocktake.state
    FROM inventory_stocktake stocktake
    LEFT JOIN inventory_stocktakesheet sheet ON sheet.stocktake_id = stocktake.id
    WHERE stocktake.store_id = %s AND (stocktake.state = 'published') <> (sheet.id IS NOT NULL)
"""

NUMBERS: Final = """
    SELECT 'inventory_documentcounter', counter.day, counter.last
    FROM inventory_documentcounter counter
    LEFT JOIN (SELECT store_id, business_day, COUNT(*) AS n FROM inventory_stocktake
               GROUP BY store_id, business_day) issued
        ON issued.store_id = counter.store_id AND issued.business_day = counter.day
    WHERE counter.store_id = %s AND counter.kind = 'C' AND COALESCE(issued.n, 0) <> counter.last
"""

# what was decided about a published difference without a name under it, or left open
UNDECIDED: Final = """
    SELECT 'inventory_stocktakedifference', difference.id, stocktake.number
    FROM inventory_stocktakedifference difference
    JOIN inventory_stocktake stocktake ON stocktake.id = difference.stocktake_id
    WHERE stocktake.store_id = %s AND difference.outcome = ''
      AND stocktake.state IN ('approved', 'published')
"""


def verify(store: Store, *, since: int = 0) -> Iterator[Broken]:
    """All of a store's; the content of those sheets that were published after a moment of its
    chain is read again from the first to the last line."""
    yield from query("is hidden without being counted, or the reverse", HIDDEN, [store.pk])
    yield from query("is not let go with its stocktake", LET_GO, [store.pk])
    yield from query("is published without a sheet, or the reverse", PUBLISHED, [store.pk])
    yield from query("numbers of stocktakes have a gap", NUMBERS, [store.pk])
    yield from query("has no outcome", UNDECIDED, [store.pk])
    sheets = StocktakeSheet.objects.filter(store=store, change__seq__gt=since)
    for sheet in sheets.select_related("stocktake").order_by("pk"):
        yield from _verify_sheet(sheet)


def _verify_sheet(sheet: StocktakeSheet) -> Iterator[Broken]:
    """The three kinds of rows that a sheet has sealed, each named by its table."""
    content = stocktake_rows.checksum(sheet.stocktake)
    changed = "is not what was published (%d rows, now %d)"
    if content.sha256 != sheet.sha256:
        told = changed % (sheet.rows, content.rows)
        yield Broken("inventory_stocktakeline", sheet.number, told)
    many, digest = stocktake_sheets.seal_of_reads(sheet.stocktake)
    if digest != sheet.reads_sha256:
        yield Broken("inventory_stocktakeread", sheet.number, changed % (sheet.reads, many))
    many, digest = stocktake_sheets.seal_of_differences(sheet.stocktake)
    if digest != sheet.differences_sha256:
        told = changed % (sheet.differences, many)
        yield Broken("inventory_stocktakedifference", sheet.number, told)
