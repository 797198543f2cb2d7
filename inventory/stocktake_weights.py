"""The scale at a stocktake: the whole tray as a second check, and some pieces by themselves."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Final

from django.db import connection
from django.db.models import Max, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory import count_weights
from inventory.ground import settings_rows
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import MOST_MG
from inventory.models import (
    Piece,
    StocktakePlace,
    StocktakeRead,
    StocktakeSample,
    StocktakeUnlabelled,
)

MOST_TRAY_MG: Final = 4 * MOST_MG
LONGEST_DAYS: Final = 30
# from the newest changes to their movements: the plus signs keep SQLite from beginning at a place,
# whose history grows for ever
MOVED: Final = """
    SELECT 1 FROM inventory_change change
    JOIN inventory_movement movement ON movement.change_id = change.id
    WHERE change.store_id = %s AND change.seq > %s
      AND (+movement.from_place_id = %s OR +movement.to_place_id = %s) LIMIT 1
"""


class TrayWeightWrong(RuleBroken):
    code = "bad_tray_weight"
    status = 422
    sentence = _("The tray with its goods weighs more than the empty tray. Weigh both again.")


class PieceWeightWrong(RuleBroken):
    code = "bad_piece_weight"
    status = 422
    sentence = _("This weight cannot be right. Put the piece on the scale again.")


class TareUnknown(RuleBroken):
    code = "tare_needed"
    status = 422
    sentence = _("The weight of the empty tray is not known. Type it too.")


class TrayMoved(RuleBroken):
    """What was weighed is no longer what lies there."""

    code = "tray_moved"
    sentence = _("A piece left or entered this tray after the page was opened. Weigh it again.")


class SamplesNeeded(RuleBroken):
    code = "samples_needed"
    status = 422
    sentence = _("Some pieces have not been on the scale by themselves yet.")


def draw(spot: StocktakePlace, *, dice: Random | None = None) -> bool:
    """Chooses pieces that were read in the place, so the draw tells nothing of the books; True when
    it has just chosen, for a scale that has yet to see them. How many: the store's `count_sample`.
    Refused while one of the chosen has no weight. What was chosen in a round stays chosen."""
    rows = spot.samples.filter(round=spot.round)
    if rows.filter(scale_mg__isnull=True).exists():
        raise SamplesNeeded
    wanted = settings_rows.number(spot.stocktake.store, "count_sample")
    if not wanted or rows.exists():
        return False
    pieces = list(Piece.objects.filter(pk__in=_lying(spot).values("piece")))
    days = _days_unweighed([piece.pk for piece in pieces])
    chances = {piece.pk: count_weights.worth(piece) * days[piece.pk] for piece in pieces}
    drawn = count_weights.draw(chances, wanted, dice=dice)
    StocktakeSample.objects.bulk_create(
        StocktakeSample(spot=spot, round=spot.round, piece_id=key) for key in drawn
    )
    return bool(drawn)


def compare(spot: StocktakePlace) -> None:
    """`spot.gap_mg`: scale less tare less what the labels that were read say; none for a tray that
    was not weighed. Refused when something moved after it was weighed."""
    spot.gap_mg = None
    if spot.gross_mg is None or spot.tare_mg is None:
        return
    check_still(spot, since=spot.weighed_seq or 0)
    labels = _lying(spot).aggregate(mg=Sum("piece__gross_mg"))["mg"] or 0
    loose = unlabelled(spot).aggregate(mg=Sum("gross_mg"))["mg"] or 0
    spot.gap_mg = spot.gross_mg - spot.tare_mg - labels - loose


def agrees(spot: StocktakePlace) -> bool:
    """Whether the tray weighs what the labels in it say."""
    if spot.gap_mg is None:
        return True
    many = _lying(spot).count() + unlabelled(spot).count()
    return abs(spot.gap_mg) <= count_weights.tolerance_mg(pieces=many, readings=2)


def wrong_samples(spot: StocktakePlace) -> list[StocktakeSample]:
    """Pieces that do not weigh what their labels say, of the newest round."""
    rows = spot.samples.filter(round=spot.round, scale_mg__isnull=False).select_related("piece")
    allowed = count_weights.tolerance_mg(pieces=1, readings=1)
    return [row for row in rows if abs((row.scale_mg or 0) - row.piece.gross_mg) > allowed]


def unlabelled(spot: StocktakePlace) -> QuerySet[StocktakeUnlabelled]:
    """Pieces without a label of the newest round, but for those that were taken back."""
    return spot.unlabelled.filter(round=spot.round, undone_at__isnull=True)


def _lying(spot: StocktakePlace) -> QuerySet[StocktakeRead]:
    """Reads of our pieces in the newest round that have not left the place since."""
    rows = StocktakeRead.objects.filter(
        store=spot.store_id, stocktake=spot.stocktake_id, place=spot.place_id, round=spot.round
    )
    left = spot.stocktake.lines.filter(place=spot.place_id, gone_by__isnull=False)
    return rows.filter(piece__isnull=False).exclude(piece__in=left.values("piece"))


def _days_unweighed(pieces: Sequence[int]) -> dict[int, int]:
    """Days since each piece was on the scale by itself at a stocktake, from 1 to 30 (1 query)."""
    now = timezone.now()
    weighed = StocktakeSample.objects.filter(
        piece__in=pieces, at__gt=now - timedelta(days=LONGEST_DAYS)
    ).order_by()
    newest = dict(weighed.values_list("piece").annotate(at=Max("at")))
    return {
        key: max((now - newest[key]).days, 1) if key in newest else LONGEST_DAYS for key in pieces
    }


def check_still(spot: StocktakePlace, *, since: int) -> None:
    """Refused when something moved in or out of the place after a moment of the chain."""
    with connection.cursor() as cursor:
        cursor.execute(MOVED, [spot.store_id, since, spot.place_id, spot.place_id])
        if cursor.fetchone():
            raise TrayMoved
