"""大额现金 at head office: a case for each day on which one customer's cash reached the limit, or
stayed just below it, until somebody has reported or explained it. `cash_watch` opens them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy

from appraisal import identities
from appraisal.identities import Seen
from appraisal.models import Identity
from counter import customers
from counter.models import CalendarDay, CaseState, CashCase
from inventory.ground import changes
from inventory.ground.errors import BadField, NotAllowed, RuleBroken

REPORT_WITHIN: Final = 5  # working days; the day of the cash itself is not counted
SATURDAY: Final = 5  # Monday is 0

MOVES: Final[dict[str, frozenset[CaseState]]] = {
    CaseState.OPEN: frozenset({CaseState.REPORTED, CaseState.EXPLAINED}),
    # more cash on the same day asks again
    CaseState.REPORTED: frozenset({CaseState.OPEN}),
    CaseState.EXPLAINED: frozenset({CaseState.OPEN}),
}


OUTCOMES: Final = [(each.value, each.label) for each in CaseState if each != CaseState.OPEN]


class CaseClosed(RuleBroken):
    code = "cash_case_closed"
    sentence = gettext_lazy("This case is closed already.")


@dataclass(frozen=True)
class Known:
    """An identity paper that was seen, and what stands on it."""

    identity: Identity
    seen: Seen


def listed(*, closed: bool = False) -> QuerySet[CashCase]:
    """Cases of the whole house: the open ones by the day they are due, or the closed ones, newest
    first."""
    rows = CashCase.objects.select_related("store", "customer", "closed_by")
    if closed:
        return rows.exclude(state=CaseState.OPEN).order_by("-closed_at", "-pk")
    return rows.filter(state=CaseState.OPEN).order_by("is_hint", "due_on", "pk")


def case_for(pk: int) -> CashCase:
    return get_object_or_404(CashCase.objects.select_related("store", "customer"), pk=pk)


def close(*, case: CashCase, outcome: str, note: str, by: User) -> CashCase:
    """Head office has reported the cash, or found that it needs no report, and says why. Refused
    without a note, twice, and to everybody else."""
    if not by.has_perm("watch_cash"):
        raise NotAllowed
    if outcome not in MOVES[CaseState.OPEN]:
        raise BadField(gettext_lazy("Choose one of the values."), field="outcome")
    if not note.strip():
        raise BadField(gettext_lazy("Write what was found out."), field="note")
    with changes.opened(store=case.store, by=by) as book:
        still_open = CashCase.objects.filter(pk=case.pk, state=CaseState.OPEN)
        told = {"closed_at": book.at, "closed_by": by, "note": note.strip()[:200]}
        if still_open.update(state=outcome, **told) != 1:
            raise CaseClosed
        case.refresh_from_db()
        book.note(case, kind="cash_case_closed", number=number_of(case))
    return case


def reveal(*, case: CashCase, why: str, by: User) -> list[Known]:
    """Who the customer of a case is, for the report; each look is logged with its reason. Refused
    without a reason and to everybody but head office."""
    if not by.has_perm("watch_cash"):
        raise NotAllowed
    rows = customers.identities_of(customers.of_one_person(case.customer_id)).filter(
        sealed__isnull=False
    )
    return [
        Known(row, identities.reveal(identity=row, why=why, by=by))
        for row in rows.select_related("store", "trade_in").order_by("-taken_at")
    ]


def due_on(day: date, *, within: int = REPORT_WITHIN) -> date:
    """The last working day on which a report about this day's cash is in time. Weekends are off
    unless the calendar says otherwise (1 query)."""
    span = CalendarDay.objects.filter(day__gt=day, day__lte=day + timedelta(days=60))
    told = dict(span.values_list("day", "is_worked"))
    left, found = within, day
    while left:
        found += timedelta(days=1)
        left -= told.get(found, found.weekday() < SATURDAY)
    return found


def number_of(case: CashCase) -> str:
    """Under which its links stand in the chain: the day, and nothing of the customer."""
    return f"{case.business_day:%Y%m%d}"
