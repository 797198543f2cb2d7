"""抽盘: one tray is counted unannounced, drawn by its value and the days since its last count."""

from collections import defaultdict
from datetime import timedelta
from random import Random, SystemRandom

from django.contrib.auth.models import User
from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from counter import custody
from counter.models import HandoverState, TrayCount
from inventory import prices
from inventory.ground import amounts
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.models import Piece, Place, Pricing

LONGEST_DAYS = 30


class NothingToCount(RuleBroken):
    code = "nothing_to_count"
    sentence = _("No tray of this counter has pieces in it that are not being counted already.")


def pick(*, counter: Place, by: User, dice: Random | None = None) -> Place:
    """The place of a counter that is to be counted now: its chance is the value of its pieces
    times the days since its last signed count. Which one it is tells nothing about its figures.
    Refused to a role without the right, and when no place has pieces that could be counted.

    `dice`: the system's own, which nobody can foresee, unless a test brings others.
    """
    if not by.has_perm("ask_spot_count"):
        raise NotAllowed
    worth = _worth_cents(counter)
    if not worth:
        raise NothingToCount
    days = _days_uncounted(list(worth))
    places = Place.objects.in_bulk(worth)
    chances = [worth[key] * days[key] for key in places]
    (drawn,) = (dice or SystemRandom()).choices(list(places.values()), weights=chances)
    return drawn


def _worth_cents(counter: Place) -> dict[int, int]:
    """What lies in each place of a counter that is not being counted, in cents: tags, and grams
    at today's selling price; never 0 where something lies (2 queries)."""
    present = Piece.objects.filter(
        place__parent=counter, place__counted_in="", state__in=custody.PRESENT
    ).order_by()
    groups = present.values("place", "pricing", "metal", "grade", "content")
    board = prices.current(store=counter.store)
    worth: dict[int, int] = defaultdict(lambda: 1)
    for group in groups.annotate(mg=Sum("net_mg"), cents=Sum("price_cents")):
        row = board.get((group["metal"], group["content"] or group["grade"]))
        if group["pricing"] == Pricing.FIXED:
            worth[group["place"]] += group["cents"]
        elif row is not None:
            worth[group["place"]] += amounts.metal_cents(
                weight_mg=group["mg"], cents_per_gram=row.cents_per_gram
            )
        else:
            worth[group["place"]] += 1
    return dict(worth)


def _days_uncounted(places: list[int]) -> dict[int, int]:
    """Days since a signed sheet last counted each place, from 1 to 30; what was taken over under
    its seal was not counted. Older sheets are not looked at (1 query)."""
    now = timezone.now()
    signed = TrayCount.objects.filter(
        place__in=places,
        by_seal=False,
        handover__state=HandoverState.SIGNED,
        handover__signed_at__gt=now - timedelta(days=LONGEST_DAYS),
    ).order_by()
    newest = signed.values("place").annotate(at=Max("handover__signed_at"))
    counted_at = dict(newest.values_list("place", "at"))
    return {
        key: max((now - counted_at[key]).days, 1) if key in counted_at else LONGEST_DAYS
        for key in places
    }
