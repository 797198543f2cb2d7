"""日结, the close of a store's business day: counters handed over or explained, cash to deposit,
the report frozen. A day may be closed on the day itself as soon as nobody sells any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.contrib.auth.models import User
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import day_reports, reconciliation
from counter.day_reports import DayReport
from counter.models import (
    DayClose,
    DayCounter,
    DayState,
    DepositLine,
    Handover,
    HandoverKind,
    HandoverMoney,
    HandoverState,
    Sale,
    SaleState,
    Shift,
    TenderKind,
)
from inventory import places
from inventory import queries as stock
from inventory.ground import access, changes, codes, measures
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, RuleBroken
from inventory.models import Place, Store

LISTED: Final = 30  # days on the page of all days

# a shift ends with one of these; opening and spot counts leave it as it is
ENDS_SHIFT: Final = (HandoverKind.CHANGE, HandoverKind.CLOSE)


class DayClosed(RuleBroken):
    code = "day_closed"
    sentence = gettext_lazy("This day is closed. Its figures stay as they are.")


class DayNotBegun(RuleBroken):
    code = "day_not_begun"
    status = 422
    sentence = gettext_lazy("This day has not begun yet.")


class CountersWaiting(RuleBroken):
    """Somebody may still sell there, or left without a signed sheet."""

    code = "counters_waiting"

    def __init__(self, counters: Sequence[Place]) -> None:
        told = {"counters": ", ".join(str(counter) for counter in counters)}
        super().__init__(
            _(
                "Not handed over yet: counter %(counters)s. Sign the closing sheet, or explain why "
                "there is none. Nothing was saved."
            )
            % told,
            counters=[counter.code for counter in counters],
        )


class NothingToExplain(RuleBroken):
    code = "nothing_to_explain"
    sentence = gettext_lazy("This counter had no shift on this day, or its sheet is signed.")


class DepositUnexplained(RuleBroken):
    """The deposit is not what the sheets say was taken out of the drawers."""

    code = "deposit_unexplained"
    status = 422

    def __init__(self, *, gap_cents: int) -> None:
        told = {"gap": measures.yuan(gap_cents)}
        super().__init__(
            _("The deposit differs from the sheets by %(gap)s. Say why. Nothing was saved.") % told,
            field="reason",
        )


@dataclass(frozen=True)
class CounterRow:
    """One counter of a day: the last signed sheet, or the manager's explanation, or neither."""

    counter: Place
    handover: Handover | None
    explained: DayCounter | None

    @property
    def waits(self) -> bool:
        return self.handover is None and self.explained is None


@dataclass(frozen=True)
class CashRow:
    """Cash of one signed sheet: counted in the drawer, and taken out of it."""

    handover: Handover
    counted_cents: int
    taken_cents: int


@dataclass(frozen=True)
class Late:
    """What was paid on a day after it had been closed."""

    payments: int
    cents: int


@dataclass(frozen=True)
class DayListed:
    """One line of the list of days."""

    day: date
    sold_cents: int  # without what was voided
    close: DayClose | None


@dataclass(frozen=True)
class DayPage:
    """All that stands on the page of one day."""

    day: date
    close: DayClose | None
    report: DayReport
    counters: list[CounterRow]
    cash: list[CashRow]
    late: Late | None

    @property
    def is_closed(self) -> bool:
        return self.close is not None and self.close.is_closed

    @property
    def waiting(self) -> list[CounterRow]:
        return [row for row in self.counters if row.waits]

    @property
    def deposit_cents(self) -> int:
        """What the sheets say was taken out of the drawers."""
        if self.close is not None and self.close.is_closed:
            return self.close.deposit_expected_cents
        return sum(row.taken_cents for row in self.cash)

    @property
    def gap_cents(self) -> int:
        """Deposited more, or below zero less, than was taken."""
        deposited = self.close.deposited_cents if self.close else None
        return 0 if deposited is None else deposited - self.deposit_cents

    @property
    def unsheeted_cents(self) -> int:
        """Cash taken at counters that have no signed sheet; it lies in no sum above."""
        without = (row.counter.code for row in self.counters if row.handover is None)
        return day_reports.cash_of(self.report, counters=without)


# --- reading


