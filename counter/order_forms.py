"""What staff types about an order on its way from the first check to the customer."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from counter.models import ConsentHow, OrderState, StoneSource
from counter.showroom import endings, reviews, talks
from counter.showroom.allotments import StoneFacts
from counter.showroom.production import AsMade
from counter.showroom_forms import CaratsField
from inventory import certificates
from inventory.forms.fields import GramsField, LineField
from inventory.ground import codes
from inventory.models import Piece, Place, PlaceKind, Store, StoreKind

USUAL_DAYS = timedelta(days=21)
# how the answer of a customer came to us, when a clerk notes it
NOTED = ((ConsentHow.TELEPHONE, ConsentHow.TELEPHONE.label),)
KEPT_IN = (PlaceKind.TRAY, PlaceKind.SAFE, PlaceKind.WINDOW)


class SeekForm(forms.Form):
    """Which orders the board shows."""

    q = LineField(
        label=_("Number, customer, style, or the end of a telephone number"),
        max_length=40,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    state = forms.ChoiceField(choices=[("", ""), *OrderState.choices], required=False)
    show = forms.ChoiceField(choices=[("", ""), ("ended", "")], required=False)
    page = forms.IntegerField(min_value=1, max_value=1_000, required=False)


class SaidForm(forms.Form):
    """One line of text: a question, an answer, a remark."""

    text = LineField(label=_("What"), max_length=200)


class PassOnForm(forms.Form):
    """The first check is done: which store makes it, and until when."""

    store = forms.ModelChoiceField(
        Store.objects.filter(kind=StoreKind.SHOP).order_by("code"),
        label=_("Store that makes it"),
        to_field_name="code",
        empty_label=None,
    )
    promised_on = forms.DateField(
        label=_("Promised day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        day = timezone.localdate() + USUAL_DAYS
        super().__init__(data, **{"initial": {"promised_on": day}, **more})


class AssignForm(forms.Form):
    """Who follows the order from now on."""

    clerk = forms.ModelChoiceField(
        User.objects.none(), label=_("Account clerk"), to_field_name="username", empty_label=None
    )

    def __init__(self, data: Any = None, *, store: Store, **more: Any) -> None:
        super().__init__(data, **more)
        people = User.objects.filter(clerk__store=store, is_active=True).select_related("clerk")
        able = [person.pk for person in people if reviews.works_on(person, store)]
        field = self.fields["clerk"]
        field.queryset = User.objects.filter(pk__in=able)  # type: ignore[attr-defined]  # because: it is a ModelChoiceField
        field.label_from_instance = lambda user: user.first_name or user.username  # type: ignore[attr-defined]  # because: as above


class ContactForm(forms.Form):
    """Somebody spoke with the customer, or tried to."""

    how = forms.ChoiceField(label=_("How"), choices=list(talks.CONTACTS.items()))
    result = LineField(label=_("What came of it"), max_length=200)


class EndForm(forms.Form):
    """Why the order comes to nothing."""

    reason = forms.ChoiceField(label=_("Reason"))
    remark = LineField(label=_("Remark"), max_length=200, required=False)

    def __init__(self, data: Any = None, *, state: OrderState, **more: Any) -> None:
        super().__init__(data, **more)
        reasons = list(endings.reasons_for(state).items())
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]  # because: it is a ChoiceField


class StoneForm(forms.Form):
    """配石: a stone of ours by its number, or what is bought or came from the customer."""

    source = forms.ChoiceField(label=_("Where from"), choices=StoneSource.choices)
    number = LineField(label=_("Number of the stone in stock"), max_length=60, required=False)
    kind = LineField(label=_("Stone"), max_length=20, required=False)
    carats = CaratsField(label=_("Carats"), required=False)
    color = LineField(label=_("Colour"), max_length=10, required=False)
    clarity = LineField(label=_("Clarity"), max_length=10, required=False)
    cut = LineField(label=_("Cut"), max_length=10, required=False)
    certificate = LineField(label=_("Certificate"), max_length=40, required=False)
    agreed = LineField(label=_("Agreed, where it differs"), max_length=120, required=False)

    def clean_number(self) -> Piece | None:
        """The piece of this number, bar code or tag."""
        text = self.cleaned_data["number"]
        if not text:
            return None
        found = Piece.objects.filter(number=codes.read(text).value).first()
        if found is None:
            raise ValidationError(_("There is no piece %s.") % text, code="piece_unknown")
        return found

    def facts(self) -> StoneFacts | None:
        """What was typed of a stone that is not in stock."""
        told = self.cleaned_data
        if told["source"] == StoneSource.STOCK:
            return None
        names = ("kind", "color", "clarity", "cut", "certificate")
        return StoneFacts(weight_mct=told["carats"] or 0, **{name: told[name] for name in names})


class ArriveForm(forms.Form):
    """到货: one piece came from the workshop."""

    gross_mg = GramsField(label=_("Gross weight"))
    net_mg = GramsField(label=_("Net weight"))
    place = forms.ModelChoiceField(
        Place.objects.none(), label=_("Put into"), to_field_name="code", empty_label=None
    )
    ring_size = LineField(label=_("Ring size, if another"), max_length=10, required=False)
    lab = LineField(label=_("Laboratory"), max_length=20, required=False)
    report = LineField(label=_("Report number"), max_length=40, required=False)
    differs = LineField(label=_("Not as ordered"), max_length=200, required=False)

    def __init__(self, data: Any = None, *, store: Store, **more: Any) -> None:
        super().__init__(data, **more)
        rows = Place.objects.filter(store=store, kind__in=KEPT_IN).order_by("code")
        self.fields["place"].queryset = rows  # type: ignore[attr-defined]  # because: it is a ModelChoiceField

    def made(self) -> AsMade:
        """What the piece shows where it may be otherwise than ordered, and its report."""
        told = self.cleaned_data
        report = (
            certificates.read(lab=told["lab"], number=told["report"]) if told["report"] else None
        )
        return AsMade(ring_size=told["ring_size"], report=report)


class ReportForm(forms.Form):
    """The laboratory's report of a piece that arrived without one."""

    lab = LineField(label=_("Laboratory"), max_length=20)
    number = LineField(label=_("Report number"), max_length=40)


class ShipForm(forms.Form):
    """发货: who carries it, under which number."""

    carrier = LineField(label=_("Carrier"), max_length=30)
    tracking = LineField(label=_("Number of the parcel"), max_length=40)


class SignForm(forms.Form):
    """签收: who took it."""

    name = LineField(label=_("Signed by"), max_length=60)
