"""Invariants of the orders: an order is in exactly one place, its pieces are as far as it says, and
what is kept for it is kept for nobody else."""

from collections.abc import Iterator

from counter.models import ENDED_ORDERS, NetworkOrder, OrderLine
from counter.models.orders import BEHIND
from counter.showroom import rewrites
from counter.showroom.orders import TERMS
from counter.showroom.wishes import Wish
from inventory.ground.books import Broken, query
from inventory.models import Store

FIGURES = ("net_mg", "labour_cents", "stone_cents", "unit_cents")

LAST_STEP = """
    SELECT 'counter_networkorder', orders.number, orders.state
    FROM counter_networkorder orders
    LEFT JOIN (
        SELECT order_id, new, queue_id,
               ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY id DESC) AS nth
        FROM counter_orderstep
    ) step ON step.order_id = orders.id AND step.nth = 1
    WHERE orders.queue_id = %s AND orders.state <> COALESCE(step.new, '')
"""

QUEUE = """
    SELECT 'counter_networkorder', orders.number, orders.queue_id
    FROM counter_networkorder orders
    JOIN (
        SELECT order_id, queue_id,
               ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY id DESC) AS nth
        FROM counter_orderstep
    ) step ON step.order_id = orders.id AND step.nth = 1
    WHERE orders.store_id = %s AND orders.queue_id <> step.queue_id
"""

STEPS = """
    SELECT 'counter_networkorder', orders.number, step.old
    FROM (
        SELECT order_id, old,
               LAG(new, 1, '') OVER (PARTITION BY order_id ORDER BY id) AS before
        FROM counter_orderstep
    ) step JOIN counter_networkorder orders ON orders.id = step.order_id
    WHERE orders.queue_id = %s AND step.old <> step.before
"""

CLOCK = """
    SELECT 'counter_networkorder', orders.number, orders.due_at
    FROM counter_networkorder orders
    WHERE orders.queue_id = %s AND orders.due_at IS NOT NULL
      AND orders.state IN ('handed_over', 'delivered', 'refused', 'cancelled', 'expired')
"""

COUNTED = """
    SELECT 'counter_networkorder', orders.number, line.position
    FROM counter_orderline line
    JOIN counter_networkorder orders ON orders.id = line.order_id
    LEFT JOIN (
        SELECT line_id, COUNT(*) AS wanted FROM counter_orderedpiece
        WHERE state <> 'cancelled' GROUP BY line_id
    ) piece ON piece.line_id = line.id
    WHERE orders.queue_id = %s AND line.position < 10000
      AND orders.state NOT IN ('refused', 'cancelled', 'expired')
      AND COALESCE(piece.wanted, 0) <> line.pieces
"""

# which states of its pieces go with a state of an order; what may be ordered in addition waits
FAR = """
    SELECT 'counter_networkorder', orders.number, piece.state
    FROM counter_orderedpiece piece
    JOIN counter_orderline line ON line.id = piece.line_id
    JOIN counter_networkorder orders ON orders.id = line.order_id
    WHERE orders.queue_id = %s AND piece.state <> 'cancelled' AND NOT CASE
        WHEN orders.state IN ('placed', 'reviewing', 'transferred', 'confirmed', 'allotting')
            THEN piece.state = 'waiting'
        WHEN orders.state IN ('arrived', 'notified') THEN piece.state <> 'in_production'
        WHEN orders.state = 'shipped' THEN piece.state IN ('shipped', 'delivered')
        WHEN orders.state = 'handed_over' THEN piece.state IN ('handed_over', 'delivered')
        WHEN orders.state = 'delivered' THEN piece.state = 'delivered'
        WHEN orders.state IN ('refused', 'cancelled', 'expired')
            THEN piece.state IN ('handed_over', 'shipped', 'delivered')
        ELSE 1 = 1 END
"""

ARRIVED = """
    SELECT 'counter_orderedpiece', piece.id, piece.state
    FROM counter_orderedpiece piece
    JOIN counter_orderline line ON line.id = piece.line_id
    JOIN counter_networkorder orders ON orders.id = line.order_id
    LEFT JOIN counter_orderarrival arrival ON arrival.ordered_id = piece.id
    WHERE orders.queue_id = %s
      AND (COALESCE(arrival.piece_id, 0) <> COALESCE(piece.piece_id, 0)
           OR (piece.state IN ('waiting', 'in_production')) AND arrival.id IS NOT NULL)
"""

SOLD = """
    SELECT 'counter_orderedpiece', ordered.id, ordered.state
    FROM counter_orderedpiece ordered
    JOIN counter_orderline line ON line.id = ordered.line_id
    JOIN counter_networkorder orders ON orders.id = line.order_id
    JOIN inventory_piece piece ON piece.id = ordered.piece_id
    WHERE orders.queue_id = %s
      AND ((ordered.state = 'arrived' AND piece.state = 'sold')
           OR (ordered.state IN ('handed_over', 'shipped', 'delivered')
               AND NOT EXISTS (SELECT 1 FROM counter_saleline sold
                               WHERE sold.piece_id = piece.id
                                 AND sold.state IN ('sold', 'returned'))))
"""

# held for the order, or on a bill of its customer
KEPT = """
    SELECT 'inventory_piece', piece.number, orders.number
    FROM counter_orderedpiece ordered
    JOIN counter_orderline line ON line.id = ordered.line_id
    JOIN counter_networkorder orders ON orders.id = line.order_id
    JOIN inventory_piece piece ON piece.id = ordered.piece_id
    JOIN inventory_hold hold ON hold.piece_id = piece.id AND hold.ended_at IS NULL
    LEFT JOIN counter_sale sale ON sale.uuid = hold.bill
    WHERE orders.queue_id = %s AND ordered.state = 'arrived' AND hold.bill <> orders.uuid
      AND COALESCE(sale.customer_id, 0) <> orders.customer_id
"""

