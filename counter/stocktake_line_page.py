"""The single pieces of a stocktake: what became of each, where it was read, what was said to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django import forms
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from counter import stocktake_page
from inventory import stocktake_queries
from inventory.forms.fields import LARGEST_KEY
from inventory.models import LineResult, Stocktake, StocktakeDifference, StocktakeLine

ROWS: Final = 100


class FindLinesForm(forms.Form):
    """Which lines are listed, and behind which one the list goes on."""

    result = forms.ChoiceField(choices=[("", _("all")), *LineResult.choices], required=False)
    place = forms.CharField(max_length=12, required=False)
    after = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)


@dataclass(frozen=True)
class Line:
    """One expected piece; `difference`: what differed about it, and what became of that."""

    row: StocktakeLine
    difference: StocktakeDifference | None


class LinePage:
    """The lines of a stocktake that were asked for; everything where nothing valid was."""

    def __init__(self, stocktake: Stocktake, *, form: FindLinesForm, may_cost: bool) -> None:
        self.stocktake, self.may_cost = stocktake, may_cost
        said: Mapping[str, Any] = form.cleaned_data if form.is_valid() else {}
        self.result = said.get("result") or ""
        self.place = said.get("place") or ""
        self._after = said.get("after") or 0

    @property
    def heading(self) -> str:
        return stocktake_page.heading_of(self.stocktake)

    @cached_property
    def tabs(self) -> list[tuple[str, str, int]]:
        """Each result that some line has: its value, its words and how many (1 query)."""
        lines = self._here(stocktake_queries.lines_of(self.stocktake)).order_by()
        many = dict(lines.values_list("result").annotate(Count("pk")))
        told = [(str(each), str(each.label), many[each]) for each in LineResult if each in many]
        return [("", str(_("all")), sum(many.values())), *told]

    @cached_property
    def lines(self) -> list[Line]:
        """In the order of the published content (2 queries)."""
        rows = self._listed[:ROWS]
        found = stocktake_queries.differences_of(self.stocktake).filter(line__in=rows)
        differences = {row.line_id: row for row in found}
        return [Line(row, differences.get(row.pk)) for row in rows]

    @property
    def more(self) -> int | None:
        """Behind which line the list goes on."""
        return self._listed[ROWS - 1].pk if len(self._listed) > ROWS else None

    @cached_property
    def _listed(self) -> list[StocktakeLine]:
        rows = stocktake_queries.lines_of(self.stocktake, result=self.result)
        return list(self._here(rows).filter(pk__gt=self._after)[: ROWS + 1])

    def _here(self, rows: Any) -> Any:
        return rows.filter(place__code=self.place) if self.place else rows
