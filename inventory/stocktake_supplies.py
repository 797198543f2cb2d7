"""Supplies that come into a place while it is counted: whoever counts the place is asked for them
too, though none lay there when the stocktake was opened."""

from inventory.models import Place, SpotState, StocktakePlace, StocktakeSupply, SupplyItem


def expect(*, item: SupplyItem, place: Place) -> None:
    """A line for an item that now lies in a place which a stocktake has yet to be handed; nothing
    where it has one, and where no stocktake counts supplies (1 query, and 2 for each of them). Call
    it with the store's chain open: a place is handed in under it too."""
    spots = StocktakePlace.objects.filter(
        store=place.store_id, place=place, is_over=False, stocktake__category=""
    )
    for spot in spots.exclude(state=SpotState.HANDED_IN):
        StocktakeSupply.objects.get_or_create(
            spot=spot,
            item=item,
            defaults={
                "store_id": spot.store_id,
                "stocktake_id": spot.stocktake_id,
                "opening": 0,
                "cost_cents": item.cost_cents,
            },
        )
