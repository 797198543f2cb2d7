"""Head office's reference data of the book of pieces: styles, stores and the places in them.

What the books decide is shown and not changed: codes stand in document numbers, and a place that
pieces have lain in keeps its store and its kind. New stores come with the beginning of their
chain, so they are opened by a command and not here.
"""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.forms.fields import FinenessField, GramsField, YuanField
from inventory.ground import access
from inventory.models import CountedIn, Place, PlaceKind, Store, Style, SupplyItem

if TYPE_CHECKING:  # Django's classes take their model only while types are checked
    AnyAdmin = admin.ModelAdmin[Model]
    AnyForm = forms.ModelForm[Model]
else:
    AnyAdmin, AnyForm = admin.ModelAdmin, forms.ModelForm


class HeadOffice(AnyAdmin):
    """A table that those who see all stores keep. Nothing is ever deleted."""

    change_form_template = "inventory/reference_form.html"
    decided: tuple[str, ...] = ()  # fields that stay as they were once the row exists

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(access.ALL_STORES)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        return self.decided if obj else ()


@admin.register(Style)
class StyleAdmin(HeadOffice):
    decided = ("code",)
    list_display = ("code", "name", "category", "report_required")
    list_filter = ("category", "report_required")
    search_fields = ("code", "name")


@admin.register(Store)
class StoreAdmin(HeadOffice):
    decided = ("code", "kind", "time_zone", "day_starts_at")
    fields = ("code", "name", "kind", "phone", "address", "time_zone", "day_starts_at")
    list_display = ("code", "name", "kind", "phone")
    list_filter = ("kind",)
    search_fields = ("code", "name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class PlaceForm(AnyForm):
    tare_mg = GramsField(
        label=gettext_lazy("Empty tray, in grams"),
        required=False,
        help_text=gettext_lazy("As the scale shows it. Without it the tray is not weighed."),
    )

    def clean(self) -> dict[str, Any] | None:
        """A tray or a window belongs to a counter of its own store."""
        clean = super().clean() or {}
        parent, store = clean.get("parent"), clean.get("store")
        if parent and store and (parent.store_id != store.pk or parent.kind != PlaceKind.COUNTER):
            raise ValidationError({"parent": _("Choose a counter of the same store.")})
        return clean


@admin.register(Place)
class PlaceAdmin(HeadOffice):
    form = PlaceForm
    decided = ("store", "parent", "code", "kind")
    fields = ("store", "parent", "code", "name", "kind", "count_depth", "tare_mg")
    raw_id_fields = ("parent",)
    list_display = ("code", "name", "kind", "store", "parent")
    list_filter = ("kind",)
    list_select_related = ("store", "parent")
    search_fields = ("code", "name", "=store__code")


class SupplyItemForm(AnyForm):
    fineness = FinenessField(label=gettext_lazy("Fineness"), required=False)
    cost_cents = YuanField(label=gettext_lazy("Cost of one piece or gram, yuan"), required=False)
    value_cents = YuanField(label=gettext_lazy("Value of one as a gift, yuan"), required=False)

    def clean(self) -> dict[str, Any] | None:
        """Only what goes by the gram is of a metal, and then its fineness is known."""
        clean = super().clean() or {}
        metal, fineness = clean.get("metal"), clean.get("fineness")
        if bool(metal) != bool(fineness):
            raise ValidationError({"fineness": _("A metal and its fineness belong together.")})
        if metal and clean.get("counted_in") != CountedIn.GRAMS:
            raise ValidationError({"metal": _("Only what is counted in grams is of a metal.")})
        for name in ("cost_cents", "value_cents"):
            clean[name] = clean.get(name) or 0
        return clean


@admin.register(SupplyItem)
class SupplyItemAdmin(HeadOffice):
    form = SupplyItemForm
    decided = ("code", "counted_in", "metal", "fineness")
    list_display = ("code", "name", "counted_in", "active")
    list_filter = ("counted_in", "active")
    search_fields = ("code", "name")
