"""The paper of a customer who buys: noted beside the open bill, and never shown again there."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal import identities
from counter import queries
from counter.customers import CustomerNeeded
from counter.identity_forms import IdentityForm
from counter.trade_in_forms import MOST_BODY
from counter.views.pages import checked, seen
from inventory.ground import access, settings_rows
from inventory.views.pages import StaffRequest


# no key, because the answer to a key is kept for ever
@require_http_methods(["GET", "HEAD", "POST"])
@access.page("sell", keyed=False, max_body=MOST_BODY)
def bill_identity(request: StaffRequest, uuid: UUID) -> HttpResponse:
    """The form, and what it sends. Nothing says why it is asked: a customer may see the screen."""
    sale = queries.open_sale_for(request.user, uuid)
    if sale.customer_id is None:
        raise CustomerNeeded(next_url=request.path.removesuffix("identity/"))
    with_photo = settings_rows.value(sale.store, "identity_photo") == "yes"
    if request.method == "POST":
        form = checked(IdentityForm(request.POST, request.FILES, with_photo=with_photo))
        identities.take_of_customer(
            customer_id=sale.customer_id, store=sale.store, paper=form.paper(), by=request.user
        )
        messages.success(request, _("The identity is kept, sealed."))
        return seen("sell", uuid)
    told = {
        "customer": sale.customer,
        "back": reverse("sell", args=[uuid]),
        "form": IdentityForm(with_photo=with_photo),
    }
    return render(request, "counter/note_identity.html", told)
