"""What differs between hands and books, one by one: what it is, how it moved last, what became of
it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _

from counter import counted_places, stocktake_page
from counter.stocktake_forms import FindDifferenceForm
from inventory import queries as stock
from inventory import stocktake_differences, stocktake_queries
from inventory.ground import codes, measures
from inventory.models import (
    CountedIn,
    DifferenceKind,
    DifferenceOutcome,
    Explained,
    State,
    Stocktake,
    StocktakeDifference,
    StocktakeState,
)
from inventory.queries import LifeEvent

ROWS: Final = 40
LACKING: Final = 100  # so many missing pieces are offered for a lost label
# what is short, and what is over; the others are neither
SHORT: Final = {DifferenceKind.MISSING}
OVER: Final = {DifferenceKind.UNEXPECTED, DifferenceKind.NO_LABEL, DifferenceKind.UNKNOWN}


@dataclass(frozen=True)
class Difference:
    """One difference as the list and the panel show it."""

    row: StocktakeDifference
    is_current: bool = False

    @property
    def name(self) -> str:
        """What it is about: a piece, a supply, or the words of whoever counted."""
        row = self.row
        if row.piece:
            return row.piece.name
        if row.supply:
            return row.supply.item.name
        if row.unlabelled:
            return row.unlabelled.words
        return row.code or str(row.get_kind_display())

    @property
    def number(self) -> str:
        return self.row.piece.number if self.row.piece else ""

    @property
    def where(self) -> str:
        """The place that lacks it, or in which it was read."""
        return counted_places.name_of(self.row.place, alone=True) if self.row.place else ""

    @property
    def amount(self) -> str:
        """Pieces and grams with their signs; a supply as it is counted."""
        row = self.row
        if row.supply is None:
            return measures.difference(pieces=row.pieces, mg=row.mg)
        if row.supply.item.counted_in == CountedIn.GRAMS:
            return measures.difference(mg=row.quantity)
        return measures.difference(pieces=row.quantity)

    @property
    def explained(self) -> str:
        """Why a piece of ours was not expected where it was read."""
        words = dict(State.choices) | dict(Explained.choices)
        return str(words.get(self.row.explained, ""))

    @property
    def is_short(self) -> bool:
        return self.row.kind in SHORT

    @property
    def is_over(self) -> bool:
        return self.row.kind in OVER


class SettlingPage:
    """The differences of one stocktake for one person; `asked` as `FindDifferenceForm` reads it."""

    def __init__(self, stocktake: Stocktake, *, by: User, form: FindDifferenceForm) -> None:
        self.stocktake, self.by = stocktake, by
        asked = form.cleaned_data if form.is_valid() else {}
        self.state = asked.get("state") or FindDifferenceForm.OPEN
        self._row, self._after = asked.get("row"), asked.get("after")

    @property
    def heading(self) -> str:
        return stocktake_page.heading_of(self.stocktake)

    @property
    def is_decided(self) -> bool:
        """Whether the list shows what is settled."""
        return self.state == FindDifferenceForm.DECIDED

    @property
    def is_open(self) -> bool:
        """Whether outcomes may still be entered."""
        return self.stocktake.state == StocktakeState.RECONCILING

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many are to be settled, and how many are."""
        rows = stocktake_queries.differences_of(self.stocktake)
        left = rows.filter(outcome="").count()
        return {"open": left, "decided": rows.count() - left}

    @cached_property
    def _listed(self) -> list[StocktakeDifference]:
        rows = stocktake_queries.differences_of(self.stocktake).order_by("pk")
        rows = rows.exclude(outcome="") if self.is_decided else rows.filter(outcome="")
        if self._after:
            rows = rows.filter(pk__gt=self._after)
        return list(rows[: ROWS + 1])

    @cached_property
    def differences(self) -> list[Difference]:
        current = self.current.row.pk if self.current else None
        return [Difference(row, row.pk == current) for row in self._listed[:ROWS]]

    @property
    def more(self) -> int | None:
        """Behind which row the list goes on."""
        return self._listed[ROWS - 1].pk if len(self._listed) > ROWS else None

    @cached_property
    def current(self) -> Difference | None:
        """The one that was asked for, else the first of the list."""
        if self._row:
            found = stocktake_queries.difference_for(self.by, self.stocktake.number, self._row)
            return Difference(found, is_current=True)
        return Difference(self._listed[0], is_current=True) if self._listed else None

    @cached_property
    def events(self) -> list[LifeEvent]:
        """How the piece moved last, newest first."""
        return stocktake_differences.last_movements(self.current.row) if self.current else []

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The outcomes that this kind of difference may have."""
        if self.current is None:
            return []
        allowed = stocktake_differences.choices(self.current.row)
        return [(outcome.value, str(outcome.label)) for outcome in allowed]

    @property
    def wants_place(self) -> bool:
        return self._may_become(DifferenceOutcome.FOUND, DifferenceOutcome.LATE_MOVEMENT)

    @property
    def wants_piece(self) -> bool:
        return self._may_become(DifferenceOutcome.LABEL_REPLACED)

    @property
    def wants_case(self) -> bool:
        return self._may_become(DifferenceOutcome.COMPENSATION)

    def _may_become(self, *outcomes: DifferenceOutcome) -> bool:
        return any(outcome.value in dict(self.choices) for outcome in outcomes)

    @property
    def lacking(self) -> list[tuple[str, str]]:
        """Pieces that are missing, those of about this weight first: one of them may have lost
        its label."""
        rows = stocktake_queries.differences_of(self.stocktake).filter(kind=DifferenceKind.MISSING)
        near = abs(self.current.row.mg) if self.current else 0
        found = sorted(
            (row.piece for row in rows if row.piece), key=lambda piece: abs(piece.gross_mg - near)
        )
        return [
            (
                piece.number,
                f"{codes.group_piece(piece.number)} · {piece.name} · "
                + _("%(grams)s g") % {"grams": measures.grams(piece.gross_mg)},
            )
            for piece in found[:LACKING]
        ]

    @property
    def places(self) -> list[tuple[str, str]]:
        """Where a piece may have been found, or gone."""
        rows = stock.places_to_move_to(self.stocktake.store).select_related("parent")
        return [
            (place.code, counted_places.name_of(place, alone=True))
            for place in rows.order_by("code")
        ]


def address_of(stocktake: Stocktake, **asked: object) -> str:
    """The page of the differences, perhaps with one of them open."""
    address = reverse("stocktake_differences", args=[stocktake.number])
    return f"{address}?{urlencode(asked)}" if asked else address


def said_of(row: StocktakeDifference) -> str:
    """After one was settled."""
    return _("%(what)s: %(outcome)s.") % {
        "what": Difference(row).name,
        "outcome": row.get_outcome_display(),
    }
