"""The places of a stocktake on the screen: how far each is, and what may be done with it here.

Nothing here reads what the books expect: `stocktake_queries.progress` leaves it out of every place
that is still counted blind.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.contrib.auth.models import User
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from counter import counted_places
from inventory.ground.measures import Tally
from inventory.models import Place, SpotState, StocktakePlace
from inventory.stocktake_queries import SpotProgress


@dataclass(frozen=True)
class Spot:
    """One place of the board; `by` is the person at this tablet."""

    progress: SpotProgress
    by: User
    is_current: bool = False

    @property
    def row(self) -> StocktakePlace:
        return self.progress.spot

    @property
    def code(self) -> str:
        return self.row.place.code

    @property
    def name(self) -> str:
        return counted_places.name_of(self.row.place)

    @property
    def counted(self) -> Tally:
        return self.progress.counted

    @property
    def pieces(self) -> int:
        """In the hand: with a label that is ours, or without one."""
        return self.counted.pieces + self.progress.unlabelled

    @property
    def is_mine(self) -> bool:
        return self.row.state == SpotState.COUNTING and self.row.by_id == self.by.pk

    @property
    def is_elsewhere(self) -> bool:
        """Somebody else counts it, on another tablet."""
        return self.row.state == SpotState.COUNTING and self.row.by_id != self.by.pk

    @property
    def is_waiting(self) -> bool:
        return self.row.state == SpotState.WAITING

    @property
    def is_done(self) -> bool:
        return self.row.state == SpotState.HANDED_IN

    @property
    def needs_another(self) -> bool:
        """It is counted once more, and this person counted it before."""
        return self.is_waiting and self.row.round > 1 and self.row.first_by_id == self.by.pk

    @property
    def is_recount(self) -> bool:
        return self.row.round > 1 and not self.is_done

    @property
    def takes_scans(self) -> bool:
        """Whether a scan goes into it: it is open here, or the scan opens it."""
        return self.is_mine or (self.is_waiting and not self.needs_another)

    @property
    def differs(self) -> bool:
        """It was handed in, and hands and books do not agree; only for who may know."""
        results = self.progress.results
        if results is None:
            return False
        return any(results[name].pieces for name in ("missing", "found_elsewhere"))


@dataclass(frozen=True)
class Part:
    """A counter with its places, or what stands outside of every counter."""

    name: str
    spots: list[Spot]

    @property
    def done(self) -> int:
        return sum(spot.is_done for spot in self.spots)


class Board:
    """All places of a stocktake; `chosen`: the code of the one that the page shows."""

    def __init__(self, rows: Iterable[SpotProgress], *, by: User, chosen: str = "") -> None:
        self.spots = [Spot(row, by, row.spot.place.code == chosen) for row in rows]

    @cached_property
    def current(self) -> Spot | None:
        return next((spot for spot in self.spots if spot.is_current), None)

    @cached_property
    def parts(self) -> list[Part]:
        """Counter by counter, each with what lies on it last."""
        ordered = sorted(self.spots, key=_order)
        return [
            Part(_part_name(counter), list(spots))
            for counter, spots in groupby(ordered, key=lambda spot: spot.row.place.counter)
        ]

    @property
    def ahead(self) -> list[Spot]:
        """What this person may count next, in the order of the board: their own first."""
        ordered = [spot for part in self.parts for spot in part.spots]
        mine = [spot for spot in ordered if spot.is_mine]
        return mine + [spot for spot in ordered if spot.is_waiting and not spot.needs_another]

    @property
    def done(self) -> int:
        return sum(spot.is_done for spot in self.spots)


def _order(spot: Spot) -> tuple[bool, str, bool, str]:
    place = spot.row.place
    counter = place.counter
    return counter is None, counter.code if counter else "", place == counter, place.code


def _part_name(counter: Place | None) -> str:
    return _("Counter %s") % counter if counter else _("Elsewhere in the store")
