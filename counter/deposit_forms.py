"""What the pages of deposits may send."""

from django import forms
from django.utils.translation import gettext_lazy as _

from counter.deposit_lines import Terms
from counter.deposits import EndedBy
from counter.models import Afterwards, DepositKind
from inventory.forms.fields import LineField, YuanField


def _day() -> forms.DateField:
    widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")
    return forms.DateField(label=_("Until"), widget=widget)


class DepositForm(forms.Form):
    """For an order or a piece; onto a bill that is open, else a new one of this customer."""

    order = forms.CharField(max_length=24, required=False)
    piece = forms.CharField(max_length=40, required=False)
    bill = forms.UUIDField(required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)
    name = LineField(label=_("Name"), max_length=60, required=False)
    amount = YuanField(label=_("Amount"))
    kind = forms.ChoiceField(
        choices=DepositKind, error_messages={"required": _("Choose the kind in words.")}
    )
    until = _day()
    afterwards = forms.ChoiceField(
        choices=Afterwards, error_messages={"required": _("Choose what happens afterwards.")}
    )

    @property
    def terms(self) -> Terms:
        typed = self.cleaned_data
        return Terms(DepositKind(typed["kind"]), typed["until"], Afterwards(typed["afterwards"]))


class PayBackForm(forms.Form):
    tender = forms.CharField(max_length=20, required=False)
    mall_number = forms.CharField(max_length=64, required=False)


class WithdrawForm(forms.Form):
    how = forms.ChoiceField(choices=[(EndedBy.CUSTOMER, ""), (EndedBy.SHOP, "")])


class LockForm(forms.Form):
    until = _day()
