"""A rule of the house as a form: one field for each column that a rule needs, in trade units."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.forms.models import model_to_dict
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appraisal.facts import USUAL_ORDER, Operation
from appraisal.models import PriceBase, TradeInRule
from appraisal.rules import KINDS
from inventory.forms.fields import EitherField, FinenessField, LineField, YuanField
from inventory.models import Store, StoreKind

if TYPE_CHECKING:  # Django's class takes its model only while types are checked
    RuleModelForm = forms.ModelForm[TradeInRule]
else:
    RuleModelForm = forms.ModelForm

BETWEEN_NAMES: Final = "、"
MOMENT: Final = "%Y-%m-%dT%H:%M"
MOST_PERCENT: Final = Decimal("99.99")
MOST_TIMES: Final = Decimal(100)


class HundredthsField(forms.DecimalField):
    """A typed decimal with two places as a whole number of hundredths: 8.5 is 850."""

    def __init__(self, **kwargs: Any) -> None:
        told: dict[str, Any] = {"min_value": Decimal(0), "decimal_places": 2}
        super().__init__(**told | kwargs)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        return 0 if typed is None else int(typed * 100)

    def prepare_value(self, value: object) -> object:
        return f"{Decimal(value) / 100:f}" if isinstance(value, int) else value


class TimesField(HundredthsField):
    """A ratio such as 1.25 times, in ten-thousandths: 12,500."""

    def clean(self, value: Any) -> Any:
        return super().clean(value) * 100

    def prepare_value(self, value: object) -> object:
        return f"{Decimal(value) / 10_000:.2f}" if isinstance(value, int) else value


class NamesField(LineField):
    """Names on one line as a list."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        for sign in ",，;；":
            text = text.replace(sign, BETWEEN_NAMES)
        return [name.strip() for name in text.split(BETWEEN_NAMES) if name.strip()]

    def prepare_value(self, value: object) -> object:
        return BETWEEN_NAMES.join(value) if isinstance(value, list) else value


