"""What is to be done next at an open count, and the address where it is done."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _

from counter.counted_places import CountedPlace
from counter.models import Handover, HandoverMoney
from counter.sheets import Sheet


@dataclass(frozen=True)
class Goal:
    """One thing to do: a place, a tender, the other things, or the signatures."""

    panel: str
    code: str = ""


SIGN, ITEMS = Goal("sign"), Goal("items")


def tray(code: str) -> Goal:
    return Goal("tray", code)


def money(code: str) -> Goal:
    return Goal("money", code)


def next_of(sheet: Sheet, places: Sequence[CountedPlace], *, by: User) -> Goal:
    """My tray, then one that waits, then money and things, then what differs; at last the
    signatures. Somebody who counts no goods is sent to the money."""
    goals: list[Goal] = []
    counts = by.has_perm("count_pieces")
    if counts:
        goals += _to_count(places)
    goals += [money(row.tender.code) for row in sheet.money if row.counted_cents is None]
    if counts and any(item.counted is None for item in sheet.items):
        goals.append(ITEMS)
    goals += [tray(place.code) for place in places if place.differs]
    goals += [money(row.tender.code) for row in sheet.money if is_unsettled(row)]
    return next(iter(goals), SIGN)


def _to_count(places: Sequence[CountedPlace]) -> Iterator[Goal]:
    """Trays: mine, then those that nobody has begun, then those that differed once."""
    for group in (
        [place for place in places if place.is_mine],
        [place for place in places if place.is_waiting],
        [place for place in places if place.is_to_recount],
    ):
        yield from (tray(place.code) for place in group)


def is_unsettled(row: HandoverMoney) -> bool:
    """A tender that differs, and nobody has accepted that."""
    return row.is_shown and row.differs and row.approval_id is None


def words_of(goal: Goal, places: Iterable[CountedPlace], rows: Iterable[HandoverMoney]) -> str:
    """What the button to it says."""
    names = {tray(place.code): place.name for place in places}
    names |= {money(row.tender.code): str(row.tender) for row in rows}
    names[ITEMS] = _("Keys and other things")
    if goal in names:
        return _("Next: %(place)s") % {"place": names[goal]}
    return _("To the signatures")


def is_on(sheet: Sheet, goal: Goal) -> bool:
    """Whether the sheet has such a place or tender."""
    if goal.panel == "tray":
        return sheet.row_of(goal.code) is not None
    if goal.panel == "money":
        return any(row.tender.code == goal.code for row in sheet.money)
    return True


def address_of(handover: Handover, goal: Goal | None = None) -> str:
    """The page of a sheet, open at one thing to do."""
    address = reverse("handover", args=[handover.number])
    if goal is None:
        return address
    asked = {goal.panel: goal.code} if goal.code else {"part": goal.panel}
    return f"{address}?{urlencode(asked)}"


def asked_in(query: dict[str, str]) -> Goal | None:
    """What an address asks for; "next" and nothing at all are the same."""
    place, tender, part = query.get("tray", ""), query.get("money", ""), query.get("part", "")
    if place and place != "next":
        return tray(place)
    if tender:
        return money(tender)
    return Goal(part) if part in {ITEMS.panel, SIGN.panel} else None
