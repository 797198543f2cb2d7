"""Invariants of the book of the day, and the one call that asks all four books."""

from collections.abc import Iterator

from django.db.models import Sum

from appraisal import books as old_pieces
from counter import day_reports
from counter import deposit_books as owed
from counter import gift_books as given
from counter import old_gold_books as old_gold
from counter import return_books as returned
from counter import service_books as service
from counter.models import DayClose
from counter.showroom import books as ordered
from inventory import books as pieces
from inventory import stocktake_books as stocktakes
from inventory.ground import books as ground
from inventory.ground.books import Broken, query
from inventory.models import LedgerHead, Store
from warranty import books as promises

TOTALS = """
    SELECT 'counter_sale', sale.number, sale.total_cents
    FROM counter_sale sale
    LEFT JOIN (SELECT sale_id, SUM(total_cents) AS cents FROM counter_saleline GROUP BY sale_id)
        line ON line.sale_id = sale.id
    LEFT JOIN (SELECT sale_id, SUM(total_cents) AS cents FROM counter_serviceline GROUP BY sale_id)
        fee ON fee.sale_id = sale.id
    LEFT JOIN (SELECT sale_id, SUM(total_cents) AS cents FROM counter_depositline GROUP BY sale_id)
        deposit ON deposit.sale_id = sale.id
    WHERE sale.store_id = %s AND sale.state <> 'open'
      AND COALESCE(line.cents, 0) + COALESCE(fee.cents, 0) + COALESCE(deposit.cents, 0)
          - sale.rounding_cents <> sale.total_cents
"""

PAID = """
    SELECT 'counter_sale', sale.number, COALESCE(paid.cents, 0)
    FROM counter_sale sale
    LEFT JOIN (SELECT sale_id, SUM(amount_cents) AS cents FROM counter_payment
               WHERE reverses_id IS NULL OR (returned_id IS NULL AND deposit_id IS NULL)
               GROUP BY sale_id)
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
    LEFT JOIN counter_returnline taken ON taken.sale_line_id = line.id AND taken.is_live
    LEFT JOIN counter_return back
        ON back.id = taken.back_id AND back.state IN ('at_mall', 'settled')
    WHERE sale.store_id = %s
      AND (line.state <> CASE WHEN back.id IS NOT NULL THEN 'returned'
                              WHEN sale.state = 'completed' THEN 'sold'
                              WHEN sale.state = 'voided' THEN 'voided' ELSE 'open' END
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


SIGNED_BY_TWO = """
    SELECT 'counter_handover', sheet.number, COUNT(DISTINCT signature.user_id)
    FROM counter_handover sheet
    LEFT JOIN counter_signature signature ON signature.handover_id = sheet.id
    WHERE sheet.store_id = %s
    GROUP BY sheet.id, sheet.number, sheet.state, sheet.kind
    HAVING CASE WHEN sheet.state <> 'signed' THEN COUNT(signature.id) > 0
                WHEN sheet.kind = 'change' THEN COUNT(DISTINCT signature.user_id) < 2
                ELSE COUNT(DISTINCT signature.user_id) < 1 END
"""

SEALED = """
    SELECT 'counter_handover', sheet.number, sheet.sealed_seq
    FROM counter_handover sheet
    LEFT JOIN inventory_change link
        ON link.store_id = sheet.store_id AND link.seq = sheet.sealed_seq
    WHERE sheet.store_id = %s AND sheet.state = 'signed'
      AND COALESCE(link.hash, '') <> sheet.sealed_hash
"""

EXPECTED = """
    SELECT 'counter_handoverline', line.id, line.expected_pieces
    FROM counter_handoverline line
    JOIN counter_traycount tray ON tray.id = line.tray_id
    JOIN counter_handover sheet ON sheet.id = tray.handover_id
    WHERE sheet.store_id = %s
      AND (line.expected_pieces <> line.opening_pieces + line.in_pieces - line.out_pieces
           OR line.expected_mg <> line.opening_mg + line.in_mg - line.out_mg)
"""

# what a signed sheet declares missing leaves its counter; what was too many never was in its books
CLOSING = """
    SELECT 'counter_handoverline', line.id, line.closing_pieces
    FROM counter_handoverline line
    JOIN counter_traycount tray ON tray.id = line.tray_id
    JOIN counter_handover sheet ON sheet.id = tray.handover_id
    JOIN inventory_place place ON place.id = tray.place_id
    LEFT JOIN (
        SELECT found.handover_id, found.part, piece.metal, piece.grade,
               SUM(found.pieces) AS pieces, SUM(found.mg) AS mg
        FROM counter_investigation found JOIN inventory_piece piece ON piece.id = found.piece_id
        WHERE found.pieces < 0
        GROUP BY found.handover_id, found.part, piece.metal, piece.grade
    ) lost ON lost.handover_id = sheet.id AND lost.part = place.code
          AND lost.metal = line.metal AND lost.grade = line.grade
    WHERE sheet.store_id = %s AND sheet.state = 'signed'
      AND (line.closing_pieces
               <> line.expected_pieces + line.after_pieces + COALESCE(lost.pieces, 0)
           OR line.closing_mg <> line.expected_mg + line.after_mg + COALESCE(lost.mg, 0))
"""

COUNTED = """
    SELECT 'counter_handoverline', line.id, line.counted_pieces
    FROM counter_handoverline line
    JOIN counter_traycount tray ON tray.id = line.tray_id
    JOIN counter_handover sheet ON sheet.id = tray.handover_id
    WHERE sheet.store_id = %s AND sheet.state = 'signed'
      AND (tray.state NOT IN ('agreed', 'accepted')
           OR (tray.state = 'agreed' AND line.counted_pieces <> line.expected_pieces)
           OR (tray.state = 'accepted' AND tray.approval_id IS NULL))
