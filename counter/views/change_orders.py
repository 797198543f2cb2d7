"""变更: a change of an order, proposed to its customer."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from counter.change_forms import ChangeForm
from counter.showroom import queries, versions
from counter.views.pages import seen
from inventory.ground import access
from inventory.ground.errors import RuleBroken
from inventory.views.pages import StaffRequest


@require_http_methods(["GET", "HEAD", "POST"])
@access.page("see_orders")
def propose_change(request: StaffRequest, number: str) -> HttpResponse:
    """The order as it is, to be typed over; it counts once the customer has said yes."""
    order, mistake = queries.order_for(request.user, number), None
    form = ChangeForm(order, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            versions.propose(order=order, wish=form.proposed(), why=form.why, by=request.user)
        except RuleBroken as refusal:
            mistake = refusal
        else:
            messages.success(request, _("The change waits for the customer's yes."))
            return seen("order", number)
    status = 422 if request.method == "POST" else 200
    told = {"order": order, "form": form, "mistake": mistake}
    return render(request, "counter/orders/change.html", told, status=status)
