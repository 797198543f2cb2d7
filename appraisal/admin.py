"""Head office's reference data of the book of old gold: scales, analysers and other testers, and
what a label may differ.

A reading names its scale and a weight is judged by the edition of its day, so the figures of a
certificate that was used stay; a new certificate is typed in its place, a new edition beside it.
"""

from typing import Any, Final

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal import analyser_layouts
from appraisal.analyser_layouts import ELEMENTS
from appraisal.models import AnalyserLayout, Instrument, Scale, ScaleClass, WeightTolerance
from appraisal.scale_ports import ADDRESS
from inventory.admin import AnyForm, HeadOffice
from inventory.forms.fields import GramsField, LineField

COARSEST: Final = 100  # milligrams: class III begins at e = 0.1 g, OIML R 76 table 3

COARSEST_GUARD: Final = 500  # tenths of a permille


class ScaleForm(AnyForm):
    e_mg = GramsField(label=gettext_lazy("Verification interval e, in grams"))
    d_mg = GramsField(label=gettext_lazy("Smallest step shown d, in grams"))
    max_mg = GramsField(label=gettext_lazy("Most, in grams"), most=100_000_000)
    min_mg = GramsField(label=gettext_lazy("Least, in grams"))

    class Meta:
        labels = {
            "store": gettext_lazy("Store"),
            "code": gettext_lazy("Code"),
            "name": gettext_lazy("Name"),
            "accuracy": gettext_lazy("Accuracy class"),
            "verified_on": gettext_lazy("Verified on"),
            "verified_until": gettext_lazy("Verified until"),
            "certificate": gettext_lazy("Certificate"),
            "serial": gettext_lazy("Serial number"),
            "connection": gettext_lazy("Connection"),
            "protocol": gettext_lazy("How it speaks"),
            "active": gettext_lazy("In use"),
        }
        help_texts = {
            "connection": gettext_lazy(
                "/dev/ttyUSB0 or socket://192.0.2.7:4001; empty: it is read by eye."
            ),
            "serial": gettext_lazy("As the scale itself says it; another scale is then refused."),
        }

    def clean_connection(self) -> str:
        """A cable or a serial server; other addresses open files."""
        text = str(self.cleaned_data["connection"] or "").strip()
        if text and not ADDRESS.fullmatch(text):
            raise ValidationError(_("Type /dev/… or socket://host:port."))
        return text

    def clean(self) -> dict[str, Any] | None:
        """What a certificate says holds together: d within e, least below most, days in order."""
        clean = super().clean() or {}
        if _passes(clean, "d_mg", "e_mg"):
            self.add_error("d_mg", _("A scale shows no more than it is verified to."))
        if _passes(clean, "min_mg", "max_mg") or clean.get("min_mg", 0) == clean.get("max_mg"):
            self.add_error("min_mg", _("The least is below the most."))
        if _passes(clean, "verified_on", "verified_until"):
            self.add_error("verified_until", _("The verification ends after it began."))
        if clean.get("accuracy") == ScaleClass.MEDIUM and clean.get("e_mg", COARSEST) < COARSEST:
            self.add_error("e_mg", _("Class III begins at 0.1 g."))
        return clean


def _passes(clean: dict[str, Any], first: str, second: str) -> bool:
    """Whether the first goes beyond the second; False where one of them is wrong already."""
    one, other = clean.get(first), clean.get(second)
    return one is not None and other is not None and bool(one > other)


@admin.register(Scale)
class ScaleAdmin(HeadOffice):
    form = ScaleForm
    decided = ("store", "code")
    fields = (
        "store", "code", "name", "accuracy", "e_mg", "d_mg", "max_mg", "min_mg", "certificate",
        "verified_on", "verified_until", "serial", "connection", "protocol", "active",
    )  # fmt: skip
    list_display = ("name", "code", "store", "accuracy", "verified_until", "active")
    list_filter = ("active", "accuracy")
    list_select_related = ("store",)
    search_fields = ("name", "code", "=store__code", "=serial")


class WeightToleranceForm(AnyForm):
    below_mg = GramsField(label=gettext_lazy("A piece may weigh less by, in grams"), least=0)
    above_mg = GramsField(
        label=gettext_lazy("and more by, in grams"),
        least=0,
        required=False,
        help_text=gettext_lazy("Empty: as much as it likes."),
    )
    up_to_mg = GramsField(label=gettext_lazy("For pieces up to, in grams"))

    class Meta:
        labels = {
            "code": gettext_lazy("Code"),
            "metal": gettext_lazy("Metal"),
            "valid_from": gettext_lazy("In force from"),
            "valid_to": gettext_lazy("In force until"),
            "source": gettext_lazy("Source"),
        }


