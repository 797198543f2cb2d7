"""What the pages of the days may send."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from counter.models import DayFileLayout
from inventory import tables
from inventory.forms.fields import LineField, YuanField


class DayFileForm(forms.Form):
    """A day file and how it is written."""

    file = forms.FileField(
        label=_("Day file"),
        help_text=_("CSV as it was downloaded, at most 10 MB"),
        widget=forms.FileInput({"accept": ".csv,.txt"}),
    )

    def __init__(self, *args: Any, layouts: Sequence[DayFileLayout], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(layout.code, str(layout)) for layout in layouts]
        self.fields["layout"] = forms.ChoiceField(label=_("Whose file"), choices=choices)
        self.order_fields(["layout", "file"])

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > tables.MOST_BYTES:
            raise ValidationError(str(tables.FileTooLarge.sentence), code="file_too_large")
        return file


class ExplainForm(forms.Form):
    explanation = LineField(label=_("Why there is no signed sheet"), max_length=120)


class CloseDayForm(forms.Form):
    """The cash that goes to the bank or the safe, counted by hand."""

    deposited = YuanField(label=_("Cash deposited"), required=True)
    reason = LineField(label=_("Reason of a difference"), max_length=120, required=False)
