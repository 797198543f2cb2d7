"""A row of the service desk's price list as a form."""

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from inventory.forms.fields import LineField, YuanField
from warranty.care_prices import LONGEST_WARRANTY
from warranty.models import CarePrice

if TYPE_CHECKING:  # Django's class takes its model only while types are checked
    CarePriceModelForm = forms.ModelForm[CarePrice]
else:
    CarePriceModelForm = forms.ModelForm


class CarePriceForm(CarePriceModelForm):
    """Money is typed in yuan; empty metal and category mean any."""

    cents = YuanField(label=_("Price, yuan"))
    warranty_days = forms.IntegerField(
        label=_("Days of its own warranty"), min_value=0, max_value=LONGEST_WARRANTY
    )
    valid_from = forms.DateField(
        label=_("Holds from"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    valid_to = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    source = LineField(label=_("Where it was published"), max_length=120, required=False)

    class Meta:
        model = CarePrice
        fields = (
            "kind",
            "metal",
            "category",
            "cents",
            "per",
            "warranty_days",
            "valid_from",
            "valid_to",
            "source",
        )
        labels = {
            "kind": _("Work"),
            "metal": _("Metal"),
            "category": _("Category"),
            "per": _("Priced per"),
        }
