"""A tray on a sheet: what may become of its count, and who has it in hand at this moment."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import custody
from counter.models import Handover, TrayCount, TrayState
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.models import Place

# what may become of a tray's count
MOVES: dict[str, frozenset[TrayState]] = {
    TrayState.WAITING: frozenset({TrayState.COUNTING, TrayState.RECOUNT, TrayState.AGREED}),
    TrayState.COUNTING: frozenset({TrayState.RECOUNT, TrayState.DIFFERS, TrayState.AGREED}),
    TrayState.RECOUNT: frozenset({TrayState.COUNTING}),
    TrayState.DIFFERS: frozenset({TrayState.COUNTING, TrayState.AGREED, TrayState.ACCEPTED}),
    TrayState.AGREED: frozenset({TrayState.COUNTING, TrayState.DIFFERS}),
    TrayState.ACCEPTED: frozenset({TrayState.COUNTING, TrayState.AGREED, TrayState.DIFFERS}),
}


class CountOver(RuleBroken):
    code = "count_over"
    sentence = gettext_lazy("This count is over. Nothing was added.")


class TrayNotOpen(RuleBroken):
    code = "tray_not_open"
    sentence = gettext_lazy("This tray is not being counted. Open it first.")


class TrayTaken(RuleBroken):
    """Somebody counts it on another tablet."""

    code = "tray_taken"

    def __init__(self, tray: TrayCount) -> None:
        who = (tray.by.first_name or tray.by.username) if tray.by else ""
        told = {"who": who, "place": tray.place}
        super().__init__(_("%(who)s counts %(place)s on another tablet.") % told)


class TrayMoved(RuleBroken):
    """Typed figures are older than the newest movement of the tray."""

    code = "tray_moved"
    sentence = gettext_lazy(
        "A piece left or entered this tray after the page was opened. Weigh it again."
    )


def lock(tray: TrayCount) -> TrayCount:
    """The tray of an open count and its sheet, locked: two tablets cannot scan one piece into two
    trays at once. Refused when the count is over."""
    (found,) = _locked(pk=tray.pk)
    return found


def lock_waiting(handover: Handover) -> list[TrayCount]:
    """The trays that nobody has begun, locked like one (1 query)."""
    return _locked(handover=handover, state=TrayState.WAITING)


def lock_mine(tray: TrayCount, by: User) -> TrayCount:
    """The tray that this person has in hand, locked. Refused while it is not being counted, and
    while somebody else has it."""
    check_may_count(by)
    found = lock(tray)
    if found.state != TrayState.COUNTING:
        raise TrayNotOpen
    if found.by_id != by.pk:
        raise TrayTaken(found)
    return found


def become(tray: TrayCount, new: TrayState) -> None:
    """Refused when another tablet was quicker."""
    if new not in MOVES[tray.state]:
        raise TrayNotOpen
    tray.state = new


def check_may_count(by: User) -> None:
    if not by.has_perm("count_pieces"):
        raise NotAllowed


def check_still(tray: TrayCount, *, since: int) -> None:
    """Refused when something moved after the figures that were typed."""
    if has_moved(tray, since=since):
        raise TrayMoved


def has_moved(tray: TrayCount, *, since: int) -> bool:
    """Whether a piece left or entered the place after a moment of the ledger."""
    return bool(custody.steps(tray.handover.store, [tray.place_id], since=since))


def hide(tray: TrayCount) -> None:
    """From now on nobody who counts sees what the books say lies in this place."""
    Place.objects.filter(pk=tray.place_id).update(counted_in=tray.handover.number)


def show(rows: Iterable[TrayCount]) -> None:
    """What the books say of these places is no secret any more."""
    Place.objects.filter(pk__in=[tray.place_id for tray in rows]).update(counted_in="")


def _locked(**which: Any) -> list[TrayCount]:
    rows = TrayCount.objects.select_for_update(of=("self", "handover")).filter(**which)
    found = list(rows.select_related("place", "by", "handover__store", "handover__counter"))
    if any(not tray.handover.is_open for tray in found):
        raise CountOver
    return found
