"""Amounts of nobody in particular that stay just below a limit, for the manager: who splits an
exchange or a payment so that no paper is asked for gives no name, so that nothing but the day and
the store joins the parts (银发〔2025〕124号).

What a named customer brings is added up by `offers.check_identity` and `cash_watch`. No counter
opens this list.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from appraisal.models import Offer, TradeInState, TradeKind
from counter.models import Payment, SaleState, TenderKind
from inventory import places
from inventory.ground import amounts, settings_rows
from inventory.models import Store

DAYS: Final = 30
SEVERAL: Final = 2  # one alone says nothing
PAID: Final = (TradeInState.SETTLED, TradeInState.BAGGED)
EXCHANGE: Final = gettext_lazy("Exchanges without a name")
CASH: Final = gettext_lazy("Cash without a name")


@dataclass(frozen=True)
class Near:
    """One trade-in or bill just below a limit."""

    day: date
    number: str
    cents: int
    by: User | None


@dataclass(frozen=True)
class NearDay:
    """Several of one kind on one business day of a store."""

    what: str | Promise
    limit_cents: int
    day: date
    rows: Sequence[Near]

    @property
    def cents(self) -> int:
        """What they come to together."""
        return sum(row.cents for row in self.rows)


def listed(store: Store) -> list[NearDay]:
    """The days of the last thirty on which several fell just below a limit of the store, newest
    first (3 queries)."""
    asked = settings_rows.values(store, "cash_limit_cents", "identity_swap_cents", "cash_hint_bp")
    cash, swap, bp = (int(value) for value in asked.values())
    since = places.business_day(store) - timedelta(days=DAYS)
    days = [
        *_several(EXCHANGE, _swaps(store, since), limit_cents=swap, bp=bp),
        *_several(CASH, _cash(store, since), limit_cents=cash, bp=bp),
    ]
    return sorted(days, key=lambda each: each.day, reverse=True)


def _several(
    what: str | Promise, found: Iterable[Near], *, limit_cents: int, bp: int
) -> Iterator[NearDay]:
    least = limit_cents - amounts.share(cents=limit_cents, bp=bp)
    by_day: dict[date, list[Near]] = defaultdict(list)
    for row in found:
        if least <= row.cents < limit_cents:
            by_day[row.day].append(row)
    for day, rows in by_day.items():
        if len(rows) >= SEVERAL:
            yield NearDay(what, limit_cents, day, rows)


def _swaps(store: Store, since: date) -> Iterator[Near]:
    """Exchanges that were paid with, of nobody whose file or paper is known."""
    rows = Offer.objects.filter(
        trade_in__store=store,
        trade_in__kind=TradeKind.SWAP,
        trade_in__state__in=PAID,
        trade_in__business_day__gte=since,
        trade_in__customer__isnull=True,
        trade_in__identity__isnull=True,
    )
    newest = {row.trade_in_id: row for row in rows.select_related("trade_in", "change__by")}
    for row in newest.values():
        of = row.trade_in
        yield Near(of.business_day, of.number, row.worth_cents, row.change.by)


def _cash(store: Store, since: date) -> Iterator[Near]:
    """Cash in and out of bills without a customer; what was voided has not happened."""
    rows = Payment.objects.filter(
        store=store,
        tender__kind=TenderKind.CASH,
        reverses__isnull=True,
        sale__state=SaleState.COMPLETED,
        sale__customer__isnull=True,
        sale__business_day__gte=since,
    )
    cents: dict[int, int] = defaultdict(int)
    bills = {}
    for row in rows.select_related("sale__completed_by"):
        cents[row.sale_id] += abs(row.amount_cents)
        bills[row.sale_id] = row.sale
    for pk, bill in bills.items():
        if bill.business_day is not None:
            yield Near(bill.business_day, bill.number or "", cents[pk], bill.completed_by)
