"""The network showroom for invited customers: the way in, the catalogue, what a ring measures."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counter import guests
from counter.models import ShowroomLink
from counter.showroom import catalogue, invitations, ring_measures
from counter.showroom.catalogue import Asked
from inventory import places
from inventory.ground import access, photos, printing
from inventory.ground.errors import RuleBroken
from warranty import throttle
from warranty.views.public import wait_page

KEPT_A_DAY = "public, max-age=86400, immutable"  # the name of a picture is its content


@require_safe
@access.public(may_be_old=False)
def showroom_door(request: HttpRequest) -> HttpResponse:
    """The catalogue for a guest; a stranger reads how one is invited."""
    link = guests.link_of(request)
    if link is not None:
        return guests.kept_private(_catalogue(request, link))
    office = places.head_office()
    told = {"phone": office.phone if office else ""}
    return guests.kept_private(render(request, "counter/showroom/door.html", told))


@require_http_methods(["GET", "HEAD", "POST"])
@access.public(may_be_old=False)
def showroom_enter(request: HttpRequest, secret: str) -> HttpResponse:
    """The personal link: a code is sent, and with it one is in. `act`: send or enter."""
    if request.method != "POST":
        return _enter_page(request)
    network = throttle.network_of(request)
    if request.POST.get("act") == "send":
        if not invitations.ask_code(secret=secret) and not throttle.budget.spend(network):
            return wait_page()
        return _enter_page(request, sent=True)
    try:
        link = invitations.enter(secret=secret, code=request.POST.get("code", "")[:20])
    except RuleBroken as refusal:
        if not throttle.budget.spend(network):
            return wait_page()
        return _enter_page(request, sent=True, mistake=str(refusal), status=refusal.status)
    guests.let_in(request, link)
    return redirect("showroom_door")


@require_POST
@access.public(may_be_old=False)
def showroom_leave(request: HttpRequest) -> HttpResponse:
    """Signed out of this browser; what was begun stays."""
    guests.let_out(request)
    return redirect("showroom_door")


@require_safe
@access.public()
def offer_photo(request: HttpRequest, uuid: UUID, size: str) -> HttpResponse:
    """A picture of a style that is shown, in one of its sizes; no other picture is here."""
    if size not in photos.SIZES:
        raise Http404
    found = photos.kept(catalogue.photo_of(uuid), size)
    return HttpResponse(found, content_type="image/jpeg", headers={"Cache-Control": KEPT_A_DAY})


@require_safe
@access.public()
def ring_size_page(request: HttpRequest) -> HttpResponse:
    """Which size a finger has; `around` is its measure in millimetres."""
    typed = request.GET.get("around", "").strip()[:6]
    found = ring_measures.read_around(typed)
    told = {"table": ring_measures.table(), "typed": typed, "found": found}
    return render(request, "counter/showroom/ring_size.html", told)


@require_safe
@access.public()
def ring_size_paper(request: HttpRequest) -> HttpResponse:
    """Circles in true size, to print."""
    pdf = ring_measures.paper(get_language() or "")
    return printing.pdf_response(pdf, name="ring-sizes.pdf")


def _catalogue(request: HttpRequest, link: ShowroomLink) -> HttpResponse:
    asked = Asked.read(request.GET)
    shown = catalogue.look(asked, customer=link.customer, store=link.store)
    query = request.GET.copy()
    query["page"] = str(shown.next_page)
    told = {"catalogue": shown, "asked": asked, "next": query.urlencode(), "guest": link.customer}
    return render(request, "counter/showroom/catalogue.html", told)


def _enter_page(
    request: HttpRequest, *, sent: bool = False, mistake: str = "", status: int = 200
) -> HttpResponse:
    """The same page for every link, known or not."""
    told = {"sent": sent, "mistake": mistake}
    response = render(request, "counter/showroom/enter.html", told, status=status)
    # Django's own switch: the address holds the secret, and would stand in the log
    response._has_been_logged = True  # type: ignore[attr-defined]  # because: see above
    return guests.kept_private(response)
