"""What became of each difference of a stocktake.

An outcome is a sentence with a name under it until the stocktake is approved; then
`stocktake_adjustments` carries all of them out at once.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from inventory import places, queries, stocktake_states
from inventory.ground import access, changes, codes
from inventory.ground.errors import RuleBroken
from inventory.models import (
    DifferenceKind,
    DifferenceOutcome,
    Piece,
    Place,
    PlaceKind,
    SpotState,
    Stocktake,
    StocktakeDifference,
    StocktakeLine,
    StocktakePlace,
    StocktakeRead,
    StocktakeState,
)
from inventory.queries import LifeEvent
from inventory.stocktake_states import ReasonNeeded, StocktakeMoved

Kind, Outcome = DifferenceKind, DifferenceOutcome
MOST_WORDS: Final = 200
LAST_MOVEMENTS: Final = 5

# what may become of a difference
OUTCOMES: Final[Mapping[str, tuple[DifferenceOutcome, ...]]] = {
    Kind.MISSING: (
        Outcome.FOUND,
        Outcome.LATE_MOVEMENT,
        Outcome.MISSING,
        Outcome.COMPENSATION,
    ),
    Kind.FOUND_ELSEWHERE: (Outcome.LATE_MOVEMENT, Outcome.NOTED),
    Kind.TWICE: (Outcome.NOTED,),
    Kind.UNEXPECTED: (Outcome.LATE_MOVEMENT, Outcome.SURPLUS, Outcome.NOTED),
    Kind.UNKNOWN: (Outcome.LABEL_REPLACED, Outcome.SURPLUS, Outcome.NOTED),
    Kind.NO_LABEL: (Outcome.LABEL_REPLACED, Outcome.SURPLUS, Outcome.NOTED),
    Kind.WEIGHT: (Outcome.NOTED,),
    Kind.SUPPLY: (Outcome.PUT_RIGHT, Outcome.NOTED),
}
# what the second person agrees to, of each difference
DECIDED: Final = (
    "pk",
    "kind",
    "piece",
    "place",
    "quantity",
    "outcome",
    "to_place",
    "turned_out",
    "words",
    "hearing",
    "agreement",
)
# these say in words what is not to be seen from the rows
NEEDS_WORDS: Final = {Outcome.MISSING, Outcome.SURPLUS, Outcome.COMPENSATION, Outcome.NOTED}


class DifferencesOpen(RuleBroken):
    code = "differences_open"

    def __init__(self, many: int) -> None:
        super().__init__(
            ngettext(
                "%(n)d difference has no outcome yet.",
                "%(n)d differences have no outcome yet.",
                many,
            )
            % {"n": many}
        )


class OutcomeNotPossible(RuleBroken):
    code = "outcome_not_possible"
    status = 422
    sentence = gettext_lazy("This cannot have become of it. Choose another outcome.")


class CaseIncomplete(RuleBroken):
    """A compensation case holds facts, hearing and agreement; no wage deduction is computed."""

    code = "case_incomplete"
    status = 422
    sentence = gettext_lazy(
        "A compensation case needs the facts, who was heard, and what was agreed."
    )


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What became of a difference. `words`: the facts; `to_place`: where the piece lies, or went;
    `turned_out`: the piece whose label was lost; the rest belongs to a compensation case."""

    outcome: str
    words: str = ""
    to_place: Place | None = None
    turned_out: Piece | None = None
    hearing: str = ""
    agreement: str = ""


def decide(*, difference: StocktakeDifference, decision: Decision, by: User) -> StocktakeDifference:
    """Writes down what became of a difference, with a name under it; said again, the last word
    counts. Nothing moves before the stocktake is approved.

    Refused: to a role without the right, before everything is counted, an outcome that its kind
    cannot have, without words where they are needed, a movement to no place of the store, an
    incomplete compensation case, and a lost label of a piece that is not missing.
    """
    store = difference.stocktake.store
    access.refuse_unless(by, "settle_stocktakes", store=store)
    with changes.opened(store=store, by=by):
        stocktake = stocktake_states.lock_running(difference.stocktake)
        if stocktake.state != StocktakeState.RECONCILING:
            raise StocktakeMoved(stocktake)
        found = StocktakeDifference.objects.get(pk=difference.pk)
        _check(found, decision, stocktake)
        _write(found, decision, by)
        if decision.turned_out is not None:
            _find(stocktake, found, decision.turned_out, by)
    return found


def choices(difference: StocktakeDifference) -> tuple[DifferenceOutcome, ...]:
    """Which outcomes a difference may have."""
    return OUTCOMES[difference.kind]


