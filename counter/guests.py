"""An invited customer in a browser: their own key in the session, apart from whoever is signed in
there, and judged anew at each request by the link they came by."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from counter.models import Customer, ShowroomLink
from counter.showroom import invitations
from inventory.models import Store

IN_SESSION = "showroom"
View = Callable[..., HttpResponse]


class GuestRequest(HttpRequest):
    """A request that passed `only`."""

    guest: Customer
    showroom: Store


def let_in(request: HttpRequest, link: ShowroomLink) -> None:
    """From now on this browser is the customer's, under a session key that nobody knew before. A
    person of the staff who signs in or out there leaves the showroom."""
    request.session.cycle_key()
    request.session[IN_SESSION] = {"link": link.pk, "beside": _staff(request)}


def let_out(request: HttpRequest) -> None:
    """The customer is a stranger again; what was begun stays."""
    request.session.pop(IN_SESSION, None)
    request.session.cycle_key()


def only(view: View) -> View:
    """A page of the showroom: for strangers the way in. It stays out of every cache."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        link = link_of(request)
        if link is None:
            return redirect("showroom_door")
        request.guest, request.showroom = link.customer, link.store
        return kept_private(view(request, *args, **kwargs))

    return guarded


def link_of(request: HttpRequest) -> ShowroomLink | None:
    """The live link by which this browser came in (1 query for a guest, none for a stranger)."""
    kept = request.session.get(IN_SESSION)
    if not isinstance(kept, dict) or kept.get("beside") != _staff(request):
        return None
    return invitations.live_link(int(kept["link"]))


def kept_private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _staff(request: HttpRequest) -> int | None:
    return request.user.pk if request.user.is_authenticated else None
