"""What the pages of bags show to one person."""

from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import User

from appraisal import bag_journeys, bag_queries, contents
from appraisal.contents import Content
from appraisal.models import BagMove, BagState, Melt, ScrapBag, Weighing
from inventory.ground.measures import ClassTotal
from inventory.models import Store, StoreKind

MOST_BARS = 30


@dataclass(frozen=True)
class Group:
    """Bags in one state, with their sums by metal class."""

    bags: list[ScrapBag]

    @property
    def classes(self) -> list[ClassTotal]:
        return bag_queries.classes_of(self.bags)


class BagList:
    """The bags of a store; at head office those of every store, and the bars."""

    def __init__(self, store: Store, *, by: User) -> None:
        self.store, self.by = store, by

    @property
    def is_house(self) -> bool:
        return self.store.kind == StoreKind.HEAD_OFFICE and self.by.has_perm("melt_scrap")

    @property
    def is_counted(self) -> bool:
        """Whether a count hides bags from this person."""
        return bag_queries.is_being_counted(self.by, store=self.store)

    @cached_property
    def sealed(self) -> Group:
        return self._in(BagState.SEALED)

    @cached_property
    def sent(self) -> Group:
        return self._in(BagState.SENT)

    @cached_property
    def arrived(self) -> Group:
        return self._in(BagState.ARRIVED)

    @cached_property
    def melts(self) -> list[Melt]:
        return list(bag_queries.melts()[:MOST_BARS]) if self.is_house else []

    def _in(self, state: BagState) -> Group:
        rows = bag_queries.bags_of(self.by, store=self.store).filter(state=state)
        return Group(list(rows[: bag_queries.RECENT]))


class BagPage:
    """One bag and its life."""

    def __init__(self, bag: ScrapBag, *, by: User) -> None:
        self.bag, self.by = bag, by

    @cached_property
    def inside(self) -> list[Content]:
        rows = self.bag.old_pieces.select_related("trade_in").order_by("pk")
        return [contents.of_piece(piece) for piece in rows]

    @property
    def trade_in_number(self) -> str:
        """Empty once it was opened again."""
        return self.inside[0].piece.trade_in.number if self.inside else ""

    @property
    def moves(self) -> list[BagMove]:
        return list(self.bag.moves.select_related("from_place", "to_place", "by"))

    @property
    def arrivals(self) -> list[Weighing]:
        """Every weight of head office's scale."""
        return list(bag_journeys.arrivals_of(self.bag).select_related("change__by"))

    @property
    def may_receive(self) -> bool:
        return self.bag.state == BagState.SENT and self.by.has_perm("melt_scrap")

    @property
    def may_open(self) -> bool:
        return self.bag.state == BagState.SEALED and self.by.has_perm("trade_in")
