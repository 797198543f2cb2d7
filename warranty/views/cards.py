"""The staff side of warranty cards: find, look, print, hide the purchase."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from inventory.ground import access, printing
from warranty import benefits, cards, papers, queries, scans
from warranty.models import Card

SEE_OTHER = 303


@require_safe
@access.page("see_cards")
def card_list(request: HttpRequest) -> HttpResponse:
    """The newest cards, or those that were searched for."""
    asked = request.GET.get("q", "").strip()
    rows = queries.search(request.user, asked)[: queries.ROWS]
    return render(request, "warranty/cards.html", {"cards": rows, "asked": asked})


@require_safe
@access.page("see_cards")
def card(request: HttpRequest, number: str) -> HttpResponse:
    found = queries.card_for(request.user, number)
    told = {
        "card": found,
        "benefits": benefits.remaining(found, on=timezone.localdate()),
        "look_ups": scans.of_card(found),
        "life": queries.life_of(found),
    }
    return render(request, "warranty/card.html", told)


@require_POST
@access.page("print_cards")
def print_cards(request: HttpRequest) -> HttpResponse:
    """Counts the print, then shows the paper: `n` for each card, or `sale` for all of a sale."""
    found = _asked_cards(request.user, request.POST)
    cards.note_print(cards=found, by=request.user)
    asked = [(name, value) for name in ("sale", "n", "size") for value in request.POST.getlist(name)]
    return redirect(f"{reverse('cards_pdf')}?{urlencode(asked)}", status=SEE_OTHER)


@require_safe
@access.page("print_cards")
def cards_pdf(request: HttpRequest) -> HttpResponse:
    """Up to 200 cards in one document."""
    return _pdf(request, _asked_cards(request), name="cards.pdf")


@require_safe
@access.page("print_cards")
def card_pdf(request: HttpRequest, number: str) -> HttpResponse:
    found = queries.cards_to_print(request.user, numbers=[number])
    return _pdf(request, found, name=f"{number}.pdf")
