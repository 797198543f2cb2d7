"""What the pages of the book of pieces share."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from inventory.models import Place, Store
from inventory.places import PlaceUnknown


class StaffRequest(HttpRequest):
    """A request of somebody who is signed in, as the middlewares hand it to a page."""

    user: User
    store: Store | None
    counter: Place | None
    htmx: HtmxDetails


def store_of(request: StaffRequest) -> Store:
    """The store whose pages are shown. Refused to somebody without one."""
    if not request.store:
        raise PlaceUnknown
    return Store.objects.get(pk=request.store.pk)


def wants_part(request: StaffRequest, element: str) -> bool:
    """Whether only this element of the page is asked for anew."""
    return request.htmx.target == element


def rights(user: User, *names: str) -> set[str]:
    """Those of the named rights that this person's role includes; templates ask `in may`."""
    return {name for name in names if user.has_perm(name)}
