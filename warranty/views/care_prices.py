"""The service desk's price list, as head office keeps it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from inventory.ground import access
from inventory.ground.access import Scope
from inventory.ground.errors import RuleBroken
from inventory.views.pages import StaffRequest
from warranty import care_prices
from warranty.care_price_form import CarePriceForm


@require_http_methods(["GET", "HEAD", "POST"])
@access.page("set_plans", scope=Scope.HOUSE)
def care_price_list(request: StaffRequest) -> HttpResponse:
    """Every row with its dates, and the form for the next one."""
    today = timezone.localdate()
    form = CarePriceForm(request.POST or None, initial={"valid_from": today})
    if request.method == "POST" and form.is_valid():
        try:
            row = care_prices.put(row=form.instance, by=request.user)
        except RuleBroken as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, ValidationError(str(refusal)))
        else:
            messages.success(request, _("The price of %s is set.") % row.get_kind_display())
            return redirect("care_prices")
    told = {"form": form, "prices": care_prices.listed(on=today)}
    status = 422 if form.errors else 200
    return render(request, "warranty/care_prices.html", told, status=status)
