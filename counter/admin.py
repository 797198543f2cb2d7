"""Head office's reference data of the book of the day: what a handover asks for besides goods,
and how the day files of wallets and banks are written."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import day_file_layouts, memberships
from counter.models import CalendarDay, CountItem, Customer, DayFileLayout
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


class CustomerForm(AnyForm):
    class Meta:
        labels = {"level": gettext_lazy("Members' level")}


@admin.register(Customer)
class CustomerAdmin(HeadOffice):
    """Who is a member, and of which level: the plan with the same word is theirs."""

    form = CustomerForm
    fields = ("masked_phone", "name", "level")
    list_display = ("name", "masked_phone", "level")
    list_filter = ("level",)
    search_fields = ("=phone", "name")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        return ("masked_phone", "name")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """By the rule, which writes down who made them a member, and when."""
        assert isinstance(request.user, User)  # noqa: S101  because: who is signed in
        memberships.decide(customer=obj, level=obj.level, by=request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class CalendarDayForm(AnyForm):
    class Meta:
        labels = {
            "day": gettext_lazy("Day"),
            "is_worked": gettext_lazy("A working day"),
            "name": gettext_lazy("Name"),
        }


@admin.register(CalendarDay)
class CalendarDayAdmin(HeadOffice):
    """The official holidays and the Saturdays and Sundays worked for them, entered once a year:
    reports are due in working days."""

    form = CalendarDayForm
    decided = ("day",)
    fields = ("day", "is_worked", "name")
    list_display = ("day", "is_worked", "name")
    list_filter = ("is_worked",)
    date_hierarchy = "day"


class DayFileLayoutForm(AnyForm):
    class Meta:
        labels = {
            "code": gettext_lazy("Code"),
            "name_zh": gettext_lazy("Chinese name"),
            "name_en": gettext_lazy("English name"),
            "tender": gettext_lazy("Way to pay"),
            "encodings": gettext_lazy("Encodings"),
            "prefix": gettext_lazy("Sign before every cell"),
            "comment": gettext_lazy("Beginning of a remark"),
            "summary": gettext_lazy("Beginning of the sums"),
            "number_headings": gettext_lazy("Order number"),
            "provider_headings": gettext_lazy("Number on the customer's bill"),
            "refund_number_headings": gettext_lazy("Number of the refund"),
            "amount_headings": gettext_lazy("Amount"),
            "refund_headings": gettext_lazy("Amount refunded"),
            "date_headings": gettext_lazy("Date"),
            "time_headings": gettext_lazy("Time"),
            "kind_headings": gettext_lazy("Kind of transaction"),
            "paid_words": gettext_lazy("Words for a payment"),
            "refund_words": gettext_lazy("Words for a refund"),
            "active": gettext_lazy("In use"),
            "position": gettext_lazy("Place in the list"),
        }
        help_texts = {
            "tender": gettext_lazy("Empty: the file holds payments of several kinds."),
            "summary": gettext_lazy("That line and all after it are no payments."),
            "refund_headings": gettext_lazy("Empty: refunds stand in the column of the amounts."),
            "date_headings": gettext_lazy("Only where day and time are two columns."),
        }

    def clean(self) -> dict[str, Any] | None:
        clean = super().clean() or {}
        for field, sentence in day_file_layouts.faults(clean):
            self.add_error(field, sentence)
        return clean


@admin.register(DayFileLayout)
class DayFileLayoutAdmin(HeadOffice):
    form = DayFileLayoutForm
    decided = ("code",)
    fieldsets = (
        (None, {"fields": ("code", "name_zh", "name_en", "tender", "active", "position")}),
        (
            gettext_lazy("The file"),
            {
                "fields": ("encodings", "prefix", "comment", "summary"),
                "description": gettext_lazy(
                    "Several words are divided by a bar, the preferred one first: 订单金额|总金额"
                ),
            },
        ),
        (
            gettext_lazy("Headings of its columns"),
            {"fields": tuple(day_file_layouts.HEADINGS.values())},
        ),
        (gettext_lazy("Words in its cells"), {"fields": day_file_layouts.KINDS}),
    )
    list_display = ("__str__", "code", "tender", "active", "position")
    list_filter = ("active",)
    list_select_related = ("tender",)
    search_fields = ("code", "name_zh", "name_en")