"""

OPENING = """
    SELECT 'counter_handoverline', line.id, line.opening_pieces
    FROM counter_handoverline line
    JOIN counter_traycount tray ON tray.id = line.tray_id
    JOIN counter_handover sheet ON sheet.id = tray.handover_id
    LEFT JOIN counter_traycount left_tray
        ON left_tray.handover_id = sheet.previous_id AND left_tray.place_id = tray.place_id
    LEFT JOIN counter_handoverline before ON before.tray_id = left_tray.id
        AND before.metal = line.metal AND before.grade = line.grade
    WHERE sheet.store_id = %s AND sheet.state = 'signed' AND sheet.previous_id IS NOT NULL
      AND (line.opening_pieces <> COALESCE(before.closing_pieces, 0)
           OR line.opening_mg <> COALESCE(before.closing_mg, 0))
"""

LEFT_OUT = """
    SELECT 'counter_handoverline', before.id, before.closing_pieces
    FROM counter_handoverline before
    JOIN counter_traycount left_tray ON left_tray.id = before.tray_id
    JOIN counter_handover sheet ON sheet.previous_id = left_tray.handover_id
    JOIN counter_traycount tray
        ON tray.handover_id = sheet.id AND tray.place_id = left_tray.place_id
    LEFT JOIN counter_handoverline line ON line.tray_id = tray.id
        AND line.metal = before.metal AND line.grade = before.grade
    WHERE sheet.store_id = %s AND sheet.state = 'signed'
      AND before.closing_pieces <> 0 AND line.id IS NULL
"""

SHEET_NUMBERS = """
    SELECT 'inventory_documentcounter', counter.day, counter.last
    FROM inventory_documentcounter counter
    LEFT JOIN (SELECT store_id, business_day, COUNT(*) AS n FROM counter_handover
               GROUP BY store_id, business_day) issued
        ON issued.store_id = counter.store_id AND issued.business_day = counter.day
    WHERE counter.store_id = %s AND counter.kind = 'H' AND COALESCE(issued.n, 0) <> counter.last
"""

HIDDEN = """
    SELECT 'inventory_place', place.code, place.counted_in
    FROM inventory_place place
    LEFT JOIN (
        SELECT tray.place_id, sheet.number
        FROM counter_traycount tray JOIN counter_handover sheet ON sheet.id = tray.handover_id
        WHERE sheet.state IN ('counting', 'differing', 'agreed')
          AND tray.state IN ('waiting', 'counting', 'recount')
    ) blind ON blind.place_id = place.id
    WHERE place.store_id = %s AND place.counted_in <> COALESCE(blind.number, '')
"""

MISSING = """
    SELECT 'inventory_piece', piece.number, piece.state
    FROM inventory_piece piece
    WHERE piece.store_id = %s AND piece.state = 'missing'
      AND NOT EXISTS (SELECT 1 FROM counter_investigation found
                      WHERE found.piece_id = piece.id
                        AND (found.closed_at IS NULL OR found.outcome <> 'found'))
      -- what was lost between two stores is asked for on its shipment
      AND NOT EXISTS (SELECT 1 FROM inventory_shipmentline line
                      WHERE line.piece_id = piece.id AND line.state = 'lost')
      -- what a stocktake did not find stands in it with its outcome
      AND NOT EXISTS (SELECT 1 FROM inventory_stocktakedifference lacking
                      WHERE lacking.piece_id = piece.id AND lacking.kind = 'missing'
                        AND lacking.outcome IN ('missing', 'compensation'))
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
    yield from stocktakes.verify(store, since=since)
    yield from promises.verify(store)
    yield from _verify_day(store)
    yield from given.verify(store)
    yield from old_pieces.verify(store, since=since)
    yield from old_gold.verify(store)
    yield from service.verify(store)
    yield from returned.verify(store)
    yield from owed.verify(store)
    yield from ordered.verify(store)
    yield from _verify_handovers(store)
    yield from verify_days(store)


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


def _verify_handovers(store: Store) -> Iterator[Broken]:
    """What a counter answers for: sheet after sheet, class by class, signed and sealed."""
    yield from query("is not signed by the people it needs", SIGNED_BY_TWO, [store.pk])
    yield from query("is not sealed to the chain as it is", SEALED, [store.pk])
    yield from query("expected is not opening + in - out", EXPECTED, [store.pk])
    yield from query("closing does not follow from what was expected", CLOSING, [store.pk])
    yield from query("is signed and neither agrees nor was agreed to", COUNTED, [store.pk])
    yield from query("opening is not the closing before", OPENING, [store.pk])
    yield from query("closing is on no line of the next sheet", LEFT_OUT, [store.pk])
    yield from query("numbers of handovers have a gap", SHEET_NUMBERS, [store.pk])
    yield from query("is hidden without a blind count, or the reverse", HIDDEN, [store.pk])
    yield from query("is missing and nobody asks where it is", MISSING, [store.pk])


def verify_days(store: Store) -> Iterator[Broken]:
    """A closed day holds every payment that was made on it before it was closed (a query a day)."""
    closed = DayClose.objects.filter(store=store, change__isnull=False).select_related("change")
    for day in closed.order_by("business_day"):
        rows = day_reports.payments_of(store=store, day=day.business_day)
        before = rows.filter(change__seq__lte=day.change.seq if day.change else 0)
        cents = before.aggregate(sum=Sum("amount_cents", default=0))["sum"]
        if cents != day_reports.kept_cents(day.report):
            yield Broken(
                "counter_dayclose", day, f"does not hold the payments of its day ({cents})"
            )
