"""What head office types about programs and endpoints."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from counter import api_clients, webhook_events
from inventory.forms.fields import LineField
from inventory.ground import outward_calls
from inventory.models import Store

if TYPE_CHECKING:  # Django's class takes its model only while types are checked
    ManyStoresField = forms.ModelMultipleChoiceField[Store]
else:
    ManyStoresField = forms.ModelMultipleChoiceField

FURTHEST = timedelta(days=3_650)


class StoresField(ManyStoresField):
    """Some stores, by code and name."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"label": _("Stores"), "required": False, **kwargs}
        super().__init__(
            Store.objects.order_by("code"), widget=forms.CheckboxSelectMultiple, **kwargs
        )

    def label_from_instance(self, obj: Store) -> str:
        return f"{obj.code} {obj.name}"


class ProgramForm(forms.Form):
    """A program that is to read our books; all stores is one of the scopes."""

    name = LineField(label=_("Name of the program"), max_length=60)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=list(api_clients.SCOPE_WORDS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    stores = StoresField()
    expires_on = forms.DateField(
        label=_("Last day; empty: until it is revoked"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_expires_on(self) -> datetime | None:
        """The end of that day, by the clock of the house."""
        day = self.cleaned_data["expires_on"]
        if day is None:
            return None
        today = timezone.localdate()
        if not today <= day <= today + FURTHEST:
            raise forms.ValidationError(_("Choose a day from today on, within ten years."))
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


class WebhookForm(forms.Form):
    """An endpoint that is to be told of events."""

    name = LineField(label=_("Name of the endpoint"), max_length=60)
    url = LineField(
        label=pgettext_lazy("webhook", "Address"),
        max_length=outward_calls.LONGEST,
        help_text=_("It begins with https:// and leads to the internet."),
    )
    events = forms.MultipleChoiceField(
        label=_("Events"),
        choices=[(each.name, each.words) for each in webhook_events.BY_NAME.values()],
        widget=forms.CheckboxSelectMultiple,
    )
    all_stores = forms.BooleanField(
        label=_("all stores, also those that open later"), required=False
    )
    stores = StoresField()
