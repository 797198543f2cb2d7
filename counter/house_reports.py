"""The stores of the house month by month: whose stocktake is published, whose is late, what
differed, what was sold, and how fast the goods turn. Everybody reads the stores they may see.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from django.contrib.auth.models import User
from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from counter.models import LineState, SaleLine
from inventory import counted
from inventory.ground import access, amounts
from inventory.ground.measures import Tally
from inventory.models import (
    Change,
    DifferenceKind,
    Piece,
    Stocktake,
    StocktakeDifference,
    StocktakeKind,
    StocktakeState,
    Store,
    StoreKind,
)
from inventory.queries import LYING

STORES: Final = 50  # of a page
YEAR: Final = timedelta(days=365)

Cell = tuple[int, date]  # the key of a store, and a month


@dataclass
class Goods:
    """Pieces, grams by metal class, what was paid for them and what they had cost, in cents."""

    tally: Tally = field(default_factory=Tally)
    cents: int = 0
    cost_cents: int = 0

    @property
    def pieces(self) -> int:
        return self.tally.pieces

    @property
    def margin_cents(self) -> int:
        return self.cents - self.cost_cents

    @property
    def margin_percent(self) -> int | None:
        """Of what was paid, in whole percent; None where nothing was sold."""
        if not self.cents:
            return None
        return amounts.half_up(dividend=self.margin_cents * 100, divisor=self.cents)

    def add(self, metal: str, grade: int, pieces: int, mg: int, cents: int, cost: int) -> None:
        self.tally.add(metal=metal, fineness=grade, net_mg=mg, pieces=pieces)
        self.cents += cents
        self.cost_cents += cost


@dataclass(frozen=True)
class Missing:
    """What the published stocktakes of a month did not find, at retail in cents."""

    pieces: int = 0
    retail_cents: int = 0


def stores_of(user: User, *, after: str = "") -> list[Store]:
    """Stores that keep goods, by their codes behind `after`; one more than a page holds."""
    rows = access.visible(Store.objects.all(), user, store="pk")
    rows = rows.exclude(kind=StoreKind.HEAD_OFFICE).filter(code__gt=after)
    return list(rows.order_by("code")[: STORES + 1])


def begun(stores: Collection[Store]) -> dict[int, date]:
    """The day on which the books of each store begin (1 query)."""
    rows = Change.objects.filter(store__in=stores, seq=1).values_list("store", "at")
    return {store: timezone.localtime(at).date() for store, at in rows}


def stocktakes_of(stores: Collection[Store], months: Sequence[date]) -> dict[Cell, Stocktake]:
    """The monthly stocktake of each store and month, if there is one (1 query)."""
    named = {f"{month:%Y-%m}": month for month in months}
    rows = Stocktake.objects.filter(
        store__in=stores, kind=StocktakeKind.MONTHLY, month__in=named
    ).exclude(state=StocktakeState.ABANDONED)
    return {(row.store_id, named[row.month]): row for row in rows.select_related("acknowledgement")}


def missing_of(stores: Collection[Store], months: Sequence[date]) -> dict[Cell, Missing]:
    """Pieces that the published monthly stocktakes did not find, by store (1 query)."""
    groups = _missing(months).filter(store__in=stores).values_list("store", "stocktake__month")
    named = {f"{month:%Y-%m}": month for month in months}
    return {
        (store, named[month]): Missing(n, cents or 0)
        for store, month, n, cents in groups.annotate(Count("pk"), Sum("retail_cents"))
    }


def missing_by_category(user: User, months: Sequence[date]) -> dict[tuple[str, date], Missing]:
    """The same by category, of all stores that this person may see (1 query)."""
    rows = access.visible(_missing(months), user)
    named = {f"{month:%Y-%m}": month for month in months}
    groups = rows.values_list("piece__category", "stocktake__month")
    return {
        (category, named[month]): Missing(n, cents or 0)
        for category, month, n, cents in groups.annotate(Count("pk"), Sum("retail_cents"))
    }


def sold_of(stores: Collection[Store], months: Sequence[date]) -> dict[Cell, Goods]:
    """What each store sold, without what came back (1 query)."""
    rows = _sold(since=min(months), until=_end(months)).filter(sale__store__in=stores)
    return _goods(rows, "sale__store", TruncMonth("sale__business_day"))


def sold_by_category(user: User, months: Sequence[date]) -> dict[tuple[str, date], Goods]:
    """What was sold of each category in all stores that this person may see (1 query)."""
    rows = _sold(since=min(months), until=_end(months))
    visible = access.visible(rows, user, store="sale__store")
    return _goods(visible, "piece__category", TruncMonth("sale__business_day"))


def sold_in_a_year(stores: Collection[Store], *, until: date) -> dict[int, Goods]:
    """What each store sold in the 365 days that end with this one (1 query)."""
    rows = _sold(since=until - YEAR + timedelta(days=1), until=until)
    found = _goods(rows.filter(sale__store__in=stores), "sale__store", "sale__store")
    return {store: goods for (store, _same), goods in found.items()}


def stock_of(user: User, stores: Collection[Store]) -> dict[int, Goods | None]:
    """What lies in each store now, at cost; None for one that is being counted blind, to whoever
    may count it (2 queries)."""
    veiled = counted.stores_counted(user=user, stores=stores)
    rows = Piece.objects.filter(store__in=stores, state__in=LYING).order_by()
    groups = rows.values_list("store", "metal", "grade")
    found: dict[int, Goods] = {}
    for store, metal, grade, n, mg, cost in groups.annotate(
        Count("pk"), Sum("net_mg"), Sum("cost__cents")
    ):
        found.setdefault(store, Goods()).add(metal, grade, n, mg, 0, cost or 0)
    return {row.pk: None if row.pk in veiled else found.get(row.pk, Goods()) for row in stores}


def turn(*, sold: Goods, stock: Goods | None) -> float | None:
    """周转: how often the goods were sold in a year, pieces against pieces as they lie now; None
    where nothing lies, or nobody is told."""
    return sold.pieces / stock.pieces if stock and stock.pieces else None


def _missing(months: Sequence[date]) -> QuerySet[StocktakeDifference]:
    return StocktakeDifference.objects.filter(
        kind=DifferenceKind.MISSING,
        stocktake__kind=StocktakeKind.MONTHLY,
        stocktake__state=StocktakeState.PUBLISHED,
        stocktake__month__in=[f"{month:%Y-%m}" for month in months],
    ).order_by()


def _sold(*, since: date, until: date) -> QuerySet[SaleLine]:
    return SaleLine.objects.filter(
        state=LineState.SOLD, sale__business_day__gte=since, sale__business_day__lte=until
    ).order_by()


def _goods(rows: QuerySet[SaleLine], *keys: Any) -> dict[Any, Goods]:
    named = {f"key_{nth}": F(key) if isinstance(key, str) else key for nth, key in enumerate(keys)}
    groups = rows.annotate(**named).values_list(*named, "piece__metal", "piece__grade")
    sums = groups.annotate(
        Count("pk"), Sum("net_mg"), Sum("total_cents"), Sum("piece__cost__cents")
    )
    found: dict[Any, Goods] = {}
    for first, second, metal, grade, n, mg, cents, cost in sums:
        found.setdefault((first, second), Goods()).add(metal, grade, n, mg, cents, cost or 0)
    return found


def _end(months: Iterable[date]) -> date:
    """The last day of the last month."""
    return next_month(max(months)) - timedelta(days=1)


def next_month(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
