"""转赠: a card goes to somebody else, who registers with card and piece."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from counter import customers
from counter.views.pages import checked, seen
from inventory.forms.fields import LineField
from inventory.ground import access
from inventory.views.pages import StaffRequest, store_of
from warranty import cards, queries


class NewOwnerForm(forms.Form):
    phone = LineField(label=gettext_lazy("Telephone"), max_length=20)
    name = LineField(label=gettext_lazy("Name"), max_length=60, required=False)
    proof = LineField(label=gettext_lazy("The piece"), max_length=100, required=False)


@require_POST
@access.page("serve")
def pass_on(request: StaffRequest, number: str) -> HttpResponse:
    """Fields: `phone` and `name` of the new owner, `proof` of the piece."""
    card = queries.card_for(request.user, number)
    typed = checked(NewOwnerForm(request.POST)).cleaned_data
    customer = customers.find_or_make(
        phone=typed["phone"], name=typed["name"], store=store_of(request), by=request.user
    )
    cards.pass_on(card=card, proof=typed["proof"], customer_id=customer.pk, why="", by=request.user)
    messages.success(request, _("The card belongs to %s now.") % customer)
    return seen("card", number)
