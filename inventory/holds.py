"""A piece set aside for an open bill. A hold past its time is judged when it is used."""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from inventory import pieces
from inventory.ground import changes, settings_rows, statements
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.models import Hold, Piece, Place, State

logger = logging.getLogger(__name__)

LIVE = "inventory_hold.piece_id = %s AND inventory_hold.ended_at IS NULL"


class HeldElsewhere(RuleBroken):
    """Another bill holds the piece; the sentence says who and until when."""

    code = "held_elsewhere"

    def __init__(self, hold: Hold) -> None:
        self.hold = hold
        told = {
            "who": hold.by.first_name or hold.by.username,
            "counter": hold.counter,
            "until": date_format(timezone.localtime(hold.until), "H:i"),
        }
        super().__init__(
            _("%(who)s at counter %(counter)s holds this piece until %(until)s.") % told
        )


def take(*, piece: Piece, bill: UUID, counter: Place, book: Book) -> Hold:
    """Sets the piece aside for a bill. Refused with `HeldElsewhere` while another bill holds it;
    a hold past its time is taken over."""
    if piece.state == State.HELD:
        _end_lapsed(piece=piece, book=book)
    minutes = settings_rows.number(piece.store, "hold_minutes")
    hold = Hold(
        piece=piece,
        bill=bill,
        counter=counter,
        by=book.by,
        until=book.at + timedelta(minutes=minutes),
    )
    statements.insert([hold])
    pieces.hold(piece=piece, counter=counter, book=book)
    return hold


def reserve(*, piece: Piece, bill: UUID, counter: Place, until: datetime, book: Book) -> Hold:
    """留货: sets a locked piece aside until a moment of its own, for whatever `bill` stands for.
    One that an open bill held for it is kept without being free in between (`pass_on`). Refused
    with `HeldElsewhere` while somebody else holds it; a hold past its time is taken over."""
    mine = Hold.objects.filter(piece=piece, bill=bill, ended_at__isnull=True).first()
    if mine is not None:
        mine.until = until
        mine.save(update_fields=["until"])
        return mine
    if piece.state == State.HELD:
        _end_lapsed(piece=piece, book=book)
    hold = Hold(piece=piece, bill=bill, counter=counter, by=book.by, until=until)
    statements.insert([hold])
    pieces.hold(piece=piece, counter=counter, book=book)
    return hold


def pass_on(*, piece: Piece, old: UUID, new: UUID) -> bool:
    """What held a locked piece holds it no longer, and another bill does until the same moment;
    False: it did not hold it."""
    mine = Hold.objects.filter(piece=piece, bill=old, ended_at__isnull=True)
    return mine.update(bill=new) == 1


def check_free(*, piece: Piece, bill: UUID) -> None:
    """Refused with `HeldElsewhere` while another bill holds the piece (1 query); says nothing of
    the state of the piece, which `take` looks at."""
    hold = _live_on(piece)
    if hold is not None and hold.bill != bill and hold.until >= timezone.now():
        raise HeldElsewhere(hold)


def end(*, rows: Sequence[Piece], bill: UUID, book: Book) -> None:
    """The bill no longer wants these pieces. Those that another bill took over stay with it."""
    ours = live_for(bill=bill, ids=[piece.pk for piece in rows])
    released = [piece for piece in rows if piece.pk in ours]
    Hold.objects.filter(pk__in=[hold.pk for hold in ours.values()]).update(ended_at=book.at)
    if released:
        pieces.release(rows=released, book=book)


def break_off(*, rows: Sequence[Piece], book: Book) -> None:
    """The pieces are missing: whoever held them holds nothing more."""
    held = Hold.objects.filter(piece__in=rows, ended_at__isnull=True)
    held.update(ended_at=book.at)


def use_up(*, bill: UUID, rows: Sequence[Piece], book: Book) -> int:
    """The pieces are sold on this bill; returns how many of them it still held, in time or not:
    only another bill's hold takes a piece away."""
    ids = [piece.pk for piece in rows]
    ours = f"bill = %s AND ended_at IS NULL AND piece_id IN {statements.marks(ids)}"
    return statements.update(Hold, ours, [bill, *ids], ended_at=book.at)


def extend(*, bill: UUID, by: User, piece: Piece) -> int:
    """The hold of this bill on the piece begins anew; returns the number of holds extended."""
    minutes = settings_rows.number(piece.store, "hold_minutes")
    until = timezone.now() + timedelta(minutes=minutes)
    # a reserved piece is held for longer than any bill is open
    mine = Hold.objects.filter(bill=bill, piece=piece, ended_at__isnull=True, until__lt=until)
    return mine.update(until=until, by=by)


def live_for(*, bill: UUID, ids: Collection[int]) -> dict[int, Hold]:
    """Holds that this bill still has, by piece id; past their time or not."""
    rows = Hold.objects.filter(bill=bill, piece_id__in=ids, ended_at__isnull=True)
    return {hold.piece_id: hold for hold in rows}


def lapse_due(*, by: User) -> int:
    """Puts pieces back on sale whose hold is past its time; returns how many. Nothing depends on
    it: `take` judges for itself."""
    due = Hold.objects.filter(ended_at__isnull=True, until__lt=timezone.now())
    count = 0
    for hold in due.select_related("piece__store"):
        try:
            with changes.opened(store=hold.piece.store, by=by) as book:
                # read again under its lock: it may have been carried to another tray meanwhile
                (hold.piece,) = pieces.lock([hold.piece_id])
                count += _lapse(hold=hold, book=book)
        except RuleBroken as refusal:  # one store's trouble is not the others'
            logger.warning("the hold on piece %s stays: %s", hold.piece, refusal)
    return count


def _end_lapsed(*, piece: Piece, book: Book) -> None:
    hold = _live_on(piece)
    if hold is None:
        return
    if hold.until >= timezone.now():
        raise HeldElsewhere(hold)
    hold.piece = piece
    _lapse(hold=hold, book=book)


def _live_on(piece: Piece) -> Hold | None:
    found = statements.read_with(Hold, LIVE, [piece.pk], along=("by", "counter"))
    return found[0] if found else None


def _lapse(*, hold: Hold, book: Book) -> int:
    """1 when this call ended the hold, 0 when it was extended or ended meanwhile."""
    still = Hold.objects.filter(pk=hold.pk, ended_at__isnull=True, until=hold.until)
    if still.update(ended_at=book.at) != 1:
        return 0
    pieces.release(rows=[hold.piece], book=book, lapsed=True)
    return 1
