"""Counting a tray blind: scan in any order, hand in, and only then see what the books say.

Nothing here answers with an expected figure before the tray is handed in, and after a first
difference not before a second person has counted too. Every hand-in stays as a `CountAttempt`.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import comparing, custody, weighing
from counter.comparing import Counted
from counter.custody import MetalKey
from counter.models import (
    CountAttempt,
    CountRead,
    Handover,
    HandoverState,
    ReadKind,
    TrayCount,
    TrayState,
)
from inventory import places
from inventory import queries as stock
from inventory.ground import changes, settings_rows
from inventory.ground.changes import Book
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.models import CountDepth, Movement, Piece, Place, PlaceKind

MOST_PIECES = 10_000  # more than ten times the largest tray: a typing mistake

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


class SecondPerson(RuleBroken):
    code = "second_person"
    sentence = gettext_lazy(
        "This tray differs. Another person counts it, without seeing the first figures."
    )


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


class TrayMoved(RuleBroken):
    """Typed figures are older than the newest movement of the tray."""

    code = "tray_moved"
    sentence = gettext_lazy(
        "A piece left or entered this tray after the page was opened. Weigh it again."
    )


class WeightNeeded(RuleBroken):
    code = "weight_needed"
    status = 422
    sentence = gettext_lazy("This tray goes on the scale. Weigh it before it is handed in.")


class EachNeeded(RuleBroken):
    code = "each_needed"
    status = 422
    sentence = gettext_lazy("Some pieces have not been on the scale by themselves yet.")


class ImpossibleCount(RuleBroken):
    code = "impossible_count"
    status = 422
    sentence = gettext_lazy("This number of pieces or this weight cannot be right. Type it again.")


class GramsWithoutPieces(RuleBroken):
    code = "grams_without_pieces"
    status = 422
    sentence = gettext_lazy("There are grams without pieces. Type the number of pieces too.")


class ScanNeeded(RuleBroken):
    code = "scan_needed"
    status = 422
    sentence = gettext_lazy("This tray is counted by scanning.")


class SealDiffers(RuleBroken):
    code = "seal_differs"
    status = 422
    sentence = gettext_lazy(
        "Seal or weight are not those of the last sheet. Open the tray and count it."
    )


# --- a tray on a tablet


def open_tray(*, tray: TrayCount, by: User, take_over: bool = False) -> TrayCount:
    """Begins or goes on counting a tray. Refused while somebody else counts it, unless it is taken
    over, and to the first counter of a tray that a second person has to count."""
    _check_may_count(by)
    with transaction.atomic():
        tray = lock(tray)
        if tray.state == TrayState.COUNTING:
            if tray.by_id != by.pk and not take_over:
                raise TrayTaken(tray)
        elif tray.state == TrayState.RECOUNT and tray.first_by_id == by.pk and not _alone(tray):
            raise SecondPerson
        elif tray.state not in {TrayState.WAITING, TrayState.RECOUNT}:
            raise TrayNotOpen
        if tray.state != TrayState.COUNTING:
            become(tray, TrayState.COUNTING)
        tray.by = by
        tray.opened_at = tray.opened_at or timezone.now()
        tray.save(update_fields=["state", "by", "opened_at"])
    return tray


def ask_recount(*, tray: TrayCount, by: User) -> TrayCount:
    """A tray that was handed in is counted once more; the figures stay as an attempt."""
    _check_may_count(by)
    with changes.opened(store=tray.handover.store, by=by) as book:
        tray = lock(tray)
        if not tray.is_shown:
            raise TrayNotOpen
        _restart(tray)
        become(tray, TrayState.COUNTING)
        tray.by, tray.first_by = by, None
        tray.save()
        hide(tray.place, tray.handover)
        book.note(tray.handover, kind="handover_recount", number=tray.handover.number)
        settle(tray.handover)
    return tray


def scan(*, tray: TrayCount, text: str, by: User, kind: ReadKind = ReadKind.PIECE) -> CountRead:
    """One piece in the hand, whatever the books say of it. Refused: an unknown code, a piece that
    this count has seen already, a tray that is not this person's."""
    piece = stock.find_scanned(by, text)
    with transaction.atomic():
        tray = _lock_mine(tray, by)
        if tray.depth == CountDepth.PIECES:
            raise TrayNotOpen
        seen = live_read(tray.handover, piece)
        if seen is not None:
            raise AlreadyCounted(seen)
        return _add(tray, kind=kind, piece=piece, by=by)


