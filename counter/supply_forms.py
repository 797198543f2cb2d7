"""What the page of supplies may send. A quantity is typed as the item is counted: a number of
pieces, or grams."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inventory import supply_lists
from inventory.forms.fields import LineField
from inventory.ground import codes, measures
from inventory.ground.errors import RuleBroken
from inventory.models import CountedIn, Place, Store, SupplyItem
from inventory.supplies import BadQuantity

NUMBER = {"class": "number", "inputmode": "decimal", "autocomplete": "off", "maxlength": 20}


class SupplyForm(forms.Form):
    """How much of which item, and where."""

    item = forms.ModelChoiceField(
        SupplyItem.objects.all(),
        label=_("Item"),
        empty_label="—",
        error_messages={"required": _("Choose the item.")},
    )
    place = forms.ModelChoiceField(
        Place.objects.none(),
        label=_("Place"),
        empty_label="—",
        to_field_name="code",
        error_messages={"required": _("Choose the place first.")},
    )
    quantity = forms.CharField(
        label=_("How many pieces, or grams"),
        max_length=20,
        widget=forms.TextInput(NUMBER),
        error_messages={"required": _("Type how much it is.")},
    )

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("place", "to"):
            field = self.fields.get(name)
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = supply_lists.places_for(store)

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if "item" in clean and "quantity" in clean:
            try:
                clean["quantity"] = read_quantity(clean["item"], clean["quantity"])
            except RuleBroken as refusal:
                self.add_error("quantity", str(refusal))
        return clean


class ReceiveForm(SupplyForm):
    number = LineField(label=_("Number of the supplier's note"), max_length=40)


class MoveForm(SupplyForm):
    to = forms.ModelChoiceField(
        Place.objects.none(),
        label=_("To"),
        empty_label="—",
        to_field_name="code",
        error_messages={"required": _("Choose the place first.")},
    )


class UseForm(SupplyForm):
    number = LineField(label=_("Ticket, scanned or typed"), max_length=40)


class PutRightForm(SupplyForm):
    reason = LineField(label=_("Reason"), max_length=120)


def read_quantity(item: SupplyItem, typed: str) -> int:
    """Pieces, or milligrams of what goes by the gram. Refused: what is no such number."""
    if item.counted_in == CountedIn.GRAMS:
        return measures.read_grams(typed, at_least_mg=0)
    plain = codes.half_width(typed).strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 7):
        raise BadQuantity
    return int(plain)
