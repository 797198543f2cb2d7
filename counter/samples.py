"""The sample on the scale: tags add up even over a plated copy, so some pieces of each scanned
tray are weighed by themselves, drawn by their worth and the days since they were last weighed."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from django.db.models import Max
from django.utils import timezone

from counter import weighing
from counter.models import CountRead, ReadKind, TrayCount
from inventory import count_weights
from inventory.ground import settings_rows

LONGEST_DAYS = 30


def draw(*, tray: TrayCount, reads: Sequence[CountRead], dice: Random | None = None) -> bool:
    """Chooses among the scans that stand, so the draw tells nothing of the books; True when it has
    just chosen. How many: the store's `count_sample`; none where every piece is weighed anyway.

    Who was chosen stays so, even when the scan is taken back and made again. `dice`: the system's
    own, which nobody can foresee, unless a test brings others.
    """
    wanted = settings_rows.number(tray.handover.store, "count_sample")
    rows = [read for read in reads if read.kind == ReadKind.PIECE and read.piece]
    if not wanted or weighing.wants_each(tray) or not rows:
        return False
    chosen = _chosen_before(tray)
    drawn = [read for read in rows if read.piece_id in chosen]
    if not drawn:
        drawn = _drawn(rows, wanted, dice)
    new = [read.pk for read in drawn if not read.sampled]
    CountRead.objects.filter(pk__in=new).update(sampled=True)
    return bool(new)


def _chosen_before(tray: TrayCount) -> set[int | None]:
    """Pieces of this attempt that were drawn already, whatever became of their scans."""
    rows = tray.reads.filter(attempt=tray.attempts + 1, sampled=True)
    return set(rows.values_list("piece", flat=True))


def _drawn(rows: Sequence[CountRead], wanted: int, dice: Random | None) -> list[CountRead]:
    days = _days_unweighed([read.piece_id for read in rows if read.piece_id is not None])
    chances = {
        place: count_weights.worth(read.piece) * days[read.piece_id]
        for place, read in enumerate(rows)
        if read.piece
    }
    return [rows[place] for place in count_weights.draw(chances, wanted, dice=dice)]


def _days_unweighed(pieces: Sequence[int]) -> dict[int | None, int]:
    """Days since each piece was on the scale by itself at a count, from 1 to 30; older weights are
    not looked at (1 query)."""
    now = timezone.now()
    weighed = CountRead.objects.filter(
        piece__in=pieces, scale_mg__isnull=False, at__gt=now - timedelta(days=LONGEST_DAYS)
    ).order_by()
    newest = dict(weighed.values_list("piece").annotate(at=Max("at")))
    return {
        key: max((now - newest[key]).days, 1) if key in newest else LONGEST_DAYS for key in pieces
    }