def no_label(*, tray: TrayCount, by: User) -> CountRead:
    """A piece without a tag, or with one that cannot be read: counted as one, of no class."""
    with transaction.atomic():
        return _add(_lock_mine(tray, by), kind=ReadKind.NO_LABEL, piece=None, by=by)


def stray(*, tray: TrayCount, by: User, text: str = "") -> CountRead:
    """A piece of another counter, put aside: the one in `text`, else the last one scanned."""
    if text:
        return scan(tray=tray, text=text, by=by, kind=ReadKind.STRAY)
    with transaction.atomic():
        read = _last(_lock_mine(tray, by))
        if read is None or read.piece is None:
            raise NothingScanned
        CountRead.objects.filter(pk=read.pk).update(kind=ReadKind.STRAY)
        read.kind = ReadKind.STRAY
    return read


def undo(*, tray: TrayCount, by: User) -> CountRead:
    """Takes the last scan back; it stays written with the time."""
    with transaction.atomic():
        read = _last(_lock_mine(tray, by))
        if read is None:
            raise NothingScanned
        read.undone_at = timezone.now()
        read.save(update_fields=["undone_at"])
    return read


def weigh_piece(*, read: CountRead, mg: int, by: User) -> CountRead:
    """A piece on the scale by itself: gross milligrams."""
    with transaction.atomic():
        _lock_mine(read.tray, by)
        if CountRead.objects.filter(pk=read.pk, undone_at__isnull=True).update(scale_mg=mg) != 1:
            raise NothingScanned
        read.scale_mg = mg
    return read


def weigh_tray(
    *, tray: TrayCount, gross_mg: int, tare_mg: int | None, seen_seq: int, by: User
) -> TrayCount:
    """The tray with its goods on the scale. `tare_mg`: the empty tray, where it is not known yet;
    `seen_seq`: the ledger when the page was drawn. Refused when something moved since."""
    with transaction.atomic():
        tray = _lock_mine(tray, by)
        tare = tare_mg if tare_mg is not None else tray.place.tare_mg
        if tare is None:
            raise weighing.TareNeeded(field="tare")
        if not 0 <= tare <= gross_mg <= weighing.MOST_TRAY_MG:
            raise weighing.BadTrayWeight(field="gross")
        _check_still(tray, since=seen_seq)
        tray.gross_mg, tray.tare_mg, tray.weighed_seq = gross_mg, tare, seen_seq
        tray.save(update_fields=["gross_mg", "tare_mg", "weighed_seq"])
    return tray


# --- handing in


def hand_in(
    *,
    tray: TrayCount,
    by: User,
    typed: Mapping[MetalKey, tuple[int, int | None]] | None = None,
    seen_seq: int | None = None,
    seal_number: str = "",
    kept_in: str = "",
) -> TrayCount:
    """The count of a tray is what it is: compares it with the books at this moment.

    `typed`: pieces and grams by metal class, where a place is counted by pieces only; `seen_seq`:
    the ledger when that page was drawn. A wrong count is an answer, not a refusal: a first
    difference asks for a second person, a second one is shown. When single pieces are drawn for
    the scale, the tray stays open and waits for their weights.
    """
    with changes.opened(store=tray.handover.store, by=by) as book:
        tray = _lock_mine(tray, by)
        reads = live_reads(tray)
        if typed is not None:
            _check_typed(tray, typed, seen_seq)
        elif tray.depth == CountDepth.PIECES:
            raise ImpossibleCount
        elif _draw_sample(tray, reads):
            return tray
        else:
            _check_weights(tray, reads)
        tray.seal_number, tray.kept_in = seal_number[:30], _safe(tray, kept_in)
        close(tray=tray, counted=comparing.counted_of(reads, typed), book=book)
    return tray


def hand_in_empty(*, handover: Handover, by: User) -> int:
    """All trays that nobody has begun are empty; returns how many that were."""
    _check_may_count(by)
    with changes.opened(store=handover.store, by=by) as book:
        rows = [lock(each) for each in handover.trays.filter(state=TrayState.WAITING)]
        for tray in rows:
            tray.opened_at, tray.by = book.at, by
            close(tray=tray, counted=comparing.counted_of([], None), book=book)
    return len(rows)


