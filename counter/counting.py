"""Counting a tray blind: open it, hand it in, and only then see what the books say.

Nothing here answers with an expected figure before the tray is handed in, and after a first
difference not before a second person has counted too. Every hand-in stays as a `CountAttempt`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from counter import attempts, comparing, samples, scans, trays, weighing, witnesses
from counter.comparing import Counted, Found
from counter.custody import MetalKey
from counter.models import (
    CountAttempt,
    CountRead,
    Handover,
    HandoverLine,
    HandoverState,
    ReadKind,
    TrayCount,
    TrayState,
)
from inventory import count_weights, places
from inventory.ground import changes
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.models import CountDepth, PlaceKind

MOST_PIECES = 10_000  # more than ten times the largest tray: a typing mistake

# what a hand-in may change in a tray
WRITTEN = tuple(
    column.attname
    for column in TrayCount._meta.concrete_fields
    if column.name not in {"id", "handover", "place"}
)


class SecondPerson(RuleBroken):
    code = "second_person"
    sentence = gettext_lazy(
        "This tray differs. Another person counts it, without seeing the first figures."
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


class SealBroken(RuleBroken):
    code = "seal_broken"
    sentence = gettext_lazy(
        "A piece left or entered this tray after it was sealed. Open the tray and count it."
    )


# --- a tray on a tablet


def open_tray(*, tray: TrayCount, by: User, take_over: bool = False) -> TrayCount:
    """Begins or goes on counting a tray. Refused while somebody else counts it, unless it is taken
    over, and to the first counter of a tray that a second person has to count."""
    trays.check_may_count(by)
    with transaction.atomic():
        tray = trays.lock(tray)
        if tray.state == TrayState.COUNTING:
            if tray.by_id != by.pk and not take_over:
                raise trays.TrayTaken(tray)
        elif tray.state == TrayState.RECOUNT and tray.first_by_id == by.pk:
            if not witnesses.may_be_alone(tray.handover.store):
                raise SecondPerson
        elif tray.state not in {TrayState.WAITING, TrayState.RECOUNT}:
            raise trays.TrayNotOpen
        if tray.state != TrayState.COUNTING:
            trays.become(tray, TrayState.COUNTING)
        tray.by = by
        tray.opened_at = tray.opened_at or timezone.now()
        tray.save(update_fields=["state", "by", "opened_at"])
    return tray


def ask_recount(*, tray: TrayCount, by: User) -> TrayCount:
    """A tray that was handed in is counted once more; the figures stay as an attempt."""
    trays.check_may_count(by)
    with changes.opened(store=tray.handover.store, by=by) as book:
        tray = trays.lock(tray)
        if not tray.is_shown:
            raise trays.TrayNotOpen
        _begin_anew(tray)
        _forget_lines([tray])
        trays.become(tray, TrayState.COUNTING)
        tray.by, tray.first_by, tray.opened_at = by, None, book.at
        tray.save()
        trays.hide(tray)
        book.note(tray.handover, kind="handover_recount", number=tray.handover.number)
        settle(tray.handover)
    return tray


def weigh_tray(
    *, tray: TrayCount, gross_mg: int, tare_mg: int | None, seen_seq: int, by: User
) -> TrayCount:
    """The tray with its goods on the scale. `tare_mg`: the empty tray, where it is not known yet;
    `seen_seq`: the ledger when the page was drawn. Refused when something moved since."""
    with transaction.atomic():
        tray = trays.lock_mine(tray, by)
        tare = tare_mg if tare_mg is not None else tray.place.tare_mg
        if tare is None:
            raise weighing.TareNeeded(field="tare")
        if not 0 <= tare <= gross_mg <= weighing.MOST_TRAY_MG:
            raise weighing.BadTrayWeight(field="gross")
        trays.check_still(tray, since=seen_seq)
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
        tray = trays.lock_mine(tray, by)
        reads = scans.live_reads(tray)
        if typed is not None:
            _check_typed(tray, typed, seen_seq)
        elif tray.depth == CountDepth.PIECES:
            raise ImpossibleCount
        elif samples.draw(tray=tray, reads=reads):
            return tray
        else:
            _check_weights(tray, reads)
        tray.seal_number, tray.kept_in = seal_number[:30], _safe(tray, kept_in)
        counted = Counted(reads, dict(typed) if typed is not None else None)
        close(handover=tray.handover, found=[(tray, counted)], book=book)
    return tray


def hand_in_empty(*, handover: Handover, by: User) -> int:
    """All trays that nobody has begun are empty; returns how many that were. One tray or all of a
    counter cost the same statements: the whole store waits meanwhile."""
    trays.check_may_count(by)
    with changes.opened(store=handover.store, by=by) as book:
        rows = trays.lock_waiting(handover)
        for tray in rows:
            tray.opened_at, tray.by = book.at, by
        if rows:
            close(handover=rows[0].handover, found=[(tray, Counted()) for tray in rows], book=book)
    return len(rows)


def take_by_seal(
    *, tray: TrayCount, seal_number: str, gross_mg: int, seen_seq: int, by: User
) -> TrayCount:
    """A tray under the unbroken seal of the last sheet, at the same weight, is taken over without
    opening it. Refused when seal or weight differ or when anything moved since that sheet."""
    trays.check_may_count(by)
    with changes.opened(store=tray.handover.store, by=by) as book:
        tray = trays.lock(tray)
        if tray.state != TrayState.WAITING:
            raise trays.TrayNotOpen
        before = sealed_before(tray)
        if before is None or before.gross_mg is None or before.seal_number != seal_number.strip():
            raise SealDiffers(field="seal")
        if abs(before.gross_mg - gross_mg) > count_weights.tolerance_mg(pieces=0, readings=2):
            raise SealDiffers(field="gross")
        if trays.has_moved(tray, since=before.handover.sealed_seq or 0):
            raise SealBroken
        tray.by, tray.opened_at, tray.by_seal = by, book.at, True
        tray.seal_number = before.seal_number
        tray.gross_mg, tray.tare_mg, tray.weighed_seq = gross_mg, before.tare_mg, seen_seq
        close(handover=tray.handover, found=[(tray, None)], book=book)
    return tray


def sealed_before(tray: TrayCount) -> TrayCount | None:
    """The same place on the sheet before, when a seal was put on it then."""
    if tray.handover.previous_id is None:
        return None
    rows = TrayCount.objects.filter(handover=tray.handover.previous_id, place=tray.place_id)
    return rows.exclude(seal_number="").select_related("handover").first()


def close(*, handover: Handover, found: Sequence[Found], book: Book) -> None:
    """Compares trays of one sheet, keeps the attempts, and says what becomes of each."""
    kept: list[CountAttempt] = []
    agreed = comparing.compare(handover=handover, found=found, book=book)
    for (tray, counted), agrees in zip(found, agreed, strict=True):
        kept.append(_attempt(tray, counted, agrees, book))
        tray.attempts += 1
        tray.handed_in_at = book.at
        wrong = TrayState.RECOUNT if tray.first_by_id is None else TrayState.DIFFERS
        trays.become(tray, TrayState.AGREED if agrees else wrong)
    attempts.keep_all(handover=handover, rows=kept, book=book)
    again = [tray for tray, _counted in found if tray.state == TrayState.RECOUNT]
    for tray in again:
        first_by = tray.by
        _begin_anew(tray)
        tray.first_by = first_by
    _forget_lines(again)
    _save([tray for tray, _counted in found])
    trays.show([tray for tray, _counted in found if tray.is_shown])
    settle(handover)


def _attempt(tray: TrayCount, counted: Counted | None, agrees: bool, book: Book) -> CountAttempt:
    return CountAttempt(
        handover=tray.handover,
        part=tray.place.code,
        by=tray.by or book.by,
        at=book.at,
        figures=comparing.evidence(tray, counted),
        agreed=agrees,
    )


def _save(rows: Sequence[TrayCount]) -> None:
    """One statement for all trays that have become the same."""
    same: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for tray in rows:
        same[tuple(getattr(tray, column) for column in WRITTEN)].append(tray.pk)
    for values, keys in same.items():
        TrayCount.objects.filter(pk__in=keys).update(**dict(zip(WRITTEN, values, strict=True)))


def _forget_lines(rows: Sequence[TrayCount]) -> None:
    HandoverLine.objects.filter(tray__in=[tray.pk for tray in rows]).delete()


def _begin_anew(tray: TrayCount) -> None:
    """The next count begins with nothing: no figure of the last one stays on the tray."""
    if tray.depth == CountDepth.PIECES:
        tray.depth = CountDepth.SCAN  # only a scan says which piece is missing
    tray.gross_mg = tray.tare_mg = tray.weighed_seq = tray.gap_mg = tray.seq = None
    tray.by = tray.opened_at = tray.handed_in_at = tray.approval = None
    tray.by_seal, tray.reason = False, ""
    tray.no_label = tray.strays = 0


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
        trays.check_still(tray, since=seen_seq or 0)


def _check_weights(tray: TrayCount, reads: Sequence[CountRead]) -> None:
    scanned = [read for read in reads if read.kind == ReadKind.PIECE]
    alone = [read for read in scanned if read.sampled or weighing.wants_each(tray)]
    if any(read.scale_mg is None for read in alone):
        raise EachNeeded
    if tray.gross_mg is not None:
        trays.check_still(tray, since=tray.weighed_seq or 0)
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
