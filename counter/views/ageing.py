"""库龄: how long the goods have been in stock."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from counter import ageing_chart
from inventory import ageing, counted
from inventory.ground import access
from inventory.models import StoreKind
from inventory.views.pages import StaffRequest, store_of


@require_GET
@access.page("see_ageing")
def stock_ageing(request: StaffRequest) -> HttpResponse:
    """Pieces and grams by age, drawn and in figures, and the goods that sell slowly."""
    store = store_of(request)
    found = ageing.ageing_of(
        user=request.user, store=store, at=timezone.now(), veil=counted.veil_for(request.user)
    )
    told = {
        "found": found,
        "chart": ageing_chart.drawn(found),
        "store": store,
        "of_all": store.kind == StoreKind.HEAD_OFFICE,
    }
    return render(request, "counter/ageing.html", told)
