"""Invariants of the book of pieces: every piece in exactly one place, and how it got there."""

from collections.abc import Iterator

from inventory.ground.books import Broken, query
from inventory.models import Store

LAST_STEP = """
    SELECT 'inventory_piece', piece.number, step.new
    FROM inventory_piece piece
    LEFT JOIN (
        SELECT piece_id, new, to_place_id,
               ROW_NUMBER() OVER (PARTITION BY piece_id ORDER BY id DESC) AS nth
        FROM inventory_movement
    ) step ON step.piece_id = piece.id AND step.nth = 1
    WHERE piece.store_id = %s
      AND (step.new IS NULL OR step.new <> piece.state
           OR COALESCE(step.to_place_id, 0) <> COALESCE(piece.place_id, 0))
"""

EACH_STEP = """
    SELECT 'inventory_movement', id, old FROM (
        SELECT movement.id, movement.old, movement.from_place_id,
               LAG(movement.new) OVER one AS before_state,
               LAG(movement.to_place_id) OVER one AS before_place
        FROM inventory_movement movement
        JOIN inventory_piece piece ON piece.id = movement.piece_id
        WHERE piece.store_id = %s
        WINDOW one AS (PARTITION BY movement.piece_id ORDER BY movement.id)
    ) step
    WHERE COALESCE(before_state, '') <> old
       OR COALESCE(before_place, 0) <> COALESCE(from_place_id, 0)
"""

HELD = """
    SELECT 'inventory_piece', piece.number, piece.state
    FROM inventory_piece piece
    LEFT JOIN inventory_hold hold ON hold.piece_id = piece.id AND hold.ended_at IS NULL
    WHERE piece.store_id = %s AND (piece.state = 'held') <> (hold.id IS NOT NULL)
"""

OTHER_STORE = """
    SELECT 'inventory_piece', piece.number, place.code
    FROM inventory_piece piece JOIN inventory_place place ON place.id = piece.place_id
    WHERE piece.store_id = %s AND place.store_id <> piece.store_id
      -- a customer's piece is served in any store of the house
      AND piece.state <> 'in_service'
"""

METAL = """
    SELECT 'inventory_piece', piece.number, piece.gross_mg - piece.net_mg
    FROM inventory_piece piece
    JOIN (SELECT piece_id, SUM(weight_mct * count) AS mct FROM inventory_stone GROUP BY piece_id)
        stones ON stones.piece_id = piece.id
    WHERE piece.store_id = %s AND ABS((piece.gross_mg - piece.net_mg) * 5 - stones.mct) > 75
"""


def verify(store: Store) -> Iterator[Broken]:
    """N4, N6 and N7 of a store, by SQL alone."""
    yield from query("is not where its last movement put it", LAST_STEP, [store.pk])
    yield from query("does not follow the movement before", EACH_STEP, [store.pk])
    yield from query("is held without a hold, or the reverse", HELD, [store.pk])
    yield from query("lies in another store", OTHER_STORE, [store.pk])
    yield from query("gross is not metal and stones", METAL, [store.pk])
