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

# what is on the road is on exactly one open shipment of its own store
ON_ROAD = """
    SELECT 'inventory_piece', piece.number, piece.state
    FROM inventory_piece piece
    LEFT JOIN (
        SELECT line.piece_id, shipment.store_id
        FROM inventory_shipmentline line
        JOIN inventory_shipment shipment ON shipment.id = line.shipment_id
        WHERE shipment.store_id = %s AND line.state = 'road'
          AND shipment.state IN ('sent', 'partly_received')
    ) road ON road.piece_id = piece.id
    WHERE piece.store_id = %s AND (piece.state = 'in_transit') <> (road.piece_id IS NOT NULL)
"""

ROAD_LINES = """
    SELECT 'inventory_shipment', shipment.number, piece.number
    FROM inventory_shipment shipment
    JOIN inventory_shipmentline line ON line.shipment_id = shipment.id
    JOIN inventory_piece piece ON piece.id = line.piece_id
    WHERE shipment.store_id = %s
      AND line.state = 'road'
      AND (piece.state <> 'in_transit' OR piece.store_id <> shipment.store_id)
"""

# what was lost on the road and not found is missing in the store that sent it
LOST_LINES = """
    SELECT 'inventory_shipment', shipment.number, piece.number
    FROM inventory_shipment shipment
    JOIN inventory_shipmentline line ON line.shipment_id = shipment.id
    JOIN inventory_piece piece ON piece.id = line.piece_id
    WHERE shipment.store_id = %s
      AND line.state = 'lost'
      AND (piece.state <> 'missing' OR piece.store_id <> shipment.store_id)
"""

IN_ROAD_PLACE = """
    SELECT 'inventory_piece', piece.number, place.code
    FROM inventory_piece piece JOIN inventory_place place ON place.id = piece.place_id
    WHERE piece.store_id = %s AND piece.state = 'in_transit' AND place.code <> 'ROAD'
"""

SHIPMENTS = """
    SELECT 'inventory_shipment', shipment.number, shipment.state
    FROM inventory_shipment shipment
    LEFT JOIN (
        SELECT shipment_id, COUNT(*) AS pieces,
               SUM(CASE WHEN state = 'road' THEN 1 ELSE 0 END) AS on_road,
               SUM(CASE WHEN state = 'arrived' THEN 1 ELSE 0 END) AS arrived,
               SUM(CASE WHEN state = 'back' THEN 1 ELSE 0 END) AS back
        FROM inventory_shipmentline GROUP BY shipment_id
    ) line ON line.shipment_id = shipment.id
    WHERE shipment.store_id = %s
      AND shipment.state <> CASE WHEN line.on_road = line.pieces THEN 'sent'
                                 WHEN line.on_road > 0 THEN 'partly_received'
                                 WHEN line.arrived > 0 THEN 'received'
                                 WHEN line.back > 0 THEN 'recalled'
                                 ELSE 'lost' END
"""

SUPPLIES = """
    SELECT 'inventory_supplystock', item.code, differs.gap
    FROM (
        SELECT item_id, place_id, SUM(quantity) AS gap FROM (
            SELECT item_id, place_id, quantity FROM inventory_supplystock WHERE store_id = %s
            UNION ALL
            SELECT item_id, place_id, -quantity FROM inventory_supplyentry WHERE store_id = %s
        ) both_books
        GROUP BY item_id, place_id HAVING SUM(quantity) <> 0
    ) differs
    JOIN inventory_supplyitem item ON item.id = differs.item_id
"""

SUPPLIES_MOVED = """
    SELECT 'inventory_supplyentry', item.code, SUM(entry.quantity)
    FROM inventory_supplyentry entry JOIN inventory_supplyitem item ON item.id = entry.item_id
    WHERE entry.store_id = %s AND entry.kind = 'moved'
    GROUP BY item.id, item.code HAVING SUM(entry.quantity) <> 0
"""

SUPPLIES_BACK = """
    SELECT 'inventory_supplyentry', given.number, SUM(back.quantity)
    FROM inventory_supplyentry back JOIN inventory_supplyentry given ON given.id = back.given_id
    WHERE back.store_id = %s
    GROUP BY given.id, given.number, given.quantity, given.kind
    HAVING given.kind <> 'given' OR SUM(back.quantity) > -given.quantity
"""

SUPPLIES_ELSEWHERE = """
    SELECT 'inventory_supplystock', stock.id, place.code
    FROM inventory_supplystock stock JOIN inventory_place place ON place.id = stock.place_id
    WHERE stock.store_id = %s AND place.store_id <> stock.store_id
"""


def verify(store: Store) -> Iterator[Broken]:
    """N4, N6 and N7 of a store, and its supplies, by SQL alone."""
    yield from query("is not where its last movement put it", LAST_STEP, [store.pk])
    yield from query("does not follow the movement before", EACH_STEP, [store.pk])
    yield from query("is held without a hold, or the reverse", HELD, [store.pk])
    yield from query("lies in another store", OTHER_STORE, [store.pk])
    yield from query("gross is not metal and stones", METAL, [store.pk])
    yield from query("lies otherwise than its entries say", SUPPLIES, [store.pk, store.pk])
    yield from query("was moved and did not arrive, or the reverse", SUPPLIES_MOVED, [store.pk])
    yield from query("more supplies came back than was given", SUPPLIES_BACK, [store.pk])
    yield from query("supplies lie in another store", SUPPLIES_ELSEWHERE, [store.pk])
    yield from query("is on the road without a shipment, or the reverse", ON_ROAD, [store.pk] * 2)
    yield from query("is open over a piece that is not on the road", ROAD_LINES, [store.pk])
    yield from query("is lost on a parcel and not missing in its store", LOST_LINES, [store.pk])
    yield from query("is on the road and lies in a place", IN_ROAD_PLACE, [store.pk])
    yield from query("is not what became of its pieces", SHIPMENTS, [store.pk])