def _deposits_since(store: Store, since: date) -> QuerySet[DepositLine, tuple[date, int]]:
    """What was paid before the goods by business day: it is owed, not sold (1 query)."""
    rows = DepositLine.objects.filter(
        sale__store=store, sale__business_day__gte=since, sale__state=SaleState.COMPLETED
    )
    by_day = rows.order_by("sale__business_day").values_list("sale__business_day")
    return by_day.annotate(cents=Sum("total_cents"))


def days_of(store: Store) -> list[DayListed]:
    """The last days on which something happened, newest first, at most 30 (4 queries)."""
    today = places.business_day(store)
    since = today - timedelta(days=LISTED - 1)
    groups = (
        Sale.objects.filter(store=store, business_day__gte=since, number__isnull=False)
        .order_by()
        .values("business_day")
        .annotate(cents=Sum("total_cents", filter=Q(state=SaleState.COMPLETED), default=0))
    )
    sold = {group["business_day"]: group["cents"] for group in groups if group["business_day"]}
    for day, cents in _deposits_since(store, since):
        sold[day] -= cents
    begin, _end = places.day_bounds(store, since)
    openings = Shift.objects.filter(store=store, opened_at__gte=begin)
    worked = {places.business_day(store, at) for at in openings.values_list("opened_at", flat=True)}
    closes = {
        row.business_day: row
        for row in DayClose.objects.filter(store=store, business_day__gte=since).select_related(
            "closed_by"
        )
    }
    days = sorted({*sold, *worked, *closes}, reverse=True)
    return [DayListed(day=day, sold_cents=sold.get(day, 0), close=closes.get(day)) for day in days]


def day_of(*, store: Store, day: date) -> DayPage:
    """One business day of a store: as it was frozen when it is closed, else as it stands now. A
    day that has not begun is not there (404)."""
    if day > places.business_day(store):
        raise Http404
    rows = DayClose.objects.filter(store=store, business_day=day)
    close = rows.select_related("closed_by", "change").first()
    cash = cash_of(store=store, day=day)
    if close is None or not close.is_closed:
        report = day_reports.report_of(store=store, day=day)
        return DayPage(day, close, report, counters_of(store=store, day=day), cash, late=None)
    report = day_reports.of_plain(close.report)
    return DayPage(day, close, report, _counters_closed(close), cash, late=_late(close))


def counters_of(*, store: Store, day: date) -> list[CounterRow]:
    """The counters that had a shift on a day, and whether each is answered for (3 queries)."""
    shifts: dict[int, list[Shift]] = {}
    counters: dict[int, Place] = {}
    for shift in _shifts_of(store=store, day=day):
        shifts.setdefault(shift.counter_id, []).append(shift)
        counters[shift.counter_id] = shift.counter
    sheets = _sheets_of([shift for each in shifts.values() for shift in each])
    rows = DayCounter.objects.filter(day__store=store, day__business_day=day)
    explained = {row.counter_id: row for row in rows.exclude(explanation="").select_related("by")}
    return [
        CounterRow(
            counter=counters[key],
            # handed over when each of its shifts is
            handover=sheets[own[-1].pk] if all(each.pk in sheets for each in own) else None,
            explained=explained.get(key),
        )
        for key, own in sorted(shifts.items(), key=lambda item: counters[item[0]].code)
    ]


def _counters_closed(close: DayClose) -> list[CounterRow]:
    """The counters as they were when the day was closed (1 query)."""
    rows = close.counters.select_related("counter", "handover", "by")
    return [CounterRow(row.counter, row.handover, row if row.explanation else None) for row in rows]


def cash_of(*, store: Store, day: date) -> list[CashRow]:
    """Cash on the signed sheets of a day, in the order of the sheets (1 query)."""
    rows = HandoverMoney.objects.filter(
        handover__store=store,
        handover__business_day=day,
        handover__state=HandoverState.SIGNED,
        tender__kind=TenderKind.CASH,
    )
    rows = rows.select_related("handover__counter").order_by("handover__signed_at", "pk")
    return [CashRow(row.handover, row.counted_cents or 0, row.taken_cents) for row in rows]


def _shifts_of(*, store: Store, day: date) -> QuerySet[Shift]:
    """Shifts that began on a day, or sold on it."""
    begin, end = places.day_bounds(store, day)
    sold = Sale.objects.filter(store=store, business_day=day, shift=OuterRef("pk"))
    began = Q(opened_at__gte=begin, opened_at__lt=end)
    rows = Shift.objects.filter(began | Exists(sold), store=store)
    return rows.select_related("counter").order_by("opened_at", "pk")


