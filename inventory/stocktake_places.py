"""Counting the places of a stocktake blind: begin one, hand it in, and only then see what differs.

What comes in as reads is `stocktake_reads`; here is who holds a place, what else is typed about it,
and the moment at which its count becomes a result.
"""

from collections.abc import Sequence
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from inventory import (
    stocktake_hand_ins,
    stocktake_spots,
    stocktake_states,
    stocktake_weights,
)
from inventory.ground import access, changes, codes, measures
from inventory.ground.errors import BadField, RuleBroken
from inventory.models import (
    CountedIn,
    SpotState,
    Stocktake,
    StocktakePlace,
    StocktakeSample,
    StocktakeState,
    StocktakeSupply,
    StocktakeUnlabelled,
    SupplyItem,
)
from inventory.stocktake_spots import PlaceNotOpen, PlaceTaken
from inventory.supplies import MOST_PIECES

MOST_WORDS: Final = 120


class ImpossibleQuantity(BadField):
    code = "bad_quantity"


class SupplyNotCounted(RuleBroken):
    """A heap that nobody counted would hide what is short of it."""

    code = "supply_not_counted"

    def __init__(self, row: StocktakeSupply) -> None:
        told = {"name": row.item, "place": row.spot.place}
        super().__init__(
            _("Nobody has counted %(name)s in %(place)s yet. Type how much lies there.") % told
        )


def begin(*, spot: StocktakePlace, by: User, take_over: bool = False) -> StocktakePlace:
    """Begins or goes on counting a place. Refused to who may not count, while somebody else counts
    it, unless it is taken over, in a recount to who counted first, and when it is handed in."""
    access.refuse_unless(by, "count_pieces", store=spot.stocktake.store)
    with transaction.atomic():
        found = stocktake_spots.lock(spot)
        if found.state == SpotState.HANDED_IN:
            raise stocktake_spots.PlaceHandedIn(found)
        if found.state == SpotState.COUNTING and found.by_id != by.pk and not take_over:
            raise PlaceTaken(found)
        stocktake_spots.check_person(found, by)
        _begun(found.stocktake)
        found.state, found.by = SpotState.COUNTING, by
        found.begun_at = found.begun_at or timezone.now()
        found.save(update_fields=["state", "by", "begun_at"])
    return found


def weigh(
    *, spot: StocktakePlace, gross_mg: int, tare_mg: int | None, seen_seq: int, by: User
) -> StocktakePlace:
    """The tray with its goods on the scale. `tare_mg`: the empty tray, where it is not known yet;
    `seen_seq`: the store's chain when the page was drawn. Refused to who does not count the place,
    without a tare, for weights that cannot be, and when something moved since."""
    with transaction.atomic():
        found = stocktake_spots.lock_mine(spot, by)
        tare = tare_mg if tare_mg is not None else found.place.tare_mg
        if tare is None:
            raise stocktake_weights.TareUnknown(field="tare")
        if not 0 <= tare <= gross_mg <= stocktake_weights.MOST_TRAY_MG:
            raise stocktake_weights.TrayWeightWrong(field="gross")
        stocktake_weights.check_still(found, since=seen_seq)
        found.gross_mg, found.tare_mg, found.weighed_seq = gross_mg, tare, seen_seq
        found.save(update_fields=["gross_mg", "tare_mg", "weighed_seq"])
    return found


def weigh_sample(*, sample: StocktakeSample, mg: int, by: User) -> StocktakeSample:
    """A drawn piece on the scale by itself: gross milligrams. Refused to who does not count its
    place, and for a weight that no piece has."""
    if not 0 < mg <= measures.MOST_MG:
        raise stocktake_weights.PieceWeightWrong(field="grams")
    with transaction.atomic():
        spot = stocktake_spots.lock_mine(sample.spot, by)
        if sample.round != spot.round:
            raise PlaceNotOpen
        sample.scale_mg, sample.by, sample.at = mg, by, timezone.now()
        sample.save(update_fields=["scale_mg", "by", "at"])
    return sample


def enter_unlabelled(
    *, spot: StocktakePlace, words: str, gross_mg: int, by: User
) -> StocktakeUnlabelled:
    """A piece without a label, or with one that nobody can read: what it looks like, and what it
    weighs. Refused to who does not count the place, without words, and for a weight that no piece
    has."""
    told = codes.one_line(words)[:MOST_WORDS]
    if not told:
        raise stocktake_states.ReasonNeeded(field="words")
    if not 0 < gross_mg <= measures.MOST_MG:
        raise stocktake_weights.PieceWeightWrong(field="grams")
    with transaction.atomic():
        found = stocktake_spots.lock_mine(spot, by)
        return StocktakeUnlabelled.objects.create(
            store=found.stocktake.store,
            spot=found,
            round=found.round,
            words=told,
            gross_mg=gross_mg,
            by=by,
            at=timezone.now(),
        )


