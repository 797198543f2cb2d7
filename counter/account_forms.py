"""Who follows a customer, and what is known of them."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from counter.models import Customer
from counter.showroom import accounts
from inventory.forms.fields import LineField


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # because: it takes none when it runs
    """Somebody of the staff, by name and store."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(User.objects.select_related("clerk__store"), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        clerk = getattr(obj, "clerk", None)
        name = obj.first_name or obj.username
        return f"{name} · {clerk.store}" if clerk else name


class FollowForm(forms.Form):
    """The account clerk and the deputy."""

    clerk = PersonField(label=_("Account clerk"), required=False, empty_label=_("nobody"))
    deputy = PersonField(label=_("Deputy"), required=False, empty_label=_("nobody"))
    why = LineField(label=_("Why"), max_length=accounts.WHY, required=False)

    def __init__(self, data: Any = None, *, user: User, customer: Customer, **more: Any) -> None:
        told = {"clerk": customer.account_clerk_id, "deputy": customer.deputy_id}
        super().__init__(data, initial=told, auto_id="follow_%s", **more)
        # whoever follows now stays among them, though they may have left
        ids = {person.pk for person in accounts.people(user)} | set(filter(None, told.values()))
        for name in ("clerk", "deputy"):
            field = self.fields[name]
            field.queryset = field.queryset.filter(pk__in=ids)  # type: ignore[attr-defined]  # because: it is a ModelChoiceField


class DescribeForm(forms.Form):
    """What the account clerk knows."""

    region = LineField(label=_("Region"), max_length=accounts.LONGEST["region"], required=False)
    habits = LineField(
        label=_("Habits: what is liked where they live"),
        max_length=accounts.LONGEST["habits"],
        required=False,
    )
    notes = LineField(label=_("Notes"), max_length=accounts.LONGEST["notes"], required=False)

    def __init__(self, data: Any = None, *, customer: Customer, **more: Any) -> None:
        told = {name: getattr(customer, name) for name in accounts.LONGEST}
        super().__init__(data, initial=told, auto_id="describe_%s", **more)


class HandOverForm(forms.Form):
    """All customers of one person to another."""

    old = PersonField(label=_("From"), empty_label=_("please choose"))
    new = PersonField(label=_("To"), empty_label=_("please choose"))
    why = LineField(label=_("Why"), max_length=accounts.WHY, required=False)

    def __init__(self, data: Any = None, *, user: User, **more: Any) -> None:
        super().__init__(data, **more)
        able = {person.pk for person in accounts.people(user)}
        theirs = {person.pk for person in accounts.followers()}
        for name, ids in (("old", theirs), ("new", able)):
            field = self.fields[name]
            field.queryset = field.queryset.filter(pk__in=ids)  # type: ignore[attr-defined]  # because: it is a ModelChoiceField
