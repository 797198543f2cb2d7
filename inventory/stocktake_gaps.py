"""盘盈、盘亏: what hands and books do not agree about, one row for each.

Differences follow the results: they appear when a place is handed in and go, with their outcome,
when a recount or a late movement explains them.
"""

from collections.abc import Collection, Sequence
from operator import itemgetter
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
# a line that lies elsewhere was read where it has no line; the results are written already
NEW_LINES: Final = """
    INSERT INTO inventory_stocktakedifference (
        store_id, stocktake_id, kind, place_id, line_id, piece_id, to_place_id, code, explained,
        pieces, mg, quantity, cost_cents, retail_cents, outcome, words, hearing, agreement)
    SELECT told.store_id, told.stocktake_id, told.result, told.place_id, told.id, told.piece_id,
           CASE told.result WHEN 'found_elsewhere' THEN (
               SELECT MIN(read.place_id)
               FROM inventory_stocktakeplace spot CROSS JOIN inventory_stocktakeread read
               WHERE spot.stocktake_id = told.stocktake_id AND spot.state = 'handed_in'
                 AND read.store_id = told.store_id AND read.stocktake_id = told.stocktake_id
                 AND read.place_id = spot.place_id AND read.round = spot.round
                 AND read.key = told.number AND read.piece_id = told.piece_id
                 AND NOT EXISTS (
                     SELECT 1 FROM inventory_stocktakeline own
                     WHERE own.store_id = told.store_id AND own.stocktake_id = told.stocktake_id
                       AND own.piece_id = told.piece_id AND own.place_id = read.place_id)) END,
           '', '', CASE told.result WHEN 'missing' THEN -1 ELSE 0 END,
           CASE told.result WHEN 'missing' THEN -told.net_mg ELSE 0 END,
           0, told.cost_cents, told.retail_cents, '', '', '', ''
    FROM inventory_stocktakeline told
    WHERE told.stocktake_id = %(stocktake)s AND told.result IN ('missing', 'found_elsewhere')
    ORDER BY told.id
    ON CONFLICT DO NOTHING
"""
# what there is of reads and what there should be, side by side: it is few, and is looked for once
READS: Final = f"""
    {stocktake_results.WITH}, wrong AS MATERIALIZED (
        SELECT read_id, piece_id, in_place, class FROM ({stocktake_results.ODD_READS}) AS odd_read
        WHERE class IN ('unexpected', 'unknown', 'twice')
        UNION ALL {stocktake_results.READ_THOUGH_EXCLUDED}
    )
    SELECT NULL, wrong.class, wrong.read_id, wrong.in_place, wrong.piece_id,
           CASE WHEN wrong.piece_id IS NULL THEN read.code ELSE '' END,
           CASE WHEN wrong.class <> 'unexpected' THEN ''
                WHEN piece.store_id <> %(store)s THEN 'other_store'
                WHEN piece.state NOT IN ('received', 'on_sale', 'held', 'returned')
                    THEN piece.state
                WHEN EXISTS (
                    SELECT 1 FROM inventory_stocktakeline own
                    WHERE own.store_id = %(store)s AND own.stocktake_id = %(stocktake)s
                      AND own.piece_id = wrong.piece_id)
                    THEN 'excluded'
                ELSE 'outside' END,
           CASE wrong.class WHEN 'twice' THEN 0 ELSE 1 END,
           CASE wrong.class WHEN 'unexpected' THEN piece.net_mg ELSE 0 END,
           cost.cents, piece.price_cents
    FROM wrong
    JOIN inventory_stocktakeread read ON read.id = wrong.read_id
    LEFT JOIN inventory_piece piece ON piece.id = wrong.piece_id
    LEFT JOIN inventory_cost cost ON cost.piece_id = wrong.piece_id
    UNION ALL
    SELECT id, kind, read_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM inventory_stocktakedifference
    WHERE stocktake_id = %(stocktake)s AND read_id IS NOT NULL AND {{in_part}}
"""  # noqa: S608  because: every part is our own
TOLD: Final = (
    "place_id",
    "piece_id",
    "code",
    "explained",
    "pieces",
    "mg",
    "cost_cents",
    "retail_cents",
)  # of a read, in this order
# in a part only what it looked at can be gone
IN_PART: Final = "(place_id IN {places} OR piece_id IN (SELECT piece_id FROM touched))"


def renew(
    stocktake: Stocktake, spots: Sequence[StocktakePlace], *, places: Collection[int] = ()
) -> None:
    """Brings the differences in step with the results, of the whole stocktake or of the pieces of
    some places: what is explained goes, with its outcome, what is new comes; so does what else
    `spots` show. Call it with the store's chain open and after `stocktake_results.settle`."""
    with connection.cursor() as cursor:
        for statement in (GONE_LINES, NEW_LINES):
            cursor.execute(*stocktake_results.asked(statement, stocktake))
    _renew_reads(stocktake, places)
    _renew_others(stocktake, spots)


def _renew_reads(stocktake: Stocktake, places: Collection[int]) -> None:
    sql = READS.replace("{in_part}", IN_PART if places else "true")
    with connection.cursor() as cursor:
        cursor.execute(*stocktake_results.asked(sql, stocktake, places=places))
        rows = cursor.fetchall()
    old = {(kind, read): key for key, kind, read, *_told in rows if key is not None}
    wanted = {(kind, read): told for key, kind, read, *told in rows if key is None}
    gone = [key for mark, key in old.items() if mark not in wanted]
    if gone:
        StocktakeDifference.objects.filter(pk__in=gone).delete()
    StocktakeDifference.objects.bulk_create(
        StocktakeDifference(
            store_id=stocktake.store_id,
            stocktake=stocktake,
            kind=kind,
            read_id=read,
            **dict(zip(TOLD, wanted[kind, read], strict=True)),
        )
        for kind, read in sorted(wanted.keys() - old.keys(), key=itemgetter(1))
    )


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


def _renew_others(stocktake: Stocktake, spots: Sequence[StocktakePlace]) -> None:
    """Those that still say the same keep their outcome; none where a place is counted once more."""
    wanted = [row for spot in spots if spot.state == SpotState.HANDED_IN for row in _others(spot)]
    old = stocktake.differences.filter(
        line__isnull=True, read__isnull=True, place__in=[spot.place_id for spot in spots]
    )
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
