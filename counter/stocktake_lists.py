"""The list of stocktakes: found by number, person, month and state, and leafed through by key."""

from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from counter.stocktake_forms import FindStocktakeForm
from inventory import stocktake_queries
from inventory.models import (
    RUNNING_STOCKTAKES,
    Stocktake,
    StocktakeDifference,
    StocktakePlace,
    Store,
    StoreKind,
)


def _many(rows: QuerySet[StocktakePlace] | QuerySet[StocktakeDifference]) -> Coalesce:
    """How many rows hang on a stocktake, counted for those that are shown only."""
    grouped = rows.filter(stocktake=OuterRef("pk")).order_by().values("stocktake")
    return Coalesce(Subquery(grouped.annotate(n=Count("pk")).values("n")), 0)


def wanted(
    user: User,
    *,
    store: Store,
    text: str = "",
    month: date | None = None,
    state: str = "",
    before: int | None = None,
) -> QuerySet[Stocktake]:
    """Stocktakes of the store, from head office those of all stores, newest first, each with how
    many places it has and how many differences are not settled."""
    rows = stocktake_queries.stocktakes_for(user)
    if store.kind != StoreKind.HEAD_OFFICE:
        rows = rows.filter(store=store)
    if text:
        people = Q(opened_by__first_name=text) | Q(opened_by__username=text)
        rows = rows.filter(Q(number__icontains=text) | people)
    if month:
        after = (month + timedelta(days=31)).replace(day=1)
        inside = Q(month="", business_day__gte=month, business_day__lt=after)
        rows = rows.filter(Q(month=f"{month:%Y-%m}") | inside)
    if state == FindStocktakeForm.RUNNING:
        rows = rows.filter(state__in=RUNNING_STOCKTAKES)
    elif state:
        rows = rows.filter(state=state)
    if before:
        rows = rows.filter(pk__lt=before)
    return rows.select_related("store", "opened_by", "acknowledgement").annotate(
        spots=_many(StocktakePlace.objects.all()),
        open_differences=_many(StocktakeDifference.objects.filter(outcome="")),
    )
