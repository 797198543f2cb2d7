"""An open sheet as the people who count it may see it: their own figures, and the books' figures
of a tray only once it has been handed in."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from counter import comparing, counting, custody, signatures, weighing
from counter.comparing import Counted
from counter.models import (
    CountRead,
    Handover,
    HandoverItem,
    HandoverLine,
    HandoverMoney,
    ReadKind,
    Signature,
    SignedAs,
    TrayCount,
    TrayState,
)
from inventory import queries as stock
from inventory.ground import access
from inventory.ground.measures import Tally
from inventory.models import CountDepth, Movement, Piece
from inventory.queries import Who

ALLOWED = timedelta(minutes=30)  # what the practice gives a change of shift: trade.md 3


@dataclass(frozen=True)
class TrayRow:
    """One place of a sheet. `lines`, `short` and `surplus` are empty until the tray is shown."""

    tray: TrayCount
    counted: Tally
    no_label: int
    strays: int
    lines: list[HandoverLine]
    expected: Tally | None
    short: list[Piece]
    surplus: list[Piece]

    @property
    def is_shown(self) -> bool:
        return self.tray.is_shown

    @property
    def scale_mg(self) -> int | None:
        """秤重去皮, of a tray that was on the scale."""
        if self.tray.gross_mg is None or self.tray.tare_mg is None:
            return None
        return self.tray.gross_mg - self.tray.tare_mg


@dataclass(frozen=True)
class Sheet:
    """An open or closed sheet with all that its page shows."""

    handover: Handover
    rows: list[TrayRow]
    money: list[HandoverMoney]
    items: list[HandoverItem]
    tally: Tally
    lent: list[Movement]
    signatures: list[Signature]
    missing: list[SignedAs]
    seq: int  # the ledger as this page shows it

    @property
    def minutes(self) -> int:
        """Since the count began, until it was signed."""
        until = self.handover.signed_at or timezone.now()
        return max(int((until - self.handover.started_at).total_seconds() // 60), 0)

    @property
    def minutes_allowed(self) -> int:
        return int(ALLOWED.total_seconds() // 60)

    @property
    def next_waiting(self) -> TrayRow | None:
        return next((row for row in self.rows if row.tray.state == TrayState.WAITING), None)

    def row_of(self, code: str) -> TrayRow | None:
        return next((row for row in self.rows if row.tray.place.code == code), None)


@dataclass(frozen=True)
class Panel:
    """The tray under somebody's hands: what was scanned, nothing of the books."""

    tray: TrayCount
    reads: list[CountRead]
    last: CountRead | None
    counted: Tally
    wants_weight: bool
    tare_mg: int | None
    to_weigh: list[CountRead]
    typed: bool
    seal_before: bool
    seq: int


def handover_for(user: Who, number: str) -> Handover:
    """A sheet of a store this person may see, else 404."""
    return get_object_or_404(handovers_for(user), number=number)


def handovers_for(user: Who) -> QuerySet[Handover]:
    """Sheets of the stores this person may see, newest first."""
    rows = access.visible(Handover.objects.all(), user)
    full = rows.select_related(
        "store", "counter__store", "shift__opened_by", "outgoing", "incoming", "first_signed_by"
    )
    return full.order_by("-pk")


def tray_for(user: Who, number: str, code: str) -> TrayCount:
    """One place of a sheet by its code, else 404."""
    rows = access.visible(TrayCount.objects.all(), user, store="handover__store")
    full = rows.select_related("place", "by", "handover__store", "handover__counter")
    return get_object_or_404(full, handover__number=number, place__code=code)


def sheet_of(handover: Handover, *, by: User) -> Sheet:
    """Reads a sheet (a constant number of queries, whatever the number of trays and reads)."""
    trays = list(handover.trays.select_related("place", "by", "first_by").prefetch_related("lines"))
    for tray in trays:
        tray.handover = handover
    found = _found_by_tray(handover, trays)
    differing = [tray for tray in trays if tray.state in {TrayState.DIFFERS, TrayState.ACCEPTED}]
    shown = {tray.pk: _difference(tray) for tray in differing if handover.is_open}
    rows = [_row(tray, found[tray.pk], shown.get(tray.pk)) for tray in trays]
    total = Tally()
    for row in rows:
        for of in row.counted.classes:
            total.add(
                metal=of.metal_class.metal,
                fineness=of.metal_class.grade,
                net_mg=of.mg,
                pieces=of.pieces,
            )
    signed = list(handover.signatures.select_related("user"))
    return Sheet(
        handover=handover,
        rows=rows,
        money=list(handover.money.select_related("tender").order_by("tender__position")),
        items=list(handover.items.all()),
        tally=total,
        lent=[row for row in stock.lent_now(handover.store) if _leaves(row, handover)],
        signatures=signed,
        missing=[] if handover.is_open else signatures.missing(handover),
        seq=custody.head_seq(handover.store),
    )


