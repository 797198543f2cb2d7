"""A shift at a counter: who answers for it from this minute on. A shift is not a day."""

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from counter.models import Shift
from inventory.ground import changes, statements
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.models import Place, PlaceKind


class ShiftNeeded(RuleBroken):
    code = "shift_needed"
    sentence = _("No shift is open at this counter. Open it first; it is one tap.")


class ShiftClosed(RuleBroken):
    code = "shift_closed"
    sentence = _("The shift has just been closed. Nothing was saved.")


class NoCounter(RuleBroken):
    code = "no_counter"
    status = 422
    sentence = _("Choose a counter first.")


def open_at(*, counter: Place, by: User) -> Shift:
    """The shift that is open at the counter, else a new one; opening twice is harmless."""
    if counter.kind != PlaceKind.COUNTER:
        raise NoCounter
    if not by.has_perm("open_shift"):
        raise NotAllowed
    with changes.opened(store=counter.store, by=by) as book:
        # the store's head is locked: two tablets cannot both find none
        open_now = Shift.objects.filter(counter=counter, closed_at__isnull=True).first()
        if open_now is not None:
            return open_now
        shift = Shift(counter=counter, store=counter.store, opened_at=book.at, opened_by=by)
        book.write([shift], kind="shift_opened", number=counter.code)
    return shift


def close(*, shift: Shift, by: User) -> Shift:
    """Ends the shift. Refused to a role without the right and when it is closed already."""
    if not by.has_perm("close_shift"):
        raise NotAllowed
    with changes.opened(store=shift.store, by=by) as book:
        still_open = Shift.objects.filter(pk=shift.pk, closed_at__isnull=True)
        if still_open.update(closed_at=book.at, closed_by=by) != 1:
            raise ShiftClosed
        shift.refresh_from_db()
        book.note(shift, kind="shift_closed", number=shift.counter.code)
    return shift


def lock_open(*, counter: Place) -> Shift:
    """The open shift of a counter, locked to the end of the transaction. Refused without one."""
    still_open = "counter_id = %s AND closed_at IS NULL"
    found = statements.read(Shift, still_open, [counter.pk], lock=True)
    if not found:
        raise ShiftNeeded
    return found[0]
