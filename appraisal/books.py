"""Invariants of the book of old gold: every state was reached by its steps, every gram lies where
its last move put it, and every offer comes to the same cents when it is reckoned again."""

from collections.abc import Iterator
from typing import Final

from appraisal import offers
from appraisal.models import Offer, TradeInState
from appraisal.old_pieces import REWEIGH_MG
from appraisal.trade_ins import BACK, MOVES
from inventory.ground.books import Broken, query
from inventory.models import Store

# steps that stand on a customer's name; back to accepted when a bill was voided needs none
SIGNED: Final = ("consented", "tested", "accepted", "melting", "returned")
SETTLED: Final = (TradeInState.SETTLED, TradeInState.BAGGED)

LAST_STEP = """
    SELECT 'appraisal_tradein', trade_in.number, step.new
    FROM appraisal_tradein trade_in
    LEFT JOIN (
        SELECT trade_in_id, new,
               ROW_NUMBER() OVER (PARTITION BY trade_in_id ORDER BY id DESC) AS nth
        FROM appraisal_tradeinstep
    ) step ON step.trade_in_id = trade_in.id AND step.nth = 1
    WHERE trade_in.store_id = %s AND (step.new IS NULL OR step.new <> trade_in.state)
"""

EACH_STEP = """
    SELECT 'appraisal_tradeinstep', id, old FROM (
        SELECT step.id, step.old,
               LAG(step.new) OVER (PARTITION BY step.trade_in_id ORDER BY step.id) AS before_state
        FROM appraisal_tradeinstep step
        JOIN appraisal_tradein trade_in ON trade_in.id = step.trade_in_id
        WHERE trade_in.store_id = %s
    ) step
    WHERE COALESCE(before_state, '') <> old
"""

FORWARD: Final = {f"{old}>{new}" for old, after in MOVES.items() for new in after}
BACKWARD: Final = {f"{old}>{new}" for old, before in BACK.items() for new in before}
ALLOWED: Final = sorted(FORWARD | BACKWARD)
FORBIDDEN = f"""
    SELECT 'appraisal_tradeinstep', step.id, step.new
    FROM appraisal_tradeinstep step
    JOIN appraisal_tradein trade_in ON trade_in.id = step.trade_in_id
    WHERE trade_in.store_id = %s
      AND step.old || '>' || step.new NOT IN ({", ".join(["%s"] * (len(ALLOWED) + 1))})
"""  # noqa: S608  because: only marks are put in

UNSIGNED = f"""
    SELECT 'appraisal_tradeinstep', step.id, step.new
    FROM appraisal_tradeinstep step
    JOIN appraisal_tradein trade_in ON trade_in.id = step.trade_in_id
    LEFT JOIN inventory_drawnsignature name ON name.id = step.signature_id
    WHERE trade_in.store_id = %s AND NOT (step.old = 'settled' AND step.new = 'accepted')
      AND step.new IN ({", ".join(["%s"] * len(SIGNED))})
      AND COALESCE(name.document, '') <> trade_in.number
"""  # noqa: S608  because: only marks are put in

# what was paid for goes back to its owner with a second person's yes
UNAGREED = """
    SELECT 'appraisal_tradeinstep', step.id, trade_in.number
    FROM appraisal_tradeinstep step
    JOIN appraisal_tradein trade_in ON trade_in.id = step.trade_in_id
    WHERE trade_in.store_id = %s AND step.old = 'settled' AND step.new = 'returned'
      AND step.approval_id IS NULL
"""

ACCEPTED = """
    SELECT 'appraisal_tradein', trade_in.number, trade_in.state
    FROM appraisal_tradein trade_in
    LEFT JOIN (SELECT trade_in_id, MAX(change_id) AS change_id FROM appraisal_offer
               GROUP BY trade_in_id) offer ON offer.trade_in_id = trade_in.id
    WHERE trade_in.store_id = %s
      AND trade_in.state IN ('accepted', 'reweighed', 'settled', 'bagged')
      AND NOT EXISTS (SELECT 1 FROM appraisal_tradeinstep step
                      WHERE step.trade_in_id = trade_in.id AND step.new = 'accepted'
                        AND step.signature_id IS NOT NULL AND step.change_id > offer.change_id)
"""

