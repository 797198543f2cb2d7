"""A shift at a counter: who answers for it from this minute on. A shift is not a day.

A shift ends with a signed sheet and in no other way. Opening one takes one tap: such a shift has
the book's figures and says "not counted" until a sheet is signed.
"""

from datetime import date, datetime

from django.contrib.auth.models import User
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter.models import Shift
from inventory import places
from inventory.ground import changes, statements
from inventory.ground.changes import Book
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.ground.statements import Asked
from inventory.models import Place, PlaceKind


class ShiftNeeded(RuleBroken):
    code = "shift_needed"
    sentence = gettext_lazy("No shift is open at this counter. Open it first; it is one tap.")


class ShiftClosed(RuleBroken):
    code = "shift_closed"
    sentence = gettext_lazy("The shift has just been closed. Nothing was saved.")


class NoCounter(RuleBroken):
    code = "no_counter"
    status = 422
    sentence = gettext_lazy("Choose a counter first.")


class CountFirst(RuleBroken):
    """A counter answers for one shift that was left open; a second one waits for its count."""

    code = "count_first"

    def __init__(self, shift: Shift) -> None:
        day = date_format(_day_of(shift), "m-d")
        super().__init__(
            _("The shift of %(date)s has not been counted yet. Count it first.") % {"date": day},
            next_url=f"/handovers/start/{shift.counter.code}/?kind=change",
            next_label=_("Count it now"),
        )


def open_at(*, counter: Place, by: User) -> Shift:
    """The shift that is open at the counter, else a new one with the book's figures; opening twice
    is harmless. One that was left open overnight is set aside. Refused to a role without the
    right, away from a counter, and while another shift that was set aside is not counted."""
    if counter.kind != PlaceKind.COUNTER:
        raise NoCounter
    if not by.has_perm("open_shift"):
        raise NotAllowed
    with changes.opened(store=counter.store, by=by) as book:
        # the store's head is locked: two tablets cannot both find none
        open_now = running_at(counter)
        if open_now is not None and not is_stale(open_now, at=book.at):
            return open_now
        if open_now is not None:
            _set_aside(open_now, book=book)
        return open_in(counter=counter, by=by, book=book, counted=False)


def open_in(*, counter: Place, by: User, book: Book, counted: bool = True) -> Shift:
    """A new shift of `by` inside an act that is under way, such as the second signature of a
    sheet; `counted`: it begins with counted figures. The one before is closed or set aside."""
    shift = Shift(
        counter=counter, store=counter.store, opened_at=book.at, opened_by=by, counted=counted
    )
    book.write([shift], kind="shift_opened", number=counter.code)
    return shift


def close_in(*, shift: Shift, book: Book) -> Shift:
    """Ends a shift, open or set aside, inside an act that is under way. Refused when it is closed
    already."""
    _change_open(shift, closed_at=book.at, closed_by=book.by)
    book.note(shift, kind="shift_closed", number=shift.counter.code)
    return shift


def mark_counted(*, shift: Shift, book: Book) -> Shift:
    """From now on the figures of a shift that was opened in one tap are counted ones. Refused
    when it is closed."""
    _change_open(shift, counted=True)
    book.note(shift, kind="shift_counted", number=shift.counter.code)
    return shift


def is_stale(shift: Shift, *, at: datetime | None = None) -> bool:
    """Whether a shift that is not closed began on an earlier business day of its store than the
    moment (now) belongs to. Pass it with its `store`."""
    return shift.closed_at is None and _day_of(shift) < places.business_day(shift.store, at)


def running_at(counter: Place) -> Shift | None:
    """The shift that sells at a counter now, counted or not."""
    return _standing(counter, "counter_shift.set_aside_at IS NULL")


def set_aside_at(counter: Place) -> Shift | None:
    """The shift that was left open overnight and still answers for the counter's goods."""
    return _standing(counter, "counter_shift.set_aside_at IS NOT NULL")


def lock_open(*, counter: Place) -> Shift:
    """The open shift of a counter, locked to the end of the transaction. Refused without one."""
    return found_open(ask_open(counter=counter))


def ask_open(*, counter: Place) -> Asked[Shift]:
    """The open shift of a counter, locked to the end of the transaction, for `found_open`."""
    still_open = "counter_id = %s AND closed_at IS NULL AND set_aside_at IS NULL"
    return statements.ask(Shift, still_open, [counter.pk], lock=True)


def found_open(asked: Asked[Shift]) -> Shift:
    """The shift that was asked for. Refused without one."""
    found = asked.rows()
    if not found:
        raise ShiftNeeded
    return found[0]


def _set_aside(shift: Shift, *, book: Book) -> None:
    """It sells no more and still answers for its goods until they are counted."""
    waiting = set_aside_at(shift.counter)
    if waiting is not None:
        raise CountFirst(waiting)
    _change_open(shift, set_aside_at=book.at)
    book.note(shift, kind="shift_set_aside", number=shift.counter.code)


def _standing(counter: Place, which: str) -> Shift | None:
    """A shift of a counter that nobody has closed; there is one open and one set aside at most."""
    still = f"counter_shift.counter_id = %s AND counter_shift.closed_at IS NULL AND {which}"
    along = ("counter", "store", "change")
    return next(iter(statements.read_with(Shift, still, [counter.pk], along=along)), None)


def _change_open(shift: Shift, **columns: object) -> None:
    # two tablets may sign at once: only one of them still finds it open
    if Shift.objects.filter(pk=shift.pk, closed_at__isnull=True).update(**columns) != 1:
        raise ShiftClosed
    shift.refresh_from_db(fields=list(columns))


def _day_of(shift: Shift) -> date:
    return places.business_day(shift.store, shift.opened_at)
