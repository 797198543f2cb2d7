"""What the pages of bags may send."""

from django import forms
from django.utils.translation import gettext_lazy as _

from inventory.forms.fields import FinenessField, GramsField, LineField


class MeltForm(forms.Form):
    out_grams = GramsField(
        label=_("The bar weighs"), error_messages={"required": _("Type what the bar weighs.")}
    )


class RefinerForm(forms.Form):
    """The refiner's paper of one bar."""

    refiner = LineField(
        label=_("Refiner"), max_length=60, error_messages={"required": _("Type the refiner.")}
    )
    paper = LineField(
        label=_("Number of the paper"),
        max_length=40,
        error_messages={"required": _("Type the number of the paper.")},
    )
    fineness = FinenessField(error_messages={"required": _("Type the fineness.")})


class OpenBagForm(forms.Form):
    reason = LineField(
        label=_("Why it is opened"),
        max_length=120,
        error_messages={"required": _("Type the reason in a few words.")},
    )
