"""盘盈、盘亏: what hands and books do not agree about, one row for each.

Differences follow the results: they appear when a place is handed in and go, with their outcome,
when a recount or a late movement explains them.
"""

from typing import Final

from django.db import connection

from inventory import stocktake_results, stocktake_weights
from inventory.models import DifferenceKind as Kind
from inventory.models import SpotState, Stocktake, StocktakeDifference, StocktakePlace

GONE_LINES: Final = """
    DELETE FROM inventory_stocktakedifference
    WHERE stocktake_id = %(stocktake)s AND line_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM inventory_stocktakeline line
        WHERE line.id = inventory_stocktakedifference.line_id
          AND line.result = inventory_stocktakedifference.kind)
"""
NEW_LINES: Final = f"""
    INSERT INTO inventory_stocktakedifference (
        store_id, stocktake_id, kind, place_id, line_id, piece_id, to_place_id, code, explained,
        pieces, mg, quantity, cost_cents, retail_cents, outcome, words, hearing, agreement)
    {stocktake_results.WITH}, odd_line AS ({stocktake_results.ODD_LINES})
    SELECT told.store_id, told.stocktake_id, told.result, told.place_id, told.id, told.piece_id,
           CASE told.result WHEN 'found_elsewhere' THEN odd_line.elsewhere END,
           '', '', CASE told.result WHEN 'missing' THEN -1 ELSE 0 END,
           CASE told.result WHEN 'missing' THEN -told.net_mg ELSE 0 END,
           0, told.cost_cents, told.retail_cents, '', '', '', ''
    FROM odd_line
    JOIN inventory_stocktakeline told ON told.id = odd_line.line_id
    WHERE told.result IN ('missing', 'found_elsewhere')
    ORDER BY told.id
    ON CONFLICT DO NOTHING
"""  # noqa: S608  because: every part is our own
WRONG_READS: Final = f"""
    wrong AS MATERIALIZED (
        SELECT read_id, piece_id, in_place, class FROM ({stocktake_results.ODD_READS}) AS odd_read
        WHERE class IN ('unexpected', 'unknown', 'twice')
        UNION ALL {stocktake_results.READ_THOUGH_EXCLUDED}
    )
"""  # noqa: S608  because: every part is our own
GONE_READS: Final = f"""
    {stocktake_results.WITH}, {WRONG_READS}
    DELETE FROM inventory_stocktakedifference
    WHERE stocktake_id = %(stocktake)s AND read_id IS NOT NULL
      AND (read_id, kind) NOT IN (SELECT read_id, class FROM wrong)
"""  # noqa: S608  because: every part is our own
NEW_READS: Final = f"""
    INSERT INTO inventory_stocktakedifference (
        store_id, stocktake_id, kind, place_id, read_id, piece_id, code, explained,
        pieces, mg, quantity, cost_cents, retail_cents, outcome, words, hearing, agreement)
    {stocktake_results.WITH}, {WRONG_READS}
    SELECT %(store)s, %(stocktake)s, wrong.class, wrong.in_place, wrong.read_id, wrong.piece_id,
           CASE WHEN wrong.piece_id IS NULL THEN read.code ELSE '' END,
           CASE WHEN wrong.class <> 'unexpected' THEN ''
                WHEN piece.store_id <> %(store)s THEN 'other_store'
                WHEN piece.state NOT IN ('received', 'on_sale', 'held', 'returned')
                    THEN piece.state
                WHEN EXISTS (SELECT 1 FROM line WHERE line.piece_id = wrong.piece_id)
                    THEN 'excluded'
                ELSE 'outside' END,
           CASE wrong.class WHEN 'twice' THEN 0 ELSE 1 END,
           CASE wrong.class WHEN 'unexpected' THEN piece.net_mg ELSE 0 END,
           0, cost.cents, piece.price_cents, '', '', '', ''
    FROM wrong
    JOIN inventory_stocktakeread read ON read.id = wrong.read_id
    LEFT JOIN inventory_piece piece ON piece.id = wrong.piece_id
    LEFT JOIN inventory_cost cost ON cost.piece_id = wrong.piece_id
    ORDER BY wrong.read_id
    ON CONFLICT DO NOTHING
"""  # noqa: S608  because: every part is our own


def renew(stocktake: Stocktake) -> None:
    """Brings the differences in step with the results: what is explained goes, with its outcome,
    what is new comes. Call it with the store's chain open and after `stocktake_results.settle`."""
    which = stocktake_results.which(stocktake)
    with connection.cursor() as cursor:
        for statement in (GONE_LINES, NEW_LINES, GONE_READS, NEW_READS):
            cursor.execute(statement, which)
    handed_in = stocktake.places.filter(state=SpotState.HANDED_IN).select_related("place")
    for spot in handed_in:
        spot.stocktake = stocktake
    _renew_others(stocktake, [row for spot in handed_in for row in _others(spot)])


# --- what is not of a line or a read: things without a label, weights, supplies


def _others(spot: StocktakePlace) -> list[StocktakeDifference]:
    """What a place shows besides its lines and reads, as it should stand."""
    same = {"store": spot.stocktake.store, "stocktake": spot.stocktake, "place": spot.place}
    rows = [
        StocktakeDifference(**same, kind=Kind.NO_LABEL, unlabelled=row, pieces=1, mg=row.gross_mg)
        for row in stocktake_weights.unlabelled(spot)
    ]
    rows += [
        StocktakeDifference(
            **same,
            kind=Kind.WEIGHT,
            sample=row,
            piece=row.piece,
            mg=(row.scale_mg or 0) - row.piece.gross_mg,
        )
        for row in stocktake_weights.wrong_samples(spot)
    ]
    if not stocktake_weights.agrees(spot):
        rows.append(StocktakeDifference(**same, kind=Kind.WEIGHT, mg=spot.gap_mg or 0))
    for row in spot.supplies.filter(counted__isnull=False).select_related("item"):
        more = (row.counted or 0) - (row.expected or 0)
        if more:
            entry = StocktakeDifference(**same, kind=Kind.SUPPLY, supply=row, quantity=more)
            entry.cost_cents = row.cost_cents
            rows.append(entry)
    return rows


def _renew_others(stocktake: Stocktake, wanted: list[StocktakeDifference]) -> None:
    """Those that still say the same keep their outcome."""
    old = stocktake.differences.filter(line__isnull=True, read__isnull=True)
    before = {_mark(row): row for row in old}
    kept = {_mark(row) for row in wanted} & set(before)
    gone = [row.pk for mark, row in before.items() if mark not in kept]
    StocktakeDifference.objects.filter(pk__in=gone).delete()
    new = [row for row in wanted if _mark(row) not in kept]
    StocktakeDifference.objects.bulk_create(new)


def _mark(row: StocktakeDifference) -> tuple[object, ...]:
    return (
        row.kind,
        row.place_id,
        row.unlabelled_id,
        row.sample_id,
        row.supply_id,
        row.mg,
        row.quantity,
    )
