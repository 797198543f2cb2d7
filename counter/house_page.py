"""What the first page of head office shows, and a manager for the own store: a month of every
store, six months drawn, and the way to each stocktake."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from counter import charts, house_reports, panel_charts
from counter.house_reports import STORES, Goods, Missing
from counter.panel_charts import Panel
from inventory import places
from inventory.ground import settings_rows
from inventory.models import Category, Stocktake, StocktakeState, Store


@dataclass(frozen=True)
class Sheet:
    """The monthly stocktake of one store and month, or that there is none: `due` until when."""

    stocktake: Stocktake | None
    due: date
    today: date
    is_owed: bool  # the store had books in this month

    @property
    def is_published(self) -> bool:
        return bool(self.stocktake and self.stocktake.state == StocktakeState.PUBLISHED)

    @property
    def is_late(self) -> bool:
        return self.is_owed and not self.is_published and self.today > self.due

    @property
    def is_received(self) -> bool:
        """Head office has said that it has the sheet."""
        return self.is_published and hasattr(self.stocktake, "acknowledgement")


@dataclass(frozen=True)
class StoreMonth:
    """One store in the chosen month."""

    store: Store
    sheets: list[tuple[date, Sheet]]
    sheet: Sheet
    missing: Missing
    sold: Goods
    stock: Goods | None  # None while the store is being counted blind
    turn: float | None


@dataclass(frozen=True)
class Trend:
    """A chart with its table: the same figures of the same names and months."""

    title: str
    panels: list[Panel]
    rows: list[tuple[str, date, Any]]
    is_sales: bool


class HousePage:
    """The month that begins with `month`, for somebody who sees these stores."""

    def __init__(self, *, user: User, month: date, after: str = "") -> None:
        self.user, self.month = user, month
        self._found = house_reports.stores_of(user, after=after)
        self.stores = self._found[:STORES]
        self.months = charts.last_months(month)[::-1]  # newest first, beside the names
        self.sees_cost = user.has_perm("see_cost")

    @property
    def more(self) -> str:
        """The code of the store behind which the list goes on."""
        return self.stores[-1].code if len(self._found) > STORES else ""

    @property
    def before(self) -> date:
        return (self.month - timedelta(days=1)).replace(day=1)

    @property
    def next(self) -> date | None:
        """The month after, unless it has not begun."""
        following = house_reports.next_month(self.month)
        return following if following <= self._today else None

    @cached_property
    def rows(self) -> list[StoreMonth]:
        """Every store of the page (9 queries)."""
        done = house_reports.stocktakes_of(self.stores, self.months)
        until = min(house_reports.next_month(self.month) - timedelta(days=1), self._today)
        year = house_reports.sold_in_a_year(self.stores, until=until)
        stock = house_reports.stock_of(self.user, self.stores)
        return [self._row(store, done, year, stock) for store in self.stores]

    def _row(
        self,
        store: Store,
        done: Mapping[tuple[int, date], Stocktake],
        year: Mapping[int, Goods],
        stock: Mapping[int, Goods | None],
    ) -> StoreMonth:
        sheets = [
            (month, self._sheet(store, month, done.get((store.pk, month)))) for month in self.months
        ]
        lying = stock[store.pk]
        return StoreMonth(
            store=store,
            sheets=sheets,
            sheet=sheets[0][1],
            missing=self._missing.get((store.pk, self.month), Missing()),
            sold=self._sold.get((store.pk, self.month), Goods()),
            stock=lying,
            turn=house_reports.turn(sold=year.get(store.pk, Goods()), stock=lying),
        )

    def _sheet(self, store: Store, month: date, stocktake: Stocktake | None) -> Sheet:
        begun = self._begun.get(store.pk)
        owed = begun is not None and begun < house_reports.next_month(month)
        return Sheet(stocktake, self._due(month), self._today, is_owed=owed)

    @property
    def published(self) -> int:
        return sum(row.sheet.is_published for row in self.rows)

    @property
    def owed(self) -> int:
        """How many stores have to publish one for the month."""
        return sum(row.sheet.is_owed for row in self.rows)

    @property
    def late(self) -> list[tuple[Store, date]]:
        """Stores that owe a sheet, with the month."""
        return [
            (row.store, month) for row in self.rows for month, sheet in row.sheets if sheet.is_late
        ]

    @cached_property
    def trends(self) -> list[Trend]:
        """Sales and what was missing, by store and by category (2 queries)."""
        names = {store.pk: store.name for store in self.stores}
        words = {name: str(word) for name, word in Category.choices}
        sold = house_reports.sold_by_category(self.user, self.months)
        missing = house_reports.missing_by_category(self.user, self.months)
        return [
            self._trend(_("Pieces sold, by store"), self._sold, names, is_sales=True),
            self._trend(_("Pieces sold, by category"), sold, words, is_sales=True),
            self._trend(_("Pieces missing, by store"), self._missing, names),
            self._trend(_("Pieces missing, by category"), missing, words),
        ]

    def _trend(
        self,
        title: str,
        found: Mapping[Any, Goods] | Mapping[Any, Missing],
        words: Mapping[Any, str],
        *,
        is_sales: bool = False,
    ) -> Trend:
        told = {(words.get(key, key), month): figure for (key, month), figure in found.items()}
        drawn = panel_charts.panels(
            names=[word for word in words.values() if any(name == word for name, _month in told)],
            keys=self.months,
            label=lambda month: f"{month:%Y-%m}",
            figure=lambda name, month: _pieces(told.get((name, month))),
        )
        rows = [(name, month, figure) for (name, month), figure in sorted(told.items(), key=_key)]
        return Trend(title, drawn, rows, is_sales)

    @cached_property
    def _sold(self) -> dict[tuple[int, date], Goods]:
        return house_reports.sold_of(self.stores, self.months)

    @cached_property
    def _missing(self) -> dict[tuple[int, date], Missing]:
        return house_reports.missing_of(self.stores, self.months)

    @cached_property
    def _begun(self) -> dict[int, date]:
        return house_reports.begun(self.stores)

    @cached_property
    def _today(self) -> date:
        return places.business_day(places.office())

    @cached_property
    def _days(self) -> int:
        return int(settings_rows.value(places.office(), "stocktake_due_days"))

    def _due(self, month: date) -> date:
        """The last day on which the sheet of a month is not late."""
        return house_reports.next_month(month) + timedelta(days=self._days - 1)


def _pieces(figure: Goods | Missing | None) -> int:
    return figure.pieces if figure else 0


def _key(row: tuple[tuple[str, date], Any]) -> tuple[str, date]:
    return row[0]
