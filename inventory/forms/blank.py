"""Forms that nobody has typed into yet: their fields are the same on every page."""

from dataclasses import dataclass
from functools import cache

from django.forms import Form
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language


@dataclass(frozen=True)
class BlankForm:
    """A form's fields as `_field.html` writes them, by their names. Each is written once for each
    language: a page with ten of them spends a quarter of its time on widgets."""

    form: type[Form]

    def __getitem__(self, name: str) -> SafeString:
        return _written(self.form, name, get_language())


@cache
def _written(form: type[Form], name: str, _language: str | None) -> SafeString:
    return render_to_string("_field.html", {"field": form()[name]})
