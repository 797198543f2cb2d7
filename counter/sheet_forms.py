"""What the pages of signed sheets may send."""

from datetime import date, datetime
from typing import ClassVar, TypedDict

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counter.models import HandoverState, Outcome
from counter.signed_sheets import OPEN, UNWITNESSED
from inventory.forms.fields import LARGEST_KEY, LineField

YEARS = range(2000, 2200)


class Wanted(TypedDict, total=False):
    """Which sheets a list shows: see `signed_sheets.handovers_wanted`."""

    text: str
    month: date | None
    state: str
    before: int | None


class MonthField(forms.CharField):
    """The first day of a typed month such as 2026-11; None when nothing was typed."""

    widget = forms.DateInput({"type": "month"}, "%Y-%m")

    def to_python(self, value: object) -> date | None:  # type: ignore[override]  # because: a month is a date
        if value in self.empty_values:
            return None
        try:
            first = timezone.make_aware(datetime.strptime(str(value), "%Y-%m")).date()  # noqa: DTZ007  because: a month has no zone
        except ValueError as wrong:
            raise ValidationError(_("Write a month such as 2026-11.")) from wrong
        if first.year not in YEARS:
            raise ValidationError(_("Write a month such as 2026-11."))
        return first


class FindHandoverForm(forms.Form):
    """Which sheets are listed, and behind which row the list goes on."""

    STATES: ClassVar[list[tuple[str, str | Promise]]] = [
        ("", _("all")),
        (OPEN, _("still open")),
        (HandoverState.SIGNED, HandoverState.SIGNED.label),
        (UNWITNESSED, _("not witnessed")),
        (HandoverState.ABANDONED, HandoverState.ABANDONED.label),
    ]

    q = LineField(label=_("Number, counter or person"), max_length=40, required=False)
    month = MonthField(label=_("Month"), required=False)
    state = forms.ChoiceField(choices=STATES, required=False)
    before = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)

    def wanted(self) -> Wanted:
        """What is asked of the list; nothing where what was sent cannot be read."""
        if not self.is_valid():
            return {}
        asked = self.cleaned_data
        return Wanted(
            text=asked["q"], month=asked["month"], state=asked["state"], before=asked["before"]
        )


class FindInvestigationForm(forms.Form):
    closed = forms.BooleanField(required=False)


class InvestigationForm(forms.Form):
    outcome = forms.ChoiceField(
        choices=Outcome, error_messages={"required": _("Choose what became of it.")}
    )
    note = LineField(max_length=200, error_messages={"required": _("Write what was found out.")})
