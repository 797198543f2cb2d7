"""What the pages of cards may send."""

from django import forms
from django.utils.translation import gettext_lazy as _

SIZES = (("card", _("as large as a bank card")), ("a5", _("A5 certificate")))


class SizeForm(forms.Form):
    """The paper a card is printed on."""

    size = forms.ChoiceField(choices=SIZES, required=False)

    def clean_size(self) -> str:
        return self.cleaned_data["size"] or "card"
