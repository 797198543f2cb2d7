"""What the page of an open stocktake shows: the board at the left, at the right the one thing to
do now."""

from collections.abc import Mapping
from functools import cached_property
from typing import Final
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import custody
from counter.stocktake_board import Board, Spot
from inventory import stocktake_queries, stocktake_results
from inventory.ground import measures
from inventory.ground.measures import Tally
from inventory.models import (
    CountedIn,
    LineResult,
    Stocktake,
    StocktakePlace,
    StocktakeRead,
    StocktakeSample,
    StocktakeState,
    StocktakeSupply,
    StocktakeUnlabelled,
)
from inventory.stocktake_reads import Answer

NOT_OURS_SHOWN: Final = 50
# the tone of a scan's answer, and what is said
TONES: Final[dict[str, str]] = {
    Answer.READ: "scan-read",
    Answer.REPEATED: "scan-already",
    Answer.UNREADABLE: "scan-unknown",
    Answer.UNKNOWN: "scan-unknown",
}
SAID: Final[dict[str, str | Promise]] = {
    Answer.REPEATED: gettext_lazy("Counted here already."),
    Answer.UNREADABLE: gettext_lazy("Unreadable. Scan it again, or enter it without a label."),
    Answer.UNKNOWN: gettext_lazy("No piece of ours has this label. It is noted; go on."),
}


class StocktakePage:
    """Everything that one open stocktake shows to one person; `asked`: the code of a place."""

    def __init__(self, stocktake: Stocktake, *, by: User, asked: str = "") -> None:
        self.stocktake, self.by = stocktake, by
        self.progress = stocktake_queries.progress(stocktake, by)
        self.board = Board(self.progress.spots, by=by, chosen=asked)

    @property
    def heading(self) -> str:
        return heading_of(self.stocktake)

    @property
    def tally(self) -> Tally:
        """What was counted so far, in all places together."""
        return self.progress.counted

    @property
    def spot(self) -> Spot | None:
        return self.board.current

    @property
    def panel(self) -> str:
        """Which of the panels stands at the right."""
        spot = self.spot
        if spot is None:
            return "settling" if self.is_settling else "overview"
        if spot.is_done:
            return "shown"
        if not spot.is_mine:
            return "waiting"
        return "weighing" if self.samples else "counting"

    @property
    def is_settling(self) -> bool:
        return self.stocktake.state in {StocktakeState.RECONCILING, StocktakeState.APPROVED}

    @property
    def is_counting(self) -> bool:
        """Whether labels are taken in, and other tablets may be counting."""
        return self.stocktake.is_running and not self.is_settling

    @property
    def here(self) -> str:
        """The address of this page, to come back to."""
        return address_of(self.stocktake, self.spot.code if self.spot else "")

    @property
    def ahead(self) -> Spot | None:
        """Where this person goes on after the place that is open here."""
        return next((spot for spot in self.board.ahead if not spot.is_current), None)

    # --- the place in the hand

    @cached_property
    def last(self) -> StocktakeRead | None:
        """The label that was read last in this round of the place."""
        rows = self._reads().select_related("piece")
        return rows.order_by("-pk").first()

    @cached_property
    def not_ours(self) -> list[str]:
        """Labels that no piece of the house has, and what nobody could read, as they were read."""
        codes = self._reads().filter(piece=None).order_by("pk").values_list("code", flat=True)
        return list(codes[:NOT_OURS_SHOWN])

    @cached_property
    def unlabelled(self) -> list[StocktakeUnlabelled]:
        row = self._row
        return list(row.unlabelled.filter(round=row.round, undone_at=None))

    @cached_property
    def samples(self) -> list[StocktakeSample]:
        """Pieces that were drawn to be put on the scale by themselves, and are not weighed."""
        return [row for row in stocktake_queries.sample_list(self._row) if row.scale_mg is None]

    @cached_property
    def supplies(self) -> list[tuple[StocktakeSupply, str]]:
        """Supplies of the place, each with what was typed before."""
        return [(row, _typed(row)) for row in stocktake_queries.supplies_of(self._row)]

    @property
    def supplies_done(self) -> int:
        return sum(row.counted is not None for row, _text in self.supplies)

    @property
    def results(self) -> list[tuple[str, Tally]]:
        """What became of the expected pieces of a place; empty where that is still a secret."""
        progress = self.spot.progress if self.spot else None
        return worded(progress.results or {}) if progress else []

    @property
    def gap(self) -> str:
        """How far the scale is from the tags, in grams with a sign."""
        mg = self._row.gap_mg
        return "" if mg is None else _("%(grams)s g") % {"grams": measures.signed_grams(mg)}

    @cached_property
    def seen_seq(self) -> int:
        return custody.head_seq(self.stocktake.store)

    @property
    def tare_text(self) -> str:
        """The empty tray as it is known, for the field."""
        mg = self._row.tare_mg if self._row.tare_mg is not None else self._row.place.tare_mg
        return "" if mg is None else measures.plain_grams(mg)

    @property
    def _row(self) -> StocktakePlace:
        assert self.spot is not None  # noqa: S101  because: asked by the panels of a place only
        return self.spot.row

    def _reads(self) -> QuerySet[StocktakeRead]:
        row = self._row
        rows = StocktakeRead.objects.filter(store=self.stocktake.store, stocktake=self.stocktake)
        return rows.filter(place=row.place, round=row.round)

    # --- settling

    @cached_property
    def is_hidden(self) -> bool:
        """Whether what differs is a secret for this person."""
        return stocktake_queries.is_hidden(self.stocktake, self.by)

    @cached_property
    def all_results(self) -> list[tuple[str, Tally]]:
        """What became of the expected pieces of all places together."""
        if self.is_hidden:
            return []
        return worded(stocktake_results.totals_of(self.stocktake))

    @cached_property
    def open_differences(self) -> int:
        rows = stocktake_queries.differences_of(self.stocktake)
        return rows.filter(outcome="").count()

    @cached_property
    def all_differences(self) -> int:
        return stocktake_queries.differences_of(self.stocktake).count()


