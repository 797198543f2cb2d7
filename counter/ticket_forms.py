"""What the pages of a ticket may send. What is typed becomes an integer once, here."""

from typing import Any, Final

from django import forms
from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from appraisal.weighing_forms import shown_of
from counter.service_desk import OnScale
from counter.trade_in_forms import SignedForm
from inventory.forms.fields import LARGEST_KEY, GramsField, LineField, YuanField
from inventory.ground.errors import BadField
from inventory.ground.measures import Metal
from inventory.models import Category, Store
from warranty.loose_stones import WHOLE
from warranty.models import Basis, Institution, JobKind, PhotoOf, Ticket, TicketJob
from warranty.ticket_steps import COLUMNS

MOST_STONES: Final = 9_999
MOST_SIZES: Final = 20
# before the names of the scale's fields where a signature or words stand in the same form
OUT: Final = "out-"


def _day(label: Any, *, required: bool = False) -> forms.DateField:
    widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget)


class SeekForm(forms.Form):
    """Which tickets the board shows: those that fit a text, or one of its lists."""

    q = LineField(
        label=_("Number, customer, thing or last digits of the telephone"),
        max_length=60,
        required=False,
    )
    show = forms.ChoiceField(
        choices=[("", ""), ("overdue", ""), ("unclaimed", ""), *((key, "") for key in COLUMNS)],
        required=False,
    )


# --- taken in


class BroughtForm(forms.Form):
    """What lies on the counter. The numbers of a card and a piece of ours were scanned before."""

    card = forms.CharField(required=False, max_length=20)
    piece = forms.CharField(required=False, max_length=20)
    redo = forms.CharField(required=False, max_length=24)
    # what the page before has decided already: one of a pair is lost
    job = forms.ChoiceField(
        required=False, choices=[("", ""), (JobKind.MATCHING, JobKind.MATCHING.label)]
    )
    item = LineField(label=_("What it is"), max_length=80, required=False)
    category = forms.ChoiceField(
        label=_("Kind"), choices=Category, widget=forms.RadioSelect, required=False
    )
    metal = forms.ChoiceField(
        label=_("Metal, by its looks"),
        choices=[("", _("not known")), *Metal.choices],
        widget=forms.RadioSelect,
        required=False,
    )
    mark = LineField(label=_("Mark, as stamped"), max_length=20, required=False)
    condition = LineField(label=_("Damage that is there already"), max_length=200, required=False)
    accessories = LineField(label=_("Box, chain, papers with it"), max_length=120, required=False)
    declared = LineField(
        label=_("Its value in the customer's own words"), max_length=80, required=False
    )
    second_contact = LineField(label=_("Second contact"), max_length=60, required=False)
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=30,
        required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )
    name = LineField(label=_("Name, if new"), max_length=60, required=False)
    promised_on = _day(_("Promised day"))
    is_rush = forms.BooleanField(label=_("Rush"), required=False)
    estimate_only = forms.BooleanField(label=_("Quote first, no work yet"), required=False)

    WISH: Final = ("promised_on", "is_rush", "estimate_only")
    SAID: Final = ("mark", "condition", "accessories", "declared", "second_contact")
    BESIDE: Final = (*WISH, "phone", "name", "second_contact")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.BESIDE:  # they stand in the other pane of the page
            self.fields[name].widget.attrs["form"] = "brought"


class CleanForm(forms.Form):
    """The five minutes' cleaning: the card, and the certificate where nothing is weighed."""

    card = forms.CharField(max_length=20)
    certificate = LineField(max_length=40, required=False)


class CertificateForm(forms.Form):
    certificate = LineField(
        max_length=40, error_messages={"required": _("Type the certificate's number.")}
    )


class StonesForm(forms.Form):
    """How many stones were counted, beside the scale."""

    stones = forms.IntegerField(
        min_value=0, max_value=MOST_STONES, error_messages={"required": _("Count the stones.")}
    )


class PhotoForm(forms.Form):
    of = forms.ChoiceField(choices=PhotoOf)
    photo = forms.FileField(error_messages={"required": _("Take a picture first.")})


class MarkForm(forms.Form):
    """A loose stone on the picture, in thousandths from its left and upper edge."""

    across = forms.IntegerField(min_value=0, max_value=WHOLE)
    down = forms.IntegerField(min_value=0, max_value=WHOLE)


