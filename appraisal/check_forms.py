"""What the page of a check weighing may send."""

from django import forms
from django.utils.translation import gettext_lazy as _

from appraisal.checks import Label
from inventory.forms.fields import GramsField
from inventory.ground.measures import Metal


class AskedForm(forms.Form):
    """One of our pieces: as it was scanned, or as the page that weighs it sends it along."""

    code = forms.CharField(max_length=200, required=False)
    piece = forms.CharField(max_length=200, required=False)

    @property
    def text(self) -> str:
        """Empty where no piece of ours is meant."""
        return str(self.cleaned_data["code"] or self.cleaned_data["piece"])


class LabelForm(forms.Form):
    """What the label of a customer's own piece says."""

    label = GramsField(label=_("Grams on the label"), required=False)
    metal = forms.ChoiceField(
        label=_("Metal"),
        choices=Metal,
        required=False,
        initial=Metal.GOLD,
        widget=forms.RadioSelect,
    )

    @property
    def told(self) -> Label | None:
        """None where nothing was typed."""
        clean = self.cleaned_data
        return Label(clean["label"], clean["metal"]) if clean["label"] else None
