"""The price board as a form: every price is a field, and only what was changed is put up."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import board, prices
from inventory.board import Line
from inventory.forms.fields import LARGEST_KEY, FinenessField, YuanField
from inventory.ground import measures
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import Metal
from inventory.models import PriceKind, Store
from inventory.prices import Quote


class BoardForm(forms.Form):
    """The board of a store with a field for each price, and one line for another metal.

    An empty field leaves its price as it is. A price far from the one before asks once: the page
    shows a box to tick, whose value names exactly the prices it says yes to.
    """

    metal = forms.ChoiceField(
        label=gettext_lazy("Another metal"), required=False, choices=[("", "—"), *Metal.choices]
    )
    fineness = FinenessField(label=gettext_lazy("Fineness"), required=False)
    confirmed = forms.CharField(required=False, max_length=2_000)

    def __init__(self, *args: Any, store: Store, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by, self.store = by, board.set_at(store, by=by)
        self.lines = board.lines(self.store)
        self.quotes: dict[str, Quote] = {}
        self.to_confirm = ""
        for line in self.lines:
            for kind, row in line.prices:
                label = f"{line.name}, {kind.label}"
                now = row.cents_per_gram if row else None
                self.fields[_name(line, kind)] = _price_field(label, initial=now)
        for kind in PriceKind:
            self.fields[f"new-{kind}"] = _price_field(str(kind.label))

    @property
    def rows(self) -> Iterator[tuple[Line, list[BoundField]]]:
        """Each line of the board with its three fields."""
        for line in self.lines:
            yield line, [self[_name(line, kind)] for kind in PriceKind]

    @property
    def new_row(self) -> list[BoundField]:
        return [self[f"new-{kind}"] for kind in PriceKind]

    def clean(self) -> None:
        self.quotes = dict(self._changed())
        for name, quote in self.quotes.items():
            self._check(name, quote)
        if not self.quotes and not self.errors:
            self.add_error(None, _("No price was changed."))
        if not self.errors:
            self._ask_about_leaps()

    def _changed(self) -> Iterator[tuple[str, Quote]]:
        """Field by field the prices that differ from the board in force."""
        for line in self.lines:
            for kind, row in line.prices:
                cents = self.cleaned_data.get(_name(line, kind))
                if cents is not None and (row is None or cents != row.cents_per_gram):
                    yield _name(line, kind), Quote(line.metal, line.fineness, kind, cents)
        yield from self._added()

    def _added(self) -> Iterator[tuple[str, Quote]]:
        metal, fineness = self.cleaned_data.get("metal"), self.cleaned_data.get("fineness")
        for kind in PriceKind:
            cents = self.cleaned_data.get(f"new-{kind}")
            if cents is None:
                continue
            if metal and fineness:
                yield f"new-{kind}", Quote(metal, fineness, kind, cents)
            elif not self.has_error("fineness"):
                self.add_error("fineness", _("Choose the metal and type its fineness."))

    def _check(self, name: str, quote: Quote) -> None:
        try:
            prices.check(quote=quote, store=self.store, by=self.by)
        except RuleBroken as refusal:
            self.add_error(name, str(refusal))

    def _ask_about_leaps(self) -> None:
        leaps = board.leaps(store=self.store, quotes=self.quotes.values())
        names = {quote: name for name, quote in self.quotes.items()}
        to_confirm = ";".join(f"{names[quote]}={quote.cents_per_gram}" for quote, _row in leaps)
        if to_confirm == self.cleaned_data["confirmed"]:
            return
        self.to_confirm = to_confirm
        for quote, row in leaps:
            told = {"now": measures.yuan(row.cents_per_gram)}
            self.add_error(names[quote], _("Far from %(now)s now. Is it right?") % told)


class HistoryForm(forms.Form):
    """Behind which row the history goes on."""

    before = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)


def _name(line: Line, kind: PriceKind) -> str:
    return f"{line.metal}-{line.fineness}-{kind}"


def _price_field(label: str, *, initial: int | None = None) -> YuanField:
    field = YuanField(label=label, required=False, initial=initial)
    field.widget.attrs["aria-label"] = label
    return field
