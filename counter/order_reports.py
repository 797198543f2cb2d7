"""Orders in figures: how far and how old the open ones are, how long each step takes, what the
first check refuses, how many are in time, where they come from and what is ordered."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final

from django.contrib.auth.models import User
from django.db.models import Count, F, Min, Q, QuerySet, Sum, Window
from django.db.models.functions import Lead
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import charts, panel_charts
from counter.models import (
    ENDED_ORDERS,
    NetworkOrder,
    OrderChannel,
    OrderLine,
    OrderState,
    OrderStep,
)
from counter.panel_charts import Panel
from counter.showroom import endings, queries
from inventory.models import Store

S = OrderState
MONTHS: Final = 6
MOST: Final = 12  # regions or styles
AGES: Final[Sequence[tuple[str | Promise, int]]] = (
    (gettext_lazy("under 1 day"), 1),
    (gettext_lazy("1 to 3 days"), 3),
    (gettext_lazy("3 to 7 days"), 7),
    (gettext_lazy("over 7 days"), 10**6),
)
ONLINE: Final = (OrderChannel.ONLINE, OrderChannel.BRAND_SHOP)
OPEN: Final = tuple(state for state in OrderState if state not in ENDED_ORDERS)


@dataclass(frozen=True)
class Table:
    """Figures by a name and a key: drawn as panels, and as a table beside them."""

    title: str
    names: Sequence[str]
    keys: Sequence[str]
    found: Mapping[tuple[str, str], int]

    @property
    def panels(self) -> list[Panel]:
        widest = max((_label_width(key) for key in self.keys), default=0)
        left = max(panel_charts.LABEL_WIDTH, widest)
        return panel_charts.panels(
            names=self.names,
            keys=self.keys,
            label=str,
            figure=lambda name, key: self.found.get((name, key), 0),
            left=left,
        )

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        return [
            (name, [self.found.get((name, key), 0) for key in self.keys]) for name in self.names
        ]


def report(user: User, *, store: Store, at: datetime) -> list[Table]:
    """All tables of a store, for head office of the house: six months that end with this day
    (7 queries)."""
    orders = queries.orders_for(user, store=store).order_by()
    today = timezone.localtime(at).date()
    months = charts.last_months(today, MONTHS)
    lately = orders.filter(business_day__gte=months[0])
    steps = OrderStep.objects.filter(order__in=lately.values("pk")).order_by()
    tables = [
        _ages(orders.exclude(state__in=ENDED_ORDERS), at),
        _hours(steps),
        _refusals(steps),
        _in_time(lately, months),
        _channels(lately, months),
        _regions(lately),
        _styles(lately),
    ]
    return [table for table in tables if table.names]


def _ages(orders: QuerySet[NetworkOrder], at: datetime) -> Table:
    names = [str(words) for words, _days in AGES]
    found: dict[tuple[str, str], int] = defaultdict(int)
    for state, since in orders.values_list("state", "state_since"):
        days = (at - since) / timedelta(days=1)
        age = next(str(words) for words, most in AGES if days < most)
        found[str(S(state).label), age] += 1
    states = [str(state.label) for state in OPEN]
    shown = [state for state in states if any((state, age) in found for age in names)]
    return Table(_("Open orders by step and age in it"), shown, names, found)


def _hours(steps: QuerySet[OrderStep]) -> Table:
    """From one step to the next; the median, since one order that lay for weeks says little."""
    behind = Window(Lead("at"), partition_by=F("order"), order_by=F("pk").asc())
    rows = steps.annotate(until=behind).values_list("new", "at", "until")
    took: dict[str, list[float]] = defaultdict(list)
    for state, at, until in rows:
        if until is not None:
            took[state].append((until - at) / timedelta(hours=1))
    figures = [(str(state.label), round(median(took[state]))) for state in OPEN if took[state]]
    return _ranked(_("Time in each step"), figures, of=_("hours, the middle order"))


def _refusals(steps: QuerySet[OrderStep]) -> Table:
    rows = (
        steps.filter(old=S.REVIEWING, new=S.REFUSED).values_list("reason").annotate(n=Count("pk"))
    )
    words = {code: str(reason.words) for code, reason in endings.REASONS.items()}
    return _ranked(
        _("Refused in the first check"),
        [(words.get(code, code), n) for code, n in rows.order_by("-n")],
        of=_("orders"),
    )


def _in_time(orders: QuerySet[NetworkOrder], months: Sequence[date]) -> Table:
    """In percent of the orders that arrived, by the month in which they did."""
    rows = orders.filter(promised_on__isnull=False).annotate(
        came=Min("steps__at", filter=Q(steps__new=S.ARRIVED))
    )
    all_of: dict[str, int] = defaultdict(int)
    good: dict[str, int] = defaultdict(int)
    for promised_on, came in rows.filter(came__isnull=False).values_list("promised_on", "came"):
        day = timezone.localtime(came).date()
        month = f"{day:%Y-%m}"
        all_of[month] += 1
        good[month] += promised_on is not None and day <= promised_on
    figures = [(key, round(good[key] * 100 / all_of[key])) for key in _named(months) if all_of[key]]
    return _ranked(_("Arrived by the promised day"), figures, of=_("percent"))


def _channels(orders: QuerySet[NetworkOrder], months: Sequence[date]) -> Table:
    online, counter = _("online"), _("at the counter, by telephone, by list")
    found: dict[tuple[str, str], int] = defaultdict(int)
    rows = orders.values_list("channel", "business_day").annotate(n=Count("pk"))
    for channel, day, n in rows:
        found[online if channel in ONLINE else counter, f"{day:%Y-%m}"] += n
    names = [name for name in (online, counter) if any(each == name for each, _key in found)]
    return Table(_("Where orders come from"), names, _named(months), found)


def _regions(orders: QuerySet[NetworkOrder]) -> Table:
    rows = orders.values_list("customer__region").annotate(n=Count("pk")).order_by("-n")[:MOST]
    figures = [(name or _("not known"), n) for name, n in rows]
    return _ranked(_("Orders by region"), figures, of=_("orders"))


def _styles(orders: QuerySet[NetworkOrder]) -> Table:
    lines = OrderLine.objects.filter(order__in=orders.values("pk")).order_by()
    rows = lines.values_list("style__code").annotate(n=Sum("pieces")).order_by("-n")[:MOST]
    return _ranked(_("Pieces by style"), rows, of=_("pieces"))


def _ranked(title: str, figures: Iterable[tuple[str, int]], *, of: str) -> Table:
    """One figure for each key; `of` says what is counted."""
    found = {(of, key): n for key, n in figures}
    return Table(title, [of] if found else [], [key for _of, key in found], found)


def _label_width(text: str) -> int:
    """About, in the units of the drawing: a Chinese character is as wide as two letters."""
    return 10 + sum(16 if sign > "\u2e7f" else 8 for sign in text)


def _named(months: Sequence[date]) -> list[str]:
    return [f"{month:%Y-%m}" for month in months]