def take_by_seal(
    *, tray: TrayCount, seal_number: str, gross_mg: int, seen_seq: int, by: User
) -> TrayCount:
    """A tray under the unbroken seal of the last sheet, at the same weight, is taken over without
    opening it. Refused when seal or weight differ or when anything moved since that sheet."""
    _check_may_count(by)
    with changes.opened(store=tray.handover.store, by=by) as book:
        tray = lock(tray)
        if tray.state != TrayState.WAITING:
            raise TrayNotOpen
        before = sealed_before(tray)
        if before is None or before.gross_mg is None or before.seal_number != seal_number.strip():
            raise SealDiffers(field="seal")
        if abs(before.gross_mg - gross_mg) > weighing.tolerance_mg(pieces=0, readings=2):
            raise SealDiffers(field="gross")
        _check_still(tray, since=max(before.handover.sealed_seq or 0, 0))
        tray.by, tray.opened_at, tray.by_seal = by, book.at, True
        tray.seal_number = before.seal_number
        tray.gross_mg, tray.tare_mg, tray.weighed_seq = gross_mg, before.tare_mg, seen_seq
        close(tray=tray, counted=None, book=book)
    return tray


def sealed_before(tray: TrayCount) -> TrayCount | None:
    """The same place on the sheet before, when a seal was put on it then."""
    if tray.handover.previous_id is None:
        return None
    rows = TrayCount.objects.filter(handover=tray.handover.previous_id, place=tray.place_id)
    return rows.exclude(seal_number="").select_related("handover").first()


def close(*, tray: TrayCount, counted: Counted | None, book: Book) -> None:
    """Compares, keeps the attempt, and says what becomes of the tray. `counted` None: everything
    under its seal."""
    agreed = comparing.compare(tray=tray, counted=counted, book=book)
    second = tray.first_by_id is not None
    tray.attempts += 1
    tray.handed_in_at = book.at
    wrong = TrayState.DIFFERS if second else TrayState.RECOUNT
    become(tray, TrayState.AGREED if agreed else wrong)
    by = tray.by or book.by
    keep_attempt(
        handover=tray.handover,
        part=tray.place.code,
        figures=comparing.evidence(tray, counted),
        agreed=agreed,
        book=book,
        by=by,
    )
    if tray.state == TrayState.RECOUNT:
        _restart(tray)
        tray.first_by = by
    tray.save()
    if tray.is_shown:
        show(tray.place)
    settle(tray.handover)


def keep_attempt(
    *,
    handover: Handover,
    part: str,
    figures: dict[str, Any],
    agreed: bool,
    book: Book,
    by: User | None = None,
) -> None:
    """Evidence of a hand-in: who counted what, when, and with which result. `part`: the code of a
    place or tender, or an item of the list."""
    row = CountAttempt(
        handover=handover,
        part=part,
        n=CountAttempt.objects.filter(handover=handover, part=part).count() + 1,
        by=by or book.by,
        at=book.at,
        figures=figures,
        agreed=agreed,
    )
    book.write([row], kind="part_counted", number=handover.number)


def become(tray: TrayCount, new: TrayState) -> None:
    """Refused when another tablet was quicker."""
    if new not in MOVES[tray.state]:
        raise TrayNotOpen
    tray.state = new


def _restart(tray: TrayCount) -> None:
    """The next count begins with nothing: no figure of the last one stays on the tray."""
    tray.lines.all().delete()
    if tray.depth == CountDepth.PIECES:
        tray.depth = CountDepth.SCAN  # only a scan says which piece is missing
    tray.gross_mg = tray.tare_mg = tray.weighed_seq = tray.gap_mg = tray.seq = None
    tray.by = tray.opened_at = tray.handed_in_at = tray.approval = None
    tray.by_seal, tray.reason = False, ""
    tray.no_label = tray.strays = 0


# --- what was scanned


def attempt_of(tray: TrayCount) -> int:
    """The attempt whose scans count: the one that runs, else the last one handed in."""
    return tray.attempts if tray.is_shown else tray.attempts + 1


def live_reads(tray: TrayCount) -> list[CountRead]:
    """The scans that stand: not undone, and the piece has not been sold or carried away since. A
    scanned piece that is sold leaves the count by its own movement, until the tray is handed in;
    what moves later stands on the sheet as moved later (2 queries)."""
    rows = tray.reads.filter(attempt=attempt_of(tray), undone_at__isnull=True)
    reads = list(rows.select_related("piece__style").order_by("pk"))
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
    later = comparing.moves_of(scanned.keys(), since=min(scanned.values()))
    return [
        move
        for move in later
        if move.change.seq > scanned[move.piece_id] and comparing.carries_away(move, tray.place_id)
    ]


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
    rows = tray.reads.filter(attempt=attempt_of(tray), undone_at__isnull=True)
    return rows.select_related("piece").order_by("-pk").first()


# --- who may, and when


