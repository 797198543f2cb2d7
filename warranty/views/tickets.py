"""The private link of a ticket: whoever holds the claim check sees how far the work is, and says
yes or no to its price. No sign-in, no cookie, no person."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirect
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from inventory.ground import access
from inventory.ground.errors import RuleBroken
from inventory.ground.house import house_name
from warranty import private_tickets, quotes, throttle, ticket_queries
from warranty.models import Ticket
from warranty.views.public import in_asked_language, wait_page


@csrf_exempt  # because: the secret in the address is the proof, and no cookie adds anything to it
@require_http_methods(["GET", "HEAD", "POST"])
@access.public()
@in_asked_language
def private_ticket(request: HttpRequest, claim_check: str) -> HttpResponse:
    """How far the work is. A POST answers the quote that stands there: `quote`, `answer`."""
    network = throttle.network_of(request)
    ticket = ticket_queries.by_claim_check(claim_check)
    if ticket is None:
        return _page(None) if throttle.budget.spend(network) else wait_page()
    if request.method != "POST":
        return _page(ticket)
    return _answer(request, ticket)


def _answer(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    quote = quotes.newest(ticket)
    answer, shown = request.POST.get("answer"), request.POST.get("quote")
    try:
        # the version that stood on the page, and a plain yes or no
        if quote is None or shown != str(quote.version) or answer not in {"yes", "no"}:
            raise quotes.QuoteOld
        quotes.answer_by_link(quote=quote, approved=answer == "yes")
    except RuleBroken as refusal:
        return _page(ticket, mistake=str(refusal), status=refusal.status)
    return HttpResponseRedirect(request.get_full_path(), status=303)


def _page(ticket: Ticket | None, *, mistake: str = "", status: int = 200) -> HttpResponse:
    """One calm page for every link, known or not."""
    told = {
        "house_name": house_name(),
        "told": private_tickets.told(ticket) if ticket else None,
        "mistake": mistake,
    }
    return HttpResponse(render_to_string("warranty/private_ticket.html", told), status=status)
