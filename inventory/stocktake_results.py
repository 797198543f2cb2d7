"""What was read against what was expected: every line and every read falls into exactly one class.

Each side looks for its partner on the other. A line and a read meet when they are of one piece and
one place; that is nearly all of them, and they need no second look. What is left over on one side
is loose: an expected piece that was not read where it should lie, something read that should not
lie there. The second look is at those few alone, with all that is loose of one piece side by side.

Reads of a place count when it is handed in, those of its newest round; a reader that does not say
where it read may stand for a place that was counted once.
"""

from collections.abc import Collection
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Sum, TextChoices

from inventory import stocktake_moves
from inventory.ground.measures import Tally
from inventory.models import LineResult, Stocktake, StocktakeLine

# the first sign of the key of what nobody can read; no other key holds a space
UNREADABLE: Final = " "


class ReadClass(TextChoices):
    """What a read turned out to be."""

    FOUND = "found"
    FOUND_ELSEWHERE = "found_elsewhere"
    TWICE = "twice"
    MOVED = "moved"
    UNEXPECTED = "unexpected"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"
    PENDING = "pending"  # of a place that is not handed in
    SUPERSEDED = "superseded"  # of a place that was counted once more since


# both sides of a whole stocktake; reads by their place, which is how they are kept
WHOLE: Final = """
    spot AS (
        SELECT place_id, round FROM inventory_stocktakeplace
        WHERE stocktake_id = %(stocktake)s AND state = 'handed_in'
    ),
    line AS (
        SELECT line.id, line.number, line.piece_id, line.place_id, line.excluded,
               line.gone_by_id, spot.round
        FROM inventory_stocktakeline line LEFT JOIN spot ON spot.place_id = line.place_id
        WHERE line.store_id = %(store)s AND line.stocktake_id = %(stocktake)s
    ),
    seen AS (
        SELECT read.id, read.place_id, read.piece_id
        FROM spot CROSS JOIN inventory_stocktakeread read
        WHERE read.store_id = %(store)s AND read.stocktake_id = %(stocktake)s
          AND read.place_id = spot.place_id AND read.round = spot.round AND read.key NOT LIKE ' %%'
        UNION ALL
        SELECT read.id, read.place_id, read.piece_id FROM inventory_stocktakeread read
        WHERE read.store_id = %(store)s AND read.stocktake_id = %(stocktake)s
          AND read.place_id IS NULL AND read.key NOT LIKE ' %%'
    )
"""
# those of the pieces that are expected or were read in some places, wherever else they are: what
# is handed in there changes nothing for any other piece
PART: Final = """
    touched AS MATERIALIZED (
        SELECT line.piece_id, line.number FROM inventory_stocktakeline line
        WHERE line.stocktake_id = %(stocktake)s AND line.place_id IN {places}
        UNION
        SELECT read.piece_id, read.key FROM inventory_stocktakeread read
        WHERE read.store_id = %(store)s AND read.stocktake_id = %(stocktake)s
          AND read.place_id IN {places} AND read.piece_id IS NOT NULL
    ),
    spot AS (
        SELECT place_id, round FROM inventory_stocktakeplace
        WHERE stocktake_id = %(stocktake)s AND state = 'handed_in'
    ),
    line AS (
        SELECT line.id, line.number, line.piece_id, line.place_id, line.excluded,
               line.gone_by_id, spot.round
        FROM inventory_stocktakeline line LEFT JOIN spot ON spot.place_id = line.place_id
        WHERE line.store_id = %(store)s AND line.stocktake_id = %(stocktake)s
          AND line.piece_id IN (SELECT piece_id FROM touched)
    ),
    seen AS (
        SELECT read.id, read.place_id, read.piece_id
        FROM touched CROSS JOIN spot CROSS JOIN inventory_stocktakeread read
        WHERE read.store_id = %(store)s AND read.stocktake_id = %(stocktake)s
          AND read.place_id = spot.place_id AND read.round = spot.round
          AND read.key = touched.number AND read.piece_id = touched.piece_id
        UNION ALL
        SELECT read.id, read.place_id, read.piece_id
        FROM touched CROSS JOIN inventory_stocktakeread read
        WHERE read.store_id = %(store)s AND read.stocktake_id = %(stocktake)s
          AND read.place_id IS NULL
          AND read.key = touched.number AND read.piece_id = touched.piece_id
        UNION ALL
        SELECT read.id, read.place_id, read.piece_id
        FROM spot CROSS JOIN inventory_stocktakeread read
        WHERE read.store_id = %(store)s AND read.stocktake_id = %(stocktake)s
          AND read.place_id = spot.place_id AND read.round = spot.round
          AND spot.place_id IN {places} AND read.piece_id IS NULL AND read.key NOT LIKE ' %%'
    )
"""
# each side looks for its partner by the other's own index; SQLite's full join would look at all
SAME_READ: Final = """
    read.store_id = %(store)s AND read.stocktake_id = %(stocktake)s
    AND read.place_id = line.place_id AND read.round = line.round
    AND read.key = line.number AND read.piece_id = line.piece_id
"""
LOOSE: Final = f"""
    loose AS (
        SELECT line.id AS line_id, line.excluded, line.gone_by_id, line.round,
               CAST(NULL AS bigint) AS read_id, CAST(NULL AS bigint) AS in_place, line.piece_id,
               CASE WHEN line.excluded = '' AND line.gone_by_id IS NULL THEN 1 ELSE 0 END AS lacks
        FROM line LEFT JOIN inventory_stocktakeread read ON {SAME_READ}
        WHERE read.id IS NULL
        UNION ALL
        SELECT NULL, NULL, NULL, NULL, seen.id, seen.place_id, seen.piece_id, 0
        FROM seen LEFT JOIN inventory_stocktakeline line
            ON line.store_id = %(store)s AND line.stocktake_id = %(stocktake)s
            AND line.piece_id = seen.piece_id AND line.place_id = seen.place_id
        WHERE line.id IS NULL
    ),
    odd AS MATERIALIZED (
        SELECT loose.*, SUM(lacks) OVER piece AS lacking,
               MIN(in_place) OVER piece AS elsewhere,
               MIN(CASE WHEN in_place IS NULL THEN read_id END) OVER piece AS anywhere
        FROM loose WINDOW piece AS (PARTITION BY piece_id)
    )
"""  # noqa: S608  because: every part is our own
LINE_RESULT: Final = """
    CASE WHEN odd.excluded <> '' THEN 'excluded'
         WHEN odd.round IS NOT NULL AND odd.gone_by_id IS NOT NULL THEN 'moved'
         WHEN odd.elsewhere IS NOT NULL THEN 'found_elsewhere'
         WHEN odd.round IS NULL THEN 'not_counted'
         WHEN odd.anywhere IS NOT NULL AND odd.round = 1 THEN 'found'
         ELSE 'missing' END
"""
# other lines of the piece of a loose read: those that it might be, looked up one by one
OWN: Final = """
    FROM inventory_stocktakeline own
    WHERE own.store_id = %(store)s AND own.stocktake_id = %(stocktake)s
      AND own.piece_id = odd.piece_id AND own.excluded = ''
"""
COUNTED_ONCE: Final = """
    EXISTS (SELECT 1 FROM inventory_stocktakeline own
            JOIN spot ON spot.place_id = own.place_id AND spot.round = 1
            WHERE own.store_id = %(store)s AND own.stocktake_id = %(stocktake)s
              AND own.piece_id = odd.piece_id AND own.excluded = '' AND own.gone_by_id IS NULL)
"""
READ_CLASS: Final = f"""
    CASE WHEN odd.piece_id IS NULL THEN 'unknown'
         WHEN NOT EXISTS (SELECT 1 {OWN}) THEN 'unexpected'
         WHEN NOT EXISTS (SELECT 1 {OWN} AND own.gone_by_id IS NULL) THEN 'moved'
         WHEN odd.in_place IS NOT NULL AND odd.lacking > 0 AND odd.in_place = odd.elsewhere
             THEN 'found_elsewhere'
         WHEN odd.in_place IS NOT NULL THEN 'twice'
         WHEN odd.lacking < (SELECT COUNT(*) {OWN} AND own.gone_by_id IS NULL) THEN 'found'
         WHEN {COUNTED_ONCE} THEN 'found'
         WHEN EXISTS (SELECT 1 {OWN} AND own.gone_by_id IS NULL
                      AND own.place_id IN (SELECT place_id FROM spot)) THEN 'superseded'
         ELSE 'pending' END
"""  # noqa: S608  because: every part is our own
# of a line and a read that met
MET_LINE: Final = "CASE WHEN gone_by_id IS NOT NULL THEN 'moved' ELSE 'found' END"
MET_READ: Final = """
    CASE WHEN line.excluded <> '' THEN 'unexpected'
         WHEN line.gone_by_id IS NOT NULL THEN 'moved' ELSE 'found' END
"""

