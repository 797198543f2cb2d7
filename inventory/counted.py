"""What is being counted blind at this moment: who counts reads no figure of it anywhere.

A place that is counted carries the number of its handover in `counted_in`, that of its stocktake
in `stocktaken_in`. As long as any place of a counter does, all of that counter is veiled: were only
the one tray left out of lists and sums, it could be read from what is missing there. One piece in
the hand may always be looked at, moved and sold; its page then says who counts and not where it
lies.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.ground import access
from inventory.ground.errors import RuleBroken
from inventory.models import Piece, Place, Store

SEE_OPEN_COUNTS = "see_open_counts"


class CountOpen(RuleBroken):
    """A list by place would tell what a blind count has to find out."""

    code = "count_open"
    sentence = gettext_lazy("This counter is being counted. Its lists open when that is over.")


@dataclass(frozen=True)
class Veil:
    """Keys of the counters, and of other places such as a safe, whose figures one person or
    program may not read now."""

    whole: frozenset[int] = frozenset()

    def covers(self, place: Place) -> bool:
        return self.lies_over(place.pk, place.parent_id)

    def lies_over(self, place_id: int | None, parent_id: int | None) -> bool:
        """`covers`, by the keys of a place and of what it stands in."""
        return place_id in self.whole or parent_id in self.whole

    def check_list(self, places: Iterable[Place]) -> None:
        """Refuses a list of what lies in these places when one of them is covered."""
        if any(self.covers(place) for place in places):
            raise CountOpen

    def lifted_from(self, rows: QuerySet[Piece]) -> QuerySet[Piece]:
        """Those pieces that the veil does not cover; what is sold lies nowhere."""
        if not self.whole:
            return rows
        return rows.exclude(Q(place__in=self.whole) | Q(place__parent__in=self.whole))


def is_blind(user: User | AnonymousUser) -> bool:
    """Whether the figures of an open count stay hidden from this person or program."""
    return not user.has_perm(SEE_OPEN_COUNTS)


def veil_over(user: User | AnonymousUser, places: Iterable[Place]) -> Veil:
    """The veil over places that are read already; none for those who see open counts."""
    if not is_blind(user):
        return Veil()
    return Veil(frozenset(place.parent_id or place.pk for place in places if place.is_counted))


def veil_for(user: User | AnonymousUser) -> Veil:
    """The veil over all stores that this person or program may see (1 query)."""
    counted = Place.objects.exclude(counted_in="", stocktaken_in="")
    return veil_over(user, access.visible(counted, user))


def stores_counted(*, user: User | AnonymousUser, stores: Collection[Store]) -> set[int]:
    """The keys of those stores whose whole stock this person or program may not read now: any
    place of theirs is being counted (1 query, none for those who see open counts)."""
    if not is_blind(user):
        return set()
    places = Place.objects.filter(store__in=stores).exclude(counted_in="", stocktaken_in="")
    return set(places.values_list("store", flat=True))


def check_list(*, user: User | AnonymousUser, places: Iterable[Place]) -> None:
    """Refuses a list of what lies in these places, or figures of them, to this person or program
    while their counter is being counted (2 queries)."""
    veil_for(user).check_list(places)


def words(place: Place) -> str:
    """What stands instead of the name of a place that is being counted. Pass it with `parent`."""
    if place.counter is None:
        return _("being counted")
    return _("being counted at counter %(counter)s") % {"counter": place.counter}
