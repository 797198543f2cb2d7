"""What the pages of a stocktake may send. What is typed becomes an integer once, here."""

from datetime import date
from typing import Any, ClassVar, TypedDict

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from counter import weighing
from counter.sheet_forms import MonthField
from counter.supply_forms import read_quantity
from inventory.forms.fields import LARGEST_KEY, GramsField, LineField
from inventory.ground.errors import RuleBroken
from inventory.models import (
    Category,
    DifferenceOutcome,
    Means,
    Place,
    StocktakeKind,
    StocktakeState,
    StocktakeSupply,
)

TRAY: dict[str, Any] = {"least": 0, "most": weighing.MOST_TRAY_MG}  # milligrams on the scale
WORDS = 200  # characters of the facts, the hearing and the agreement of a case
MOST_LIST = 3_000_000  # characters: 100,000 tags, one a line


class Wanted(TypedDict, total=False):
    """Which stocktakes a list shows: see `stocktake_lists.wanted`."""

    text: str
    month: date | None
    state: str
    before: int | None


class FindStocktakeForm(forms.Form):
    """Which stocktakes are listed, and behind which one the list goes on."""

    RUNNING = "running"
    STATES: ClassVar[list[tuple[str, str | Promise]]] = [
        ("", _("all")),
        (RUNNING, _("still open")),
        (StocktakeState.APPROVED, StocktakeState.APPROVED.label),
        (StocktakeState.PUBLISHED, StocktakeState.PUBLISHED.label),
        (StocktakeState.ABANDONED, StocktakeState.ABANDONED.label),
    ]

    q = LineField(label=_("Number or person"), max_length=40, required=False)
    month = MonthField(label=_("Month"), required=False)
    state = forms.ChoiceField(choices=STATES, required=False)
    before = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)

    def wanted(self) -> Wanted:
        """What is asked of the list; nothing where what was sent cannot be read."""
        if not self.is_valid():
            return {}
        asked = self.cleaned_data
        return Wanted(
            text=asked["q"], month=asked["month"], state=asked["state"], before=asked["before"]
        )


class MonthForm(forms.Form):
    """Which month a report shows, and behind which store its list goes on."""

    month = MonthField(label=_("Month"), required=False)
    after = forms.CharField(max_length=8, required=False)


class StartForm(forms.Form):
    """Kind and scope: a month, or counters as a whole and single places."""

    kind = forms.ChoiceField(choices=StocktakeKind)
    month = MonthField(label=_("Month"), required=False)
    category = forms.ChoiceField(
        label=_("Only this category"),
        choices=[("", _("every category")), *Category.choices],
        required=False,
    )
    counters = forms.ModelMultipleChoiceField(
        Place.objects.none(), to_field_name="code", required=False
    )
    places = forms.ModelMultipleChoiceField(
        Place.objects.none(), to_field_name="code", required=False
    )

    def __init__(self, *args: Any, places: QuerySet[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = places
        for name in ("counters", "places"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101  because: of this class
            field.queryset = places

    @property
    def month_text(self) -> str:
        """The month as a stocktake names it; only a monthly count has one."""
        month = self.cleaned_data["month"]
        monthly = self.cleaned_data["kind"] == StocktakeKind.MONTHLY
        return f"{month:%Y-%m}" if monthly and month else ""

    @property
    def category_text(self) -> str:
        """Only a spot count may be of one category."""
        spot = self.cleaned_data["kind"] == StocktakeKind.SPOT
        return str(self.cleaned_data["category"]) if spot else ""

    @property
    def scope(self) -> list[Place]:
        """The chosen places, and everything that stands in a counter chosen as a whole."""
        if self.cleaned_data["kind"] == StocktakeKind.MONTHLY:
            return []
        whole = {counter.pk for counter in self.cleaned_data["counters"]}
        single = {place.pk for place in self.cleaned_data["places"]}
        return [
            place
            for place in self._places
            if place.pk in whole | single or place.parent_id in whole
        ]


class TagsForm(forms.Form):
    """What a reader of tags has read: one a line, pasted or as a file."""

    tags = forms.CharField(max_length=MOST_LIST, required=False, strip=False)
    file = forms.FileField(required=False)

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if not (clean.get("tags") or "").strip() and not clean.get("file"):
            self.add_error("tags", _("Paste the list, or choose the file."))
        return clean

    @property
    def content(self) -> bytes:
        """The file, else what was pasted."""
        file = self.cleaned_data["file"]
        return bytes(file.read()) if file else str(self.cleaned_data["tags"]).encode()


class LabelForm(forms.Form):
    """A label as the scan box sends it, and how it was read; a scanner where nothing is said."""

    code = forms.CharField(max_length=200)
    means = forms.TypedChoiceField(
        choices=[(each, each.label) for each in (Means.SCANNER, Means.CAMERA, Means.TYPED)],
        required=False,
        empty_value=Means.SCANNER,
    )


class UnlabelledForm(forms.Form):
    words = LineField(
        max_length=120, error_messages={"required": _("Describe the piece in a few words.")}
    )
    grams = GramsField(error_messages={"required": _("Type the weight.")})


class WeighSpotForm(forms.Form):
    """A tray with its goods and without, and the moment of the books that the page showed."""

    seen_seq = forms.IntegerField(min_value=0, max_value=LARGEST_KEY)
    gross = GramsField(**TRAY, required=False)  # else a reading of the scale
    tare = GramsField(**TRAY, required=False)


class WeighSampleForm(forms.Form):
    grams = GramsField(error_messages={"required": _("Type the weight.")})


class SupplyCountForm(forms.Form):
    """Pieces, or grams of what goes by the gram; nothing at all is a zero that is typed."""

    quantity = forms.CharField(
        max_length=20, error_messages={"required": _("Type how much it is.")}
    )

    def __init__(self, *args: Any, row: StocktakeSupply, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._row = row

    def clean_quantity(self) -> int:
        try:
            return read_quantity(self._row.item, str(self.cleaned_data["quantity"]))
        except RuleBroken as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal


class ReasonForm(forms.Form):
    reason = LineField(
        max_length=120, error_messages={"required": _("Type the reason in a few words.")}
    )


class DecideForm(forms.Form):
    """What became of a difference; which of the fields are needed depends on the outcome."""

    outcome = forms.ChoiceField(
        choices=DifferenceOutcome, error_messages={"required": _("Choose what became of it.")}
    )
    words = LineField(max_length=WORDS, required=False)
    to_place = forms.ModelChoiceField(Place.objects.none(), to_field_name="code", required=False)
    turned_out = forms.CharField(max_length=40, required=False)
    hearing = LineField(max_length=WORDS, required=False)
    agreement = LineField(max_length=WORDS, required=False)

    def __init__(self, *args: Any, places: QuerySet[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to_place"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  because: of this class
        field.queryset = places


class FindDifferenceForm(forms.Form):
    """Which differences the page lists, which one it shows, and where the list goes on."""

    OPEN, DECIDED = "", "decided"
    STATES: ClassVar[list[tuple[str, str | Promise]]] = [
        (OPEN, pgettext_lazy("difference", "to be settled")),
        (DECIDED, pgettext_lazy("difference", "settled")),
    ]

    state = forms.ChoiceField(choices=STATES, required=False)
    row = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)
    after = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)
