"""The read-out of a scale."""

from urllib.parse import urlsplit

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from appraisal import queries, scales, weighings
from appraisal.models import ScaleReading
from appraisal.scales import Readout
from appraisal.weighing_forms import WeightForm
from inventory.ground import access
from inventory.views.pages import StaffRequest, store_of

MOST_PREFIX = 30  # characters in front of the names of a field


# evidence is written before anything is decided, and no key's transaction waits for a scale
@require_POST
@access.page("weigh", keyed=False)
def read_scale(request: StaffRequest, code: str) -> HttpResponse:
    """What a scale shows now, into the page that asks; without a script the page opens again."""
    scale = queries.scale_for(request.user, store_of(request), code)
    if request.session.get(queries.SCALE_IN_SESSION) != code:
        request.session[queries.SCALE_IN_SESSION] = code
    prefix = request.POST.get("prefix", "")[:MOST_PREFIX]
    if taken := request.POST.get("take", ""):
        return _take(request, prefix, pk=taken)
    if request.htmx:
        readout = scales.look(scale=scale, by=request.user)
        return render(request, "appraisal/_reading.html", {"readout": readout, "prefix": prefix})
    return _back(request, scales.read_stable(scale=scale, by=request.user))


def _take(request: StaffRequest, prefix: str, *, pk: str) -> HttpResponse:
    """The reading that stands in one of several fields stays there until the form is sent."""
    form = WeightForm({"reading": pk})
    shown = form.shown(store=store_of(request), by=request.user) if form.is_valid() else None
    if shown is None or shown.reading is None:
        raise weighings.ReadingGone(field=f"{prefix}grams")
    reading = weighings.take(reading=shown.reading, into=prefix, by=request.user)
    told = {"readout": Readout(reading.scale, reading), "prefix": prefix}
    return render(request, "appraisal/_reading.html", told)


def _back(request: StaffRequest, reading: ScaleReading) -> HttpResponse:
    """The page that asked, with the reading in its address; one of several is taken there."""
    address, field, several = (*request.POST.get("back", "").split(" "), "", "", "")[:3]
    if not address.startswith("/") or not url_has_allowed_host_and_scheme(address, None):
        address = resolve_url("today")
    if several:
        weighings.take(reading=reading, into=field[:MOST_PREFIX], by=request.user)
    parts = urlsplit(address)
    told = QueryDict(parts.query, mutable=True)
    told[f"{field}reading"] = str(reading.pk)
    response = redirect(f"{parts.path}?{told.urlencode()}")
    response.status_code = 303
    return response