ODD_LINES: Final = f"""
    SELECT odd.line_id, odd.elsewhere, {LINE_RESULT} AS result FROM odd
    WHERE odd.line_id IS NOT NULL
"""  # noqa: S608  because: every part is our own
ODD_READS: Final = f"""
    SELECT odd.read_id, odd.piece_id, odd.in_place, {READ_CLASS} AS class FROM odd
    WHERE odd.line_id IS NULL
"""  # noqa: S608  because: every part is our own
# a piece that is written down as being elsewhere, and was read in its place
READ_THOUGH_EXCLUDED: Final = f"""
    SELECT read.id AS read_id, read.piece_id, read.place_id AS in_place, 'unexpected' AS class
    FROM line JOIN inventory_stocktakeread read ON {SAME_READ}
    WHERE line.excluded <> ''
"""  # noqa: S608  because: every part is our own
WITH: Final = f"WITH {{sides}}, {LOOSE}"  # filled in by `asked`

CLASSES: Final = f"""
    {WITH}, odd_line AS ({ODD_LINES}), odd_read AS ({ODD_READS})
    SELECT 'line', result, COUNT(*) FROM odd_line GROUP BY result
    UNION ALL SELECT 'read', class, COUNT(*) FROM odd_read GROUP BY class
    UNION ALL SELECT 'all', CASE
        WHEN excluded <> '' THEN 'excluded'
        WHEN gone_by_id IS NOT NULL AND round IS NOT NULL THEN 'moved'
        ELSE '' END AS plain, COUNT(*) FROM line GROUP BY plain
"""  # noqa: S608  because: every part is our own
RESULTS: Final = f"""
    {WITH}, odd_line AS ({ODD_LINES})
    UPDATE inventory_stocktakeline AS told SET result = new.result
    FROM (
        SELECT line.id, CASE WHEN line.excluded <> '' THEN 'excluded'
                             ELSE COALESCE(odd_line.result, {MET_LINE}) END AS result
        FROM line LEFT JOIN odd_line ON odd_line.line_id = line.id
    ) AS new
    WHERE told.id = new.id AND told.stocktake_id = %(stocktake)s AND told.result <> new.result
"""  # noqa: S608  because: every part is our own
READS: Final = f"""
    {WITH}, class AS (
        SELECT read_id, class FROM ({ODD_READS}) AS odd_read
        UNION ALL
        SELECT read.id, {MET_READ} FROM line JOIN inventory_stocktakeread read ON {SAME_READ}
    )
    SELECT read.id, CASE
        WHEN read.key LIKE ' %%' THEN 'unreadable'
        WHEN class.class IS NOT NULL THEN class.class
        WHEN read.round < now.round THEN 'superseded' ELSE 'pending' END
    FROM inventory_stocktakeread read
    LEFT JOIN class ON class.read_id = read.id
    LEFT JOIN inventory_stocktakeplace now
        ON now.stocktake_id = read.stocktake_id AND now.place_id = read.place_id
    WHERE read.store_id = %(store)s AND read.stocktake_id = %(stocktake)s ORDER BY read.id
"""  # noqa: S608  because: every part is our own


