"""The moment at which the count of a place becomes a result: what was read is held against what
the books say now, the evidence is written into the chain, and the figures are no secret any more.

Everything here is called with the store's chain open.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Sum

from inventory import (
    stocktake_gaps,
    stocktake_moves,
    stocktake_results,
    stocktake_states,
    stocktake_weights,
)
from inventory.ground.changes import Book
from inventory.models import (
    SpotState,
    Stocktake,
    StocktakeHandIn,
    StocktakePlace,
    StocktakeRead,
    StocktakeState,
    StocktakeSupply,
    SupplyStock,
)


def close(spots: Sequence[StocktakePlace], book: Book) -> None:
    """Their results, the evidence of them, and the end of the secret."""
    stocktake = spots[0].stocktake
    for spot in spots:
        stocktake_moves.take_into_account(spot)
        stocktake_weights.compare(spot)
        _expect_supplies(spot)
        spot.state, spot.handed_in_at, spot.seq = SpotState.HANDED_IN, book.at, book.head.seq
        spot.save()
    settle(stocktake, spots)
    book.write(
        [_evidence(spot, book) for spot in spots],
        kind="stocktake_place_handed_in",
        number=stocktake.number,
    )
    stocktake_states.show(stocktake, *(spot.place_id for spot in spots))
    if not stocktake.places.exclude(state=SpotState.HANDED_IN).exists():
        stocktake_states.become(stocktake, StocktakeState.RECONCILING)


def settle(stocktake: Stocktake, spots: Sequence[StocktakePlace]) -> None:
    """Brings results and differences in step with what is handed in of these places now. One place
    of several looks at its own pieces alone, the last one at the whole stocktake: also at what was
    read by readers that know no place."""
    waiting = stocktake.places.exclude(state=SpotState.HANDED_IN)
    is_part = len(spots) == 1 and waiting.exists()
    places = [spot.place_id for spot in spots] if is_part else []
    stocktake_results.settle(stocktake, places=places)
    stocktake_gaps.renew(stocktake, spots, places=places)


def _expect_supplies(spot: StocktakePlace) -> None:
    """By the book of supplies at this moment, also of what came since the opening (2 queries, and
    one for each item that is there)."""
    lying = SupplyStock.objects.filter(store=spot.store_id, place=spot.place_id)
    now = dict(lying.values_list("item", "quantity"))
    for row in spot.supplies.all():
        StocktakeSupply.objects.filter(pk=row.pk).update(expected=now.get(row.item_id, 0))


def _evidence(spot: StocktakePlace, book: Book) -> StocktakeHandIn:
    """What was counted, as it was handed in."""
    lines = spot.stocktake.lines.filter(store=spot.store_id, place=spot.place_id).order_by()
    results: dict[str, dict[str, Any]] = {}
    groups = lines.values_list("result", "metal", "grade").annotate(Count("pk"), Sum("net_mg"))
    for result, metal, grade, pieces, mg in groups:
        results.setdefault(result, {})[f"{metal} {grade}"] = [pieces, mg]
    reads = StocktakeRead.objects.filter(
        store=spot.store_id, stocktake=spot.stocktake_id, place=spot.place_id, round=spot.round
    )
    supplies = spot.supplies.order_by("item__code").values_list("item__code", "expected", "counted")
    loose = stocktake_weights.unlabelled(spot).values_list("words", "gross_mg")
    return StocktakeHandIn(
        store=spot.stocktake.store,
        stocktake=spot.stocktake,
        place=spot.place,
        round=spot.round,
        by=book.by,
        at=book.at,
        figures={
            "results": results,
            "reads": reads.count(),
            "gross_mg": spot.gross_mg,
            "tare_mg": spot.tare_mg,
            "gap_mg": spot.gap_mg,
            "supplies": [list(row) for row in supplies],
            "unlabelled": [list(row) for row in loose],
            "weighed": _weighed(spot),
        },
    )


def _weighed(spot: StocktakePlace) -> list[list[Any]]:
    rows = spot.samples.filter(round=spot.round).order_by("piece__number")
    return [list(row) for row in rows.values_list("piece__number", "scale_mg")]
