"""The windows for returns, as head office keeps them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from counter import return_windows
from counter.models import ReturnWindow
from counter.return_window_form import ReturnWindowForm
from inventory.ground import access
from inventory.ground.access import Scope
from inventory.ground.errors import RuleBroken
from inventory.views.pages import StaffRequest


@require_http_methods(["GET", "HEAD", "POST"])
@access.page("set_plans", scope=Scope.HOUSE)
def window_list(request: StaffRequest) -> HttpResponse:
    """Every window with its dates, and the form for the next one."""
    today = timezone.localdate()
    form = ReturnWindowForm(request.POST or None, initial={"valid_from": today})
    if request.method == "POST" and form.is_valid():
        try:
            row = return_windows.put(row=form.instance, by=request.user)
        except RuleBroken as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, ValidationError(str(refusal)))
        else:
            named = {"fault": row.get_fault_display(), "leads_to": row.get_leads_to_display()}
            messages.success(request, _("%(fault)s, %(leads_to)s: the window is set.") % named)
            return redirect("return_windows")
    told = {"form": form, "windows": return_windows.listed(on=today)}
    status = 422 if form.errors else 200
    return render(request, "counter/returns/windows.html", told, status=status)


@require_POST
@access.page("set_plans", scope=Scope.HOUSE)
def end_window(request: StaffRequest, window_id: int) -> HttpResponse:
    """What is sold from tomorrow on has this window no longer."""
    row = return_windows.end(row=get_object_or_404(ReturnWindow, pk=window_id), by=request.user)
    day = f"{row.valid_to:%Y-%m-%d}"
    messages.success(request, _("The window ends on %s. What was sold keeps it.") % day)
    return redirect("return_windows")
