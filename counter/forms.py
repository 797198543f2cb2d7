"""What the pages of the counter may send."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from counter.models import CaseState, GiftKind, Part
from inventory.forms.fields import LineField, YuanField
from inventory.models import SupplyItem


class SignInForm(forms.Form):
    username = forms.CharField(label=_("User name"), max_length=150)
    # exactly as it was typed, spaces too
    password = forms.CharField(label=_("Password"), widget=forms.PasswordInput, strip=False)


class SwitchForm(forms.Form):
    username = forms.CharField(max_length=150)
    pin = forms.CharField(max_length=6)


class CodeForm(forms.Form):
    code = forms.CharField(max_length=200)


class ScanPhotoForm(forms.Form):
    photo = forms.FileField(error_messages={"required": _("Take a picture first.")})


class ReduceForm(forms.Form):
    part = forms.ChoiceField(choices=Part)
    off = YuanField(label=_("Take off, yuan"))
    reason = LineField(label=_("Reason"), max_length=60, required=False)


class GiftForm(forms.Form):
    """One of the house's supplies, or something else in words with its value."""

    kind = forms.ChoiceField(choices=GiftKind)
    item = forms.ModelChoiceField(SupplyItem.objects.none(), required=False)
    words = LineField(label=_("Gift"), max_length=60, required=False)
    value = YuanField(label=_("Its value, yuan"), required=False)

    def __init__(self, *args: Any, items: QuerySet[SupplyItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["item"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  because: of this class
        field.queryset = items


class PictureForm(forms.Form):
    photo = forms.FileField(error_messages={"required": _("Take a picture first.")})


class TenderForm(forms.Form):
    tender = forms.CharField(max_length=20)
    amount = YuanField(label=_("Amount"))
    merchant_number = forms.CharField(max_length=80, required=False)


class CreditPayoutForm(forms.Form):
    tender = forms.CharField(
        max_length=20, error_messages={"required": _("Choose how the money goes out.")}
    )
    amount = YuanField(label=_("Amount"))


class CustomerForm(forms.Form):
    phone = forms.CharField(label=_("Telephone"), max_length=30)
    name = LineField(label=_("Name"), max_length=60, required=False)


class LevelForm(forms.Form):
    level = LineField(label=_("Membership"), max_length=12, required=False)


class CompleteForm(forms.Form):
    shown_cents = forms.IntegerField(min_value=0, max_value=10**12)


class MarkForm(forms.Form):
    mark = LineField(max_length=30, required=False)


class VoidForm(forms.Form):
    reason = LineField(label=_("Reason"), max_length=120)
    codes = forms.CharField(max_length=2000, required=False)  # a buy-back has no pieces


class CashCaseForm(forms.Form):
    outcome = forms.ChoiceField(
        choices=CaseState, error_messages={"required": _("Choose what became of it.")}
    )
    note = LineField(max_length=200, error_messages={"required": _("Write what was found out.")})


class ApprovalForm(forms.Form):
    ask = forms.CharField(max_length=2000)
    approver = forms.CharField(max_length=150)
    pin = forms.CharField(max_length=6)
    again_path = forms.CharField(max_length=300)
