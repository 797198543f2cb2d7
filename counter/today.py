"""Today at my counter, and for the manager the whole store: sums, prices, what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from counter import queries
from counter.models import Sale, Shift
from counter.queries import CounterDay
from inventory import places, prices
from inventory import queries as stock
from inventory.ground import measures
from inventory.models import MetalPrice, Movement, Place, Store, StoreKind

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Today:
    """What stands on the page `/today/`."""

    store: Store
    total: CounterDay
    last_week_cents: int
    counters: list[CounterDay]
    shifts: list[Shift]
    board: list[MetalPrice]
    sold_by_others: list[Movement]
    lent: list[Movement]
    parked: list[Sale]
    latest: list[Sale]
    stores: list[CounterDay]

    @property
    def change_percent(self) -> int | None:
        """Against the same hour last week; None when nothing was sold then."""
        if not self.last_week_cents:
            return None
        more = self.total.cents - self.last_week_cents
        return measures.half_up(dividend=more * 100, divisor=self.last_week_cents)


def today_of(*, user: User, store: Store, counter: Place | None) -> Today:
    """The day of one store as this person may see it; of every store for head office."""
    now = timezone.now()
    begin, _end = places.day_bounds(store, places.business_day(store, now))
    week_ago = queries.sold_between(store, begin - WEEK, now - WEEK)
    own = stock.counters_of(store)
    return Today(
        store=store,
        total=queries.sold_between(store, begin, now),
        last_week_cents=week_ago.cents,
        counters=[queries.sold_between(store, begin, now, counter=each) for each in own],
        shifts=list(queries.shifts_of(store)),
        board=_board(store),
        sold_by_others=list(stock.sold_from_trays_of(counter, since=begin)) if counter else [],
        lent=list(stock.lent_now(store, since=begin)),
        parked=list(queries.open_bills(counter)),
        latest=list(queries.recent_sales(user, store=store)[:5]),
        stores=_stores(user) if store.kind == StoreKind.HEAD_OFFICE else [],
    )


def _board(store: Store) -> list[MetalPrice]:
    rows: Sequence[MetalPrice] = list(prices.current(store=store).values())
    return sorted(rows, key=lambda row: (row.metal, -row.fineness))


def _stores(user: User) -> list[CounterDay]:
    """One line a store, each by its own business day."""
    now = timezone.now()
    days = []
    for store in stock.stores_for(user).exclude(kind=StoreKind.HEAD_OFFICE):
        begin, _end = places.day_bounds(store, places.business_day(store, now))
        days.append(queries.sold_between(store, begin, now))
    return days
