"""Head office's reference data of the book of the day: what a handover asks for besides goods."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from counter.models import CountItem
from inventory.admin import AnyForm, HeadOffice
from inventory.models import PlaceKind


class CountItemForm(AnyForm):
    def clean(self) -> dict[str, Any] | None:
        """The counter is one of the store's own; without one the item is at every counter."""
        clean = super().clean() or {}
        counter, store = clean.get("counter"), clean.get("store")
        if counter and (counter.store != store or counter.kind != PlaceKind.COUNTER):
            raise ValidationError({"counter": _("Choose a counter of the same store.")})
        if (clean.get("expected") or 0) < 0:
            raise ValidationError({"expected": _("Type a number from 0 on.")})
        return clean


@admin.register(CountItem)
class CountItemAdmin(HeadOffice):
    form = CountItemForm
    decided = ("store", "counter")
    fields = ("store", "counter", "kind", "name", "expected", "active")
    raw_id_fields = ("counter",)
    list_display = ("name", "kind", "expected", "store", "counter", "active")
    list_filter = ("kind", "active")
    list_select_related = ("store", "counter")
    search_fields = ("name", "=store__code")