def undo_unlabelled(*, row: StocktakeUnlabelled, by: User) -> StocktakeUnlabelled:
    """It was no such piece; the row stays with the time. Refused to who does not count the place,
    and for one of an earlier round."""
    with transaction.atomic():
        spot = stocktake_spots.lock_mine(row.spot, by)
        if row.round != spot.round:
            raise PlaceNotOpen
        row.undone_at = row.undone_at or timezone.now()
        row.save(update_fields=["undone_at"])
    return row


def count_supply(
    *, spot: StocktakePlace, item: SupplyItem, quantity: int, by: User
) -> StocktakeSupply:
    """So many pieces or milligrams of an item lie in the place; typed again, the last figure
    counts. Refused to who does not count the place, and for a quantity that cannot be."""
    most = MOST_PIECES if item.counted_in == CountedIn.PIECES else measures.MOST_MG
    if not 0 <= quantity <= most:
        raise ImpossibleQuantity(
            _("This quantity cannot be right. Type it again."), field="quantity"
        )
    with transaction.atomic():
        found = stocktake_spots.lock_mine(spot, by)
        row, _made = StocktakeSupply.objects.update_or_create(
            spot=found,
            item=item,
            defaults={"counted": quantity, "by": by, "at": timezone.now()},
            create_defaults={
                "store": found.stocktake.store,
                "stocktake": found.stocktake,
                "opening": 0,
                "cost_cents": item.cost_cents,
                "counted": quantity,
                "by": by,
                "at": timezone.now(),
            },
        )
    return row


def hand_in(*, spot: StocktakePlace, by: User) -> StocktakePlace:
    """The count of a place is what it is: held against the books as they stand at this moment.

    When single pieces are drawn for the scale, the place stays open and waits for their weights.
    Refused to who does not count it, while nobody has counted one of its supplies or a drawn piece
    has no weight, and when something moved after the tray was weighed.
    """
    access.refuse_unless(by, "count_pieces", store=spot.stocktake.store)
    with changes.opened(store=spot.stocktake.store, by=by) as book:
        found = stocktake_spots.lock_mine(spot, by)
        for row in _uncounted([found]):
            raise SupplyNotCounted(row)
        if not stocktake_weights.draw(found):
            stocktake_hand_ins.close([found], book)
    return found


def hand_in_waiting(*, stocktake: Stocktake, by: User) -> int:
    """All places that nobody has begun are what has been read in them so far, such as by a reader
    that does not say where it read; how many that were. One with supplies waits on until somebody
    counts them. Refused to a role without the right, and when only such places wait."""
    access.refuse_unless(by, "run_stocktakes", store=stocktake.store)
    with changes.opened(store=stocktake.store, by=by) as book:
        rows = stocktake_spots.lock_all(stocktake=stocktake)
        waiting = [spot for spot in rows if spot.state == SpotState.WAITING and spot.round == 1]
        uncounted = {row.spot_id: row for row in _uncounted(waiting)}
        ready = [spot for spot in waiting if spot.pk not in uncounted]
        if ready:
            _begun(ready[0].stocktake)
            for spot in ready:
                spot.by, spot.begun_at = by, book.at
            stocktake_hand_ins.close(ready, book)
        elif uncounted:
            raise SupplyNotCounted(next(iter(uncounted.values())))
    return len(ready)


def ask_recount(*, spot: StocktakePlace, by: User) -> StocktakePlace:
    """A place that was handed in is counted once more, by somebody else; the result so far stays
    written. Refused to a role without the right, before it is handed in, and when the stocktake is
    over."""
    access.refuse_unless(by, "settle_stocktakes", store=spot.stocktake.store)
    with changes.opened(store=spot.stocktake.store, by=by) as book:
        found = stocktake_spots.lock(spot)
        if found.state != SpotState.HANDED_IN:
            raise PlaceNotOpen
        found.state, found.round, found.first_by = SpotState.WAITING, found.round + 1, found.by
        found.by = found.begun_at = found.handed_in_at = found.seq = None
        found.gross_mg = found.tare_mg = found.weighed_seq = found.gap_mg = None
        found.save()
        found.supplies.update(counted=None, expected=None, by=None, at=None)
        stocktake = found.stocktake
        if stocktake.state == StocktakeState.RECONCILING:
            stocktake_states.become(stocktake, StocktakeState.COUNTING)
        stocktake_states.hide(stocktake, found.place_id)
        stocktake_hand_ins.settle(stocktake, [found])
        book.note(stocktake, kind="stocktake_recount", number=stocktake.number)
    return found


def _uncounted(spots: Sequence[StocktakePlace]) -> list[StocktakeSupply]:
    """Supplies of places that nobody has counted yet (1 query)."""
    rows = StocktakeSupply.objects.filter(spot__in=spots, counted__isnull=True)
    return list(rows.select_related("item", "spot__place").order_by("pk"))


def _begun(stocktake: Stocktake) -> None:
    """The first place makes a count of it."""
    if stocktake.state == StocktakeState.OPEN:
        stocktake_states.become(stocktake, StocktakeState.COUNTING)
