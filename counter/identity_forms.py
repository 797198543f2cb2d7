"""What the pages about identities and the register of old gold may send."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appraisal import identities
from appraisal.identities import Paper
from appraisal.models import IdentityKind
from inventory.forms.fields import LineField
from inventory.ground import photos

LONGEST_NUMBER = 30


class IdentityForm(forms.Form):
    """A paper that lies on the counter. Its number may look like that of a bank card."""

    kind = forms.ChoiceField(
        label=_("Paper"), choices=IdentityKind, widget=forms.RadioSelect, initial="citizen"
    )
    number = forms.CharField(
        label=_("Number"),
        max_length=LONGEST_NUMBER,
        widget=forms.TextInput(
            {"class": "number", "autocomplete": "off", "autocapitalize": "characters"}
        ),
    )
    name = LineField(label=_("Name, as on the paper"), max_length=identities.LONGEST_NAME)
    address = LineField(label=_("Address"), max_length=identities.LONGEST_ADDRESS, required=False)
    valid_until = forms.DateField(
        label=_("Valid until"), required=False, widget=forms.DateInput({"type": "date"})
    )
    for_life = forms.BooleanField(label=_("Valid for life"), required=False)
    photo = forms.FileField(
        label=_("Picture of the paper"),
        required=False,
        widget=forms.FileInput(
            {"accept": "image/jpeg,image/png,image/webp", "capture": "environment"}
        ),
    )

    def __init__(self, *args: Any, with_photo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_photo:
            del self.fields["photo"]

    def clean(self) -> dict[str, Any]:
        """A paper ends on a day, or it holds for life."""
        clean = self.cleaned_data
        if not clean.get("valid_until") and not clean.get("for_life"):
            self.add_error("valid_until", _("Type the last day on which the paper is valid."))
        return clean

    def paper(self) -> Paper:
        """As the rule takes it. Refused when the picture cannot be read."""
        clean = self.cleaned_data
        picture = clean.get("photo")
        return Paper(
            kind=clean["kind"],
            number=clean["number"],
            name=clean["name"],
            address=clean["address"],
            valid_until=identities.FOR_LIFE if clean["for_life"] else clean["valid_until"],
            photo=photos.bare_jpeg(picture) if picture else b"",
        )


class WhyForm(forms.Form):
    why = LineField(
        label=_("Why the identity has to be seen"),
        max_length=identities.LONGEST_WHY,
        error_messages={"required": _("Write why the identity has to be seen.")},
    )


class LedgerForm(forms.Form):
    """From which business day to which."""

    since = forms.DateField(label=_("From"), widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("To"), widget=forms.DateInput({"type": "date"}))

    @classmethod
    def of_month(cls, today: date) -> "LedgerForm":
        """This month, as it is asked for most."""
        return cls({"since": today.replace(day=1), "until": today})


class FullLedgerForm(LedgerForm, WhyForm):
    """The register with its sellers, and why."""
