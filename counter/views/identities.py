"""The seller's identity: taken at the counter, seen again by a manager who says why."""

from base64 import b64encode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal import identities, queries
from counter.identity_forms import IdentityForm, WhyForm
from counter.trade_in_forms import MOST_BODY
from counter.views.pages import checked, seen
from inventory.ground import access, settings_rows
from inventory.views.pages import StaffRequest, rights


# no key: its digest would keep a hash of the number for ever; typed twice, the second one holds
@require_http_methods(["GET", "HEAD", "POST"])
@access.page("trade_in", keyed=False, max_body=MOST_BODY)
def trade_in_identity(request: StaffRequest, number: str) -> HttpResponse:
    """The form, and what it sends. Nothing of what is behind the mask is ever shown here."""
    found = queries.trade_in_for(request.user, number)
    asked = settings_rows.values(found.store, "identity_photo", "identity_months")
    with_photo = asked["identity_photo"] == "yes"
    if request.method == "POST":
        form = checked(IdentityForm(request.POST, request.FILES, with_photo=with_photo))
        identities.take(trade_in=found, paper=form.paper(), by=request.user)
        messages.success(request, _("The identity is kept, sealed."))
        return seen("trade_in", number)
    told = {
        "trade_in": found,
        "identity": getattr(found, "identity", None),
        "form": IdentityForm(with_photo=with_photo),
        "months": asked["identity_months"],
        "may": rights(request.user, "see_identity"),
    }
    return render(request, "counter/trade_ins/identity.html", told)


# no key: a page that is sent again is one more look in the log
@require_http_methods(["GET", "HEAD", "POST"])
@access.page("see_identity", keyed=False)
def reveal_identity(request: StaffRequest, number: str) -> HttpResponse:
    """Asks why; a POST with a reason shows it, once."""
    found = queries.trade_in_for(request.user, number)
    identity = getattr(found, "identity", None)
    if identity is None:
        raise Http404
    told = {"trade_in": found, "identity": identity, "form": WhyForm(), "seen": None}
    if request.method == "POST":
        why = checked(WhyForm(request.POST)).cleaned_data["why"]
        told["seen"] = identities.reveal(identity=identity, why=why, by=request.user)
        told["picture"] = b64encode(told["seen"].photo).decode("ascii")
    told["looks"] = identity.reveals.select_related("by").order_by("-pk")
    return render(request, "counter/trade_ins/reveal.html", told)
