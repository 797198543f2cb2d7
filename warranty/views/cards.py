"""The staff side of warranty cards: find, look, print, hide the purchase."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from inventory.ground import access, printing
from inventory.ground.errors import BadField
from inventory.views.pages import StaffRequest, rights
from warranty import benefits, cards, papers, queries, scans
from warranty.models import Card, CardState, JobKind

PRINT_FIELDS = ("sale", "n", "size")


@require_safe
@access.page("see_cards")
def card_list(request: StaffRequest) -> HttpResponse:
    """The newest cards, or those that were searched for."""
    asked = request.GET.get("q", "").strip()
    rows = queries.search(request.user, asked)[: queries.ROWS]
    may = rights(request.user, "serve", "set_plans")
    return render(request, "warranty/cards.html", {"cards": rows, "asked": asked, "may": may})


@require_safe
@access.page("see_cards")
def card(request: StaffRequest, number: str) -> HttpResponse:
    found = queries.card_for(request.user, number)
    left = benefits.remaining(found, on=timezone.localdate())
    told = {
        "card": found,
        "benefits": left,
        "cleans": any(benefits.bears(row, JobKind.CLEANING) for row in left),
        "main_stones": papers.stone_lines(found.piece),
        "look_ups": scans.of_card(found),
        "life": queries.life_of(found),
        "replaces": found.replaces,
        "replaced_by": _replacing(found),
        "exchanged_for": queries.exchanged_for(found),
        "exchanged_from": queries.exchanged_from(found),
        "may": rights(request.user, "print_cards", "see_sales", "serve"),
    }
    return render(request, "warranty/card.html", told)


@require_POST
@access.page("print_cards")
def print_cards(request: StaffRequest) -> HttpResponse:
    """Counts the print, then shows the paper. Fields: `n` for each card, or `sale` for all that a
    sale hands out on paper; `size`."""
    cards.note_print(cards=_cards_asked(request, request.POST), by=request.user)
    asked = QueryDict(mutable=True)
    for name in PRINT_FIELDS:
        asked.setlist(name, request.POST.getlist(name))
    return redirect(f"{reverse('cards_pdf')}?{asked.urlencode()}")


@require_safe
@access.page("print_cards")
def cards_pdf(request: StaffRequest) -> HttpResponse:
    """Up to 200 cards in one document; a reload is no new print."""
    return _pdf(request, _cards_asked(request, request.GET), name="cards.pdf")


@require_safe
@access.page("print_cards")
def card_pdf(request: StaffRequest, number: str) -> HttpResponse:
    found = queries.cards_to_print(request.user, numbers=[number])
    return _pdf(request, found, name=f"{number}.pdf")


@require_POST
@access.page("print_cards")
def hide_purchase(request: StaffRequest, number: str) -> HttpResponse:
    """The owner's wish: month and store stay off the public page, or come back."""
    hidden = request.POST.get("hidden") == "1"
    found = queries.card_for(request.user, number)
    cards.hide_purchase(card=found, hidden=hidden, by=request.user)
    told = _("Month and store are hidden.") if hidden else _("Month and store are shown.")
    messages.success(request, told)
    return redirect("card", number)


def _replacing(card: Card) -> Card | None:
    """The card in the place of one that was replaced (1 query for such a card)."""
    if card.state != CardState.REPLACED:
        return None
    return Card.objects.filter(replaces=card).first()


def _cards_asked(request: StaffRequest, fields: QueryDict) -> list[Card]:
    return queries.cards_to_print(
        request.user, numbers=fields.getlist("n"), sale=fields.get("sale", "")
    )


def _pdf(request: StaffRequest, found: list[Card], *, name: str) -> HttpResponse:
    size = request.GET.get("size") or papers.CARD_SIZE
    if size not in papers.TEMPLATES:
        raise BadField(_("Choose one of the values."), field="size")
    return printing.pdf_response(papers.pdf_of(found, size=size), name=name)
