"""An open sheet as the people who count it may see it: their own figures, and the books' figures
of a tray only once it has been handed in."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery
from django.shortcuts import get_object_or_404
from django.utils import timezone

from counter import comparing, counting, custody, scans, signatures, weighing, witnesses
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
from inventory.ground import access, statements
from inventory.ground.measures import Tally
from inventory.models import Movement, Piece
from inventory.queries import Who

M = TypeVar("M", bound=Model)

# the scans that stand, by tray, kind and metal class, as `_running` has them
SCANNED = """
    SELECT read.tray_id, read.kind, piece.metal, piece.grade, COUNT(*), SUM(piece.net_mg),
        MIN(read.seq)
    FROM counter_countread read
    JOIN counter_traycount tray ON tray.id = read.tray_id
    LEFT JOIN inventory_piece piece ON piece.id = read.piece_id
    WHERE read.handover_id = %s AND read.undone_at IS NULL AND read.attempt = tray.attempts + 1
      AND tray.state NOT IN {results} {but}
    GROUP BY read.tray_id, read.kind, piece.metal, piece.grade
"""
# whether any piece of a count has moved since a moment of the ledger; from the few new links to
# their movements: PostgreSQL has counted neither yet and would look at every piece
ANY_MOVED = """
    WITH newer AS MATERIALIZED (
        SELECT id FROM inventory_change WHERE store_id = %s AND seq > %s
    )
    SELECT 1 FROM newer CROSS JOIN inventory_movement movement
    WHERE movement.change_id = newer.id
      AND movement.piece_id IN (SELECT piece_id FROM counter_countread WHERE handover_id = %s)
    LIMIT 1
"""
# in the order of `HandoverLine`
LINES = """
    tray_id IN (SELECT id FROM counter_traycount WHERE handover_id = %s)
    ORDER BY tray_id, metal, grade DESC
"""
ALLOWED = timedelta(minutes=30)  # what the practice gives a change of shift: trade.md 3


@dataclass(frozen=True)
class TrayRow:
    """One place of a sheet. `lines`, `short` and `surplus` are empty until the tray is shown."""

    tray: TrayCount
    counted: Tally
    no_label: int
    strays: int
    lines: list[HandoverLine] = field(default_factory=list)
    short: list[Piece] = field(default_factory=list)
    surplus: list[Piece] = field(default_factory=list)

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
    def is_witnessed(self) -> bool:
        return witnesses.is_witnessed(self.signatures)

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


def read_for(user: Who, number: str, read_id: int) -> CountRead:
    """One scan of a sheet that this person may see, else 404."""
    rows = access.visible(CountRead.objects.all(), user, store="handover__store")
    full = rows.select_related("tray__place", "tray__handover__store", "piece")
    return get_object_or_404(full, handover__number=number, pk=read_id)


def money_for(user: Who, number: str, tender: str) -> HandoverMoney:
    """One tender of a sheet that this person may see, else 404."""
    rows = access.visible(HandoverMoney.objects.all(), user, store="handover__store")
    full = rows.select_related("tender", "handover__store", "handover__counter")
    return get_object_or_404(full, handover__number=number, tender__code=tender)


def item_for(user: Who, number: str, item_id: int) -> HandoverItem:
    """One line of a sheet's list that this person may see, else 404."""
    rows = access.visible(HandoverItem.objects.all(), user, store="handover__store")
    full = rows.select_related("handover__store")
    return get_object_or_404(full, handover__number=number, pk=item_id)


def sheet_of(handover: Handover) -> Sheet:
    """Reads a sheet (a constant number of queries, whatever the number of trays and reads)."""
    trays = _trays(handover)
    scanned = _scanned(handover)
    differing = [tray for tray in trays if tray.state in {TrayState.DIFFERS, TrayState.ACCEPTED}]
    shown = {tray.pk: _difference(tray) for tray in differing if handover.is_open}
    rows = [_row(tray, scanned[tray.pk], shown.get(tray.pk)) for tray in trays]
    signed = _own(Signature, handover, along=("user",))
    return Sheet(
        handover=handover,
        rows=rows,
        money=sorted(
            _own(HandoverMoney, handover, along=("tender",)), key=lambda row: row.tender.position
        ),
        items=_own(HandoverItem, handover),
        tally=_sum(row.counted for row in rows),
        lent=[row for row in stock.lent_now(handover.store) if _leaves(row, handover)],
        signatures=signed,
        missing=[] if handover.is_open else signatures.missing(handover),
        seq=custody.head_seq(handover.store),
    )


def _trays(handover: Handover) -> list[TrayCount]:
    """The places of a sheet with their lines (2 queries)."""
    trays = _own(TrayCount, handover, along=("place", "by", "first_by"))
    lines: dict[int, list[HandoverLine]] = defaultdict(list)
    for line in statements.read(HandoverLine, LINES, [handover.pk]):
        lines[line.tray_id].append(line)
    for tray in trays:
        statements.keep(tray, "lines", lines[tray.pk])
    return sorted(trays, key=lambda tray: tray.place.code)