def panel_of(tray: TrayCount) -> Panel:
    """The tray that is being counted (about 5 queries)."""
    reads = counting.live_reads(tray)
    scanned = [read for read in reads if read.kind == ReadKind.PIECE]
    alone = [read for read in scanned if read.sampled or weighing.wants_each(tray)]
    return Panel(
        tray=tray,
        reads=reads,
        last=reads[-1] if reads else None,
        counted=_tally_of(scanned),
        wants_weight=weighing.wants_tray_weight(tray, scanned),
        tare_mg=tray.place.tare_mg,
        to_weigh=[read for read in alone if read.scale_mg is None],
        typed=tray.depth == CountDepth.PIECES,
        seal_before=tray.state == TrayState.WAITING and counting.sealed_before(tray) is not None,
        seq=custody.head_seq(tray.handover.store),
    )


class _Found(NamedTuple):
    """A scan that stands, without the rows behind it: a sheet has a thousand of them."""

    tray_id: int
    kind: str
    attempt: int
    seq: int
    piece_id: int | None
    metal: str | None
    grade: int | None
    mg: int | None


FOUND = (
    "tray_id",
    "kind",
    "attempt",
    "seq",
    "piece_id",
    "piece__metal",
    "piece__grade",
    "piece__net_mg",
)


def _found_by_tray(handover: Handover, trays: Sequence[TrayCount]) -> dict[int, list[_Found]]:
    """The scans that stand in every tray of an open sheet (2 queries)."""
    by_tray: dict[int, list[_Found]] = defaultdict(list)
    if not handover.is_open:
        return by_tray
    tray_of = {tray.pk: tray for tray in trays}
    rows = CountRead.objects.filter(handover=handover, undone_at__isnull=True).order_by("pk")
    found = [_Found(*row) for row in rows.values_list(*FOUND)]
    moves = _moves_since(handover, min((row.seq for row in found), default=0)) if found else {}
    for row in found:
        tray = tray_of[row.tray_id]
        later = [move for move in moves.get(row.piece_id or 0, []) if move.change.seq > row.seq]
        if row.attempt != counting.attempt_of(tray):
            continue
        if not any(comparing.carries_away(move, tray.place_id) for move in later):
            by_tray[row.tray_id].append(row)
    return by_tray


def _moves_since(handover: Handover, seq: int) -> dict[int, list[Movement]]:
    """What moved in the store while the count went on, by piece."""
    rows = Movement.objects.filter(change__store=handover.store_id, change__seq__gt=seq)
    moves: dict[int, list[Movement]] = defaultdict(list)
    for move in rows.select_related("change"):
        moves[move.piece_id].append(move)
    return moves


def _difference(tray: TrayCount) -> tuple[list[Piece], list[Piece]]:
    found = Counted(counting.live_reads(tray))
    return comparing.short_of(tray, found), comparing.surplus_of(tray, found)


def _row(
    tray: TrayCount, found: list[_Found], shown: tuple[list[Piece], list[Piece]] | None
) -> TrayRow:
    lines = list(tray.lines.all()) if tray.is_shown else []
    short, surplus = shown or ([], [])
    kinds = Counter(row.kind for row in found)
    return TrayRow(
        tray=tray,
        counted=_handed_in(lines) if tray.is_shown else _in_hand(found),
        no_label=kinds[ReadKind.NO_LABEL] or tray.no_label,
        strays=kinds[ReadKind.STRAY] or tray.strays,
        lines=lines,
        expected=_expected(lines) if tray.is_shown else None,
        short=short,
        surplus=surplus,
    )


def _in_hand(found: Sequence[_Found]) -> Tally:
    """What was scanned so far, by the tags."""
    total = Tally()
    sums: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    for row in found:
        if row.kind == ReadKind.PIECE and row.metal and row.grade:
            both = sums[row.metal, row.grade]
            both[0] += 1
            both[1] += row.mg or 0
    for (metal, grade), (pieces, mg) in sums.items():
        total.add(metal=metal, fineness=grade, net_mg=mg, pieces=pieces)
    return total


def _handed_in(lines: Sequence[HandoverLine]) -> Tally:
    """What the lines of a tray keep: the tags, else the scale, else under its seal the books."""
    total = Tally()
    for line in lines:
        if line.counted_pieces:
            grams = line.tag_mg if line.tag_mg is not None else line.scale_mg
            total.add(
                metal=line.metal,
                fineness=line.grade,
                net_mg=line.expected_mg if grams is None else grams,
                pieces=line.counted_pieces,
            )
    return total


def _expected(lines: Sequence[HandoverLine]) -> Tally:
    total = Tally()
    for line in lines:
        if line.expected_pieces:
            total.add(
                metal=line.metal,
                fineness=line.grade,
                net_mg=line.expected_mg,
                pieces=line.expected_pieces,
            )
    return total


def _tally_of(reads: Sequence[CountRead]) -> Tally:
    total = Tally()
    for read in reads:
        if read.piece is not None:
            total.add(metal=read.piece.metal, fineness=read.piece.grade, net_mg=read.piece.net_mg)
    return total


def _leaves(row: Movement, handover: Handover) -> bool:
    """Lent to another counter out of this one's trays."""
    origin = row.from_place.counter if row.from_place else None
    return origin is not None and origin.pk == handover.counter_id
