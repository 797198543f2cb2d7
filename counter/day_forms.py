"""What the pages of the days may send."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from counter.models import DayFileLayout
from inventory.forms.fields import LineField, TableField, YuanField


class DayFileForm(forms.Form):
    """A day file and how it is written."""

    file = TableField(
        label=_("Day file"),
        help_text=_("CSV as it was downloaded, at most 10 MB"),
        widget=forms.FileInput({"accept": ".csv,.txt"}),
    )

    def __init__(self, *args: Any, layouts: Sequence[DayFileLayout], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(layout.code, str(layout)) for layout in layouts]
        self.fields["layout"] = forms.ChoiceField(label=_("Whose file"), choices=choices)
        self.order_fields(["layout", "file"])


class ExplainForm(forms.Form):
    explanation = LineField(label=_("Why there is no signed sheet"), max_length=120)


class CloseDayForm(forms.Form):
    """The cash that goes to the bank or the safe, counted by hand."""

    deposited = YuanField(label=_("Cash deposited"), required=True)
    reason = LineField(label=_("Reason of a difference"), max_length=120, required=False)