def last_movements(
    difference: StocktakeDifference, *, limit: int = LAST_MOVEMENTS
) -> list[LifeEvent]:
    """The last steps of the piece of a difference, newest first (1 query)."""
    return queries.life_of(difference.piece)[:limit] if difference.piece else []


def check_decided(stocktake: Stocktake) -> None:
    """Refused while a difference has no outcome."""
    many = stocktake.differences.filter(outcome="").count()
    if many:
        raise DifferencesOpen(many)


def outcomes_of(stocktake: Stocktake) -> dict[str, int]:
    """How many differences had which outcome (1 query)."""
    return dict(Counter(stocktake.differences.values_list("outcome", flat=True)))


def digest_of(stocktake: Stocktake) -> str:
    """SHA-256 over every single difference and what became of it (1 query)."""
    rows = list(stocktake.differences.order_by("pk").values_list(*DECIDED))
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def _check(found: StocktakeDifference, decision: Decision, stocktake: Stocktake) -> None:
    if decision.outcome not in OUTCOMES[found.kind]:
        raise OutcomeNotPossible(field="outcome")
    if decision.outcome == Outcome.COMPENSATION:
        if not all(map(str.strip, (decision.words, decision.hearing, decision.agreement))):
            raise CaseIncomplete(field="words")
    elif decision.outcome in NEEDS_WORDS and not decision.words.strip():
        raise ReasonNeeded(field="words")
    place = decision.to_place
    if place is not None and (
        place.store_id != stocktake.store_id or place.kind == PlaceKind.VIRTUAL
    ):
        raise places.PlaceUnknown(field="to_place")
    if decision.outcome == Outcome.LATE_MOVEMENT:
        _check_late(found, place)
    if decision.outcome == Outcome.LABEL_REPLACED:
        _check_label(stocktake, decision.turned_out)


def _check_late(found: StocktakeDifference, to: Place | None) -> None:
    """A movement leads from where the books have the piece to another place."""
    goal = to or (_read_in(found) if found.kind == Kind.FOUND_ELSEWHERE else found.place)
    if goal is None:
        raise places.PlaceUnknown(field="to_place")
    if found.kind != Kind.UNEXPECTED:
        if goal.pk == found.place_id:
            raise places.PlaceUnknown(field="to_place")
    elif found.piece is None or found.explained != "outside":
        raise OutcomeNotPossible(field="outcome")


def _check_label(stocktake: Stocktake, turned_out: Piece | None) -> None:
    lacking = stocktake.differences.filter(kind=Kind.MISSING, piece=turned_out)
    if turned_out is None or not lacking.exists():
        raise OutcomeNotPossible(field="turned_out")


def _write(found: StocktakeDifference, decision: Decision, by: User) -> None:
    found.outcome = decision.outcome
    found.words = codes.one_line(decision.words)[:MOST_WORDS]
    found.hearing = codes.one_line(decision.hearing)[:MOST_WORDS]
    found.agreement = codes.one_line(decision.agreement)[:MOST_WORDS]
    found.turned_out = decision.turned_out
    found.to_place = decision.to_place or _goal(found)
    found.decided_by, found.decided_at = by, timezone.now()
    found.save()


def _goal(found: StocktakeDifference) -> Place | None:
    """Where a piece is when nobody names a place: where it was read, if it was."""
    if found.kind == Kind.FOUND_ELSEWHERE:
        return _read_in(found)
    is_late = found.kind == Kind.UNEXPECTED and found.outcome == Outcome.LATE_MOVEMENT
    return found.place if is_late else None


def _read_in(found: StocktakeDifference) -> Place | None:
    """Where a piece that is not in its place was read, whatever was decided before (1 query)."""
    same = {"store": found.store_id, "stocktake": found.stocktake_id}
    handed_in = StocktakePlace.objects.filter(
        **same, place=OuterRef("place"), round=OuterRef("round"), state=SpotState.HANDED_IN
    )
    expected = StocktakeLine.objects.filter(**same, piece=found.piece).values("place")
    rows = StocktakeRead.objects.filter(Exists(handed_in), **same, piece=found.piece)
    loose = rows.exclude(place__in=expected).select_related("place")
    read = loose.order_by("place").first()
    return read.place if read else None


def _find(stocktake: Stocktake, thing: StocktakeDifference, piece: Piece, by: User) -> None:
    """The piece without its label is one that was missing: found, in the place where it was."""
    for lacking in stocktake.differences.filter(kind=Kind.MISSING, piece=piece):
        to_place = thing.place if thing.place_id != lacking.place_id else None
        words = _("Its label was lost.")
        found = Decision(outcome=Outcome.FOUND, words=words, to_place=to_place)
        _write(lacking, found, by)
