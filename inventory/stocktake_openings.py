"""The expectation of a stocktake: every piece of its places, written down by one statement.

It names what a piece weighs, cost and would be sold for at that moment, so that the published
sheet says the same in ten years. Trade goes on meanwhile: what moves later is told apart by its
movements (`stocktake_moves`), never guessed.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.db import connection

from inventory import prices
from inventory.ground import statements
from inventory.models import (
    Category,
    Place,
    PlaceKind,
    State,
    Stocktake,
    StocktakeKind,
    StocktakePlace,
    StocktakeSupply,
    SupplyStock,
)
from inventory.queries import LYING

# what is in the hands of somebody else is written down and not looked for
ENTRUSTED: Final = (State.IN_SERVICE, State.IN_TRANSIT)

# a price by weight is that of `pricing.price`: metal and labour each rounded half up, on their own
WORTH = """
    WITH board (metal, fineness, cents) AS (VALUES {board}),
    goods AS (
        SELECT piece.*, COALESCE(piece.content, piece.grade) AS fineness, place.kind AS place_kind,
               place.code AS place_code, cost.cents AS cost_cents,
               CASE WHEN piece.pricing = 'weight'
                    THEN (2 * piece.net_mg * board.cents + 1000) / 2000 END AS metal_cents
        FROM inventory_piece piece
        JOIN inventory_place place ON place.id = piece.place_id
        LEFT JOIN inventory_cost cost ON cost.piece_id = piece.id
        LEFT JOIN board ON board.metal = piece.metal
            AND board.fineness = COALESCE(piece.content, piece.grade)
        WHERE {scope}
    )
"""
LINES = """
    INSERT INTO inventory_stocktakeline (
        store_id, stocktake_id, piece_id, place_id, number, name, category, metal, grade, fineness,
        net_mg, gross_mg, cost_cents, retail_cents, state, excluded, came_by_id, result)
    {worth}
    SELECT store_id, %s, id, place_id, number, name, category, metal, grade, fineness,
           net_mg, gross_mg, cost_cents,
           CASE WHEN pricing = 'fixed' THEN price_cents
                ELSE metal_cents + CASE labour_kind
                    WHEN 'per_gram' THEN (2 * net_mg * labour_value + 1000) / 2000
                    WHEN 'percent' THEN (2 * metal_cents * labour_value + 10000) / 20000
                    ELSE labour_value END
           END,
           state, {excluded}, {came_by},
           CASE WHEN {excluded} = '' THEN 'not_counted' ELSE 'excluded' END
    FROM goods ORDER BY place_code, number
    ON CONFLICT (store_id, stocktake_id, piece_id, place_id) DO NOTHING
"""
EXCLUDED = """CASE WHEN state IN ('in_service', 'in_transit') THEN state
                   WHEN place_kind = 'virtual' THEN 'elsewhere' ELSE '' END"""
IN_PLACES = """
    piece.place_id IN (SELECT place_id FROM inventory_stocktakeplace WHERE stocktake_id = %s)
    AND piece.state IN {states}
"""
# a monthly count also lists what is on the road, at the laboratory or otherwise elsewhere
ELSEWHERE = """
    OR place.kind = 'virtual' AND place.store_id = %s AND piece.store_id = place.store_id
    AND piece.state IN {states}
"""


def freeze(stocktake: Stocktake) -> int:
    """Writes the lines and supplies of a new stocktake whose places stand already; how many lines
    there are."""
    states = [*LYING, *ENTRUSTED]
    scope, values = f"({IN_PLACES}", [stocktake.pk, *states]
    if stocktake.kind == StocktakeKind.MONTHLY:
        scope, values = scope + ELSEWHERE, [*values, stocktake.store_id, *states]
    scope += ")"
    if stocktake.category:
        scope, values = f"{scope} AND piece.category = %s", [*values, stocktake.category]
    if not stocktake.category:
        _freeze_supplies(stocktake)
    scope = scope.format(states=statements.marks(states))
    return write(stocktake, scope=scope, values=values, excluded=EXCLUDED)


def write(
    stocktake: Stocktake,
    *,
    scope: str,
    values: Sequence[Any],
    excluded: str = "''",
    came_by: str = "CAST(NULL AS bigint)",
) -> int:
    """Lines for the pieces that a condition in SQL names, at the prices of this moment; a piece
    that has a line for its place keeps it. How many were written."""
    quotes = prices.current(store=stocktake.store).values()
    # there is always a row, so that the list is never empty
    board = [("", 0, 0), *((row.metal, row.fineness, row.cents_per_gram) for row in quotes)]
    worth = WORTH.format(board=", ".join(["(%s, %s, %s)"] * len(board)), scope=scope)
    statement = LINES.format(worth=worth, excluded=excluded, came_by=came_by)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*sum(board, ()), *values, stocktake.pk])
        return int(cursor.rowcount)


def lay_out(stocktake: Stocktake, places: Sequence[Place]) -> list[StocktakePlace]:
    """The places of the scope, none of them counted yet."""
    return StocktakePlace.objects.bulk_create(
        StocktakePlace(store=stocktake.store, stocktake=stocktake, place=place) for place in places
    )


def whole_store(stocktake: Stocktake) -> list[Place]:
    """Every place of a store in which something can lie."""
    rows = Place.objects.filter(store=stocktake.store).exclude(kind=PlaceKind.VIRTUAL)
    return list(rows.order_by("code"))


def _freeze_supplies(stocktake: Stocktake) -> None:
    """What lies in the places of the scope by the book of supplies (2 queries)."""
    spots = {spot.place_id: spot for spot in stocktake.places.all()}
    rows = SupplyStock.objects.filter(store=stocktake.store, place__in=spots, quantity__gt=0)
    StocktakeSupply.objects.bulk_create(
        StocktakeSupply(
            store=stocktake.store,
            stocktake=stocktake,
            spot=spots[row.place_id],
            item=row.item,
            opening=row.quantity,
            cost_cents=row.item.cost_cents,
        )
        for row in rows.select_related("item").order_by("place__code", "item__code")
    )


def is_category(text: str) -> bool:
    return text in Category.values