def lock(tray: TrayCount) -> TrayCount:
    """The tray of an open count and its sheet, locked: two tablets cannot scan one piece into two
    trays at once. Refused when the count is over."""
    rows = TrayCount.objects.select_for_update(of=("self", "handover"))
    found = rows.select_related("place", "by", "handover__store", "handover__counter").get(
        pk=tray.pk
    )
    if not found.handover.is_open:
        raise CountOver
    return found


def _lock_mine(tray: TrayCount, by: User) -> TrayCount:
    _check_may_count(by)
    found = lock(tray)
    if found.state != TrayState.COUNTING:
        raise TrayNotOpen
    if found.by_id != by.pk:
        raise TrayTaken(found)
    return found


def _check_may_count(by: User) -> None:
    if not by.has_perm("count_pieces"):
        raise NotAllowed


def _alone(tray: TrayCount) -> bool:
    return settings_rows.value(tray.handover.store, "alone_on_duty") == "yes"


def _check_still(tray: TrayCount, *, since: int) -> None:
    if custody.steps(tray.handover.store, [tray.place_id], since=since):
        raise TrayMoved


def _check_typed(
    tray: TrayCount, typed: Mapping[MetalKey, tuple[int, int | None]], seen_seq: int | None
) -> None:
    if tray.depth != CountDepth.PIECES:
        raise ScanNeeded
    for pieces, mg in typed.values():
        if not 0 <= pieces <= MOST_PIECES or (mg is not None and mg < 0):
            raise ImpossibleCount
        if mg and not pieces:
            raise GramsWithoutPieces
        if mg is not None and mg > weighing.MOST_TRAY_MG:
            raise ImpossibleCount
    if any(mg is not None for _pieces, mg in typed.values()):
        _check_still(tray, since=seen_seq or 0)


def _check_weights(tray: TrayCount, reads: Sequence[CountRead]) -> None:
    scanned = [read for read in reads if read.kind == ReadKind.PIECE]
    alone = [read for read in scanned if read.sampled or weighing.wants_each(tray)]
    if any(read.scale_mg is None for read in alone):
        raise EachNeeded
    if tray.gross_mg is not None:
        _check_still(tray, since=tray.weighed_seq or 0)
    elif weighing.wants_tray_weight(tray, scanned):
        raise WeightNeeded


def _safe(tray: TrayCount, code: str) -> str:
    """The code of the safe that a tray goes into overnight; nothing where it stays in its place."""
    if not code:
        return ""
    place = places.find(store=tray.handover.store, code=code)
    if place.kind != PlaceKind.SAFE:
        raise places.PlaceUnknown
    return place.code


def _draw_sample(tray: TrayCount, reads: Sequence[CountRead]) -> bool:
    """Some scanned pieces go on the scale by themselves, the heavier in money the likelier; drawn
    from what was scanned, so the draw tells nothing. True when it has just been drawn."""
    wanted = settings_rows.number(tray.handover.store, "count_sample")
    rows = [read for read in reads if read.kind == ReadKind.PIECE and read.piece]
    if not wanted or weighing.wants_each(tray) or not rows or any(read.sampled for read in rows):
        return False
    dice, left = secrets.SystemRandom(), list(rows)
    drawn: list[CountRead] = []
    while left and len(drawn) < wanted:
        weights = [comparing.worth(read) for read in left]
        (read,) = dice.choices(left, weights)
        drawn.append(read)
        left.remove(read)
    CountRead.objects.filter(pk__in=[read.pk for read in drawn]).update(sampled=True)
    return True


# --- what stands on the sheet and on its places


def settle(handover: Handover) -> None:
    """Brings the state of an open sheet in step with its parts."""
    states = set(handover.trays.values_list("state", flat=True))
    open_parts = states & {TrayState.WAITING, TrayState.COUNTING, TrayState.RECOUNT}
    money = list(handover.money.select_related("tender"))
    if any(row.counted_cents is None for row in money):
        open_parts.add(TrayState.WAITING)
    if handover.items.filter(counted__isnull=True).exists():
        open_parts.add(TrayState.WAITING)
    state = HandoverState.AGREED
    if open_parts:
        state = HandoverState.COUNTING
    elif TrayState.DIFFERS in states or any(
        row.differs and row.approval_id is None for row in money
    ):
        state = HandoverState.DIFFERING
    handover.state = state
    Handover.objects.filter(pk=handover.pk).update(state=state)


def hide(place: Place, handover: Handover) -> None:
    """From now on nobody who counts sees what the books say lies in this place."""
    Place.objects.filter(pk=place.pk).update(counted_in=handover.number)


def show(place: Place) -> None:
    Place.objects.filter(pk=place.pk).update(counted_in="")