def _own(model: type[M], handover: Handover, *, along: Sequence[str] = ()) -> list[M]:
    """The rows of one list of a sheet, in the order in which they came."""
    table = model._meta.db_table
    own = f"{table}.handover_id = %s ORDER BY {table}.id"
    rows = statements.read_with(model, own, [handover.pk], along=along)
    for row in rows:
        row.handover = handover  # type: ignore[attr-defined]  # because: each list has its sheet
    return rows


def panel_of(tray: TrayCount) -> Panel:
    """The tray that is being counted (about 5 queries)."""
    reads = scans.live_reads(tray)
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
        seal_before=tray.state == TrayState.WAITING and counting.sealed_before(tray) is not None,
        seq=custody.head_seq(tray.handover.store),
    )


def row_in_hand(panel: Panel) -> TrayRow:
    """The line of the tray that is being counted, by itself."""
    kinds = Counter(read.kind for read in panel.reads)
    return TrayRow(
        tray=panel.tray,
        counted=panel.counted,
        no_label=kinds[ReadKind.NO_LABEL],
        strays=kinds[ReadKind.STRAY],
    )


def tally_of(handover: Handover) -> Tally:
    """All that has been counted so far, in all places together: what `Sheet.tally` says, without
    reading the rest of the sheet (3 queries)."""
    shown = HandoverLine.objects.filter(
        tray__handover=handover, tray__state__in=list(TrayCount.RESULTS)
    )
    scanned = [found.counted for found in _scanned(handover).values()]
    return _sum([*scanned, _handed_in(shown)])


@dataclass
class _Scans:
    """What was scanned in a place that is not handed in: the tags, and how many of each kind."""

    counted: Tally = field(default_factory=Tally)
    kinds: Counter[str] = field(default_factory=Counter)


def _scanned(handover: Handover) -> dict[int, _Scans]:
    """The scans that stand, by the tray that is being counted, summed by the database and not read
    one by one: there may be a thousand (2 queries, 5 where a piece has moved)."""
    scans: dict[int, _Scans] = defaultdict(_Scans)
    if not handover.is_open:
        return scans
    groups = _grouped(handover)
    # mostly no piece of the count has moved since its first scan
    first = min((seq for *_group, seq in groups), default=None)
    if first and statements.fetch(ANY_MOVED, [handover.store_id, first, handover.pk]):
        groups = _grouped(handover, but=_carried_away(handover))
    for tray, kind, metal, grade, n, mg, _seq in groups:
        scans[tray].kinds[kind] += n
        if kind == ReadKind.PIECE:
            scans[tray].counted.add(metal=metal, fineness=grade, net_mg=int(mg), pieces=n)
    return scans


def _grouped(handover: Handover, *, but: Sequence[int] = ()) -> list[statements.Columns]:
    results = sorted(TrayCount.RESULTS)
    left_out = f"AND read.id NOT IN {statements.marks(but)}" if but else ""
    asked = SCANNED.format(results=statements.marks(results), but=left_out)
    return statements.fetch(asked, [handover.pk, *results, *but])


def _running(handover: Handover) -> QuerySet[CountRead]:
    """The scans of the counts that are not handed in; what was undone is not among them."""
    return CountRead.objects.filter(
        ~Q(tray__state__in=list(TrayCount.RESULTS)),
        handover=handover,
        undone_at__isnull=True,
        attempt=F("tray__attempts") + 1,
    )


def _carried_away(handover: Handover) -> list[int]:
    """Scans whose piece was sold or moved after it was scanned (2 queries)."""
    reads = _running(handover)
    moves = Movement.objects.filter(
        Exists(CountRead.objects.filter(handover=handover, piece=OuterRef("piece"))),
        change__store=handover.store_id,
        change__seq__gt=Subquery(reads.order_by("pk").values("seq")[:1]),
    )
    by_piece: dict[int | None, list[Movement]] = defaultdict(list)
    for move in moves.select_related("change"):
        by_piece[move.piece_id].append(move)
    moved = reads.filter(piece__in=by_piece).select_related("tray") if by_piece else []
    return [read.pk for read in moved if any(_takes(row, read) for row in by_piece[read.piece_id])]


def _takes(move: Movement, read: CountRead) -> bool:
    """Whether a movement carried a scanned piece out of its tray."""
    return move.change.seq > read.seq and comparing.carries_away(move, read.tray.place_id)


def _difference(tray: TrayCount) -> tuple[list[Piece], list[Piece]]:
    found = Counted(scans.live_reads(tray))
    return comparing.short_of(tray, found), comparing.surplus_of(tray, found)


def _row(tray: TrayCount, found: _Scans, shown: tuple[list[Piece], list[Piece]] | None) -> TrayRow:
    lines = list(tray.lines.all()) if tray.is_shown else []
    short, surplus = shown or ([], [])
    return TrayRow(
        tray=tray,
        counted=_handed_in(lines) if tray.is_shown else found.counted,
        no_label=found.kinds[ReadKind.NO_LABEL] or tray.no_label,
        strays=found.kinds[ReadKind.STRAY] or tray.strays,
        lines=lines,
        short=short,
        surplus=surplus,
    )


def _handed_in(lines: Iterable[HandoverLine]) -> Tally:
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


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        for of, pieces, mg in tally.classes:
            total.add(metal=of.metal, fineness=of.grade, net_mg=mg, pieces=pieces)
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
