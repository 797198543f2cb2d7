"""What the page of claims may send."""

from django import forms
from django.utils.translation import gettext_lazy as _

from inventory.forms.fields import LineField, YuanField
from warranty.models import Cause, Fault, Outcome


class ClaimForm(forms.Form):
    """A fault, what was found, what is done."""

    code = forms.CharField(label=_("Card, ticket or piece, scanned"), max_length=200)
    fault = forms.ChoiceField(
        label=_("What the customer says"),
        choices=[choice for choice in Fault.choices if choice[0] != Fault.GOODWILL],
    )
    words = LineField(label=_("In the customer's own words"), max_length=200, required=False)
    cause = forms.ChoiceField(label=_("What was found"), choices=Cause)
    outcome = forms.ChoiceField(label=_("What is done about it"), choices=Outcome)
    reason = LineField(
        label=_("Reason of a refusal, as it was told"), max_length=200, required=False
    )
    goodwill = YuanField(
        label=_("What it costs the house where it is not clear, yuan"), required=False
    )


class ClaimsAsked(forms.Form):
    """Which month of the list; and what the new claim is of."""

    month = forms.DateField(required=False, input_formats=["%Y-%m"])
    code = forms.CharField(required=False, max_length=200)
