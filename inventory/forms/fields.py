"""Fields that all pages share. What is typed becomes an integer once, here."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from inventory import tables
from inventory.ground import codes, measures
from inventory.ground.errors import RuleBroken

LARGEST_KEY = 2**63 - 1  # what a column of keys can hold
EITHER: Final = (("", _("either")), ("yes", _("yes")), ("no", _("no")))


class LineField(forms.CharField):
    """One line of text: composed, printable, and never a bank card's number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 200, **kwargs})

    def to_python(self, value: object) -> str:
        try:
            plain = codes.one_line(str(value or ""))
        except RuleBroken as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        if codes.looks_like_bank_card(plain):
            told = _("This looks like a full bank card number. It must not be typed here.")
            raise ValidationError(told, code="bank_card_number")
        return plain


class TableField(forms.FileField):
    """A file of rows, no larger than one that can be read."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file and file.size > tables.MOST_BYTES:
            raise ValidationError(str(tables.FileTooLarge.sentence), code="file_too_large")
        return file


class YuanField(forms.Field):
    """Typed yuan as cents; None when nothing was typed."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"class": "number", "inputmode": "decimal", "autocomplete": "off"}
        widget = forms.TextInput({**attrs, "maxlength": 20, "size": 9})
        super().__init__(**{"widget": widget, **kwargs})

    def to_python(self, value: object) -> int | None:
        if value in self.empty_values:
            return None
        try:
            return measures.read_yuan(str(value))
        except RuleBroken as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal

    def prepare_value(self, value: object) -> object:
        """Cents from us as a field holds them; what was typed stays as it was typed."""
        return measures.plain_yuan(value) if isinstance(value, int) else value


class FinenessField(forms.Field):
    """Typed fineness as tenths of a permille: "999", "999.2", "18K"; None when nothing was
    typed."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"class": "number", "inputmode": "decimal", "autocomplete": "off"}
        widget = forms.TextInput({**attrs, "maxlength": 12})
        super().__init__(**{"widget": widget, **kwargs})

    def to_python(self, value: object) -> int | None:
        return None if value in self.empty_values else read_fineness(str(value))

    def prepare_value(self, value: object) -> object:
        """Tenths of a permille from us as a field holds them; what was typed stays so."""
        return measures.permille(value).removesuffix("‰") if isinstance(value, int) else value


class GramsField(forms.Field):
    """Typed grams as milligrams, from `least` to `most`; None when nothing was typed."""

    def __init__(self, *, least: int = 1, most: int = measures.MOST_MG, **kwargs: Any) -> None:
        attrs = {"class": "number", "inputmode": "decimal", "autocomplete": "off"}
        widget = forms.TextInput({**attrs, "maxlength": 20, "size": 9})
        super().__init__(**{"widget": widget, **kwargs})
        self.least, self.most = least, most

    def to_python(self, value: object) -> int | None:
        if value in self.empty_values:
            return None
        try:
            return measures.read_grams(str(value), at_least_mg=self.least, at_most_mg=self.most)
        except RuleBroken as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal

    def prepare_value(self, value: object) -> object:
        """Milligrams from us as a field holds them; what was typed stays as it was typed."""
        return measures.plain_grams(value) if isinstance(value, int) else value


class EitherField(forms.ChoiceField):
    """Yes, no, or whatever."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=EITHER, required=False, **kwargs)

    def clean(self, value: Any) -> Any:
        return {"yes": True, "no": False}.get(super().clean(value))

    def prepare_value(self, value: object) -> object:
        return {True: "yes", False: "no", None: ""}.get(value, value)  # type: ignore[call-overload]  # because: text passes


def read_fineness(text: str) -> int:
    """One typed fineness in tenths of a permille, refused as forms refuse."""
    try:
        return measures.read_fineness(text)
    except RuleBroken as refusal:
        raise ValidationError(str(refusal), code=refusal.code) from refusal