OFFER_SUMS = """
    SELECT 'appraisal_offer', offer.id, offer.pays_cents
    FROM appraisal_offer offer
    JOIN appraisal_tradein trade_in ON trade_in.id = offer.trade_in_id
    LEFT JOIN (SELECT offer_id, SUM(pays_cents) AS pays, SUM(credit_cents) AS credit,
                      SUM(money_cents) AS money, COUNT(DISTINCT old_piece_id) AS pieces
               FROM appraisal_offerpiece GROUP BY offer_id) part ON part.offer_id = offer.id
    LEFT JOIN (SELECT trade_in_id, COUNT(*) AS pieces FROM appraisal_oldpiece GROUP BY trade_in_id)
        brought ON brought.trade_in_id = trade_in.id
    WHERE trade_in.store_id = %s
      AND (COALESCE(part.pays, -1) <> offer.pays_cents OR part.credit <> offer.credit_cents
           OR part.money <> offer.money_cents OR part.pieces <> brought.pieces)
"""

# the last line is the sum of the lines before it
OFFER_LINES = """
    SELECT 'appraisal_offerpiece', part.id, part.pays_cents
    FROM appraisal_offerpiece part
    JOIN appraisal_offer offer ON offer.id = part.offer_id
    JOIN appraisal_tradein trade_in ON trade_in.id = offer.trade_in_id
    LEFT JOIN (
        SELECT offer_piece_id,
               SUM(CASE WHEN step = 'credit' THEN cents ELSE 0 END) AS last,
               SUM(CASE WHEN step = 'credit' THEN 0 ELSE COALESCE(cents, 0) END) AS before_last
        FROM appraisal_offerline GROUP BY offer_piece_id
    ) line ON line.offer_piece_id = part.id
    WHERE trade_in.store_id = %s
      AND (COALESCE(line.last, -1) <> part.pays_cents OR line.before_last <> part.pays_cents)
"""

# the weight that counts of each piece: after melting, else the newest gross one
COUNTING = """
    SELECT old_piece_id, mg FROM (
        SELECT old_piece_id, mg, ROW_NUMBER() OVER (
            PARTITION BY old_piece_id
            ORDER BY CASE purpose WHEN 'final' THEN 0 ELSE 1 END, id DESC) AS nth
        FROM appraisal_weighing WHERE purpose IN ('gross', 'final')
    ) weighed WHERE nth = 1
"""

WEIGHED_AGAIN = f"""
    SELECT 'appraisal_weighing', again.id, again.mg - counting.mg
    FROM appraisal_weighing again
    JOIN ({COUNTING}) counting ON counting.old_piece_id = again.old_piece_id
    WHERE again.store_id = %s AND again.purpose IN ('reweighed', 'returned')
      AND ABS(again.mg - counting.mg) > {REWEIGH_MG}
"""  # noqa: S608  because: every part is our own

READ = """
    SELECT 'appraisal_weighing', weighing.id, reading.mg
    FROM appraisal_weighing weighing
    JOIN appraisal_scalereading reading ON reading.id = weighing.reading_id
    WHERE weighing.store_id = %s
      AND (reading.mg <> weighing.mg OR reading.scale_id <> weighing.scale_id)
"""

LAST_MOVE = """
    SELECT 'appraisal_oldpiece', piece.id, trade_in.number
    FROM appraisal_oldpiece piece
    JOIN appraisal_tradein trade_in ON trade_in.id = piece.trade_in_id
    LEFT JOIN (
        SELECT id, old_piece_id, to_place_id,
               ROW_NUMBER() OVER (PARTITION BY old_piece_id ORDER BY id DESC) AS nth
        FROM appraisal_oldpiecemove
    ) move ON move.old_piece_id = piece.id AND move.nth = 1
    WHERE trade_in.store_id = %s
      AND (move.id IS NULL OR COALESCE(move.to_place_id, 0) <> COALESCE(piece.place_id, 0))
"""

