"""库龄: how long the goods have been in stock."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from counter import panel_charts
from inventory import ageing, counted
from inventory.ground import access
from inventory.models import StoreKind
from inventory.views.pages import StaffRequest, store_of

AGE_WIDTH: Final = 104  # the words of an age


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
        "panels": panel_charts.panels(
            names=found.names, keys=found.ages, label=str, figure=found.pieces, left=AGE_WIDTH
        ),
        "store": store,
        "of_all": store.kind == StoreKind.HEAD_OFFICE,
    }
    return render(request, "counter/ageing.html", told)
