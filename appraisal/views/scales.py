"""The read-out of a scale."""

from urllib.parse import urlsplit

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from appraisal import queries, scales
from appraisal.models import ScaleReading
from inventory.ground import access
from inventory.views.pages import StaffRequest, store_of


# evidence is written before anything is decided, and no key's transaction waits for a scale
@require_POST
@access.page("weigh", keyed=False)
def read_scale(request: StaffRequest, code: str) -> HttpResponse:
    """What a scale shows now, into the page that asks; without a script the page opens again."""
    scale = queries.scale_for(request.user, store_of(request), code)
    if request.session.get(queries.SCALE_IN_SESSION) != code:
        request.session[queries.SCALE_IN_SESSION] = code
    prefix = request.POST.get("prefix", "")
    if request.htmx:
        readout = scales.look(scale=scale, by=request.user)
        return render(request, "appraisal/_reading.html", {"readout": readout, "prefix": prefix})
    reading = scales.read_stable(scale=scale, by=request.user)
    return _back(request, reading)


def _back(request: StaffRequest, reading: ScaleReading) -> HttpResponse:
    """The page that asked, with the reading in its address."""
    address, _, field = request.POST.get("back", "").partition(" ")
    if not address.startswith("/") or not url_has_allowed_host_and_scheme(address, None):
        address = resolve_url("today")
    parts = urlsplit(address)
    told = QueryDict(parts.query, mutable=True)
    told["reading"], told["for"] = str(reading.pk), field
    response = redirect(f"{parts.path}?{told.urlencode()}")
    response.status_code = 303
    return response
