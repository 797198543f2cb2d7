"""大额现金: the cash of one customer on one business day over all stores, in and out, against the
limit from which a report is due (银发〔2025〕124号: ¥100,000, within 5 working days).

Nobody at a counter learns of a case: the clerk reads no more than "Please ask for the customer's
identity card."; only head office sees the rows.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from appraisal import offers
from appraisal.models import Identity, TradeIn
from counter import cash_cases, customers
from counter.models import (
    CaseState,
    CashCase,
    Payment,
    Sale,
    SaleState,
    Tendered,
    TenderKind,
)
from inventory import places
from inventory.ground import amounts, settings_rows
from inventory.ground.changes import Book


@dataclass(frozen=True)
class Moved:
    """Cash of a day in cents: what came in, and what went out."""

    in_cents: int = 0
    out_cents: int = 0

    @property
    def cents(self) -> int:
        return self.in_cents + self.out_cents


@dataclass(frozen=True)
class Limits:
    """From how much on a report is due, from how much on somebody looks, over how many days."""

    report_cents: int
    hint_cents: int
    days: int


def check(*, sale: Sale, more_cents: int) -> None:
    """Before cash changes hands on an open bill: refused when it takes its customer to the limit
    of the day while nobody has seen their identity. Who is not named counts with this bill."""
    day = places.business_day(sale.store)
    people = customers.of_one_person(sale.customer_id)
    cents = more_cents + _lying_on(sale) + _moved(people, since=day).get(day, Moved()).cents
    if cents >= limits_of(sale).report_cents and not _identified(people, sale=sale, day=day):
        raise _ask(sale)


def watched(*, sale: Sale, tendered: Sequence[Tendered]) -> list[int]:
    """The files of the person whose cash a bill moves; nobody for a bill without cash or without a
    customer, which costs nothing here. The first of them is locked before `follow`: two stores may
    take cash of one person at once, the second waits and sees the first."""
    if not any(_cash_of(row) for row in tendered):
        return []
    return customers.of_one_person(sale.customer_id)


def follow(*, sale: Sale, people: Sequence[int], book: Book) -> CashCase | None:
    """After the money of a completed bill was taken: opens a case, or a hint, where it is due.
    `people`: as `watched` says. Refused without the identity that the day's cash asks for."""
    return _look(sale, people, book=book, must_know=True) if people else None


def follow_void(*, sale: Sale, people: Sequence[int], book: Book) -> CashCase | None:
    """A void: a case that was opened keeps the figures of what is left; only head office closes
    it. `people`: the files of the customer, the first of them locked."""
    return _look(sale, people, book=book, must_know=False) if people else None


def limits_of(sale: Sale) -> Limits:
    """As the store's settings say (1 query)."""
    asked = settings_rows.values(sale.store, "cash_limit_cents", "cash_hint_bp", "cash_hint_days")
    report = int(asked["cash_limit_cents"])
    return Limits(
        report_cents=report,
        hint_cents=report - amounts.share(cents=report, bp=int(asked["cash_hint_bp"])),
        days=int(asked["cash_hint_days"]),
    )


def _look(sale: Sale, people: Sequence[int], *, book: Book, must_know: bool) -> CashCase | None:
    day = sale.business_day or places.business_day(sale.store, book.at)
    limits = limits_of(sale)
    by_day = _moved(people, since=day - timedelta(days=limits.days - 1))
    today = by_day.get(day, Moved())
    reached = today.cents >= limits.report_cents
    if must_know and reached and not _identified(people, sale=sale, day=day):
        raise _ask(sale)
    case = CashCase.objects.filter(customer__in=people, business_day=day).first()
    if case is not None:
        return _go_on(case, today, reached=reached, book=book)
    # many amounts that stay below the limit one by one
    split = len(by_day) > 1 and sum(each.cents for each in by_day.values()) >= limits.report_cents
    if today.cents >= limits.hint_cents or (split and today.cents):
        return _open(people[0], day, today, is_hint=not reached, book=book)
    return None


def _open(customer_id: int, day: date, moved: Moved, *, is_hint: bool, book: Book) -> CashCase:
    case = CashCase(
        store=book.store,
        customer_id=customer_id,
        business_day=day,
        in_cents=moved.in_cents,
        out_cents=moved.out_cents,
        is_hint=is_hint,
        due_on=cash_cases.due_on(day),
    )
    book.write([case], kind="cash_case_opened", number=cash_cases.number_of(case))
    return case


def _go_on(case: CashCase, moved: Moved, *, reached: bool, book: Book) -> CashCase:
    """More cash on the same day, or less after a void; more of it opens a closed case again."""
    again = moved.cents > case.in_cents + case.out_cents and case.state != CaseState.OPEN
    case.in_cents, case.out_cents = moved.in_cents, moved.out_cents
    case.is_hint = case.is_hint and not reached
    if again:
        case.state, case.closed_at, case.closed_by = CaseState.OPEN, None, None
        book.note(case, kind="cash_case_again", number=cash_cases.number_of(case))
    case.save(update_fields=["in_cents", "out_cents", "is_hint", "state", "closed_at", "closed_by"])
    return case


def _moved(people: Collection[int], *, since: date) -> dict[date, Moved]:
    """Cash by business day over all stores; what was voided has not happened (1 query)."""
    if not people:
        return {}
    rows = Payment.objects.filter(
        sale__customer__in=people,
        sale__business_day__gte=since,
        tender__kind=TenderKind.CASH,
        # of a voided sale nothing happened; a refund of a part leaves what was paid as it was
        sale__state=SaleState.COMPLETED,
        reverses__isnull=True,
    )
    sums = (
        rows.order_by()
        .values("sale__business_day")
        .annotate(
            taken=Sum("amount_cents", filter=Q(amount_cents__gt=0), default=0),
            paid=Sum("amount_cents", filter=Q(amount_cents__lt=0), default=0),
        )
    )
    days = sums.values_list("sale__business_day", "taken", "paid")
    return {day: Moved(taken, -paid) for day, taken, paid in days if day is not None}


def _lying_on(sale: Sale) -> int:
    """Cash on the open bill, and cash that will go out for its old gold or its store credit."""
    rows = Tendered.objects.filter(sale=sale).select_related("tender", "back_by")
    return sum(_cash_of(row) for row in rows)


def _cash_of(row: Tendered) -> int:
    if row.back_by is not None:
        return row.back_cents if row.back_by.is_cash else 0
    return row.amount_cents if row.tender.is_cash else 0


def _identified(people: Collection[int], *, sale: Sale, day: date) -> bool:
    """Whether an identity that is still valid was seen: of this person, or with the old gold that
    belongs to this bill."""
    seen = customers.identities_of(people) | Identity.objects.filter(trade_in__bill=sale.uuid)
    return seen.filter(valid_until__gte=day).exists()


def _ask(sale: Sale) -> offers.IdentityNeeded:
    """The one sentence that a clerk reads, and where the paper is noted; for a bill without lines
    and fees that is the page of its trade-in, or of the customer whose credit is paid out."""
    if sale.lines.exists() or sale.services.exists():
        return _noted_at(reverse("bill_identity", args=[sale.uuid]))
    if TradeIn.objects.filter(bill=sale.uuid).exists() or sale.customer_id is None:
        return offers.IdentityNeeded()
    return identity_of(sale.customer_id)


def identity_of(customer_id: int) -> offers.IdentityNeeded:
    """The same sentence before store credit goes out in money."""
    return _noted_at(reverse("credit_identity", args=[customer_id]))


def _noted_at(address: str) -> offers.IdentityNeeded:
    return offers.IdentityNeeded(next_url=address, next_label=_("Note the paper"))