EACH_MOVE = """
    SELECT 'appraisal_oldpiecemove', id, reason FROM (
        SELECT move.id, move.reason, move.from_place_id,
               LAG(move.to_place_id) OVER (PARTITION BY move.old_piece_id ORDER BY move.id)
                   AS before_place
        FROM appraisal_oldpiecemove move
        JOIN appraisal_oldpiece piece ON piece.id = move.old_piece_id
        JOIN appraisal_tradein trade_in ON trade_in.id = piece.trade_in_id
        WHERE trade_in.store_id = %s
    ) move
    WHERE COALESCE(before_place, 0) <> COALESCE(from_place_id, 0)
"""

# it leaves the house in its owner's hand or in a bag, and in no other way
GONE = """
    SELECT 'appraisal_oldpiece', piece.id, trade_in.number
    FROM appraisal_oldpiece piece
    JOIN appraisal_tradein trade_in ON trade_in.id = piece.trade_in_id
    WHERE trade_in.store_id = %s AND piece.bag_id IS NULL
      AND (piece.place_id IS NULL) <> (trade_in.state = 'returned')
"""

WITH_ITS_BAG = """
    SELECT 'appraisal_oldpiece', piece.id, bag.number
    FROM appraisal_oldpiece piece
    JOIN appraisal_tradein trade_in ON trade_in.id = piece.trade_in_id
    JOIN appraisal_scrapbag bag ON bag.id = piece.bag_id
    WHERE trade_in.store_id = %s
      AND (COALESCE(bag.place_id, 0) <> COALESCE(piece.place_id, 0)
           OR trade_in.state NOT IN ('settled', 'bagged'))
"""

BAGGED = """
    SELECT 'appraisal_tradein', trade_in.number, piece.id
    FROM appraisal_tradein trade_in
    JOIN appraisal_oldpiece piece ON piece.trade_in_id = trade_in.id AND piece.bag_id IS NULL
    WHERE trade_in.store_id = %s AND trade_in.state = 'bagged'
"""

BAG_SUM = f"""
    SELECT 'appraisal_scrapbag', bag.number, COALESCE(inside.mg, 0)
    FROM appraisal_scrapbag bag
    LEFT JOIN (SELECT piece.bag_id, SUM(counting.mg) AS mg
               FROM appraisal_oldpiece piece
               JOIN ({COUNTING}) counting ON counting.old_piece_id = piece.id
               GROUP BY piece.bag_id) inside ON inside.bag_id = bag.id
    WHERE bag.origin_id = %s
      AND COALESCE(inside.mg, 0) <> CASE bag.state WHEN 'opened' THEN 0 ELSE bag.mg END
"""  # noqa: S608  because: every part is our own

BAG_LAST_MOVE = """
    SELECT 'appraisal_scrapbag', bag.number, move.new
    FROM appraisal_scrapbag bag
    LEFT JOIN (
        SELECT bag_id, new, to_place_id,
               ROW_NUMBER() OVER (PARTITION BY bag_id ORDER BY id DESC) AS nth
        FROM appraisal_bagmove
    ) move ON move.bag_id = bag.id AND move.nth = 1
    WHERE bag.origin_id = %s
      AND (move.new IS NULL OR move.new <> bag.state
           OR COALESCE(move.to_place_id, 0) <> COALESCE(bag.place_id, 0))
"""

BAG_EACH_MOVE = """
    SELECT 'appraisal_bagmove', id, old FROM (
        SELECT move.id, move.old, move.from_place_id,
               LAG(move.new) OVER one AS before_state,
               LAG(move.to_place_id) OVER one AS before_place
        FROM appraisal_bagmove move JOIN appraisal_scrapbag bag ON bag.id = move.bag_id
        WHERE bag.origin_id = %s
        WINDOW one AS (PARTITION BY move.bag_id ORDER BY move.id)
    ) move
    WHERE COALESCE(before_state, '') <> old
       OR COALESCE(before_place, 0) <> COALESCE(from_place_id, 0)
"""

