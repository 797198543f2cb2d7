"""A window for returns as a form."""

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from counter.models import ReturnWindow
from counter.return_windows import HIGHEST, LONGEST_DAYS
from inventory.forms.fields import LineField

if TYPE_CHECKING:  # Django's class takes its model only while types are checked
    ReturnWindowModelForm = forms.ModelForm[ReturnWindow]
else:
    ReturnWindowModelForm = forms.ModelForm


class ReturnWindowForm(ReturnWindowModelForm):
    """Empty choices mean any; without days it has no end."""

    days = forms.IntegerField(
        label=_("Days; empty: without end"),
        required=False,
        min_value=0,
        max_value=LONGEST_DAYS,
    )
    precedence = forms.IntegerField(
        label=_("Goes before others"), min_value=0, max_value=HIGHEST, initial=0
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
        model = ReturnWindow
        fields = (
            "fault",
            "leads_to",
            "channel",
            "metal",
            "category",
            "pricing",
            "days",
            "starts",
            "basis",
            "must_be_unworn",
            "keeps_old_discount",
            "is_house_promise",
            "precedence",
            "valid_from",
            "valid_to",
            "source",
        )
        labels = {
            "fault": _("Reason"),
            "leads_to": _("What for"),
            "channel": _("Where it was bought"),
            "metal": _("Metal"),
            "category": _("Category"),
            "pricing": _("Way of pricing"),
            "starts": _("Counted from"),
            "basis": _("What the piece counts in an exchange"),
            "must_be_unworn": _("Only unworn, with its tag or seal"),
            "keeps_old_discount": _("The new piece keeps the old discount"),
            "is_house_promise": _("A promise of the house, not the law"),
        }