def _sheets_of(shifts: Sequence[Shift]) -> dict[int, Handover]:
    """The signed sheet that ended each of these shifts, by the key of the shift."""
    rows = Handover.objects.filter(
        shift__in=[shift.pk for shift in shifts], kind__in=ENDS_SHIFT, state=HandoverState.SIGNED
    )
    return {row.shift_id: row for row in rows.order_by("sealed_seq") if row.shift_id}


def _late(close: DayClose) -> Late | None:
    """Payments of the day behind the link that closed it."""
    if close.change is None:
        return None
    rows = day_reports.payments_of(store=close.store, day=close.business_day)
    after = rows.filter(change__seq__gt=close.change.seq)
    sums = after.aggregate(n=Count("pk"), cents=Sum("amount_cents"))
    return Late(sums["n"], sums["cents"] or 0) if sums["n"] else None


# --- writing


def explain(*, store: Store, day: date, counter: str, explanation: str, by: User) -> DayCounter:
    """Why a counter has no signed sheet on a day, said by the manager. A later explanation takes
    the place of an earlier one until the day is closed.

    Refused: another store's counter (404), one that needs no explanation, nothing said, a bank
    card's number, a day that is closed.
    """
    access.refuse_unless(by, "close_day", store=store)
    place = get_object_or_404(stock.counters_of(store), code=counter)
    text = _said(explanation, field="explanation")
    if not text:
        raise BadField(_("Say why."), field="explanation")
    with changes.opened(store=store, by=by) as book:
        close = _open_day(store=store, day=day, book=book)
        rows = {row.counter.pk: row for row in counters_of(store=store, day=day)}
        row = rows.get(place.pk)
        if row is None or row.handover is not None:
            raise NothingToExplain
        answer, _made = DayCounter.objects.update_or_create(
            day=close, counter=place, defaults={"explanation": text, "by": by, "at": book.at}
        )
    return answer


def close(*, store: Store, day: date, deposited_cents: int, reason: str, by: User) -> DayClose:
    """The day is closed for good: counters, deposit and report are covered by one link.

    Refused: a counter that is neither handed over nor explained, a deposit that differs from the
    sheets without a reason, a day that has not begun, a day that is closed. Electronic payments
    may wait for their files: those come later.
    """
    access.refuse_unless(by, "close_day", store=store)
    text = _said(reason, field="reason")
    with changes.opened(store=store, by=by) as book:
        row = _open_day(store=store, day=day, book=book)
        counters = counters_of(store=store, day=day)
        if waiting := [each.counter for each in counters if each.waits]:
            raise CountersWaiting(waiting)
        expected = sum(each.taken_cents for each in cash_of(store=store, day=day))
        if deposited_cents != expected and not text:
            raise DepositUnexplained(gap_cents=deposited_cents - expected)
        _keep_sheets(row, counters)
        row.report = _frozen(store=store, day=day)
        row.deposit_expected_cents, row.deposited_cents = expected, deposited_cents
        row.deposit_reason = text
        row.state, row.closed_at, row.closed_by = DayState.CLOSED, book.at, by
        row.change = book.note(row, kind="day_closed", number=str(row))
        row.save()
    return row


def _said(text: str, *, field: str) -> str:
    plain = codes.one_line(text)
    if codes.looks_like_bank_card(plain):
        told = _("This looks like a full bank card number. It must not be typed here.")
        raise BadField(told, field=field)
    return plain


def _open_day(*, store: Store, day: date, book: Book) -> DayClose:
    """The row of a day that is still open. The store's head is locked: nobody else closes it."""
    if day > places.business_day(store, book.at):
        raise DayNotBegun
    row, _made = DayClose.objects.get_or_create(store=store, business_day=day)
    if row.is_closed:
        raise DayClosed
    return row


def _keep_sheets(row: DayClose, counters: Sequence[CounterRow]) -> None:
    """The sheet of each counter beside what was explained before the sheet was signed."""
    for each in counters:
        if each.handover is not None:
            DayCounter.objects.update_or_create(
                day=row, counter=each.counter, defaults={"handover": each.handover}
            )


def _frozen(*, store: Store, day: date) -> dict[str, object]:
    report = day_reports.report_of(store=store, day=day)
    compared = reconciliation.of_day(store=store, day=day)
    return {**day_reports.to_plain(report), "electronic": compared.to_plain()}
