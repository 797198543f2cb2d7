"""What the pages of a return may send: the reason, and each piece as it lies on the counter."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from appraisal.weighing_forms import shown_of
from counter.came_back import CameBack
from counter.models import Channel, Gift, LeadsTo
from counter.returned_pieces import BY_INSTRUMENT, InHand
from counter.returns import Wish
from counter.trade_in_forms import SignedForm
from inventory.forms.fields import LARGEST_KEY, LineField
from inventory.ground import measures
from inventory.models import Photo, Store
from warranty.models import Cause, Fault


class ReturnForm(forms.Form):
    """Why it comes back, and what the customer wants for it."""

    fault = forms.ChoiceField(
        label=_("Reason"),
        choices=Fault,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why it comes back.")},
    )
    leads_to = forms.ChoiceField(
        label=_("What the customer wants"),
        choices=LeadsTo,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose exchange or money back.")},
    )
    channel = forms.ChoiceField(
        label=_("Where it was bought"),
        choices=Channel,
        widget=forms.RadioSelect,
        initial=Channel.SHOP,
    )
    received_on = forms.DateField(
        label=_("Received by the customer on"),
        required=False,
        widget=forms.DateInput({"type": "date", "form": "back"}, format="%Y-%m-%d"),
    )
    cause = forms.ChoiceField(
        label=_("What was found"),
        choices=Cause,
        widget=forms.RadioSelect,
        required=False,
        initial=Cause.MAKING,
    )
    words = LineField(label=_("In the customer's words"), max_length=200, required=False)
    phone = forms.CharField(
        label=_("Telephone, where store credit goes back"), max_length=30, required=False
    )

    def wish(self) -> Wish:
        clean = self.cleaned_data
        return Wish(
            fault=clean["fault"],
            leads_to=clean["leads_to"],
            channel=clean["channel"],
            received_on=clean["received_on"],
            words=clean["words"],
            cause=clean["cause"],
        )


class InHandForm(forms.Form):
    """One piece on the counter; its fields begin with the number of its line, "17-"."""

    back = forms.BooleanField(label=_("This piece comes back"), required=False)
    tag_intact = forms.BooleanField(label=_("Tag or seal intact"), required=False)
    unworn = forms.BooleanField(label=_("Unworn"), required=False)
    certificate = forms.CharField(
        label=_("Certificate, scanned"),
        max_length=60,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "class": "number"}),
    )
    gifts = forms.TypedMultipleChoiceField(
        label=_("Gifts that came back; the others are charged"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    xrf = forms.BooleanField(label=_("Tested with XRF"), required=False)
    diamond = forms.BooleanField(label=_("Diamond tested"), required=False)

    def __init__(self, *args: Any, gifts: Sequence[Gift], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["gifts"]
        assert isinstance(field, forms.TypedMultipleChoiceField)  # noqa: S101  because: of this class
        field.choices = [
            (gift.pk, f"{gift.words} {measures.yuan(gift.value_cents)}") for gift in gifts
        ]

    def in_hand(
        self,
        found: CameBack,
        post: Mapping[str, Any],
        *,
        photo: Photo | None,
        store: Store,
        by: User,
    ) -> InHand:
        """Refused: grams that are none, a reading that is not this person's."""
        clean = self.cleaned_data
        return InHand(
            line=found.line,
            shown=shown_of(post, store=store, by=by, prefix=f"{self.prefix}-"),
            tag_intact=clean["tag_intact"],
            unworn=clean["unworn"],
            certificate=clean["certificate"],
            gifts_back=clean["gifts"],
            photo=photo,
            tested=[mark for mark in BY_INSTRUMENT if clean[mark]],
        )


class ReturnPhotoForm(forms.Form):
    """A picture of one piece of those that a code brought."""

    code = forms.CharField(max_length=200)
    line = forms.IntegerField(min_value=1, max_value=LARGEST_KEY)
    photo = forms.FileField(error_messages={"required": _("Take a picture first.")})


class SettleForm(SignedForm):
    """Old pieces that go back are weighed and signed for; without them nothing is sent."""

    pieces = forms.BooleanField(required=False)


class MallNumberForm(forms.Form):
    mall_number = forms.CharField(max_length=80)


class OnBillForm(forms.Form):
    bill = forms.UUIDField(error_messages={"required": _("Choose the bill.")})


class PassForm(forms.Form):
    line = forms.IntegerField(min_value=1, max_value=LARGEST_KEY)


def forms_of(found: Sequence[CameBack], post: Mapping[str, Any] | None) -> list[InHandForm]:
    """A form for each piece; the only one comes back without a tick."""
    alone = {"back": True} if len(found) == 1 else {}
    return [
        InHandForm(post, prefix=str(each.line.pk), initial=alone, gifts=list(each.line.gifts.all()))
        for each in found
    ]
