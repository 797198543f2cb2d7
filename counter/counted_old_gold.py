"""旧料 on the sheet: sealed bags and loose old pieces of a counter are counted like its goods, one
line for each metal class, and the books say what must be there only once a number was handed in.

A bag counts as one thing; its seal says that the grams in it are those of the books. Bags are
scanned (`bag_scans`), loose pieces are counted by number.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal import old_pieces, scrap
from appraisal.models import OldPiece
from counter.models import Handover, HandoverItem, ItemKind
from inventory.ground import measures
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import MetalClass
from inventory.models import Place

MOST_NAME = 40

Key = tuple[str, int | None]  # metal and legal grade; loose pieces are of no class yet
STRAY: Final[Key] = ("", None)  # bags that do not lie here by the books


class BagsAreScanned(RuleBroken):
    code = "bags_are_scanned"
    status = 422
    sentence = gettext_lazy("Sealed bags are scanned one by one; no number is typed for them.")


@dataclass
class Lying:
    """Bags of one class, or loose pieces of one metal: how many, and their grams."""

    things: int = 0
    mg: int = 0


def lying_at(counter: Place) -> dict[Key, Lying]:
    """The old gold that a counter answers for, now: what it has sealed and not yet sent, and what
    customers have brought and nobody has sealed or given back."""
    found: dict[Key, Lying] = defaultdict(Lying)
    for bag in scrap.lying_at(counter):
        row = found[bag.metal, bag.grade]
        row.things, row.mg = row.things + 1, row.mg + bag.mg
    loose = OldPiece.objects.filter(trade_in__counter=counter, bag__isnull=True)
    for piece in loose.filter(place__isnull=False):
        row = found[piece.metal, None]
        row.things, row.mg = row.things + 1, row.mg + _weighed_mg(piece)
    return found


def lay_out(handover: Handover) -> list[HandoverItem]:
    """A line for each class that lies at the counter when its count begins; gold first."""
    found = lying_at(handover.counter)
    return [line_of(handover, key, expected=found[key].things) for key in sorted(found, key=_rank)]


def line_of(handover: Handover, key: Key, *, expected: int = 0) -> HandoverItem:
    """A line of the sheet, not written yet."""
    metal, grade = key
    return HandoverItem(
        handover=handover,
        kind=ItemKind.OLD_GOLD,
        name=name_of(metal, grade)[:MOST_NAME],
        expected=expected,
        metal=metal,
        grade=grade,
    )


def key_of(item: HandoverItem) -> Key:
    return item.metal, item.grade


def is_scanned(item: HandoverItem) -> bool:
    """Whether a line counts sealed bags: those are scanned, and no number is typed for them."""
    is_bag = item.grade is not None or key_of(item) == STRAY
    return item.kind == ItemKind.OLD_GOLD and is_bag


def bag_lines(handover: Handover) -> list[HandoverItem]:
    """The lines of the sheet that count sealed bags (1 query)."""
    rows = handover.items.filter(kind=ItemKind.OLD_GOLD).order_by("pk")
    return [item for item in rows if is_scanned(item)]


def compare(item: HandoverItem, counter: Place) -> None:
    """What the books say of this line at this moment: a bag may have come since the count began.
    Other lines of a sheet are left as they are."""
    if item.kind != ItemKind.OLD_GOLD:
        return
    now = lying_at(counter).get((item.metal, item.grade), Lying())
    item.expected, item.mg = now.things, now.mg


def name_of(metal: str, grade: int | None) -> str:
    """The words of a line: what is counted there, and never how much of it."""
    if (metal, grade) == STRAY:
        return _("Bags that belong elsewhere")
    if grade is None:
        return _("Loose old pieces: %(metal)s") % {"metal": measures.Metal(metal).label}
    label = measures.class_of(metal=metal, fineness=grade).label
    return _("Bags of old gold: %(metal)s") % {"metal": label}


def _rank(key: Key) -> tuple[bool, MetalClass]:
    metal, grade = key
    return grade is None, measures.class_of(metal=metal, fineness=grade or 0)


def _weighed_mg(piece: OldPiece) -> int:
    """Nothing before its first weighing."""
    return old_pieces.counting_weight(piece).mg if old_pieces.gross_of(piece) else 0
