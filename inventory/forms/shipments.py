"""What the pages of transfers between stores may send."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inventory.forms.fields import GramsField, LineField
from inventory.models import Place, RoadState, SurplusOutcome

NOBODY = _("Choose who signs.")


class SendForm(forms.Form):
    """Who gives which pieces to which carrier, and for which store; as the page has shown it."""

    store = forms.CharField(max_length=8, error_messages={"required": _("Choose the store first.")})
    carrier = LineField(
        label=_("Carrier"),
        max_length=60,
        error_messages={"required": _("Type who carries the parcel.")},
    )
    parcels = LineField(label=_("Numbers of the seals"), max_length=120, required=False)
    pin = forms.CharField(max_length=6, error_messages={"required": _("Type the PIN.")})

    def __init__(self, *args: Any, people: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["handed_by"] = _one_of(people)


class ReceiveForm(forms.Form):
    """Where the pieces of a parcel go, and who signs for them."""

    to = forms.ChoiceField(
        label=_("Into which place"), error_messages={"required": _("Choose the place first.")}
    )
    emptied = forms.BooleanField(required=False)
    pin = forms.CharField(max_length=6, error_messages={"required": _("Type the PIN.")})

    def __init__(
        self, *args: Any, places: Sequence[Place], people: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)  # noqa: S101  because: it is declared above
        to.choices = [("", "—"), *((place.code, str(place)) for place in places)]
        self.fields["receiver"] = _one_of(people)


class WeighForm(forms.Form):
    """What a piece of the parcel weighs on the scale; a weight is put right by the next one."""

    grams = GramsField(error_messages={"required": _("Type what the piece weighs.")})


class SettleForm(forms.Form):
    outcome = forms.ChoiceField(
        label=pgettext_lazy("shipment", "What became of it"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what became of it.")},
    )
    remark = LineField(
        label=_("How you know"),
        max_length=200,
        error_messages={"required": _("Say in a few words how you know.")},
    )

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcome = self.fields["outcome"]
        assert isinstance(outcome, forms.ChoiceField)  # noqa: S101  because: it is declared above
        outcome.choices = [
            (RoadState.BACK, _("It lies at the sending store")),
            (RoadState.WRITTEN_OFF, _("It will not come back: written off"))
            if state == RoadState.LOST
            else (RoadState.LOST, pgettext_lazy("shipment", "It is lost")),
        ]


class SurplusForm(forms.Form):
    outcome = forms.ChoiceField(
        choices=SurplusOutcome, error_messages={"required": _("Choose what became of it.")}
    )
    remark = LineField(
        max_length=200, error_messages={"required": _("Say in a few words how you know.")}
    )


def _one_of(people: Sequence[str]) -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=[(name, name) for name in people],
        error_messages={"required": NOBODY, "invalid_choice": NOBODY},
    )
