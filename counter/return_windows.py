"""Until when a reason leads to other goods or to money: dated rows by reason, channel and class of
piece, which head office keeps. The terms of the day of the purchase hold. That day is day 0, or the
day on which the customer got the goods, as the row says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Final

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter.made_to_order import WITHOUT_FAULT
from counter.models import Channel, LeadsTo, ReturnWindow, Starts
from inventory import places
from inventory.ground import changes
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.models import Change, Piece, Store
from warranty.models import Fault

CLASS = ("channel", "metal", "category", "pricing")
WINDOW_SET: Final = "return_window_set"
LONGEST_DAYS: Final = 3_650
HIGHEST: Final = 1_000


class NoWindow(RuleBroken):
    """No row leads from this reason to what is asked for."""

    code = "no_return_window"

    def __init__(self, *, fault: str, leads_to: str) -> None:
        told = {"fault": Fault(fault).label, "leads_to": LeadsTo(leads_to).label}
        super().__init__(_("%(fault)s: no rule of the house gives %(leads_to)s for it.") % told)


class WindowOver(RuleBroken):
    """The days of the row are over; the sentence names the last one."""

    code = "return_window_over"

    def __init__(self, window: ReturnWindow, *, last: date) -> None:
        told = {
            "fault": window.get_fault_display(),
            "leads_to": window.get_leads_to_display(),
            "last": f"{last:%Y-%m-%d}",
            "days": window.days,
        }
        words = _(
            "%(fault)s: %(leads_to)s was possible until %(last)s, %(days)s days after the sale."
        )
        if window.starts == Starts.RECEIPT:
            words = _(
                "%(fault)s: %(leads_to)s was possible until %(last)s, %(days)s days after the goods"
                " were received."
            )
        super().__init__(words % told)


class ReceiptDayNeeded(BadField):
    """The clock of this window starts when the customer gets the goods."""

    code = "receipt_day_needed"
    sentence = gettext_lazy("Type on which day the customer received the goods.")


class BadReceiptDay(BadField):
    code = "bad_receipt_day"
    sentence = gettext_lazy("The goods were received between the day of the sale and today.")


class BadWindow(BadField):
    code = "bad_return_window"


class WindowBackdated(BadField):
    """What was bought yesterday was bought under yesterday's terms."""

    code = "return_window_backdated"
    sentence = gettext_lazy("A window begins today or later. What was sold keeps its terms.")


class WindowEnded(RuleBroken):
    code = "return_window_ended"
    sentence = gettext_lazy("This window has ended already.")


@dataclass(frozen=True)
class Listed:
    """A window, and whether what is sold today has it: "in_force", "coming" or "past"."""

    row: ReturnWindow
    standing: str
    by: str  # who set it; empty for what the shop started with

    @property
    def may_end(self) -> bool:
        return self.standing != "past"


def listed(*, on: date) -> list[Listed]:
    """Every window by reason, what holds or will hold first (2 queries)."""
    rows = list(ReturnWindow.objects.all())
    links = Change.objects.filter(kind=WINDOW_SET).select_related("by")
    people = {link.number: link.by.first_name or link.by.username for link in links}
    told = [Listed(row, _standing(row, rows, on), people.get(_number(row), "")) for row in rows]
    faults = list(Fault)
    told.sort(key=lambda each: (each.standing == "past", faults.index(Fault(each.row.fault))))
    return told


def put(*, row: ReturnWindow, by: User) -> ReturnWindow:
    """A window for what is sold from a day on; the ones before stay as they were. Refused to a role
    without the right, before today, with days or an end that cannot be, and what only an exchange
    has: a basis and the old discount."""
    if not by.has_perm("set_plans"):
        raise NotAllowed
    _check(row, today=timezone.localdate())
    with changes.opened(store=_head_office(), by=by) as book:
        row.save(force_insert=True)
        book.note(row, kind=WINDOW_SET, number=_number(row))
    return row


def end(*, row: ReturnWindow, by: User) -> ReturnWindow:
    """What is sold from tomorrow on has this window no longer; what was sold keeps it. One that has
    not begun ends on its first day. Refused to a role without the right, and twice."""
    if not by.has_perm("set_plans"):
        raise NotAllowed
    last = max(timezone.localdate(), row.valid_from)
    with changes.opened(store=_head_office(), by=by) as book:
        ended = ReturnWindow.objects.select_for_update().get(pk=row.pk)
        if ended.valid_to is not None and ended.valid_to <= last:
            raise WindowEnded
        ended.valid_to = last
        ended.save(update_fields=["valid_to"])
        book.note(ended, kind="return_window_ended", number=_number(row))
    return ended


