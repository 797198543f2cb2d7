"""What the pages of a trade-in may send. What is typed becomes an integer once, here."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, TypedDict

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from appraisal.assays import BY_ANALYSER, MEASURES_FINENESS, MOST_READINGS
from appraisal.models import (
    BrandTier,
    Instrument,
    Method,
    OldPiece,
    Spot,
    TradeInState,
    TradeKind,
)
from appraisal.queries import OPEN
from appraisal.reception import MOST_PIECES
from appraisal.weighing_forms import shown_of
from appraisal.weighings import Shown
from counter.handover_forms import classes
from inventory.forms.fields import (
    LARGEST_KEY,
    FinenessField,
    GramsField,
    LineField,
    read_fineness,
)
from inventory.ground import measures, signatures
from inventory.ground.access import KILOBYTE
from inventory.ground.measures import Metal, MetalClass
from inventory.ground.photos import MOST_BYTES
from inventory.ground.signatures import Drawn
from inventory.models import Category, Store

FORM_BYTES = 64 * KILOBYTE  # what stands around a picture in its request
MOST_BODY = MOST_BYTES + FORM_BYTES
MOST_FILE = 1024 * KILOBYTE  # of an analyser
MOST_PHOTOS = 6  # of one old piece
BETWEEN_READINGS = re.compile(r"[\s,;、，；]+")
MOST_STONES = 999


class ReadingsField(forms.Field):
    """All readings of one spot, typed one behind the other: "999.0 999.2 999.1"."""

    def to_python(self, value: object) -> list[int]:
        typed = [each for each in BETWEEN_READINGS.split(str(value or "")) if each]
        if len(typed) > MOST_READINGS:
            raise ValidationError(_("At most 20 readings belong to one test."))
        return [read_fineness(each) for each in typed]


class ElementsField(forms.Field):
    """Other elements that an analyser named, in permille: "Ag 12.0 Re 0.8"."""

    def to_python(self, value: object) -> dict[str, int]:
        typed = [each for each in BETWEEN_READINGS.split(str(value or "")) if each]
        if len(typed) % 2 or not all(each.isalpha() for each in typed[::2]):
            raise ValidationError(_("Type the sign of each element, then its permille: Ag 12.0"))
        pairs = zip(typed[::2], typed[1::2], strict=True)
        return {sign.capitalize(): read_fineness(amount) for sign, amount in pairs}


# --- find


class Wanted(TypedDict, total=False):
    """Which trade-ins a list shows: see `queries.trade_ins_wanted`."""

    text: str
    day: date | None
    state: str
    before: int | None


class FindTradeInForm(forms.Form):
    """Which trade-ins are listed, and behind which row the list goes on."""

    q = LineField(
        label=_("Number, customer or last digits of the telephone"), max_length=40, required=False
    )
    day = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("all")), (OPEN, _("still open")), *TradeInState.choices],
        required=False,
    )
    before = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)

    def wanted(self) -> Wanted:
        """What is asked of the list; nothing where what was sent cannot be read."""
        if not self.is_valid():
            return {}
        asked = self.cleaned_data
        return Wanted(
            text=asked["q"], day=asked["day"], state=asked["state"], before=asked["before"]
        )


# --- receive


class OldPieceForm(forms.Form):
    """One old piece as it lies on the counter: what is seen, and what the customer says."""

    category = forms.ChoiceField(
        label=_("What it is"),
        choices=Category,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the piece is.")},
    )
    metal = forms.ChoiceField(
        label=_("Metal, as the customer says"), choices=Metal, widget=forms.RadioSelect
    )
    mark = LineField(label=_("Mark, as stamped"), max_length=20, required=False)
    description = LineField(label=_("Description"), max_length=80, required=False)
    tier = forms.ChoiceField(label=_("Brand"), choices=BrandTier, widget=forms.RadioSelect)
    brand = LineField(label=_("Name of the brand"), max_length=40, required=False)
    has_receipt = forms.BooleanField(label=_("With receipt"), required=False)
    receipt = LineField(label=_("Number of the receipt"), max_length=40, required=False)
    bought_on = forms.DateField(
        label=_("Bought on"), required=False, widget=forms.DateInput({"type": "date"})
    )

    START = {"metal": Metal.GOLD, "tier": BrandTier.OTHER}


class ReceiveForm(forms.Form):
    """What belongs to all old pieces of the customer: from where, by whom."""

    kind = forms.ChoiceField(choices=TradeKind, required=False)
    source = LineField(label=_("Where it comes from"), max_length=200, required=False)
    other_source = LineField(label=_("In other words"), max_length=200, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)
    name = LineField(label=_("Name, if new"), max_length=60, required=False)
    representative = LineField(label=_("Brought by somebody else"), max_length=60, required=False)

    @property
    def said(self) -> str:
        """In the customer's own words, else the sentence that was tapped."""
        clean = self.cleaned_data
        return str(clean["other_source"] or clean["source"])


class PhotoForm(forms.Form):
    """A picture of the piece at this place of the list, from 1, or of the one in the hand."""

    of = forms.IntegerField(required=False, min_value=0, max_value=MOST_PIECES)
    photo = forms.FileField(error_messages={"required": _("Take a picture first.")})


# --- weigh and test


