"""What may be typed into an order of the network showroom: a style offers what it can be, and
nothing else is asked. The same forms stand on the customer's pages and on the staff's tablet."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from counter.models import DeliveryWay, PriceMode, StonesFrom, StyleOffer
from counter.showroom import ring_sizes, wishes
from counter.showroom.wishes import LineWish, Wish
from inventory.forms.fields import LineField
from inventory.ground import codes, measures
from inventory.ground.errors import RuleBroken
from inventory.templatetags.pieces import STONES

# of a main stone: the field, its label, and where the offer lists what it can be
STONE_FIELDS: Final = (
    ("stone_kind", _("Main stone"), "kinds"),
    ("stone_color", _("Colour"), "colors"),
    ("stone_clarity", _("Clarity"), "clarities"),
    ("stone_cut", _("Cut"), "cuts"),
    ("certificate", _("Certificate of"), "labs"),
)
ANY: Final = ("", _("no wish"))


class CaratsField(forms.Field):
    """Typed carats as thousandths; None when nothing was typed."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"class": "number", "inputmode": "decimal", "autocomplete": "off"}
        super().__init__(**{"widget": forms.TextInput({**attrs, "maxlength": 12}), **kwargs})

    def to_python(self, value: object) -> int | None:
        if value in self.empty_values:
            return None
        try:
            return measures.read_carats(str(value))
        except RuleBroken as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal

    def prepare_value(self, value: object) -> object:
        """Thousandths from us as a field holds them; what was typed stays as it was typed."""
        return f"{value // 1000}.{value % 1000:03d}" if isinstance(value, int) else value


class LineForm(forms.Form):
    """One line, of one style. `with_mark`: what the dealer has stamped beside the legal mark."""

    metal = forms.ChoiceField(label=_("Metal"), widget=forms.RadioSelect)
    pieces = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        initial=1,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )

    def __init__(
        self, data: Any = None, *, offer: StyleOffer, with_mark: bool = False, **more: Any
    ) -> None:
        super().__init__(data, **more)
        self.offer = offer
        metal, pieces = self.fields["metal"], self.fields["pieces"]
        metal.choices = list(_metals(offer))  # type: ignore[attr-defined]  # because: it is a ChoiceField
        metal.initial = metal.choices[0][0] if metal.choices else None  # type: ignore[attr-defined]  # because: as above
        pieces.widget.attrs["max"] = offer.most_pieces
        self._add_sizes()
        if offer.finishes:
            self.fields["finish"] = _choice(_("Finish"), [ANY, *_pairs(offer.finishes)])
        if offer.stone:
            self._add_stone()
        if with_mark:
            self.fields["mark"] = _text(_("Mark to be stamped"), 40)
        if offer.engraving_most:
            self._add_engraving()
        self.fields["remark"] = _text(_("Remark"), 120)
        self.order_fields([name for name in self.fields if name not in ("pieces", "remark")])

    def line(self) -> LineWish:
        """What was typed, with what this style does not ask left empty."""
        told = dict(self.cleaned_data)
        metal, _dash, grade = told.pop("metal").partition("-")
        return LineWish(style=self.offer.style.code, metal=metal, grade=int(grade), **told)

    @staticmethod
    def told(line: LineWish) -> dict[str, Any]:
        """The `initial` of a form for a line there is already."""
        return {**vars(line), "metal": f"{line.metal}-{line.grade}"}

    def clean(self) -> dict[str, Any]:
        """The rule has the last word, in the field that it names."""
        if not self.errors:
            try:
                wishes.check_line(self.line(), self.offer)
            except RuleBroken as refusal:
                named = refusal.field if refusal.field in self.fields else None
                self.add_error(named, str(refusal))
        return self.cleaned_data

    def _add_sizes(self) -> None:
        offer = self.offer
        if offer.sizes:
            choices = [("", _("please choose")), *_pairs(offer.sizes)]
            self.fields["size_spec"] = _choice(_("Size"), choices, required=True)
        if offer.ring_from is not None and offer.ring_to is not None:
            sizes = _pairs(ring_sizes.between(offer.ring_from, offer.ring_to))
            choices = [("", _("please choose")), *sizes]
            self.fields["ring_size"] = _choice(_("Ring size"), choices, required=True)

    def _add_stone(self) -> None:
        offer, stone = self.offer, self.offer.stone
        whose = [(StonesFrom.OURS, StonesFrom.OURS.label)]
        if offer.takes_customer_stone:
            whose.append((StonesFrom.CUSTOMER, StonesFrom.CUSTOMER.label))
        self.fields["stones_from"] = forms.ChoiceField(
            label=_("Whose stone is set"),
            choices=whose,
            initial=StonesFrom.OURS,
            widget=forms.RadioSelect,
        )
        for name, label, listed in STONE_FIELDS:
            if stone.get(listed):
                must = name == "stone_kind"
                choices = _pairs(stone[listed]) if must else [ANY, *_pairs(stone[listed])]
                self.fields[name] = _choice(label, choices, required=must)
        least, most = (f"{stone[end] / 1000:.2f}" for end in ("from_mct", "to_mct"))
        self.fields["stone_mct"] = CaratsField(
            label=_("Carats"),
            required=False,
            help_text=_("from %(least)s to %(most)s ct") % {"least": least, "most": most},
        )

    def _add_engraving(self) -> None:
        most = self.offer.engraving_most
        field = _text(_("Engraving"), 40)
        field.help_text = _(
            "Up to %(most)d letters, a Chinese character counts two. Letters, digits, Chinese "
            "characters and . , - & + / ' · ♥ ∞"
        ) % {"most": most}
        self.fields["engraving"] = field


