"""A version of a plan as a form: whom it holds for, and one row for each kind of benefit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.forms.models import model_to_dict
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inventory.forms.fields import EitherField, LineField
from warranty.models import BenefitKind, Plan, PlanBenefit

if TYPE_CHECKING:  # Django's classes take their model only while types are checked
    PlanModelForm = forms.ModelForm[Plan]
    BenefitModelForm = forms.ModelForm[PlanBenefit]
else:
    PlanModelForm = BenefitModelForm = forms.ModelForm

LONGEST_MONTHS: Final = 1_200
LONGEST_DAYS: Final = 3_650
MOST_USES: Final = 1_000
MOST_SIZES: Final = 20


def number(label: str | Promise, *, most: int, least: int = 1) -> forms.IntegerField:
    told: dict[str, Any] = {"label": label, "min_value": least, "max_value": most}
    return forms.IntegerField(required=False, **told)


def words(label: str | Promise, *, language: str, most: int) -> LineField:
    """A sentence in one of the two languages, whole at any size of letters."""
    widget = forms.Textarea({"rows": 2, "lang": language})
    return LineField(label=label, max_length=most, required=False, widget=widget)


class PlanForm(PlanModelForm):
    """The plan itself; empty choices mean any."""

    code = LineField(label=_("Code"), max_length=20)
    valid_from = forms.DateField(
        label=_("Holds from"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    valid_to = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    with_main_stone = EitherField(label=_("With a main stone"))
    member_level = LineField(label=_("Members' level"), max_length=12, required=False)
    precedence = forms.IntegerField(label=_("Goes before others"), min_value=0, max_value=1_000)
    source = LineField(label=_("Where it was published"), max_length=120, required=False)

    class Meta:
        model = Plan
        exclude = ("version",)
        labels = {
            "metal": _("Metal"),
            "category": _("Category"),
            "pricing": _("Way of pricing"),
            "hand_out": _("The customer takes home"),
        }


class BenefitForm(BenefitModelForm):
    """One promise; a box says whether the plan has it at all."""

    promised = forms.BooleanField(label=_("This plan promises it"), required=False)
    position = number(_("Place on the card"), most=99)
    months = number(_("Months"), most=LONGEST_MONTHS)
    days = number(_("Days instead of months"), most=LONGEST_DAYS, least=0)
    uses = number(_("How often; empty: any number of times"), most=MOST_USES)
    every_months = number(_("Due every so many months"), most=LONGEST_MONTHS)
    most_sizes = number(_("Sizes at most, up or down"), most=MOST_SIZES)
    title_zh = words(_("Title in Chinese"), language="zh-Hans", most=60)
    title_en = words(_("Title in English"), language="en", most=60)
    terms_zh = words(_("Terms in Chinese"), language="zh-Hans", most=160)
    terms_en = words(_("Terms in English"), language="en", most=160)

    class Meta:
        model = PlanBenefit
        exclude = ("plan", "kind")
        labels = {
            "is_yearly": _("That often in each year"),
            "needs_inspection": _("Sleeps while the prong inspection is overdue"),
        }

    def __init__(self, *args: Any, kind: BenefitKind, place: int, **kwargs: Any) -> None:
        kwargs["prefix"] = kind.value
        super().__init__(*args, **kwargs)
        self.kind, self.place = kind, place
        self.instance.kind = kind

    @property
    def is_promised(self) -> bool:
        return bool(self["promised"].value())

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        # without a number of its own it stands where the list of kinds has it
        clean["position"] = clean.get("position") or self.place
        return clean


@dataclass(frozen=True)
class PlanPaper:
    """A version as it is typed: the plan, and a row for each kind of benefit."""

    plan: PlanForm
    rows: Sequence[BenefitForm]
    before: Plan | None

    @property
    def fields(self) -> Iterator[BoundField]:
        return iter(self.plan)

    def is_valid(self) -> bool:
        """Rows that are not promised may hold anything."""
        wrong = [row for row in self.rows if row.is_promised and not row.is_valid()]
        return self.plan.is_valid() and not wrong

    @property
    def benefits(self) -> list[PlanBenefit]:
        """The promises in their order on the card; once the paper is valid."""
        rows = [row.instance for row in self.rows if row.is_promised]
        return sorted(rows, key=lambda benefit: benefit.position)

    def refuse(self, refusal: Exception, field: str) -> None:
        """The sentence of a rule beside the field of the plan that it names, or above all."""
        name = field if field in self.plan.fields else None
        self.plan.add_error(name, ValidationError(str(refusal)))


def paper(sent: QueryDict | None, *, before: Plan | None) -> PlanPaper:
    """An empty paper, the next version of a plan, or what was sent."""
    start: dict[str, Any] = {"valid_from": timezone.localdate(), "precedence": 0}
    if before is not None:
        start |= model_to_dict(before, exclude=["valid_from", "valid_to", "source"])
    known = {row.kind: row for row in before.benefits.all()} if before else {}
    rows = [
        BenefitForm(sent, kind=kind, place=place, initial=_told(known.get(kind)))
        for place, kind in enumerate(BenefitKind, start=1)
    ]
    return PlanPaper(plan=PlanForm(sent, initial=start), rows=rows, before=before)


def _told(row: PlanBenefit | None) -> dict[str, Any]:
    return model_to_dict(row) | {"promised": True} if row else {}
