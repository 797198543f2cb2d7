"""What stands on every request: who asks, in which store, at which counter, in which shift."""

import logging
import re
from collections.abc import Callable

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.urls import Resolver404, resolve
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from counter import api_clients
from counter.models import Shift
from inventory.ground import access, refusals, statements
from inventory.ground.errors import RuleBroken
from inventory.models import Place, PlaceKind, Store

logger = logging.getLogger(__name__)

Handler = Callable[[HttpRequest], HttpResponseBase]
COUNTER_IN_SESSION = "counter"
STORE_IN_SESSION = "store"
WITHOUT_SLASH = ("/api/", "/w/", "/W/")
# read at every request
STANDS_HERE = (
    "inventory_place.id = %s AND inventory_place.kind = %s AND inventory_place.store_id = %s"
)
# the strip leads back to a count that is open here, whoever began it
OPEN_COUNT = """
    (SELECT number FROM counter_handover
     WHERE counter_id = inventory_place.id AND state IN ('counting', 'differing', 'agreed'))
"""
RUNNING = (
    "counter_shift.counter_id = %s AND counter_shift.closed_at IS NULL"
    " AND counter_shift.set_aside_at IS NULL"
)
LENGTH = re.compile(r"[0-9]{1,12}")  # a longer number is not worth reading


class WrongContentType(RuleBroken):
    code = "wrong_content_type"
    status = 415
    sentence = _("Send the body as application/json, not packed.")


def answer_health(get_response: Handler) -> Handler:
    """`/healthz` for the machine that watches: before hosts, sessions and languages."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path != "/healthz":
            return get_response(request)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError:
            logger.warning("health: the database does not answer")
            return JsonResponse({"status": "down", "database": "silent"}, status=503)
        return JsonResponse({"status": "ok", "database": connection.vendor})

    return answer


class ContentPolicy(CSPMiddleware):
    """The policy of all our pages, put together once and not anew for every answer; an answer that
    asks for something of its own gets what it asks for."""

    def __init__(self, get_response: Handler) -> None:
        super().__init__(get_response)
        self.policy = build_policy()

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        own = any(name.startswith("_csp") for name in (*vars(request), *vars(response)))
        if own or settings.DEBUG:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.policy)
        return response


class Addresses(CommonMiddleware):
    """Django's own; it looks up whether an address lacks its slash only where one may be missing:
    those of the API and of a card have none."""

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        if request.path_info.startswith(WITHOUT_SLASH):
            return False
        return super().should_redirect_with_slash(request)


def authenticate_client(get_response: Handler) -> Handler:
    """A program with a key is a user like any other; the key is checked before anything else."""

    def authenticate(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/api/"):
            # a browser's session does not open the API: a foreign page could ride on it
            request.user = api_clients.user_behind(request.headers.get("Authorization", ""))
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # because: Django's own switch for requests without cookies
        return get_response(request)

    return authenticate


def stand_at_counter(get_response: Handler) -> Handler:
    """`request.store`, `request.counter` and `request.shift`, each read when first asked for."""

    def stand(request: HttpRequest) -> HttpResponseBase:
        request.store = SimpleLazyObject(lambda: _store(request))  # type: ignore[attr-defined]  # because: put on every request
        request.counter = SimpleLazyObject(lambda: _counter(request))  # type: ignore[attr-defined]  # because: put on every request
        request.shift = SimpleLazyObject(lambda: _shift(request))  # type: ignore[attr-defined]  # because: put on every request
        return get_response(request)

    return stand


def _store(request: HttpRequest) -> Store | None:
    if not request.user.is_authenticated:
        return None
    if chosen := request.session.get(STORE_IN_SESSION):
        stores = access.visible(Store.objects.filter(code=chosen), request.user, store="pk")
        if found := stores.first():
            return found
    clerk = getattr(request.user, "clerk", None)
    return clerk.store if clerk else None


def _counter(request: HttpRequest) -> Place | None:
    chosen = request.session.get(COUNTER_IN_SESSION)
    if not chosen or not request.store:  # type: ignore[attr-defined]  # because: see above
        return None
    asked = [chosen, PlaceKind.COUNTER, request.store.pk]  # type: ignore[attr-defined]  # because: see above
    beside = {"open_count": OPEN_COUNT}
    rows = statements.read_with(Place, STANDS_HERE, asked, along=("store",), beside=beside)
    return rows[0] if rows else None


def _shift(request: HttpRequest) -> Shift | None:
    if not request.counter:  # type: ignore[attr-defined]  # because: see above
        return None
    # one that was left open overnight and set aside sells no more
    asked = [request.counter.pk]  # type: ignore[attr-defined]  # because: see above
    return next(iter(statements.read_with(Shift, RUNNING, asked, along=("counter",))), None)


def keep_private(get_response: Handler) -> Handler:
    """Pages of people who are signed in stay out of every cache; nothing here is for robots."""

    def keep(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return keep


def limit_bodies(get_response: Handler) -> Handler:
    """A body larger than the page declares, and one that the API does not read, is refused by
    its header, before it is read."""

    def limit(request: HttpRequest) -> HttpResponseBase:
        length = request.headers.get("Content-Length") or "0"
        # most requests have no body, and then nobody has to look up how long it may be
        too_long = length != "0" and (
            not LENGTH.fullmatch(length) or int(length) > _declared(request).max_body
        )
        if too_long:
            return refusals.respond(request, refusals.TooLarge())
        if request.method == "POST" and not _is_readable(request):
            return refusals.respond(request, WrongContentType())
        if int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE and _is_program(request):
            # Django's own limit is that of forms; this address takes more, and says how much
            request._body = request.read()
        return get_response(request)

    return limit


def _is_program(request: HttpRequest) -> bool:
    """Whether a key of the API has been shown: nobody else's body is read."""
    return request.path.startswith("/api/") and request.user.is_authenticated


def _declared(request: HttpRequest) -> access.Access:
    try:
        found = access.declared(resolve(request.path_info).func)
    except Resolver404:
        found = None
    return found or access.Access(access.Scope.PUBLIC, keyed=False)


def _is_readable(request: HttpRequest) -> bool:
    """The API reads JSON where something may be posted; pages read what Django reads."""
    if not request.path.startswith("/api/") or not _declared(request).keyed:
        return True
    packed = request.headers.get("Content-Encoding", "identity")
    return request.content_type == "application/json" and packed == "identity"
