"""Numbers of our own for pieces that arrive without one: ten digits, the last a check digit."""

from collections.abc import Collection, Iterator
from itertools import islice
from typing import Final

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from inventory.ground import codes
from inventory.ground.errors import RuleBroken
from inventory.models import Piece

LAST: Final = 10**9  # nine digits in front of the check digit
BATCH: Final = 1_000  # names in one statement


class NumbersUsedUp(RuleBroken):
    code = "numbers_used_up"
    sentence = _("There is no free piece number left. Nothing was saved; call head office.")


def free(*, count: int, listed: Collection[str], barcodes: Collection[str]) -> list[str]:
    """The next numbers above the highest of all stores and of those `listed` beside them.

    A number that is some piece's bar code, in the books or among `barcodes`, is left out: every
    scan of it would be ambiguous. Two stores that ask at once may get the same numbers; the
    database then lets one of them write.
    """
    highest = Piece.objects.aggregate(highest=Max("number"))["highest"] or ""
    candidates = _above(max([highest, *listed]))
    found: list[str] = []
    while len(found) < count:
        batch = list(islice(candidates, min(BATCH, count - len(found))))
        if not batch:
            raise NumbersUsedUp
        known = Piece.objects.filter(barcode__in=batch).values_list("barcode", flat=True)
        ambiguous = {*known, *barcodes}
        found += [number for number in batch if number not in ambiguous]
    return found


def _above(number: str) -> Iterator[str]:
    first = int(number[:9] or "0") + 1
    return (codes.piece_number(f"{digits:09d}") for digits in range(first, LAST))
