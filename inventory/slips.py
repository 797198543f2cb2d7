"""柜位转货单 as people read it: from where to where, pieces and grams, and what is not back."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Sum

from inventory.ground.measures import Tally
from inventory.models import Movement, Transfer


@dataclass(frozen=True)
class Slip:
    """A transfer with its sums; `sources` are the places its pieces lay in before."""

    transfer: Transfer
    sources: list[str]
    tally: Tally


def slips_of(transfers: Sequence[Transfer]) -> list[Slip]:
    """Many transfers with their sums (2 queries)."""
    sources, tallies = _sources(transfers), _tallies(transfers)
    return [Slip(each, sources[each.pk], tallies[each.pk]) for each in transfers]


def movements_of(transfer: Transfer) -> list[Movement]:
    """The pieces of a transfer in order of their numbers, with where they came from (1 query)."""
    rows = transfer.movements.select_related("piece__style", "from_place__parent")
    return list(rows.order_by("piece__number"))


def tally_of(movements: Sequence[Movement]) -> Tally:
    """Pieces and grams of movements that are read already; pass them with their `piece`."""
    total = Tally()
    for row in movements:
        total.add(metal=row.piece.metal, fineness=row.piece.grade, net_mg=row.net_mg)
    return total


def still_there(movements: Sequence[Movement]) -> list[Movement]:
    """Those whose piece lies where the transfer has put it; pass them with their `piece`."""
    return [row for row in movements if row.piece.place_id == row.to_place_id]


def _tallies(transfers: Sequence[Transfer]) -> dict[int, Tally]:
    rows = Movement.objects.filter(transfer__in=transfers).order_by()
    groups = rows.values("transfer", "piece__metal", "piece__grade")
    found: dict[int, Tally] = defaultdict(Tally)
    for group in groups.annotate(n=Count("pk"), mg=Sum("net_mg")):
        found[group["transfer"]].add(
            metal=group["piece__metal"],
            fineness=group["piece__grade"],
            net_mg=group["mg"],
            pieces=group["n"],
        )
    return found


def _sources(transfers: Sequence[Transfer]) -> dict[int, list[str]]:
    rows = Movement.objects.filter(transfer__in=transfers, from_place__isnull=False)
    places = rows.values_list("transfer", "from_place__name", "from_place__code").distinct()
    found: dict[int, list[str]] = defaultdict(list)
    for slip, name, code in places.order_by("from_place__code"):
        found[slip].append(name or code)
    return found
