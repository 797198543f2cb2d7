"""How a refusal reaches people and programs: one sentence on a page, one problem in the API."""

import json
import logging
import secrets
import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.encoding import escape_uri_path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from inventory.ground.approvals import ApprovalNeeded
from inventory.ground.codes import Unprintable
from inventory.ground.errors import Busy, RuleBroken

logger = logging.getLogger(__name__)

HELD_BACK = "_refusal_held_back"


class TooLarge(RuleBroken):
    code = "too_large"
    status = 413
    sentence = _("This is too large to be sent. Nothing was saved.")


class Overtaken(RuleBroken):
    """A wall of the database caught what a rule had not seen yet; the other one was first."""

    code = "overtaken"
    retryable = True
    sentence = _("Somebody else was faster. Nothing was saved; please look again.")


class InViews:
    """Turns what a rule refuses inside a page into an answer."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        refusal = as_refusal(error)
        if refusal is not None and hasattr(request, HELD_BACK):
            setattr(request, HELD_BACK, refusal)
            return HttpResponse(status=refusal.status)
        return respond(request, refusal) if refusal else None


def hold_back(request: HttpRequest) -> None:
    """From now on a refusal waits for `held_back`: a page cannot be drawn inside a transaction that
    the database has broken off already."""
    setattr(request, HELD_BACK, None)


def held_back(request: HttpRequest) -> HttpResponse | None:
    """The answer to a refusal that has waited; the transaction around it is over."""
    refusal: RuleBroken | None = getattr(request, HELD_BACK)
    return respond(request, refusal) if refusal else None


def as_refusal(error: Exception) -> RuleBroken | None:
    """The refusal behind an exception; None when it is our own fault."""
    if isinstance(error, RuleBroken):
        return error
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, DataError):
        return Unprintable()  # a sign that no column takes, such as NUL
    if isinstance(error, IntegrityError):
        logger.warning("a constraint refused what a rule let through: %s", error)
        return Overtaken()
    if isinstance(error, OperationalError):
        return Busy()
    return None


def respond(request: HttpRequest, refusal: RuleBroken) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem(refusal)
    template = "_refused.html" if request.headers.get("HX-Request") else "refused.html"
    response = render(request, template, _told(request, refusal), status=refusal.status)
    response["X-Refusal"] = refusal.code
    if refusal.retryable:
        response["Retry-After"] = "1"
    if request.headers.get("HX-Request"):
        # the sentence goes to the notice of the page; what was typed stays where it is
        response["HX-Retarget"], response["HX-Reswap"] = "#notice", "innerHTML show:top"
        if "code" in request.POST:
            # a scan is answered where it was read as well, by a tone and in the same words
            response["HX-Trigger"] = json.dumps({refusal.tone: {"message": str(refusal)}})
    return response


def problem(refusal: RuleBroken, *, errors: dict[str, list[str]] | None = None) -> HttpResponse:
    """RFC 9457."""
    told = {
        "type": f"urn:counter:{refusal.code}",
        "title": refusal.code.replace("_", " "),
        "status": refusal.status,
        "detail": str(refusal),
        "code": refusal.code,
        "retryable": refusal.retryable,
        "errors": errors or ({refusal.field: [str(refusal)]} if refusal.field else {}),
    }
    response = JsonResponse(told, status=refusal.status, json_dumps_params={"ensure_ascii": False})
    response["Content-Type"] = "application/problem+json"
    if refusal.retryable:
        response["Retry-After"] = "1"
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path.startswith("/api/") or request.headers.get("HX-Request"):
        return respond(request, NotHere())
    return render(request, "404.html", status=404)


def database_away(request: HttpRequest) -> HttpResponse:
    """The database does not answer: nothing is read to say so, not even who asks."""
    if request.path.startswith("/api/"):
        return problem(Busy())
    if request.headers.get("HX-Request"):
        page = render_to_string("_refused.html", {"refusal": Busy(), "back": "/today/"})
    else:
        page = render_to_string("503.html")
    response = HttpResponse(page, status=Busy.status)
    response["X-Refusal"], response["Retry-After"] = Busy.code, "1"
    response["HX-Retarget"], response["HX-Reswap"] = "#notice", "innerHTML show:top"
    return response


def our_fault(request: HttpRequest) -> HttpResponse:
    """A short number to tell support; the log holds the same one."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        logger.warning("the database does not answer at %s", escape_uri_path(request.path))
        return database_away(request)
    number = secrets.token_hex(2).upper()
    # an address may hold a line break, and what follows would look like a line of ours
    logger.error("our fault %s at %s", number, escape_uri_path(request.path))
    if request.path.startswith("/api/"):
        return problem(OurFault(number))
    return render(request, "500.html", {"number": number}, status=500)


class NotHere(RuleBroken):
    code = "not_found"
    status = 404
    sentence = _("This was not found here.")


class OurFault(RuleBroken):
    code = "our_fault"
    status = 500

    def __init__(self, number: str) -> None:
        super().__init__(_("Nothing was saved. Please tell support the number %s.") % number)


def _page_before(request: HttpRequest) -> str:
    """Where the form was, when it was one of ours."""
    before = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(before, allowed_hosts={request.get_host()})
    return before if ours and before else "/today/"


def _told(request: HttpRequest, refusal: RuleBroken) -> dict[str, Any]:
    told: dict[str, Any] = {"refusal": refusal, "back": _page_before(request)}
    if isinstance(refusal, ApprovalNeeded):
        told["approval"] = refusal.ask
        told["again_path"] = request.path
        told["again_fields"] = [
            (name, value)
            for name in request.POST
            if name not in {"csrfmiddlewaretoken", "_key"}
            for value in request.POST.getlist(name)
        ]
    return told
