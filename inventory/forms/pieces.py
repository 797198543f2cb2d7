"""What the pages of pieces may send."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.models import Category, Place, PlaceKind, State
from inventory.models.pieces import GONE
from inventory.queries import Wanted

HERE, ANY = "here", "any"
STATES: dict[str, tuple[State, ...]] = {
    HERE: tuple(state for state in State if state not in GONE),
    **{state.value: (state,) for state in State},
    ANY: (),
}
WORDS: dict[str, str | Promise] = {
    HERE: gettext_lazy("in the shop"),
    ANY: gettext_lazy("all"),
    **{state.value: state.label for state in State},
}


class FindForm(forms.Form):
    """What a list of pieces is narrowed to; all of it stands in the address of the page."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=60,
        widget=forms.TextInput(
            {
                "autocomplete": "off",
                "enterkeyhint": "search",
                "placeholder": gettext_lazy("last digits, name"),
            }
        ),
    )
    place = forms.ChoiceField(label=gettext_lazy("Place"), required=False)
    category = forms.ChoiceField(
        label=gettext_lazy("Category"),
        required=False,
        choices=[("", gettext_lazy("all")), *Category.choices],
    )
    state = forms.ChoiceField(required=False, choices=WORDS.items(), widget=forms.HiddenInput)
    after = forms.CharField(required=False, max_length=10)

    def __init__(self, *args: Any, places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.code: place for place in places}
        self.fields["place"] = forms.ChoiceField(
            label=_("Place"), required=False, choices=[("", _("everywhere")), *_grouped(places)]
        )

    @property
    def chosen_state(self) -> str:
        """Without a choice: what is in the shop; who looks for a number finds sold pieces too."""
        clean = self.cleaned_data
        return str(clean.get("state") or (ANY if clean.get("q") else HERE))

    @property
    def states(self) -> list[tuple[str, str | Promise]]:
        """The words of the filter; states in the order of a piece's life."""
        return list(WORDS.items())

    def wanted(self) -> Wanted:
        """The clean fields as the book reads them."""
        return Wanted(
            text=self.cleaned_data["q"],
            states=STATES[self.chosen_state],
            place=self.places.get(self.cleaned_data["place"]),
            category=self.cleaned_data["category"],
        )


def _grouped(places: Sequence[Place]) -> list[tuple[str, Any]]:
    """Counters with what is in them, then what belongs to no counter; pass `parent` along."""
    counters = [place for place in places if place.kind == PlaceKind.COUNTER]
    groups = [(_("Counter %s") % counter, _inside(counter, places)) for counter in counters]
    others = [(place.code, str(place)) for place in places if place.counter is None]
    return [*groups, *others]


def _inside(counter: Place, places: Sequence[Place]) -> list[tuple[str, str]]:
    inside = [(place.code, str(place)) for place in places if place.parent_id == counter.pk]
    return [(counter.code, _("whole counter %s") % counter), *inside]