def asked(
    statement: str, stocktake: Stocktake, *, places: Collection[int] = ()
) -> tuple[str, dict[str, Any]]:
    """A statement and its values, of a whole stocktake or of the pieces of some of its places."""
    values: dict[str, Any] = {"store": stocktake.store_id, "stocktake": stocktake.pk}
    values |= {f"place{nth}": place for nth, place in enumerate(places)}
    marks = ", ".join(f"%(place{nth})s" for nth in range(len(places)))
    told = statement.replace("{sides}", PART if places else WHOLE)
    return told.replace("{places}", f"({marks})"), values


def settle(stocktake: Stocktake, *, places: Collection[int] = ()) -> None:
    """Writes the result of every line that has another one now, of the whole stocktake or of the
    pieces of some places; what moved after its place was handed in without it is not missing. Call
    it with the store's chain open."""
    with connection.cursor() as cursor:
        cursor.execute(*asked(RESULTS, stocktake, places=places))
    stocktake_moves.explain_missing(stocktake)


def compare(stocktake: Stocktake) -> dict[tuple[str, str], int]:
    """How many lines and loose reads fall into each class, by ("line", result) and ("read", class);
    a read that met its line counts with it. Writes nothing (1 query)."""
    with connection.cursor() as cursor:
        cursor.execute(*asked(CLASSES, stocktake))
        found = {(side, name): many for side, name, many in cursor.fetchall()}
    everything = {name: found.pop(("all", name), 0) for name in ("", "excluded", "moved")}
    lost = ("missing", "found_elsewhere", "not_counted")
    found["line", "found"] = everything[""] - sum(found.get(("line", name), 0) for name in lost)
    found["line", "excluded"], found["line", "moved"] = everything["excluded"], everything["moved"]
    return found


def read_classes(stocktake: Stocktake) -> dict[int, ReadClass]:
    """The class of every read, by its key (1 query)."""
    with connection.cursor() as cursor:
        cursor.execute(*asked(READS, stocktake))
        return {key: ReadClass(name) for key, name in cursor.fetchall()}


def totals_of(stocktake: Stocktake) -> dict[str, Tally]:
    """Pieces and grams per metal class of every result, as it is written (1 query)."""
    totals = {str(result): Tally() for result in LineResult}
    rows = StocktakeLine.objects.filter(store=stocktake.store_id, stocktake=stocktake).order_by()
    groups = rows.values_list("result", "metal", "grade")
    for result, metal, grade, pieces, mg in groups.annotate(Count("pk"), Sum("net_mg")):
        totals[result].add(metal=metal, fineness=grade, net_mg=mg, pieces=pieces)
    return totals
