"""What is handed over besides the goods, as cards on the page of a count: the money, and the list
of keys and other things."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from counter import bag_scans, counted_old_gold, goals
from counter.goals import Goal
from counter.models import BagRead, Handover, HandoverItem, HandoverMoney
from counter.sheets import Sheet
from inventory.ground import measures


@dataclass(frozen=True)
class Card:
    """A name, a state in words, and where it is done."""

    name: str
    words: str
    state: str  # "", done, differs, accepted
    address: str
    is_current: bool

    @property
    def is_open(self) -> bool:
        """Something is to be done before anybody signs."""
        return self.state in {"", "differs"}


def cards_of(sheet: Sheet, *, chosen: Goal) -> list[Card]:
    """One for each tender, then one for the list where there is one; `chosen`: what the page
    shows."""
    told = [(goals.money(row.tender.code), str(row.tender), *_of_money(row)) for row in sheet.money]
    if sheet.items:
        told.append((goals.ITEMS, _("Keys and other things"), *_of_items(sheet.items)))
    return [
        Card(name, words, state, goals.address_of(sheet.handover, goal), goal == chosen)
        for goal, name, words, state in told
    ]


def _of_money(row: HandoverMoney) -> tuple[str, str]:
    """Words and state of a tender."""
    if not row.is_shown:
        return (_("differs: count again") if row.attempts else _("not counted")), ""
    counted = row.counted_cents or 0
    if not row.differs:
        return measures.yuan(counted), "done"
    words = measures.difference(cents=counted - row.expected_cents) or _("differs")
    return words, "differs" if goals.is_unsettled(row) else "accepted"


def _of_items(items: list[HandoverItem]) -> tuple[str, str]:
    """Words and state of the list."""
    left = sum(item.counted is None for item in items)
    if left:
        return _("%(n)s of %(all)s not checked") % {"n": left, "all": len(items)}, ""
    if any(item.counted != item.expected for item in items):
        return _("differs, with a remark"), "accepted"
    return _("checked"), "done"


def things_of(handover: Handover, items: list[HandoverItem]) -> list[tuple[HandoverItem, str]]:
    """The list, each with how it stands: nothing yet, "again" after a first difference, "done", or
    "differs" with its remark (1 query)."""
    tried = set(handover.attempts.values_list("part", flat=True))
    return [(item, _standing(item, tried)) for item in items]


@dataclass(frozen=True)
class Bags:
    """The sealed bags of a count: how each class stands, and what was scanned so far."""

    lines: Sequence[tuple[HandoverItem, str]]
    reads: Sequence[BagRead]

    @property
    def last(self) -> BagRead | None:
        """The bag in the hand."""
        return self.reads[-1] if self.reads else None

    @property
    def is_handed_in(self) -> bool:
        """Whether the books were asked, so that their figures may be seen."""
        return bool(self.lines) and all(item.counted is not None for item, _how in self.lines)

    @property
    def asks_remark(self) -> bool:
        return any(how in {"again", "differs"} for _item, how in self.lines)


def bags_of(handover: Handover, things: Sequence[tuple[HandoverItem, str]]) -> Bags | None:
    """None where no bag lies at the counter and none was scanned (1 query)."""
    lines = [(item, how) for item, how in things if counted_old_gold.is_scanned(item)]
    reads = list(bag_scans.standing(handover))
    return Bags(lines, reads) if lines or reads else None


def _standing(item: HandoverItem, tried: set[str]) -> str:
    if item.counted is None:
        return "again" if f"item {item.pk}" in tried else ""
    return "done" if item.counted == item.expected else "differs"
