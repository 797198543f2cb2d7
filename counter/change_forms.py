"""变更: an order as it should be from now on, line for line with what each style can be."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from counter.models import CustomerKind, NetworkOrder
from counter.showroom import drafts, offers
from counter.showroom.wishes import LineWish, StyleNotOffered, Wish
from counter.showroom_forms import LineForm, StaffTermsForm
from inventory.forms.fields import LineField


class WhyForm(StaffTermsForm):
    """What holds for the whole order, and why it changes."""

    why = LineField(label=_("Why it changes; the customer reads it"), max_length=200)

    field_order = ("why",)


class ChangedLine(LineForm):
    """A line that may go too."""

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["drop"] = forms.BooleanField(label=_("Take this line out"), required=False)

    def line(self) -> LineWish:
        self.cleaned_data.pop("drop", None)
        return super().line()


class ChangeForm:
    """All forms of one change. Refused when a style is not offered any more."""

    def __init__(self, order: NetworkOrder, data: Any = None) -> None:
        self.wish = drafts.ordered_wish(order)
        offered = offers.offered({line.style for line in self.wish.lines})
        with_mark = order.customer.kind == CustomerKind.DEALER
        self.terms = WhyForm(data, initial=WhyForm.told(self.wish))
        self.lines: Sequence[ChangedLine] = []
        for nth, line in enumerate(self.wish.lines):
            if line.style not in offered:
                raise StyleNotOffered(line.style, field="lines")
            told = {"initial": ChangedLine.told(line), "prefix": f"line-{nth}"}
            kept = with_mark or bool(line.mark)
            form = ChangedLine(data, offer=offered[line.style], with_mark=kept, **told)
            self.lines = [*self.lines, form]

    def is_valid(self) -> bool:
        # each one is asked, so that every mistake stands beside its field
        told = [form.is_valid() for form in (self.terms, *self._kept())]
        return all(told)

    def proposed(self) -> Wish:
        """The wish that was typed."""
        terms = {name: value for name, value in self.terms.cleaned_data.items() if name != "why"}
        told = vars(self.wish) | terms
        return Wish(**(told | {"lines": tuple(form.line() for form in self._kept())}))

    @property
    def why(self) -> str:
        return str(self.terms.cleaned_data["why"])

    def _kept(self) -> list[ChangedLine]:
        return [form for form in self.lines if not form["drop"].value()]