class AssayForm(forms.Form):
    """A test by readings, or by a tester that says yes or no."""

    method = forms.ChoiceField(choices=Method, error_messages={"required": _("Choose the method.")})
    instrument = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_KEY)
    metal = forms.ChoiceField(choices=Metal, required=False)
    spot = forms.ChoiceField(choices=Spot, required=False)
    readings = ReadingsField(required=False)
    elements = ElementsField(required=False)
    passed = forms.TypedChoiceField(
        choices=[("yes", _("yes")), ("no", _("no"))],
        coerce=lambda word: word == "yes",
        required=False,
        empty_value=None,
    )
    remark = LineField(max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        """A tester that gives no figures says yes or no."""
        clean = self.cleaned_data
        answers = clean.get("method") and clean["method"] not in MEASURES_FINENESS
        if answers and clean.get("passed") is None:
            self.add_error("passed", _("Say whether the tester agreed."))
        return clean

    @property
    def is_measured(self) -> bool:
        """Whether this method gives figures."""
        return self.cleaned_data["method"] in MEASURES_FINENESS

    def instrument_of(self, store: Store) -> Instrument | None:
        """The one that was chosen, of this store and this method."""
        pk, method = self.cleaned_data["instrument"], self.cleaned_data["method"]
        # what was melted is read by the same analyser
        of = Method.XRF if method in BY_ANALYSER else method
        return Instrument.objects.filter(store=store, method=of, active=True, pk=pk).first()


class DensityForm(forms.Form):
    """The water's temperature, and the legal grade that the density is held against: "Au-9900"."""

    temperature = forms.DecimalField(
        min_value=0,
        max_value=100,
        decimal_places=1,
        error_messages={"required": _("Type the water's temperature, from 5 to 40 °C.")},
    )
    against = forms.ChoiceField(choices=lambda: [(key, key) for key in classes()])
    is_solid = forms.BooleanField(required=False)

    @property
    def decidegrees(self) -> int:
        return int(self.cleaned_data["temperature"] * 10)

    @property
    def metal_and_grade(self) -> tuple[str, int]:
        return classes()[self.cleaned_data["against"]]


class AnalyserFileForm(forms.Form):
    """The analyser's own file, which analyser wrote it, and which sample in it is this piece."""

    instrument = forms.IntegerField(
        min_value=0,
        max_value=LARGEST_KEY,
        error_messages={"required": _("Choose the analyser that wrote the file.")},
    )
    file = forms.FileField(error_messages={"required": _("Choose the analyser's file.")})
    sample = LineField(max_length=40, error_messages={"required": _("Type the sample's name.")})


class DecideForm(forms.Form):
    """What a piece is taken for after the three acts."""

    own_brand = forms.TypedChoiceField(
        label=_("Brand, looked at by you"),
        choices=[("yes", _("our brand")), ("no", _("not our brand"))],
        coerce=lambda word: word == "yes",
        error_messages={"required": _("Say whether it is our brand.")},
    )
    has_stones = forms.TypedChoiceField(
        choices=[("yes", _("with stones")), ("no", _("no stones"))],
        coerce=lambda word: word == "yes",
        error_messages={"required": _("Say whether there are stones.")},
    )
    stones = forms.IntegerField(required=False, min_value=1, max_value=MOST_STONES)
    stones_tested = forms.BooleanField(required=False)
    stones_g = GramsField(least=0, required=False)
    dirt_g = GramsField(least=0, required=False)
    metal = forms.ChoiceField(choices=Metal)
    fineness = FinenessField(error_messages={"required": _("Type the fineness.")})

    def clean(self) -> dict[str, Any]:
        """Stones are counted; where there are none, nothing is taken off for them."""
        clean = self.cleaned_data
        if clean.get("has_stones") and not clean.get("stones"):
            self.add_error("stones", _("Count the stones."))
        if clean.get("has_stones") is False:
            clean |= {"stones": 0, "stones_g": None}
        return clean


# --- signatures, weights, seals


class SignedForm(forms.Form):
    """The customer's name, drawn or on paper."""

    signature = forms.CharField(required=False, max_length=120_000)
    on_paper = forms.BooleanField(required=False)

    @property
    def drawn(self) -> Drawn | None:
        """Refused when no pad could have sent it."""
        clean = self.cleaned_data
        return signatures.read(clean["signature"], on_paper=clean["on_paper"])


class AcceptForm(SignedForm):
    """The offer that stood on the page when the customer signed."""

    offer = forms.IntegerField(min_value=0, max_value=LARGEST_KEY)


class ReasonForm(forms.Form):
    reason = LineField(max_length=120, required=False)


class BillForm(forms.Form):
    bill = forms.UUIDField(required=False)


class SealForm(forms.Form):
    """One bag: its seal, the metal class in it, and who watched."""

    seal = LineField(
        max_length=30,
        error_messages={"required": _("Type the seal's number.")},
    )
    customer_watched = forms.BooleanField(required=False)
    metal = forms.ChoiceField(choices=Metal)
    grade = forms.IntegerField(min_value=0, max_value=measures.MOST_FINENESS)

    @property
    def metal_class(self) -> MetalClass:
        """Which metal goes into this bag."""
        return MetalClass(Metal(self.cleaned_data["metal"]), self.cleaned_data["grade"])


class PayOutForm(forms.Form):
    tender = forms.CharField(
        max_length=20, error_messages={"required": _("Choose how it is paid.")}
    )


def weights_of(post: QueryDict, pieces: Sequence[OldPiece], *, by: User) -> dict[int, Shown]:
    """One weight for each old piece, from fields such as "17-grams" and "17-reading"."""
    return {
        piece.pk: shown_of(post, store=piece.trade_in.store, by=by, prefix=f"{piece.pk}-")
        for piece in pieces
    }
