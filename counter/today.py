"""Today at my counter, and for the manager the whole store: sums, prices, what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from appraisal import queries as old_gold
from counter import investigations, queries, shifts, signed_sheets
from counter.models import OPEN_STATES, Handover, Sale, Shift
from counter.queries import CounterDay
from counter.showroom import queries as orders
from inventory import places, prices, shipment_slips
from inventory import queries as stock
from inventory.ground import amounts
from inventory.models import MetalPrice, Movement, Place, Store, StoreKind
from inventory.shipment_slips import Waiting

WEEK, MONTH = timedelta(days=7), timedelta(days=30)


@dataclass(frozen=True)
class AtCounter:
    """A counter, the shift that sells there, the one that was left open and waits to be counted,
    and the sheet that is being counted."""

    counter: Place
    shift: Shift | None
    left_open: Shift | None
    count: Handover | None

    @property
    def is_stale(self) -> bool:
        """Nobody has set yesterday's shift aside yet: the next tap does."""
        return self.shift is not None and shifts.is_stale(self.shift)

    @property
    def may_count_opening(self) -> bool:
        """A closed counter, and one that was opened in one tap and waits for nothing else."""
        if self.shift is None:
            return self.left_open is None
        return not (self.shift.counted or self.is_stale or self.left_open)


@dataclass(frozen=True)
class Loose:
    """What a manager keeps an eye on: sheets of the last 30 days that wait for their second
    signature, and differences that nobody has explained yet."""

    unwitnessed: int
    investigations: int


@dataclass(frozen=True)
class Today:
    """What stands on the page `/today/`."""

    store: Store
    total: CounterDay
    last_week_cents: int
    counters: list[CounterDay]
    counters_now: list[AtCounter]
    loose: Loose | None
    open_trade_ins: int
    orders_due: int  # that this person follows, today or before
    parcels: Waiting
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
        return amounts.half_up(dividend=more * 100, divisor=self.last_week_cents)


def today_of(*, user: User, store: Store, counter: Place | None) -> Today:
    """The day of one store as this person may see it; of every store for head office."""
    now = timezone.now()
    begin, end = places.day_bounds(store, places.business_day(store, now))
    week_ago = queries.sold_between(store, begin - WEEK, now - WEEK)
    own = stock.counters_of(store)
    return Today(
        store=store,
        total=queries.sold_between(store, begin, now),
        last_week_cents=week_ago.cents,
        counters=[queries.sold_between(store, begin, now, counter=each) for each in own],
        counters_now=[each for each in counters_of(store) if each.shift or each.left_open],
        loose=_loose(user, store, now) if user.has_perm("close_investigation") else None,
        open_trade_ins=_open_trade_ins(user, store),
        orders_due=_orders_due(user, end),
        parcels=shipment_slips.waiting_at(store),
        board=_board(store),
        sold_by_others=list(stock.sold_from_trays_of(counter, since=begin)) if counter else [],
        lent=list(stock.lent_now(store, since=begin)),
        parked=list(queries.open_bills(counter)),
        latest=list(queries.recent_sales(user, store=store)[:5]),
        stores=_stores(user) if store.kind == StoreKind.HEAD_OFFICE else [],
    )


def _orders_due(user: User, until: datetime) -> int:
    return orders.due_for(user, until=until) if user.has_perm("work_orders") else 0


def counters_of(store: Store) -> list[AtCounter]:
    """Every counter of a store as it stands now (3 queries)."""
    selling: dict[int, Shift] = {}
    left: dict[int, Shift] = {}
    for shift in queries.shifts_of(store):
        (left if shift.set_aside_at else selling)[shift.counter_id] = shift
    open_now = Handover.objects.filter(counter__store=store, state__in=OPEN_STATES)
    counts = {count.counter_id: count for count in open_now}
    return [
        AtCounter(each, selling.get(each.pk), left.get(each.pk), counts.get(each.pk))
        for each in stock.counters_of(store)
    ]


def _open_trade_ins(user: User, store: Store) -> int:
    """Old gold that somebody still has to do something about."""
    if not user.has_perm("see_trade_ins"):
        return 0
    return old_gold.open_trade_ins(user, store=store).count()


def _loose(user: User, store: Store, now: datetime) -> Loose:
    """Of a store, or from head office of all stores (2 queries)."""
    since = (now - MONTH).date()
    return Loose(
        unwitnessed=signed_sheets.unwitnessed(user, store=store, since=since).count(),
        investigations=investigations.listed(user, store=store).count(),
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