def fitting(
    *,
    piece: Piece,
    fault: str,
    leads_to: str,
    channel: str,
    bought: date,
    today: date,
    received: date | None = None,
) -> ReturnWindow:
    """The row that holds for this piece; of several the one with the higher precedence, then the
    more exact one, then the newer one. `received`: when the customer got the goods. Refused without
    a row, without that day where the row counts from it, and after its last day."""
    rows = ReturnWindow.objects.filter(fault=fault, leads_to=leads_to)
    window = _best(rows, piece=piece, channel=channel, bought=bought)
    if window is None:
        raise NoWindow(fault=fault, leads_to=leads_to)
    begins = bought
    if window.starts == Starts.RECEIPT:
        begins = _check_received(received, bought=bought, today=today)
    last = last_day(window, begins=begins)
    if last is not None and today > last:
        raise WindowOver(window, last=last)
    return window


def last_day(window: ReturnWindow, *, begins: date) -> date | None:
    """The last day on which it holds, from the day on which it starts; None: without end."""
    return None if window.days is None else begins + timedelta(days=window.days)


@dataclass(frozen=True)
class Offered:
    """What one reason leads to for a piece, and until which day; the last day None: without end."""

    fault: str
    leads_to: str
    channel: str
    last: date | None
    is_over: bool
    is_kept: bool  # made to order: the reason leads to nothing for this piece
    days: int | None = None  # from the receipt of the goods, which nobody knows before it is typed

    @property
    def words(self) -> str:
        return str(Fault(self.fault).label)

    @property
    def for_what(self) -> str:
        leads_to = str(LeadsTo(self.leads_to).label)
        if self.channel == Channel.SHOP:
            return leads_to
        return f"{leads_to} ({Channel(self.channel).label})"


def offered(*, piece: Piece, bought: date, today: date, ordered: bool = False) -> list[Offered]:
    """Every reason that leads or led to something for this piece, of a sale in the shop and of one
    at a distance (1 query). `ordered`: it was made or engraved for the customer."""
    rows = list(ReturnWindow.objects.all())
    found = []
    for fault, leads_to, channel in product(Fault, LeadsTo, Channel):
        asked = [row for row in rows if (row.fault, row.leads_to) == (fault, leads_to)]
        window = _best(asked, piece=piece, channel=channel, bought=bought)
        if window is None or (channel == Channel.DISTANCE and not window.channel):
            continue
        starts_later = window.starts == Starts.RECEIPT
        last = None if starts_later else last_day(window, begins=bought)
        is_over = last is not None and today > last
        is_kept = ordered and fault in WITHOUT_FAULT
        days = window.days if starts_later else None
        found.append(Offered(fault, leads_to, channel, last, is_over, is_kept, days))
    return found


def _best(
    rows: Iterable[ReturnWindow], *, piece: Piece, channel: str, bought: date
) -> ReturnWindow | None:
    told = {
        "channel": channel,
        "metal": piece.metal,
        "category": piece.category,
        "pricing": piece.pricing,
    }
    fitting_rows = (
        row
        for row in rows
        if _holds(row, bought)
        and all(getattr(row, column) in ("", told[column]) for column in CLASS)
    )
    return max(fitting_rows, key=_rank, default=None)


def _check_received(received: date | None, *, bought: date, today: date) -> date:
    if received is None:
        raise ReceiptDayNeeded(field="received_on")
    if not bought <= received <= today:
        raise BadReceiptDay(field="received_on")
    return received


def _check(row: ReturnWindow, *, today: date) -> None:
    if row.valid_from < today:
        raise WindowBackdated(field="valid_from")
    if row.valid_to is not None and row.valid_to < row.valid_from:
        raise BadWindow(_("The window ends before it begins."), field="valid_to")
    if row.days is not None and not 0 <= row.days <= LONGEST_DAYS:
        raise BadWindow(_("Type the days from 0 to 3650, or none."), field="days")
    if row.leads_to == LeadsTo.EXCHANGE and not row.basis:
        raise BadWindow(_("Say what the piece counts in an exchange."), field="basis")
    if row.leads_to == LeadsTo.REFUND and row.keeps_old_discount:
        raise BadWindow(_("Only a new piece keeps a discount."), field="keeps_old_discount")
    if row.leads_to == LeadsTo.REFUND:
        row.basis = ""


def _standing(row: ReturnWindow, rows: Iterable[ReturnWindow], on: date) -> str:
    if row.valid_from > on:
        return "coming"
    if row.valid_to is not None and row.valid_to < on:
        return "past"
    same = [each for each in rows if _scope(each) == _scope(row) and _holds(each, on)]
    return "in_force" if row == max(same, key=_rank) else "past"


def _number(row: ReturnWindow) -> str:
    """How the chain names it."""
    return f"{row.fault} {row.pk}"


def _scope(row: ReturnWindow) -> tuple[str, ...]:
    return (row.fault, row.leads_to, *(getattr(row, column) for column in CLASS))


def _holds(row: ReturnWindow, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)


def _head_office() -> Store:
    office = places.head_office()
    if office is None:
        raise places.PlaceUnknown
    return office


def _rank(window: ReturnWindow) -> tuple[int, int, date, int]:
    named = sum(bool(getattr(window, column)) for column in CLASS)
    return window.precedence, named, window.valid_from, window.pk