class ManyField(forms.TypedMultipleChoiceField):
    """Boxes to tick; none ticked is an empty list."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        told: dict[str, Any] = {"required": False, "empty_value": []}
        super().__init__(**told | kwargs)


def percent(label: str | Promise, **kwargs: Any) -> HundredthsField:
    return HundredthsField(label=label, required=False, **{"max_value": MOST_PERCENT} | kwargs)


def moment(label: str | Promise, **kwargs: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput({"type": "datetime-local"}, format=MOMENT)
    told: dict[str, Any] = {"label": label, "widget": widget}
    return forms.DateTimeField(**told | kwargs)


class RuleForm(RuleModelForm):
    """A new version of a rule. Money is typed in yuan, shares in percent, ratios in times."""

    valid_from = moment(_("Holds from"))
    valid_to = moment(_("Holds until"), required=False)
    fineness_min = FinenessField(label=_("Fineness from, ‰"))
    fineness_max = FinenessField(label=_("Fineness to, ‰"))
    peers = NamesField(label=_("Names of the peers"), required=False, max_length=200)
    needs_receipt = EitherField(label=_("With receipt"))
    max_age_days = forms.IntegerField(
        label=_("Bought at most so many days ago"), required=False, min_value=0, max_value=36_500
    )
    old_with_stones = EitherField(label=_("With stones"))
    weekdays = ManyField(label=_("Weekdays"), coerce=int, choices=list(WEEKDAYS.items()))
    price_delta_cents_per_g = HundredthsField(
        label=_("More or less than the board, yuan per gram"), required=False, min_value=None
    )
    fee_cents_per_g = YuanField(label=_("Fee, yuan per gram"), required=False)
    fee_fixed_cents = YuanField(label=_("Fixed fee, yuan"), required=False)
    loss_bp = percent(_("Loss, %"))
    labour_bp = percent(_("Handling, percent of the value"))
    pays_for = ManyField(label=_("Pays only for new goods"), choices=list(KINDS.items()))
    min_ratio_bp = TimesField(
        label=_("New goods at least so many times the old"), required=False, max_value=MOST_TIMES
    )
    min_extra_cents = YuanField(label=_("New goods cost so much more, yuan"), required=False)
    max_share_bp = percent(_("Old gold pays at most, percent of the new"), max_value=Decimal(100))
    step_loss = forms.IntegerField(label=_("Loss"), min_value=1, max_value=4, required=False)
    step_value = forms.IntegerField(label=_("Price"), min_value=1, max_value=4)
    step_fee = forms.IntegerField(label=_("Fee"), min_value=1, max_value=4, required=False)
    step_labour = forms.IntegerField(label=_("Handling"), min_value=1, max_value=4, required=False)

    GROUPS: Final = (
        (
            _("The rule"),
            ("code", "name", "kind", "store", "valid_from", "valid_to", "precedence", "source"),
        ),
        (
            _("For which old pieces"),
            (
                "metal",
                "fineness_min",
                "fineness_max",
                "brand_tier",
                "peers",
                "needs_receipt",
                "max_age_days",
                "old_pricing",
                "old_with_stones",
                "same_store_only",
                "same_channel_only",
                "weekdays",
                "member_level",
                "promotion",
            ),
        ),
        (
            _("What they are worth"),
            (
                "price_base",
                "price_delta_cents_per_g",
                "loss_bp",
                "loss_on",
                "fee_cents_per_g",
                "fee_on",
                "fee_fixed_cents",
                "labour_bp",
                "needs_melt",
                "reading_rule",
            ),
        ),
        (
            _("In which order it is reckoned"),
            ("step_loss", "step_value", "step_fee", "step_labour"),
        ),
        (
            _("Against which new goods"),
            (
                "pays_for",
                "min_ratio_bp",
                "ratio_by",
                "ratio_strict",
                "counts_fixed_price",
                "min_extra_cents",
                "below_ratio",
                "below_rule",
                "max_share_bp",
                "surplus",
                "surplus_base",
                "saves_labour",
                "keeps_old_discount",
            ),
        ),
    )

    class Meta:
        model = TradeInRule
        exclude = ("version", "steps", "change")
        labels = {
            "code": _("Code"),
            "name": _("Name, as customers read it"),
            "kind": _("Kind"),
            "store": _("Store"),
            "precedence": _("Goes before others"),
            "source": _("Where it was published"),
            "metal": _("Metal"),
            "brand_tier": _("Brand"),
            "old_pricing": _("Was sold"),
            "same_store_only": _("Only bought at the same store"),
            "same_channel_only": _("Only with our own sale on record"),
            "member_level": _("Members' level"),
            "promotion": _("Promotion"),
            "price_base": _("Price"),
            "loss_on": _("Loss is taken off"),
            "fee_on": _("Fee is charged on"),
            "needs_melt": _("Only after melting"),
            "reading_rule": _("Readings are joined by"),
            "ratio_by": _("Held against the new by"),
            "ratio_strict": _("More than, not at least"),
            "counts_fixed_price": _("Fixed-price goods count, too"),
            "below_ratio": _("Below that"),
            "below_rule": _("Code of the other rule"),
            "surplus": _("What the new goods do not use"),
            "surplus_base": _("Paid at"),
            "saves_labour": _("New labour for the added grams only"),
            "keeps_old_discount": _("The new piece gets at least the old discount"),
        }

    def __init__(self, *args: Any, before: TradeInRule | None = None, **kwargs: Any) -> None:
        given = kwargs.pop("initial", None) or {}
        kwargs["initial"] = (_told(before) if before else {}) | given
        super().__init__(*args, **kwargs)
        self.before = before
        self.fields["store"] = forms.ModelChoiceField(
            Store.objects.exclude(kind=StoreKind.HEAD_OFFICE),
            label=_("Store"),
            required=False,
            empty_label=str(_("all stores")),
        )

    @property
    def groups(self) -> Iterator[tuple[str | Promise, Sequence[BoundField]]]:
        """The fields as the page shows them."""
        for title, names in self.GROUPS:
            yield title, [self[name] for name in names]

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        least, most = clean.get("fineness_min"), clean.get("fineness_max")
        if least and most and least > most:
            self.add_error("fineness_max", _("This is below the lowest fineness."))
        for name in ("fee_cents_per_g", "fee_fixed_cents", "min_extra_cents"):
            clean[name] = clean.get(name) or 0
        if clean.get("max_share_bp") == 0:
            self.add_error("max_share_bp", _("Old gold pays something."))
        clean["steps"] = self._steps(clean)
        return clean

    def _steps(self, clean: dict[str, Any]) -> list[str]:
        """The operations in the order of their numbers; those without one are left out."""
        numbered = {step: clean[f"step_{step}"] for step in Operation if clean.get(f"step_{step}")}
        if len(set(numbered.values())) < len(numbered):
            self.add_error("step_value", _("Each step has its own number."))
        return [str(step) for step in sorted(numbered, key=lambda step: numbered[step])]

    def _post_clean(self) -> None:
        """The row is filled; its bounds are the form's own."""
        super()._post_clean()  # type: ignore[misc]  # because: Django's own step, unknown to stubs
        self.instance.steps = self.cleaned_data.get("steps", [])


def _told(rule: TradeInRule) -> dict[str, Any]:
    """A rule that is there as the beginning of its next version; that one begins now."""
    told = model_to_dict(rule, exclude=["valid_from", "valid_to", "steps"])
    return told | numbered(rule.steps or USUAL_ORDER)


def numbered(steps: Sequence[str]) -> dict[str, int]:
    """The place of each step, as the form's fields hold it."""
    return {f"step_{step}": place for place, step in enumerate(steps, start=1)}


class ExampleForm(forms.Form):
    """An old piece and new goods, to see what a rule makes of them."""

    grams = forms.DecimalField(
        label=_("Old, grams"), min_value=Decimal("0.01"), max_value=5_000, decimal_places=2
    )
    example_fineness = FinenessField(label=_("Fineness, ‰"))
    board = YuanField(label=_("Board, yuan per gram"))
    paid = YuanField(label=_("Once paid, yuan"), required=False)
    new_grams = forms.DecimalField(
        label=_("New, grams"), min_value=0, max_value=5_000, decimal_places=2
    )
    new_yuan = YuanField(label=_("New, yuan"))
    new_kind = forms.MultipleChoiceField(
        label=_("New goods are"),
        choices=list(KINDS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    START: Final = {
        "grams": "10.00",
        "example_fineness": "999",
        "board": "1100.00",
        "new_grams": "12.00",
        "new_yuan": "15000.00",
        "new_kind": ["weight", "fine_gold"],
    }


def every_base(cents: int) -> dict[str, int]:
    """One price per gram on every board."""
    return {str(base): cents for base in PriceBase if base != PriceBase.PAID}


def refuse(form: forms.BaseForm, refusal: Exception, field: str) -> None:
    """The sentence of a rule beside the field it names, or above all of them."""
    name = {"steps": "step_value"}.get(field, field)
    form.add_error(name if name in form.fields else None, ValidationError(str(refusal)))
