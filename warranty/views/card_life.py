"""A card's life at the counter: lost, found again, replaced; and the card of a piece alone."""

from typing import TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from inventory.ground import access
from inventory.ground.errors import BadField
from inventory.views.pages import StaffRequest, store_of
from warranty import cards, finding, queries, replacements
from warranty.card_forms import FindForm, ProofForm

F = TypeVar("F", bound=forms.Form)


@require_POST
@access.page("serve")
def report_lost(request: StaffRequest, number: str) -> HttpResponse:
    """Fields: `proof`, `why`."""
    card = queries.card_for(request.user, number)
    typed = _checked(ProofForm(request.POST)).cleaned_data
    cards.report_lost(card=card, proof=typed["proof"], why=typed["why"], by=request.user)
    messages.success(request, _("Reported lost. The old number stops at once."))
    return redirect("card", number)


@require_POST
@access.page("serve")
def find_again(request: StaffRequest, number: str) -> HttpResponse:
    """Field: `why`."""
    card = queries.card_for(request.user, number)
    typed = _checked(ProofForm(request.POST)).cleaned_data
    cards.find_again(card=card, why=typed["why"], by=request.user)
    messages.success(request, _("The card is valid again."))
    return redirect("card", number)


@require_POST
@access.page("serve")
def replace_card(request: StaffRequest, number: str) -> HttpResponse:
    """Fields: `proof`, `why`. Leads to the new card, which is to be printed."""
    card = queries.card_for(request.user, number)
    typed = _checked(ProofForm(request.POST)).cleaned_data
    new = replacements.replace(card=card, proof=typed["proof"], why=typed["why"], by=request.user)
    messages.success(request, _("This is the new card. Print it, and keep the old one here."))
    return redirect("card", new.number)


# without a key: nothing is written; by POST, so that no telephone number stands in an address
@require_http_methods(["GET", "HEAD", "POST"])
@access.page("serve", keyed=False)
def find_card(request: StaffRequest) -> HttpResponse:
    """The cards of the house behind a telephone, a receipt or a certificate; those of one's own
    stores behind mark and weight."""
    form = FindForm(request.POST if request.method == "POST" else None)
    told = {"form": form, "asked": False, "cards": []}
    if form.is_valid():
        found = finding.find(request.user, store=store_of(request), **form.cleaned_data)
        told |= {"asked": True, "cards": found}
    return render(request, "warranty/find_card.html", told, status=422 if form.errors else 200)


def _checked(form: F) -> F:
    if form.is_valid():
        return form
    name, errors = next(iter(form.errors.items()))
    raise BadField(str(errors[0]), field=str(name))
