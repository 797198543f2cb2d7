"""The first page of head office: a month of every store. A manager sees the own store."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from counter.house_page import HousePage
from counter.stocktake_forms import MonthForm
from inventory import places
from inventory.ground import access
from inventory.views.pages import StaffRequest, rights

RIGHTS = ("keep_programs", "watch_cash", "see_cost")


@require_GET
@access.page("see_reports")
def head_office(request: StaffRequest) -> HttpResponse:
    """Whose stocktake is published and whose is late, sales, grams, margin and stock turn, each
    figure with the way to where it comes from."""
    form = MonthForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    month: date = asked.get("month") or places.business_day(places.office()).replace(day=1)
    page = HousePage(user=request.user, month=month, after=asked.get("after") or "")
    told = {"page": page, "form": form, "may": rights(request.user, *RIGHTS)}
    status = 422 if form.errors else 200
    return render(request, "counter/head_office/index.html", told, status=status)