class TaskForm(forms.Form):
    """One task, and who bears it."""

    kind = forms.ChoiceField(
        label=_("What is to be done"),
        choices=JobKind,
        error_messages={"required": _("Choose what is to be done.")},
    )
    basis = forms.ChoiceField(
        label=_("Who bears it"),
        choices=Basis,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who bears it.")},
    )
    words = LineField(label=_("In words"), max_length=120, required=False)
    size_from = LineField(label=_("Size now"), max_length=10, required=False)
    size_to = LineField(label=_("Size wished"), max_length=10, required=False)
    sizes = forms.IntegerField(
        label=_("Sizes up or down"), required=False, min_value=0, max_value=MOST_SIZES
    )
    again = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_KEY)
    institution = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_KEY)

    def redo_of(self, ticket: Ticket) -> TicketJob | None:
        """The earlier work that was chosen, of the ticket that is done again."""
        if ticket.redo_of is None:
            return None
        return ticket.redo_of.jobs.filter(pk=self.cleaned_data["again"]).first()

    def institution_of(self, store: Store) -> Institution | None:
        """The one that was chosen, if the store lists it."""
        rows = Institution.objects.filter(store=store, active=True)
        return rows.filter(pk=self.cleaned_data["institution"]).first()


class PromiseForm(forms.Form):
    promised_on = _day(_("Promised day"), required=True)


# --- work


class SendOutForm(forms.Form):
    workshop = LineField(label=_("Workshop"), max_length=60, required=False)
    back_on = _day(_("Expected back"))


class DoneForm(forms.Form):
    """What a finished task did to the metal."""

    added = GramsField(label=_("Grams added"), least=0, required=False)
    removed = GramsField(label=_("Grams taken away"), least=0, required=False)
    words = LineField(label=_("In words"), max_length=120, required=False)


class AppraisalForm(forms.Form):
    """What an institution found, and what it cost the customer."""

    report = LineField(label=_("Number of the report"), max_length=40, required=False)
    result = LineField(label=_("What was found"), max_length=200, required=False)
    cost = YuanField(label=_("What it cost, in yuan"), required=False)


class CheckForm(forms.Form):
    passed = forms.TypedChoiceField(
        choices=[("yes", ""), ("no", "")], coerce=lambda word: word == "yes"
    )
    remark = LineField(label=_("What is not good yet"), max_length=200, required=False)


class PlaceForm(forms.Form):
    place = forms.IntegerField(min_value=0, max_value=LARGEST_KEY)


# --- given back


class WeighOutForm(StonesForm):
    explanation = LineField(max_length=200, required=False)


class HandBackForm(SignedForm):
    collected_by = LineField(max_length=60, required=False)


class QuoteForm(SignedForm):
    """The version that stood on the page when the customer signed."""

    quote = forms.IntegerField(min_value=0, max_value=LARGEST_KEY)


class ContactForm(forms.Form):
    how = forms.ChoiceField(
        label=_("Reached by"),
        choices=[("telephone", _("telephone")), ("message", _("message")), ("letter", _("letter"))],
    )
    result = LineField(label=_("What came of it"), max_length=120, required=False)


class PayForm(forms.Form):
    """Onto which bill, and how much of it: nothing typed is all that is due."""

    bill = forms.UUIDField(required=False)
    amount = YuanField(required=False)


def prices_of(post: QueryDict, jobs: list[TicketJob]) -> dict[int, int]:
    """Cents by the id of a paid task, from fields such as "price-17"; what is empty is left out.
    Refused: what is no amount."""
    field = YuanField(required=False)
    prices = {}
    for job in jobs:
        name = f"price-{job.pk}"
        try:
            cents = field.clean(post.get(name, ""))
        except forms.ValidationError as wrong:
            raise BadField(wrong.messages[0], field=name) from wrong
        if cents is not None:
            prices[job.pk] = cents
    return prices


def on_scale_of(
    post: QueryDict, *, stones: int, store: Store, by: User, prefix: str = ""
) -> OnScale:
    """What the scale shows, from the fields of templates/appraisal/_scale.html."""
    return OnScale(shown=shown_of(post, store=store, by=by, prefix=prefix), stones=stones)
