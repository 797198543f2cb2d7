"""What the pages of transfers may send."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from inventory.forms.fields import LARGEST_KEY


class DayForm(forms.Form):
    """Whose day is listed, and behind which row the list goes on."""

    day = forms.DateField(
        label=_("Day"),
        required=False,
        validators=[MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2199, 12, 31))],
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )
    before = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)


class HandOverForm(forms.Form):
    """Who takes over which pieces, and where; exactly what the page has shown."""

    to = forms.CharField(max_length=12, error_messages={"required": _("Choose the place first.")})
    lent = forms.BooleanField(required=False)
    pin = forms.CharField(max_length=6, error_messages={"required": _("Type the PIN.")})

    def __init__(self, *args: Any, receivers: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nobody = _("Choose who takes over.")
        self.fields["receiver"] = forms.ChoiceField(
            choices=[(name, name) for name in receivers],
            error_messages={"required": nobody, "invalid_choice": nobody},
        )
