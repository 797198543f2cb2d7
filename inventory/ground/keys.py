"""A repeated click is the same act: one middleware around every keyed POST, page or API.

In one transaction: claim the key, get the answer, take everything back when it is a refusal, else
keep the answer with the key for ever. Rules know nothing of keys.
"""

import hashlib
import json
import secrets
from collections.abc import Callable

from django.contrib.auth.models import User
from django.core.exceptions import RequestDataTooBig
from django.db import DataError, IntegrityError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.ground import access, refusals, statements
from inventory.ground.errors import RuleBroken
from inventory.models import RequestKey

FIELD = "_key"
HEADER = "Idempotency-Key"
CLIENT_REDIRECT = "HX-Redirect"
LONGEST = 255
# what may be raised around the page itself: by the claim, or by the commit
REFUSED = (RuleBroken, RequestDataTooBig, OperationalError, IntegrityError, DataError)
# Django's own forms, which know nothing of keys
UNKEYED = {"admin:login", "admin:logout", "admin:password_change"}
OUTSIDE_DIGEST = {FIELD, "csrfmiddlewaretoken"}


class KeyNeeded(RuleBroken):
    code = "key_needed"
    status = 400
    sentence = _("This request has no key. Open the page again and repeat.")


class KeyReused(RuleBroken):
    code = "key_reused"
    status = 422
    sentence = _("This key was used for another request.")


class InProgress(RuleBroken):
    code = "in_progress"
    retryable = True
    sentence = _("The first request is still running. Try again in a moment.")


def fresh() -> str:
    """A key for a form; the server puts one into every form it draws."""
    return secrets.token_urlsafe(18)


def middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    def keep_keys(request: HttpRequest) -> HttpResponseBase:
        if request.method != "POST" or not request.user.is_authenticated:
            return get_response(request)
        try:
            if not _is_keyed(request):
                return get_response(request)
            return _answer_once(request, request.user, get_response)
        except REFUSED as refused:
            return refusals.respond(request, refusals.as_refusal(refused) or InProgress())

    return keep_keys


def _is_keyed(request: HttpRequest) -> bool:
    try:
        found = resolve(request.path_info)
    except Resolver404:
        return False
    declared = access.declared(found.func)
    return declared.keyed if declared else found.view_name not in UNKEYED


def _answer_once(
    request: HttpRequest, principal: User, get_response: Callable[[HttpRequest], HttpResponseBase]
) -> HttpResponseBase:
    key = request.headers.get(HEADER) or request.POST.get(FIELD, "")
    if not key or len(key) > LONGEST or not key.isprintable():
        raise KeyNeeded
    asked = digest(request)
    access.store_ids(principal)  # kept on the person: read before others wait for us
    refusals.hold_back(request)
    with transaction.atomic():
        claim_id = _claim(principal=principal, key=key, asked=asked)
        if claim_id is None:
            return _replay(principal=principal, key=key, asked=asked)
        response = get_response(request)
        if response.status_code >= 400:
            transaction.set_rollback(True)  # a refusal leaves no effect and no key
        else:
            _keep(claim_id, response, whole=request.path.startswith("/api/"))
    return refusals.held_back(request) or response


def _claim(*, principal: User, key: str, asked: str) -> int | None:
    """The id of the claim, or None when the key is known. On PostgreSQL a second request waits
    here for the first; on SQLite it has waited in the writers' queue."""
    statement = f"""
        INSERT INTO {RequestKey._meta.db_table}
            (principal_id, key, digest, at, status, location, content_type, body)
        VALUES (%s, %s, %s, %s, 0, '', '', %s)
        ON CONFLICT (principal_id, key) DO NOTHING RETURNING id
    """  # noqa: S608  because: the only thing put in is our own table's name
    try:
        found = statements.fetch(statement, [principal.pk, key, asked, timezone.now(), b""])
    except OperationalError as waited:
        raise InProgress from waited
    return found[0][0] if found else None


def _replay(*, principal: User, key: str, asked: str) -> HttpResponse:
    kept = RequestKey.objects.get(principal=principal, key=key)
    if kept.digest != asked:
        raise KeyReused
    response = HttpResponse(bytes(kept.body), status=kept.status, content_type=kept.content_type)
    if kept.location:
        response["Location" if 300 <= kept.status < 400 else CLIENT_REDIRECT] = kept.location
    response["Idempotent-Replay"] = "true"
    return response


def _keep(claim_id: int, response: HttpResponseBase, *, whole: bool) -> None:
    """Of a page only status and address are kept: its body may name people."""
    body = response.content if whole and isinstance(response, HttpResponse) else b""
    statements.update(
        RequestKey,
        "id = %s",
        [claim_id],
        status=response.status_code,
        location=response.headers.get("Location") or response.headers.get(CLIENT_REDIRECT, ""),
        content_type=response.headers.get("Content-Type", ""),
        body=body,
    )


def digest(request: HttpRequest) -> str:
    """What the request asks for: method, path, fields and files; never the raw body, since csrf
    token and multipart boundary change with every retry."""
    asked = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "application/json":
        asked.update(_canonical(request.body))
        return asked.hexdigest()
    for name in sorted(set(request.POST) - OUTSIDE_DIGEST):
        asked.update(json.dumps([name, request.POST.getlist(name)]).encode())
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            asked.update(f"{name} {hashlib.sha256(file.read()).hexdigest()}\n".encode())
            file.seek(0)
    return asked.hexdigest()


def _canonical(body: bytes) -> bytes:
    try:
        return json.dumps(json.loads(body), sort_keys=True).encode()
    except (ValueError, RecursionError):
        return body  # the API refuses it, in its own words
