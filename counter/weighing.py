"""What a scale may differ from the tags before somebody has to look."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from counter.models import CountRead, HandoverLine, TrayCount
from inventory.count_weights import tolerance_mg
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import MOST_MG
from inventory.models import CountDepth

FINE_GOLD = 9_900  # 足金: tenths of a permille
MOST_TRAY_MG = 4 * MOST_MG


class BadTrayWeight(RuleBroken):
    code = "bad_tray_weight"
    status = 422
    sentence = _("The tray with its goods weighs more than the empty tray. Weigh both again.")


class BadPieceWeight(RuleBroken):
    code = "bad_piece_weight"
    status = 422
    sentence = _("This weight cannot be right. Put the piece on the scale again.")


class TareNeeded(RuleBroken):
    code = "tare_needed"
    status = 422
    sentence = _("The weight of the empty tray is not known. Type it too.")


def wants_tray_weight(tray: TrayCount, reads: Sequence[CountRead]) -> bool:
    """Whether this tray goes on the scale: where its depth says so, else when its tare is known
    and everything scanned is plain fine gold or platinum."""
    if tray.depth:
        return tray.depth == CountDepth.TRAY
    if tray.place.tare_mg is None or not reads:
        return False
    return all(_is_plain(read) for read in reads)


def wants_each(tray: TrayCount) -> bool:
    return tray.depth == CountDepth.EACH


def gap_mg(tray: TrayCount, reads: Sequence[CountRead]) -> int | None:
    """Scale less tare less the gross weights on the tags; None for a tray not weighed."""
    if tray.gross_mg is None or tray.tare_mg is None:
        return None
    return tray.gross_mg - tray.tare_mg - sum(_gross(read) for read in reads)


def tray_agrees(tray: TrayCount, reads: Sequence[CountRead]) -> bool:
    gap = gap_mg(tray, reads)
    return gap is None or abs(gap) <= tolerance_mg(pieces=len(reads), readings=2)


def piece_agrees(read: CountRead) -> bool:
    """A piece that was put on the scale by itself against the gross weight on its tag."""
    if read.scale_mg is None or read.piece is None:
        return True
    return abs(read.scale_mg - read.piece.gross_mg) <= tolerance_mg(pieces=1, readings=1)


def net_by_scale(tray: TrayCount, reads: Sequence[CountRead]) -> int | None:
    """秤重: net milligrams that the scale proves for these reads, all of one metal class in the
    tray; stones as on the tags. None where the scale did not see them."""
    if not reads:
        return None
    stones = sum(_gross(read) - _net(read) for read in reads)
    if all(read.scale_mg is not None for read in reads):
        return sum(read.scale_mg or 0 for read in reads) - stones
    if tray.gross_mg is None or tray.tare_mg is None:
        return None
    return tray.gross_mg - tray.tare_mg - stones


def typed_agrees(line: HandoverLine) -> bool:
    """Grams of a metal class that were typed from the scale, against the books."""
    if line.scale_mg is None:
        return True
    allowed = tolerance_mg(pieces=line.expected_pieces, readings=2)
    return abs(line.scale_mg - line.expected_mg) <= allowed


def _is_plain(read: CountRead) -> bool:
    piece = read.piece
    if piece is None or piece.gross_mg != piece.net_mg:
        return False
    return piece.metal == "Pt" or (piece.metal == "Au" and piece.grade >= FINE_GOLD)


def _gross(read: CountRead) -> int:
    return read.piece.gross_mg if read.piece else 0


def _net(read: CountRead) -> int:
    return read.piece.net_mg if read.piece else 0
