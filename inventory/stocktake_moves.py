"""What moved while a stocktake was open: it is taken out of the expectation or put into it by its
movement, and the movement stands beside the line.

Everything here is called with the store's chain open: nothing moves meanwhile.
"""

from typing import Any

from django.db import connection

from inventory import stocktake_openings
from inventory.ground import statements
from inventory.models import Stocktake, StocktakePlace
from inventory.queries import LYING

# the newest step of every piece that moved since a moment of the chain; what the stocktake itself
# put right is no movement that its count could have seen
NEWEST = """
    SELECT movement.piece_id, MAX(movement.id) AS id
    FROM inventory_change change
    CROSS JOIN inventory_movement movement
    WHERE change.store_id = %s AND change.seq > %s AND change.number <> %s
      AND movement.change_id = change.id
    GROUP BY movement.piece_id
"""
# joined from the few that moved to their lines, which may be a million
STEP = f"""
    FROM ({NEWEST}) AS newest
    CROSS JOIN inventory_movement step
    WHERE step.id = newest.id AND line.store_id = %s AND line.stocktake_id = %s
      AND line.piece_id = newest.piece_id
"""
LIES_THERE = "(COALESCE(step.to_place_id, 0) = line.place_id AND step.new IN {lying})"
STAYED = """
    UPDATE inventory_stocktakeline SET gone_by_id = NULL
    WHERE stocktake_id = %s AND place_id = %s AND gone_by_id IS NOT NULL
"""
LEFT = """
    UPDATE inventory_stocktakeline AS line SET gone_by_id = newest.id {step}
      AND line.place_id = %s AND line.excluded = '' AND NOT {lies_there}
"""
# it was in service or on the road when the count began, and lies here to be counted now
BACK = """
    UPDATE inventory_stocktakeline AS line
    SET excluded = '', result = 'not_counted', state = step.new, came_by_id = newest.id {step}
      AND line.place_id = %s AND line.excluded <> '' AND {lies_there}
"""
# somebody had it in the hand after its place was handed in without it
TURNED_UP = """
    UPDATE inventory_stocktakeline AS line SET gone_by_id = newest.id, result = 'moved' {step}
      AND line.result = 'missing' AND NOT {lies_there}
      AND EXISTS (
          SELECT 1 FROM inventory_stocktakeplace spot
          JOIN inventory_change later ON later.id = step.change_id
          WHERE spot.stocktake_id = line.stocktake_id AND spot.place_id = line.place_id
            AND later.seq > spot.seq)
"""
CAME = """
    piece.place_id = %s AND piece.state IN {lying}
    AND piece.id IN (SELECT newest.piece_id FROM ({newest}) AS newest)
"""
CAME_BY = """(SELECT MAX(movement.id) FROM inventory_movement movement
              WHERE movement.piece_id = goods.id)"""


def take_into_account(spot: StocktakePlace) -> None:
    """A place is handed in: what left it since the opening has gone, what came is expected too."""
    stocktake = spot.stocktake
    with connection.cursor() as cursor:
        cursor.execute(STAYED, [stocktake.pk, spot.place_id])
    _change(LEFT, stocktake, spot.place_id)
    _change(BACK, stocktake, spot.place_id)
    scope = CAME.format(lying=statements.marks(LYING), newest=NEWEST)
    values: list[Any] = [spot.place_id, *LYING, *_since(stocktake)]
    if stocktake.category:
        scope, values = f"{scope} AND piece.category = %s", [*values, stocktake.category]
    stocktake_openings.write(stocktake, scope=scope, values=values, came_by=CAME_BY)


def explain_missing(stocktake: Stocktake) -> None:
    """What moved after its place was handed in without it is not missing: it was sold or carried by
    somebody who had it."""
    _change(TURNED_UP, stocktake)


def _change(statement: str, stocktake: Stocktake, *place: int) -> None:
    lies_there = LIES_THERE.format(lying=statements.marks(LYING))
    values: list[Any] = [*_since(stocktake), stocktake.store_id, stocktake.pk]
    with connection.cursor() as cursor:
        cursor.execute(
            statement.format(step=STEP, lies_there=lies_there), [*values, *place, *LYING]
        )


def _since(stocktake: Stocktake) -> list[Any]:
    return [stocktake.store_id, stocktake.opened_seq, stocktake.number]