STONES = """
    SELECT 'counter_stoneallotment', allotment.id, stone.number
    FROM counter_stoneallotment allotment
    JOIN counter_orderedpiece ordered ON ordered.id = allotment.ordered_id
    JOIN counter_orderline line ON line.id = ordered.line_id
    JOIN counter_networkorder orders ON orders.id = line.order_id
    JOIN inventory_piece stone ON stone.id = allotment.stone_id
    LEFT JOIN inventory_hold hold
        ON hold.piece_id = stone.id AND hold.ended_at IS NULL AND hold.bill = orders.uuid
    WHERE orders.queue_id = %s AND allotment.released_at IS NULL
      AND CASE WHEN ordered.piece_id IS NULL
               THEN hold.id IS NULL AND stone.state <> 'missing'
               ELSE stone.state <> 'written_off' END
"""

PARCELS = """
    SELECT 'counter_orderparcel', parcel.tracking, parcel.count
    FROM counter_orderparcel parcel
    JOIN counter_networkorder orders ON orders.id = parcel.order_id
    LEFT JOIN (
        SELECT parcel_id, COUNT(*) AS sent,
               SUM(CASE WHEN state = 'delivered' THEN 1 ELSE 0 END) AS delivered
        FROM counter_orderedpiece GROUP BY parcel_id
    ) piece ON piece.parcel_id = parcel.id
    WHERE orders.queue_id = %s
      AND (COALESCE(piece.sent, 0) <> parcel.count
           OR piece.delivered <> CASE WHEN parcel.signed_at IS NULL THEN 0 ELSE parcel.count END)
"""

MATERIAL = """
    SELECT 'counter_customersmaterial', material.id, orders.number
    FROM counter_customersmaterial material
    JOIN counter_networkorder orders ON orders.id = material.order_id
    LEFT JOIN (
        SELECT material_id, SUM(count) AS count, SUM(weight_mct) AS mct, SUM(weight_mg) AS mg
        FROM counter_materialentry GROUP BY material_id
    ) gone ON gone.material_id = material.id
    WHERE orders.queue_id = %s
      AND (COALESCE(gone.count, 0) > material.count
           OR COALESCE(gone.mct, 0) > material.weight_mct
           OR COALESCE(gone.mg, 0) > material.weight_mg
           OR (orders.state IN ('handed_over', 'shipped', 'delivered')
               AND (COALESCE(gone.count, 0) <> material.count
                    OR COALESCE(gone.mct, 0) <> material.weight_mct
                    OR COALESCE(gone.mg, 0) <> material.weight_mg)))
"""

NUMBERS = """
    SELECT 'inventory_documentcounter', counter.day, counter.last
    FROM inventory_documentcounter counter
    LEFT JOIN (SELECT store_id, business_day, COUNT(*) AS n FROM counter_networkorder
               GROUP BY store_id, business_day) issued
        ON issued.store_id = counter.store_id AND issued.business_day = counter.day
    WHERE counter.store_id = %s AND counter.kind = 'O' AND COALESCE(issued.n, 0) <> counter.last
"""


def verify(store: Store) -> Iterator[Broken]:
    """The orders in the queue of a store, and as to numbers and queues those that it numbered."""
    yield from query("is not in the state that its last step says", LAST_STEP, [store.pk])
    yield from query("is not in the queue that its last step says", QUEUE, [store.pk])
    yield from query("a step does not follow from the one before", STEPS, [store.pk])
    yield from query("is over and has a clock", CLOCK, [store.pk])
    yield from query("has not as many pieces as its line says", COUNTED, [store.pk])
    yield from query("has a piece that is not as far as the order", FAR, [store.pk])
    yield from query("is not the piece that arrived", ARRIVED, [store.pk])
    yield from query("is sold and not handed over, or the reverse", SOLD, [store.pk])
    yield from query("arrived for an order and is held for another", KEPT, [store.pk])
    yield from query("names a stone that is not kept for its order", STONES, [store.pk])
    yield from query("does not hold the pieces that it says", PARCELS, [store.pk])
    yield from query("is not accounted for", MATERIAL, [store.pk])
    yield from query("numbers of orders have a gap", NUMBERS, [store.pk])
    yield from _verify_contents(store)


def _verify_contents(store: Store) -> Iterator[Broken]:
    """Lines are what the version that counts says (4 queries); of what is over nobody asks."""
    orders = NetworkOrder.objects.filter(queue=store).exclude(state__in=ENDED_ORDERS)
    lines: dict[int, list[OrderLine]] = {}
    rows = OrderLine.objects.filter(order__in=orders, position__lt=BEHIND)
    for line in rows.select_related("style").order_by("order", "position"):
        lines.setdefault(line.order_id, []).append(line)
    for order in orders.prefetch_related("versions"):
        counting = [each for each in order.versions.all() if each.version == order.version]
        if not counting or _differs(order, counting[0].content, lines.get(order.pk, [])):
            yield Broken(
                "counter_networkorder", order.number, "is not what the version that counts says"
            )


def _differs(order: NetworkOrder, content: dict[str, object], lines: list[OrderLine]) -> bool:
    wish = Wish.from_content(content)
    figures = content["figures"]
    told = [{name: getattr(line, name) for name in FIGURES} for line in lines]
    return (
        tuple(rewrites.wish_of(line) for line in lines) != wish.lines
        or told != figures
        or any(getattr(order, name) != getattr(wish, name) for name in TERMS)
    )
