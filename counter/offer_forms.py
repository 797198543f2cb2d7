"""What head office or the network showroom types about a style that is offered."""

import re
from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from counter.models import StyleOffer
from counter.showroom import ring_sizes
from counter.showroom.offers import Offer
from counter.showroom_forms import CaratsField
from inventory.forms.fields import GramsField, LineField, YuanField
from inventory.ground import measures
from inventory.templatetags.pieces import STONES

BETWEEN: Final = re.compile("[,,、;;]+")
GRADES: Final = tuple(
    (str(metal), grade) for metal, grades in measures.LEGAL_GRADES.items() for grade in grades
)
# an amount among many fields, no figure to be read across the counter
AMOUNT: Final = {"inputmode": "decimal", "autocomplete": "off", "maxlength": 20}
STONE_LISTS: Final = (
    ("colors", _("Colours")),
    ("clarities", _("Clarities")),
    ("cuts", _("Cuts")),
    ("labs", _("Certificates of")),
)


class ListField(LineField):
    """Several short texts with commas between."""

    def __init__(self, **kwargs: Any) -> None:
        # a list of grades is longer than a line on a telephone
        widget = forms.Textarea({"rows": 2})
        super().__init__(**{"max_length": 200, "required": False, "widget": widget, **kwargs})

    def clean(self, value: Any) -> Any:
        typed = (each.strip() for each in BETWEEN.split(super().clean(value)))
        return list(dict.fromkeys(filter(None, typed)))

    def prepare_value(self, value: object) -> object:
        return ", ".join(map(str, value)) if isinstance(value, list) else value


class RingSizeField(LineField):
    """A Chinese ring size in quarters; None when nothing was typed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 6, "required": False, **kwargs})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        size = ring_sizes.read(text)
        if size is None:
            raise ValidationError(_("A ring size such as 12.25."), code="bad_ring_size")
        return size

    def prepare_value(self, value: object) -> object:
        return ring_sizes.shown(value) if isinstance(value, int) else value


class OfferForm(forms.Form):
    """One style; the metals stand in `weights`, a field for each legal grade."""

    shown = forms.BooleanField(label=_("Shown in the network showroom"), required=False)
    words = LineField(
        label=_("In a sentence"),
        max_length=200,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
    sizes = ListField(label=_("Sizes to choose from"))
    ring_from = RingSizeField(label=_("Ring sizes from"))
    ring_to = RingSizeField(label=_("Ring sizes to"))
    finishes = ListField(label=_("Finishes"))
    engraving_most = forms.IntegerField(
        label=_("Room for letters; 0: no engraving"), min_value=0, max_value=40
    )
    kinds = forms.MultipleChoiceField(
        label=_("Main stone"),
        choices=list(STONES.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    from_mct = CaratsField(label=_("Carats from"), required=False)
    to_mct = CaratsField(label=_("Carats to"), required=False)
    takes_customer_stone = forms.BooleanField(
        label=_("The customer's own stone may be set"), required=False
    )
    stone_cents_per_ct = YuanField(
        label=_("Stone, a carat about"), required=False, widget=forms.TextInput(AMOUNT)
    )
    labour_cents = YuanField(label=_("Labour of one piece"), widget=forms.TextInput(AMOUNT))
    days = forms.IntegerField(label=_("Days to make"), min_value=1, max_value=730)
    most_pieces = forms.IntegerField(label=_("Pieces at once at most"), min_value=1, max_value=999)

    def __init__(self, data: Any = None, *, offer: StyleOffer | None = None) -> None:
        super().__init__(data, initial=_told(offer))
        weighed = {(metal, grade): mg for metal, grade, mg in offer.metals} if offer else {}
        for metal, grade in GRADES:
            label, at = measures.grade_name(metal, grade), weighed.get((metal, grade))
            field = GramsField(label=label, required=False)
            field.initial = at
            self.fields[f"mg_{metal}_{grade}"] = field
        for name, words in STONE_LISTS:
            self.fields[name] = ListField(label=words)

    @property
    def weights(self) -> list[Any]:
        """The fields of the metals, in grams of one piece."""
        return [self[f"mg_{metal}_{grade}"] for metal, grade in GRADES]

    @property
    def stone_fields(self) -> list[Any]:
        names = ("kinds", "from_mct", "to_mct", *(name for name, _label in STONE_LISTS))
        more = ("takes_customer_stone", "stone_cents_per_ct")
        return self._fields(*names, *more)

    @property
    def kind_fields(self) -> list[Any]:
        return self._fields("sizes", "ring_from", "ring_to", "finishes", "engraving_most")

    @property
    def shop_fields(self) -> list[Any]:
        return self._fields("labour_cents", "days", "most_pieces")

    def offer(self) -> Offer:
        """What was typed, as the rule takes it."""
        typed = self.cleaned_data
        names = (
            "shown",
            "words",
            "sizes",
            "ring_from",
            "ring_to",
            "finishes",
            "engraving_most",
            "takes_customer_stone",
            "labour_cents",
            "days",
            "most_pieces",
        )
        metals = [
            (metal, grade, mg) for metal, grade in GRADES if (mg := typed[f"mg_{metal}_{grade}"])
        ]
        stone: dict[str, Any] = {}
        if typed["kinds"]:
            stone = {name: typed[name] for name in ("kinds", "from_mct", "to_mct")}
            stone |= {name: typed[name] for name, _label in STONE_LISTS}
        return Offer(
            metals=metals,
            stone=stone,
            stone_cents_per_ct=typed["stone_cents_per_ct"] or 0,
            **{name: typed[name] for name in names},
        )

    def _fields(self, *names: str) -> list[Any]:
        return [self[name] for name in names]


def _told(offer: StyleOffer | None) -> dict[str, Any]:
    if offer is None:
        return {"shown": True, "days": 21, "most_pieces": 20, "engraving_most": 0}
    return {**vars(offer), **offer.stone}


def named(offer: StyleOffer) -> Iterable[str]:
    """The metals of an offer in words."""
    return [measures.grade_name(metal, grade) for metal, grade, _mg in offer.metals]


def of_form(name: str) -> str:
    """The field of the form behind a field that a refusal names."""
    return {"metals": f"mg_{GRADES[0][0]}_{GRADES[0][1]}", "stone": "from_mct"}.get(name, name)
