"""Claims: what customers reported, what was found, which styles and suppliers fail."""

import calendar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from counter import ticket_intake
from counter.claim_forms import ClaimForm, ClaimsAsked
from counter.views.pages import checked, seen
from inventory import places
from inventory.ground import access
from inventory.ground.errors import BadField
from inventory.views.pages import StaffRequest, rights, store_of
from warranty import claims
from warranty.claims import Finding, Subject

ROWS = 50


@require_GET
@access.page("see_claims")
def claim_list(request: StaffRequest) -> HttpResponse:
    """The claims of a month, what they say of styles and suppliers, and a new one (`?code=`)."""
    asked = ClaimsAsked(request.GET)
    said = asked.cleaned_data if asked.is_valid() else {}
    user, store = request.user, store_of(request)
    since = said.get("month") or places.business_day(store).replace(day=1)
    until = since.replace(day=calendar.monthrange(since.year, since.month)[1])
    told = {
        "rows": claims.listed(user, since=since, until=until)[:ROWS],
        "styles": claims.by_style(user, since=since, until=until),
        "suppliers": claims.by_supplier(user, since=since, until=until),
        "goodwill": claims.goodwill_by_store(user, since=since, until=until),
        "left_cents": claims.goodwill_left_cents(store, on=since),
        "month": since,
        "form": ClaimForm(initial={"code": said.get("code", "")}),
        "may": rights(user, "take_claims"),
    }
    return render(request, "counter/claims.html", told)


@require_POST
@access.page("take_claims")
def new_claim(request: StaffRequest) -> HttpResponse:
    """What lies on the counter, decided."""
    typed = checked(ClaimForm(request.POST)).cleaned_data
    finding = Finding(
        **{name: typed[name] for name in ("fault", "words", "cause", "outcome", "reason")},
        goodwill_cents=typed["goodwill"] or 0,
    )
    claim = claims.decide(
        subject=_subject(typed["code"], request),
        finding=finding,
        store=store_of(request),
        by=request.user,
    )
    messages.success(request, _("The claim is written down: %s.") % claim.get_outcome_display())
    return seen("ticket", claim.ticket.number) if claim.ticket else seen("claims")


def _subject(code: str, request: StaffRequest) -> Subject:
    found = ticket_intake.find(code, by=request.user)
    if found.piece is None:
        raise BadField(_("A claim belongs to a piece we sold."), field="code")
    return Subject(piece=found.piece, card=found.card, ticket=found.redo_of)