def worded(results: Mapping[str, Tally]) -> list[tuple[str, Tally]]:
    """Results with their words in their order; those that no piece has are left out."""
    return [
        (str(result.label), results[result])
        for result in LineResult
        if result in results and results[result].pieces
    ]


def _typed(row: StocktakeSupply) -> str:
    """What was counted of a supply, as its field holds it."""
    if row.counted is None:
        return ""
    by_gram = row.item.counted_in == CountedIn.GRAMS
    return measures.plain_grams(row.counted) if by_gram else str(row.counted)


def heading_of(stocktake: Stocktake) -> str:
    """Kind and month: 月度盘点 2026-11."""
    kind = str(stocktake.get_kind_display())
    told = [kind[:1].upper() + kind[1:], stocktake.month]
    if stocktake.category:
        told.append(stocktake.get_category_display())
    return " · ".join(part for part in told if part)


def address_of(stocktake: Stocktake, place: str = "", **more: str) -> str:
    """The page of a stocktake, perhaps with one of its places open."""
    address = reverse("stocktake", args=[stocktake.number])
    asked = ({"place": place} if place else {}) | more
    return f"{address}?{urlencode(asked)}" if asked else address


def said_of(heard: str) -> str:
    """What is said after a scan; empty where the tone is enough."""
    return str(SAID.get(heard, "")) or ""


def words_of_file(told: dict[Answer, int]) -> str:
    """How many lines of a list were answered with what."""
    words = {
        Answer.READ: _("%d read"),
        Answer.REPEATED: _("%d repeated"),
        Answer.UNKNOWN: _("%d of an unknown label"),
        Answer.UNREADABLE: _("%d unreadable"),
    }
    return " · ".join(words[answer] % n for answer, n in told.items() if n)
