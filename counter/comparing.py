"""A count against the books: one line a metal class, and the pieces that are short or too many."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from counter import custody, weighing
from counter.custody import PRESENT, Account, Amount, MetalKey, Step
from counter.models import CountRead, Handover, HandoverLine, ReadKind, TrayCount
from inventory.ground import statements
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.models import Movement, Piece, Store


class CustodyBroken(RuleBroken):
    """What the last sheet left and what moved since do not add up to what the books say."""

    code = "custody_broken"
    status = 503
    sentence = _("The books of this counter do not add up. Nothing was saved; call head office.")


@dataclass
class Counted:
    """What the hands found: scans, or figures typed by metal class (grams may be left out)."""

    reads: list[CountRead] = field(default_factory=list)
    typed: dict[MetalKey, tuple[int, int | None]] | None = None

    @property
    def pieces(self) -> list[CountRead]:
        return [read for read in self.reads if read.kind == ReadKind.PIECE]

    @property
    def ids(self) -> set[int]:
        return {read.piece_id for read in self.pieces if read.piece_id is not None}

    def of_kind(self, kind: ReadKind) -> int:
        return sum(read.kind == kind for read in self.reads)

    def by_class(self) -> dict[MetalKey, list[CountRead]]:
        groups: dict[MetalKey, list[CountRead]] = defaultdict(list)
        for read in self.pieces:
            if read.piece is not None:
                groups[(read.piece.metal, read.piece.grade)].append(read)
        return groups


# a tray and what was found in it; None: it was taken over by its seal
Found = tuple[TrayCount, Counted | None]


def compare(*, handover: Handover, found: Sequence[Found], book: Book) -> list[bool]:
    """Writes the lines of these trays of one sheet; for each whether hands and books agree. One
    tray or all of a counter cost the same statements.

    A tray is compared as the books stand when it is handed in, and `tray.seq` keeps that moment.
    Compared again, because a forgotten move was entered, it is the same moment with that move.
    """
    accounts = custody.read(handover, [tray.place_id for tray, _counted in found])
    written: list[HandoverLine] = []
    agreed: list[bool] = []
    for tray, counted in found:
        if tray.seq is None:
            tray.seq = book.head.seq
        account = accounts[tray.place_id]
        lines = _expected_lines(tray, account)
        _enter_found(tray, lines, counted)
        agreed.append(counted is None or _agrees(tray, counted, lines, account))
        written += lines.values()
    HandoverLine.objects.filter(tray__in=[tray.pk for tray, _counted in found]).delete()
    statements.insert(written)
    return agreed


def _agrees(
    tray: TrayCount, counted: Counted, lines: Mapping[MetalKey, HandoverLine], account: Account
) -> bool:
    if tray.no_label:
        return False
    if counted.typed is not None:
        return all(
            line.counted_pieces == line.expected_pieces and weighing.typed_agrees(line)
            for line in lines.values()
        )
    if counted.ids != _taken_back(account.piece_ids, _later(tray, account.steps)):
        return False
    on_scale = weighing.tray_agrees(tray, counted.pieces)
    return on_scale and all(weighing.piece_agrees(read) for read in counted.pieces)


def lying_pieces(tray: TrayCount) -> QuerySet[Piece]:
    """What the books say lies in the place now."""
    return Piece.objects.filter(place=tray.place_id, state__in=PRESENT)


def expected_ids(tray: TrayCount) -> set[int]:
    """What the books say lay in the place when the tray was compared (2 queries)."""
    ids = set(lying_pieces(tray).values_list("pk", flat=True))
    if tray.seq is None:
        return ids
    rows = custody.steps(tray.handover.store, [tray.place_id], since=tray.seq)
    return _taken_back(ids, _later(tray, rows))


def short_of(tray: TrayCount, counted: Counted) -> list[Piece]:
    """Pieces that the books had here and the hands did not find (3 queries)."""
    rows = Piece.objects.filter(pk__in=expected_ids(tray) - counted.ids)
    return list(rows.select_related("style", "place").order_by("number"))


def surplus_of(tray: TrayCount, counted: Counted) -> list[Piece]:
    """Pieces that the hands found here and the books had elsewhere (3 queries)."""
    rows = Piece.objects.filter(pk__in=counted.ids - expected_ids(tray))
    return list(rows.select_related("style", "place__parent").order_by("number"))


def is_later(tray: TrayCount, *, seq: int, number: str) -> bool:
    """Whether a movement happened after the tray was compared. A forgotten move that its own sheet
    entered, and a piece that it declared missing, belong to the comparison."""
    return tray.seq is not None and seq > tray.seq and number != tray.handover.number


def _later(tray: TrayCount, rows: Sequence[Step]) -> list[Step]:
    return [row for row in rows if is_later(tray, seq=row.seq, number=row.number)]


def _taken_back(ids: Collection[int], later: Sequence[Step]) -> set[int]:
    """What lay in a place before these steps."""
    before = set(ids)
    for step in reversed(later):
        if step.sign > 0:
            before.discard(step.piece_id)
        else:
            before.add(step.piece_id)
    return before


def _expected_lines(tray: TrayCount, account: Account) -> dict[MetalKey, HandoverLine]:
    """Opening + in − out = expected, class by class. Refused when the three do not add up."""
    lines: dict[MetalKey, HandoverLine] = {}
    later: dict[MetalKey, Amount] = defaultdict(Amount)
    for step in account.steps:
        line = _line(lines, tray, step.metal, step.grade)
        if is_later(tray, seq=step.seq, number=step.number):
            later[step.metal, step.grade].add(step.sign, step.sign * step.mg)
        else:
            _enter_step(line, step.sign, step.mg, step.reason)
    for key in {*account.opening, *account.now, *lines}:
        line, start = _line(lines, tray, *key), account.opening.get(key, Amount())
        line.opening_pieces, line.opening_mg = start.pieces, start.mg
        there, moved = account.now.get(key, Amount()), later.get(key, Amount())
        line.expected_pieces = there.pieces - moved.pieces
        line.expected_mg = there.mg - moved.mg
        _check_sum(line)
    return lines


def _check_sum(line: HandoverLine) -> None:
    if line.expected_pieces != line.opening_pieces + line.in_pieces - line.out_pieces:
        raise CustodyBroken
    if line.expected_mg != line.opening_mg + line.in_mg - line.out_mg:
        raise CustodyBroken


def _enter_step(line: HandoverLine, sign: int, mg: int, reason: str) -> None:
    if sign > 0:
        line.in_pieces += 1
        line.in_mg += mg
    else:
        line.out_pieces += 1
        line.out_mg += mg
    pieces, grams = line.moves.get(reason, [0, 0])
    line.moves[reason] = [pieces + sign, grams + sign * mg]


def _enter_found(
    tray: TrayCount, lines: dict[MetalKey, HandoverLine], counted: Counted | None
) -> None:
    if counted is None:
        for line in lines.values():
            line.counted_pieces, line.tag_mg = line.expected_pieces, None
    elif counted.typed is not None:
        for (metal, grade), (pieces, mg) in counted.typed.items():
            line = _line(lines, tray, metal, grade)
            line.counted_pieces, line.scale_mg = pieces, mg
    else:
        _enter_scanned(tray, lines, counted)


def _enter_scanned(tray: TrayCount, lines: dict[MetalKey, HandoverLine], counted: Counted) -> None:
    tray.no_label = counted.of_kind(ReadKind.NO_LABEL)
    tray.strays = counted.of_kind(ReadKind.STRAY)
    tray.gap_mg = weighing.gap_mg(tray, counted.pieces)
    groups = counted.by_class()
    for (metal, grade), reads in groups.items():
        line = _line(lines, tray, metal, grade)
        line.counted_pieces = len(reads)
        line.tag_mg = sum(read.piece.net_mg for read in reads if read.piece)
        if len(groups) == 1 or all(read.scale_mg is not None for read in reads):
            line.scale_mg = weighing.net_by_scale(tray, reads)
    for key, line in lines.items():
        if key not in groups:
            line.tag_mg = 0


def _line(
    lines: dict[MetalKey, HandoverLine], tray: TrayCount, metal: str, grade: int
) -> HandoverLine:
    return lines.setdefault((metal, grade), HandoverLine(tray=tray, metal=metal, grade=grade))


def evidence(tray: TrayCount, counted: Counted | None) -> dict[str, Any]:
    """What an attempt keeps: every piece by its number, or the typed figures, and the weights."""
    kept: dict[str, Any] = {"gross_mg": tray.gross_mg, "tare_mg": tray.tare_mg}
    if counted is None:
        return kept | {"seal": tray.seal_number}
    if counted.typed is not None:
        return kept | {
            "typed": [[*key, pieces, mg] for key, (pieces, mg) in sorted(counted.typed.items())]
        }
    numbers = sorted(read.piece.number for read in counted.pieces if read.piece)
    weighed = {
        read.piece.number: read.scale_mg
        for read in counted.pieces
        if read.piece and read.scale_mg is not None
    }
    return kept | {
        "pieces": numbers,
        "weighed": weighed,
        "no_label": counted.of_kind(ReadKind.NO_LABEL),
        "strays": counted.of_kind(ReadKind.STRAY),
    }


def moves_of(store: Store, piece_ids: Collection[int], *, since: int) -> QuerySet[Movement]:
    """Movements of these pieces in a store after a moment of its ledger; every store counts its
    own links."""
    rows = Movement.objects.filter(piece__in=list(piece_ids), change__store=store)
    return rows.filter(change__seq__gt=since).select_related("change")


def carries_away(move: Movement, place_id: int) -> bool:
    """Whether a movement takes the piece out of this place, or from wherever the books had it."""
    was, is_now = move.old in PRESENT, move.new in PRESENT
    if was and is_now and move.from_place_id == move.to_place_id:
        return False  # held or released
    return not is_now or move.to_place_id != place_id