MELTED = """
    SELECT 'appraisal_melt', melt.number, COALESCE(bags.mg, 0)
    FROM appraisal_melt melt
    LEFT JOIN (SELECT melt_id, SUM(mg) AS mg, SUM(fine_mg) AS fine_mg, COUNT(DISTINCT metal) AS n
               FROM appraisal_scrapbag GROUP BY melt_id) bags ON bags.melt_id = melt.id
    WHERE melt.store_id = %s
      AND (COALESCE(bags.mg, 0) <> melt.in_mg OR bags.fine_mg <> melt.predicted_mg OR bags.n <> 1)
"""

NUMBERS = """
    SELECT 'inventory_documentcounter', counter.day, counter.last
    FROM inventory_documentcounter counter
    LEFT JOIN (SELECT store_id, business_day, COUNT(*) AS n FROM appraisal_tradein
               GROUP BY store_id, business_day) issued
        ON issued.store_id = counter.store_id AND issued.business_day = counter.day
    WHERE counter.store_id = %s AND counter.kind = 'T' AND COALESCE(issued.n, 0) <> counter.last
"""


def verify(store: Store, *, since: int = 0) -> Iterator[Broken]:
    """Everything about the old gold of a store. Offers are reckoned again when they were written
    after the link `since`; all else is asked of the database over the whole book."""
    yield from _verify_steps(store)
    yield from _verify_offers(store, since)
    yield from _verify_grams(store)
    yield from _verify_bags(store)


def _verify_steps(store: Store) -> Iterator[Broken]:
    yield from query("is not in the state of its last step", LAST_STEP, [store.pk])
    yield from query("does not follow the step before", EACH_STEP, [store.pk])
    may_follow = [">received", *ALLOWED]
    yield from query("is a step that nothing allows", FORBIDDEN, [store.pk, *may_follow])
    yield from query("lacks the customer's signature", UNSIGNED, [store.pk, *SIGNED])
    yield from query("gave old gold back and nobody agreed", UNAGREED, [store.pk])
    yield from query("numbers of trade-ins have a gap", NUMBERS, [store.pk])


def _verify_offers(store: Store, since: int) -> Iterator[Broken]:
    yield from query("has no offer that was signed", ACCEPTED, [store.pk])
    yield from query("is not the sum of its pieces", OFFER_SUMS, [store.pk])
    yield from query("its lines do not add up", OFFER_LINES, [store.pk])
    yield from _verify_replays(store, since)


def _verify_replays(store: Store, since: int) -> Iterator[Broken]:
    """Every offer of what was settled, reckoned anew from the facts and rules that it kept."""
    rows = Offer.objects.filter(
        trade_in__store=store,
        trade_in__state__in=SETTLED,
        # whatever happened to it since then: an offer from before may have been settled now
        trade_in__steps__change__seq__gt=since,
    )
    for offer in rows.distinct().order_by("pk").select_related("trade_in"):
        again = offers.replay(offer)
        cents = (again.pays_cents, again.credit_cents, again.money_cents)
        if cents != (offer.pays_cents, offer.credit_cents, offer.money_cents):
            yield Broken("appraisal_offer", offer.pk, f"comes to other cents now {cents}")


def _verify_grams(store: Store) -> Iterator[Broken]:
    yield from query("is not what the scale showed", READ, [store.pk])
    yield from query("weighs something else than before", WEIGHED_AGAIN, [store.pk])
    yield from query("is not where its last move put it", LAST_MOVE, [store.pk])
    yield from query("does not follow the move before", EACH_MOVE, [store.pk])
    yield from query("is gone and was not given back, or the reverse", GONE, [store.pk])


def _verify_bags(store: Store) -> Iterator[Broken]:
    yield from query("is not where its bag is", WITH_ITS_BAG, [store.pk])
    yield from query("is bagged and one piece lies in no bag", BAGGED, [store.pk])
    yield from query("grams in are not grams bagged", BAG_SUM, [store.pk])
    yield from query("is not where its last move put it", BAG_LAST_MOVE, [store.pk])
    yield from query("does not follow the move before", BAG_EACH_MOVE, [store.pk])
    yield from query("is not the sum of its bags", MELTED, [store.pk])
