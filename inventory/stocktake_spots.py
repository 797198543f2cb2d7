"""One place of a stocktake: who has it in hand at this moment."""

from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import stocktake_states
from inventory.ground import access, settings_rows
from inventory.ground.errors import RuleBroken
from inventory.models import SpotState, StocktakePlace


class PlaceNotOpen(RuleBroken):
    code = "place_not_open"
    sentence = gettext_lazy("This place is not being counted. Open it first.")


class PlaceTaken(RuleBroken):
    """Somebody counts it on another tablet."""

    code = "place_taken"

    def __init__(self, spot: StocktakePlace) -> None:
        told = {"who": stocktake_states.who(spot.by), "place": spot.place}
        super().__init__(_("%(who)s counts %(place)s on another tablet.") % told)


class PlaceHandedIn(RuleBroken):
    code = "place_handed_in"

    def __init__(self, spot: StocktakePlace) -> None:
        told = {"place": spot.place}
        super().__init__(_("%(place)s has been handed in. Ask for a recount.") % told)


class SecondPerson(RuleBroken):
    """Who counted first does not count again: two pairs of eyes."""

    code = "second_person"
    sentence = gettext_lazy("Another person counts this place again.")


def lock(spot: StocktakePlace) -> StocktakePlace:
    """The place of a running stocktake, both locked. Refused when the stocktake is over."""
    (found,) = lock_all(stocktake=spot.stocktake_id, pk=spot.pk)
    return found


def lock_all(**which: Any) -> list[StocktakePlace]:
    """Places of one running stocktake, locked with it in order of their keys."""
    rows = StocktakePlace.objects.filter(**which).select_related("stocktake__store").order_by("pk")
    stocktake = stocktake_states.lock_running(rows[0].stocktake)
    locked = rows.select_for_update(of=("self",)).select_related("place", "by")
    found = list(locked)
    for spot in found:
        spot.stocktake = stocktake
    return found


def lock_mine(spot: StocktakePlace, by: User) -> StocktakePlace:
    """The place that this person has in hand, locked. Refused to who may not count, while it is not
    being counted, and while somebody else has it."""
    access.refuse_unless(by, "count_pieces", store=spot.stocktake.store)
    found = lock(spot)
    if found.state != SpotState.COUNTING:
        raise PlaceNotOpen
    if found.by_id != by.pk:
        raise PlaceTaken(found)
    return found


def check_person(spot: StocktakePlace, by: User) -> None:
    """Refused to who counted the place before it is counted again; not where people work alone."""
    if spot.first_by_id != by.pk:
        return
    if settings_rows.value(spot.stocktake.store, "alone_on_duty") != "yes":
        raise SecondPerson