@admin.register(WeightTolerance)
class WeightToleranceAdmin(HeadOffice):
    form = WeightToleranceForm
    # an edition that weights were judged by stays; it ends, and the next one is a row of its own
    decided = ("code", "metal", "below_mg", "above_mg", "up_to_mg", "valid_from")
    fields = (*decided, "valid_to", "source")
    list_display = ("code", "metal", "below_mg", "above_mg", "valid_from", "valid_to")
    list_filter = ("metal",)
    search_fields = ("code", "source")


class SignsField(LineField):
    """Signs of elements on one line, "Au Ag Cu", as the list that a row keeps."""

    def clean(self, value: Any) -> Any:
        signs = [sign.capitalize() for sign in super().clean(value).split()]
        unknown = [sign for sign in signs if sign not in ELEMENTS]
        if unknown:
            told = {"element": unknown[0], "known": " ".join(ELEMENTS)}
            raise ValidationError(
                _("%(element)s is not among the elements known here: %(known)s.") % told
            )
        return signs

    def prepare_value(self, value: object) -> object:
        return " ".join(value) if isinstance(value, list) else value


class InstrumentForm(AnyForm):
    elements = SignsField(
        label=gettext_lazy("Elements that its calibration knows"),
        required=False,
        help_text=gettext_lazy("Without Ge, germanium in hard gold may be read as rhenium."),
    )

    class Meta:
        labels = {
            "store": gettext_lazy("Store"),
            "code": gettext_lazy("Code"),
            "name": gettext_lazy("Name"),
            "method": gettext_lazy("Method"),
            "model": gettext_lazy("Model"),
            "curve": gettext_lazy("Calibration curve in use"),
            "layout": gettext_lazy("How its files are written"),
            "guard": gettext_lazy("Expanded uncertainty (k = 2), in tenths of a permille"),
            "active": gettext_lazy("In use"),
        }
        help_texts = {"layout": gettext_lazy("Empty: with the usual headings.")}

    def clean_guard(self) -> int:
        """0.1 ‰ to 50 ‰: standards.md 3 has 1 to 5 ‰ for X-ray, a touchstone tells karats."""
        guard = int(self.cleaned_data["guard"])
        if not 1 <= guard <= COARSEST_GUARD:
            raise ValidationError(_("Type a number from 1 to 500."))
        return guard


@admin.register(Instrument)
class InstrumentAdmin(HeadOffice):
    form = InstrumentForm
    decided = ("store", "code", "method")
    fields = (*decided, "name", "model", "curve", "elements", "guard", "layout", "active")
    list_display = ("name", "code", "store", "method", "model", "active")
    list_filter = ("active", "method")
    list_select_related = ("store",)
    search_fields = ("name", "code", "=store__code", "model")


class AnalyserLayoutForm(AnyForm):
    class Meta:
        labels = {
            "code": gettext_lazy("Code"),
            "name_zh": gettext_lazy("Chinese name"),
            "name_en": gettext_lazy("English name"),
            "lines_before": gettext_lazy("Lines above the headings"),
            "sample_headings": gettext_lazy("Number of the sample"),
            "time_headings": gettext_lazy("Time"),
            "element_headings": gettext_lazy("Elements, with a star for the sign"),
            "unit": gettext_lazy("Unit"),
            "active": gettext_lazy("In use"),
            "position": gettext_lazy("Place in the list"),
        }
        help_texts = {
            "element_headings": gettext_lazy(
                "Several words are divided by a bar: *|*含量. The star is Au or 金."
            ),
        }

    def clean(self) -> dict[str, Any] | None:
        clean = super().clean() or {}
        for field, sentence in analyser_layouts.faults(clean):
            self.add_error(field, sentence)
        return clean


@admin.register(AnalyserLayout)
class AnalyserLayoutAdmin(HeadOffice):
    form = AnalyserLayoutForm
    decided = ("code",)
    fields = (
        "code", "name_zh", "name_en", "lines_before", "sample_headings", "time_headings",
        "element_headings", "unit", "active", "position",
    )  # fmt: skip
    list_display = ("__str__", "code", "unit", "active", "position")
    list_filter = ("active",)
    search_fields = ("code", "name_zh", "name_en")
