"""What was scanned into a tray: one row a piece in the hand, in any order; what is taken back stays
written with its time."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import comparing, custody, trays, weighing
from counter.models import CountRead, Handover, ReadKind, TrayCount
from inventory import queries as stock
from inventory.ground import statements
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import MOST_MG
from inventory.models import CountDepth, Movement, Piece


class AlreadyCounted(RuleBroken):
    """The same piece twice in one count; the sound is enough."""

    code = "already_counted"
    tone = "scan-already"

    def __init__(self, read: CountRead) -> None:
        super().__init__(_("Counted already in %(place)s.") % {"place": read.tray.place})


class NothingScanned(RuleBroken):
    code = "nothing_scanned"
    status = 422
    sentence = gettext_lazy("Scan the piece first.")


class CountedByNumber(RuleBroken):
    """The place is counted by pieces only: there is nothing to scan into."""

    code = "counted_by_number"
    status = 422
    sentence = gettext_lazy("This tray is not scanned. Type how many pieces lie in it.")


def scan(*, tray: TrayCount, text: str, by: User, kind: ReadKind = ReadKind.PIECE) -> CountRead:
    """One piece in the hand, whatever the books say of it. Refused: an unknown code, a piece that
    this count has seen already, a tray that is not this person's or that is not scanned."""
    piece = stock.find_scanned(by, text)
    with transaction.atomic():
        tray = _lock_to_scan(tray, by)
        seen = live_read(tray.handover, piece)
        if seen is not None:
            raise AlreadyCounted(seen)
        return _add(tray, kind=kind, piece=piece, by=by)


def no_label(*, tray: TrayCount, by: User) -> CountRead:
    """A piece without a tag, or with one that cannot be read: counted as one, of no class. Refused
    in a tray that is not this person's or that is not scanned."""
    with transaction.atomic():
        return _add(_lock_to_scan(tray, by), kind=ReadKind.NO_LABEL, piece=None, by=by)


def stray(*, tray: TrayCount, by: User, text: str = "") -> CountRead:
    """A piece of another counter, put aside: the one in `text`, else the last one scanned. Refused
    like a scan, and where nothing was scanned yet or the last one has no label."""
    if text:
        return scan(tray=tray, text=text, by=by, kind=ReadKind.STRAY)
    with transaction.atomic():
        read = _last(trays.lock_mine(tray, by))
        if read is None or read.piece is None:
            raise NothingScanned
        CountRead.objects.filter(pk=read.pk).update(kind=ReadKind.STRAY)
        read.kind = ReadKind.STRAY
    return read


def undo(*, tray: TrayCount, by: User) -> CountRead:
    """Takes the last scan back; it stays written with the time. Refused where nothing was scanned,
    and in a tray that is not this person's."""
    with transaction.atomic():
        read = _last(trays.lock_mine(tray, by))
        if read is None:
            raise NothingScanned
        read.undone_at = timezone.now()
        read.save(update_fields=["undone_at"])
    return read


def weigh_piece(*, read: CountRead, mg: int, by: User) -> CountRead:
    """A piece on the scale by itself: gross milligrams. Refused: no weight or more than a piece may
    have, a scan that was taken back or belongs to an earlier count of the tray."""
    if not 0 < mg <= MOST_MG:
        raise weighing.BadPieceWeight(field="grams")
    with transaction.atomic():
        tray = trays.lock_mine(read.tray, by)
        if standing(tray).filter(pk=read.pk).update(scale_mg=mg) != 1:
            raise NothingScanned
        read.scale_mg = mg
    return read


# as `standing`
STANDING = """
    counter_countread.tray_id = %s AND counter_countread.attempt = %s
    AND counter_countread.undone_at IS NULL ORDER BY counter_countread.id
"""


def attempt_of(tray: TrayCount) -> int:
    """The attempt whose scans count: the one that runs, else the last one handed in."""
    return tray.attempts if tray.is_shown else tray.attempts + 1


def standing(tray: TrayCount) -> QuerySet[CountRead]:
    """The scans of the attempt that counts, without those that were taken back."""
    return tray.reads.filter(attempt=attempt_of(tray), undone_at__isnull=True)


def live_reads(tray: TrayCount) -> list[CountRead]:
    """The scans that stand: not undone, and the piece has not been sold or carried away since. A
    scanned piece that is sold leaves the count by its own movement, until the tray is handed in;
    what moves later stands on the sheet as moved later (2 queries)."""
    asked = [tray.pk, attempt_of(tray)]
    reads = statements.read_with(CountRead, STANDING, asked, along=("piece", "piece__style"))
    for read in reads:
        read.tray = tray
    gone = {
        move.piece_id
        for move in _moves_away(tray, reads)
        if not comparing.is_later(tray, seq=move.change.seq, number=move.change.number)
    }
    return [read for read in reads if read.piece_id is None or read.piece_id not in gone]


def live_read(handover: Handover, piece: Piece) -> CountRead | None:
    """Where this count has seen the piece already, unless it has moved on since."""
    rows = CountRead.objects.filter(handover=handover, piece=piece, undone_at__isnull=True)
    for read in rows.select_related("tray__place", "tray__handover", "piece"):
        if read.attempt == attempt_of(read.tray) and not _moves_away(read.tray, [read]):
            return read
    return None


def _moves_away(tray: TrayCount, reads: Sequence[CountRead]) -> list[Movement]:
    """Movements that took pieces out of this place after they were scanned here."""
    scanned = {read.piece_id: read.seq for read in reads if read.piece_id is not None}
    if not scanned:
        return []
    store = tray.handover.store
    later = comparing.moves_of(store, scanned.keys(), since=min(scanned.values()))
    return [
        move
        for move in later
        if move.change.seq > scanned[move.piece_id] and comparing.carries_away(move, tray.place_id)
    ]


def _lock_to_scan(tray: TrayCount, by: User) -> TrayCount:
    found = trays.lock_mine(tray, by)
    if found.depth == CountDepth.PIECES:
        raise CountedByNumber
    return found


def _add(tray: TrayCount, *, kind: ReadKind, piece: Piece | None, by: User) -> CountRead:
    return CountRead.objects.create(
        handover=tray.handover,
        tray=tray,
        kind=kind,
        piece=piece,
        by=by,
        at=timezone.now(),
        seq=custody.head_seq(tray.handover.store),
        attempt=attempt_of(tray),
    )


def _last(tray: TrayCount) -> CountRead | None:
    return standing(tray).select_related("piece").order_by("-pk").first()
