"""What the page that brings in a list may send: a file, and the store it is for."""

from typing import Any, cast

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from inventory import queries
from inventory.forms.fields import TableField
from inventory.models import Store


class ImportForm(forms.Form):
    store = forms.ModelChoiceField(Store.objects.none(), to_field_name="code", label=_("Store"))
    file = TableField(
        label=_("List of pieces"),
        help_text=_("CSV or .xlsx, at most 10 MB and 50,000 rows; the first row names the columns"),
        widget=forms.FileInput({"accept": ".csv,.txt,.xlsx"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        store = cast("forms.ModelChoiceField[Store]", self.fields["store"])
        store.queryset = queries.stores_for(user)
        store.empty_label = None
        if store.queryset.count() == 1:  # nothing to choose
            store.widget = forms.HiddenInput()
            store.initial = store.queryset.get()
