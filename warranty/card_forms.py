"""What is typed when a card is lost, replaced or looked for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from inventory.forms.fields import GramsField, LineField


class ProofForm(forms.Form):
    """The receipt or the piece beside the customer's words."""

    proof = LineField(label=_("Receipt, piece or certificate"), max_length=100, required=False)
    why = LineField(label=_("What the customer says"), max_length=80, required=False)


class FindForm(forms.Form):
    """What there is of a piece whose card is not at hand."""

    text = LineField(
        label=_("Telephone, receipt, certificate or a number on the piece"),
        max_length=100,
        required=False,
    )
    mark = LineField(label=_("Or the mark in the metal"), max_length=40, required=False)
    grams = GramsField(label=_("and the weight on the scale, in grams"), required=False)
