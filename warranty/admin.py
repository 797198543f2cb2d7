"""Head office's reference data of the book of promises: the laboratories that a store lists."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from inventory.admin import AnyForm, HeadOffice
from warranty.models import Institution


class InstitutionForm(AnyForm):
    class Meta:
        labels = {
            "store": gettext_lazy("Store"),
            "name": gettext_lazy("Name"),
            "address": gettext_lazy("Address"),
            "phone": gettext_lazy("Telephone"),
            "active": gettext_lazy("In use"),
        }


@admin.register(Institution)
class InstitutionAdmin(HeadOffice):
    """Where a referral slip sends customers; a slip that was printed keeps its row."""

    form = InstitutionForm
    decided = ("store",)
    fields = ("store", "name", "address", "phone", "active")
    list_display = ("name", "store", "phone", "active")
    list_filter = ("active",)
    list_select_related = ("store",)
    search_fields = ("name", "=store__code")
