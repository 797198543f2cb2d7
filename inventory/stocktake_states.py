"""What may become of a stocktake, and who may touch it at one moment."""

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.ground.errors import RuleBroken
from inventory.models import Place, Stocktake, StocktakePlace, StocktakeState

MOVES: dict[str, frozenset[StocktakeState]] = {
    StocktakeState.OPEN: frozenset({StocktakeState.COUNTING, StocktakeState.ABANDONED}),
    StocktakeState.COUNTING: frozenset({StocktakeState.RECONCILING, StocktakeState.ABANDONED}),
    # back when a place is counted once more
    StocktakeState.RECONCILING: frozenset(
        {StocktakeState.COUNTING, StocktakeState.APPROVED, StocktakeState.ABANDONED}
    ),
    StocktakeState.APPROVED: frozenset({StocktakeState.PUBLISHED}),
}


class StocktakeOver(RuleBroken):
    """It is approved, published or given up: what was counted stays as it is."""

    code = "stocktake_over"
    sentence = gettext_lazy("This stocktake is over. Nothing was added.")


class StocktakeMoved(RuleBroken):
    """Another tablet was quicker."""

    code = "stocktake_moved"

    def __init__(self, stocktake: Stocktake) -> None:
        told = {"number": stocktake.number, "state": stocktake.get_state_display()}
        super().__init__(_("Stocktake %(number)s is %(state)s. Nothing was changed.") % told)


class ReasonNeeded(RuleBroken):
    code = "reason_needed"
    status = 422
    sentence = gettext_lazy("Type the reason in a few words.")


def lock(stocktake: Stocktake) -> Stocktake:
    """The stocktake, locked: while somebody hands a place in, no read comes into any place. Call it
    with the store's chain open."""
    rows = Stocktake.objects.select_for_update(of=("self",)).select_related("store")
    return rows.get(pk=stocktake.pk)


def lock_running(stocktake: Stocktake) -> Stocktake:
    """As `lock`. Refused when it is approved, published or given up."""
    found = lock(stocktake)
    if not found.is_running:
        raise StocktakeOver
    return found


def become(stocktake: Stocktake, new: StocktakeState, **columns: object) -> None:
    """Compare and set; `columns` go along. Refused when the table does not allow it, or when
    another tablet was quicker."""
    if new not in MOVES.get(stocktake.state, frozenset()):
        raise StocktakeMoved(stocktake)
    found = Stocktake.objects.filter(pk=stocktake.pk, state=stocktake.state)
    if found.update(state=new, **columns) != 1:
        stocktake.refresh_from_db()
        raise StocktakeMoved(stocktake)
    for name, value in {"state": new, **columns}.items():
        setattr(stocktake, name, value)


def let_go(stocktake: Stocktake) -> None:
    """No place is counted by it any more: another stocktake may have them, and their figures are
    no secret."""
    StocktakePlace.objects.filter(stocktake=stocktake).update(is_over=True)
    show(stocktake)


def hide(stocktake: Stocktake, *place_ids: int) -> None:
    """From now on nobody who counts sees what the books say lies in these places."""
    Place.objects.filter(pk__in=place_ids).update(stocktaken_in=stocktake.number)


def show(stocktake: Stocktake, *place_ids: int) -> None:
    """What the books say of these places, or of all of the stocktake, is no secret any more."""
    rows = Place.objects.filter(store=stocktake.store_id, stocktaken_in=stocktake.number)
    (rows.filter(pk__in=place_ids) if place_ids else rows).update(stocktaken_in="")


def who(user: User | None) -> str:
    """How a person is called in a refusal."""
    return (user.first_name or user.username) if user else ""