class TermsForm(forms.Form):
    """What holds for the whole order."""

    delivery = forms.ChoiceField(
        label=_("Delivery"),
        choices=DeliveryWay.choices,
        initial=DeliveryWay.COLLECT,
        widget=forms.RadioSelect,
    )
    recipient = LineField(label=_("Recipient"), max_length=60, required=False)
    address = LineField(label=_("Address"), max_length=200, required=False)
    telephone = LineField(
        label=_("Telephone"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"inputmode": "tel"}),
    )
    wanted_on = forms.DateField(
        label=_("Wanted by"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    is_rush = forms.BooleanField(label=_("It is urgent"), required=False)
    price_mode = forms.ChoiceField(
        label=_("Price basis"),
        choices=PriceMode.choices,
        initial=PriceMode.SETTLEMENT,
        widget=forms.RadioSelect,
        help_text=_("A locked price needs a deposit; whoever serves you arranges it with you."),
    )
    remark = LineField(label=_("Remark"), max_length=200, required=False)

    def clean_telephone(self) -> str:
        return codes.half_width(str(self.cleaned_data["telephone"])).replace(" ", "")

    @staticmethod
    def told(wish: Wish) -> dict[str, Any]:
        """The `initial` of a form for a wish there is already."""
        return {name: value for name, value in vars(wish).items() if name != "lines"}


class StaffTermsForm(TermsForm):
    """With what the shop promises beside it."""

    promises = LineField(label=_("Gifts and promises"), max_length=200, required=False)


def _metals(offer: StyleOffer) -> Iterable[tuple[str, str]]:
    for metal, grade, net_mg in offer.metals:
        grams = _("about %s g") % measures.grams(net_mg)
        yield f"{metal}-{grade}", f"{measures.grade_name(metal, grade)} · {grams}"


def _choice(
    label: Any, choices: Sequence[tuple[Any, Any]], *, required: bool = False
) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=required)


def _pairs(texts: Iterable[str]) -> list[tuple[str, Any]]:
    return [(text, STONES.get(text, text)) for text in texts]


def _text(label: Any, most: int) -> LineField:
    return LineField(label=label, max_length=most, required=False)
