"""Head office's hand on the programs: who may ask for what, with which key, until when.

What is done to a program is a note in the chain of head office: by whom, when, and to which.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib.auth.models import User
from django.db.models import Max, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counter import api_clients
from counter.models import ApiClient, ApiKey, Pull
from inventory import places
from inventory.ground import access, changes
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.models import Change, Store

RIGHT: Final = "keep_programs"
# how the chain calls what is done to a program, and what people read
DEEDS: Final = {
    "program_registered": _("registered"),
    "program_key_made": _("key made"),
    "program_key_revoked": _("key revoked"),
    "program_revoked": _("program revoked"),
}
PULLS_SHOWN: Final = 100
NOTES_SHOWN: Final = 50


class NameTaken(BadField):
    code = "program_name_taken"
    sentence = _("There is a program with this name already.")


class NoRows(BadField):
    """A program without a store would be answered with nothing."""

    code = "program_without_stores"
    sentence = _("Choose stores, or all of them.")


class ProgramRevoked(RuleBroken):
    code = "program_revoked"
    sentence = _("This program was revoked. Register a new one.")


class KeyRevoked(RuleBroken):
    code = "key_revoked"
    sentence = _("This key was revoked already.")


@dataclass(frozen=True)
class Listed:
    """A program with how many keys open something, and when one was used last."""

    client: ApiClient
    live_keys: int
    used_at: datetime | None


def register(
    *,
    name: str,
    scopes: Collection[str],
    stores: Collection[Store],
    expires_at: datetime | None,
    by: User,
) -> ApiClient:
    """A program without a key, for these stores or, with the scope `all_stores`, for every one.
    Refused to a role without the right, for a name that is taken, and without any store."""
    _refuse_unless_allowed(by)
    if ApiClient.objects.filter(name=name).exists():
        raise NameTaken(field="name")
    if not stores and access.ALL_STORES not in scopes:
        raise NoRows(field="stores")
    with changes.opened(store=places.office(), by=by) as book:
        client = api_clients.register(
            name=name, scopes=scopes, stores=stores, expires_at=expires_at
        )
        _note(client, "program_registered", book)
    return client


def make_key(*, client: ApiClient, by: User) -> str:
    """A new key, told this once; the one before lives on until it is revoked. Refused to a role
    without the right, while two are live, and for a revoked program."""
    _refuse_unless_allowed(by)
    with changes.opened(store=places.office(), by=by) as book:
        if not _locked(client).user.is_active:
            raise ProgramRevoked
        key = api_clients.issue_key(client)
        _note(client, "program_key_made", book)
    return key


def revoke_key(*, key: ApiKey, by: User) -> None:
    """The key opens nothing from the next request on. Refused to a role without the right, and
    twice."""
    _refuse_unless_allowed(by)
    with changes.opened(store=places.office(), by=by) as book:
        _locked(key.client)
        if ApiKey.objects.get(pk=key.pk).revoked_at is not None:
            raise KeyRevoked
        api_clients.revoke(key)
        _note(key.client, "program_key_revoked", book)


def revoke(*, client: ApiClient, by: User) -> None:
    """All keys of the program open nothing from the next request on, and it gets no other. Refused
    to a role without the right, and twice."""
    _refuse_unless_allowed(by)
    with changes.opened(store=places.office(), by=by) as book:
        if not _locked(client).user.is_active:
            raise ProgramRevoked
        User.objects.filter(pk=client.user_id).update(is_active=False)
        client.keys.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())
        _note(client, "program_revoked", book)


def listed() -> list[Listed]:
    """Every program, those that still open something first (3 queries)."""
    clients = ApiClient.objects.select_related("user").prefetch_related("user__stores")
    used = dict(ApiKey.objects.values_list("client").annotate(Max("last_used_at")))
    live: dict[int, int] = {}
    for client_id in ApiKey.objects.filter(revoked_at=None).values_list("client", flat=True):
        live[client_id] = live.get(client_id, 0) + 1
    rows = clients.order_by("-user__is_active", "name", "pk")
    return [Listed(each, live.get(each.pk, 0), used.get(each.pk)) for each in rows]


def client_for(pk: int) -> ApiClient:
    """One program with its user."""
    return get_object_or_404(ApiClient.objects.select_related("user"), pk=pk)


def key_for(pk: int) -> ApiKey:
    """One key with its program."""
    return get_object_or_404(ApiKey.objects.select_related("client__user"), pk=pk)


def words_of(client: ApiClient) -> list[tuple[str, Promise]]:
    """The scopes of a program, each with what it allows."""
    words = api_clients.SCOPE_WORDS
    return [(scope, words[scope]) for scope in api_clients.SCOPES if scope in client.scopes]


def notes_of(client: ApiClient) -> list[tuple[str, Change]]:
    """What was done to a program, in words and with who and when, newest first (1 query)."""
    links = Change.objects.filter(store=places.office(), kind__in=DEEDS, number=_number(client))
    newest = links.select_related("by").order_by("-seq")[:NOTES_SHOWN]
    return [(str(DEEDS[link.kind]), link) for link in newest]


def pulls_of(client: ApiClient) -> QuerySet[Pull]:
    """What a program pulled, newest first."""
    return client.pulls.all()[:PULLS_SHOWN]


def _refuse_unless_allowed(by: User) -> None:
    if not by.has_perm(RIGHT):
        raise NotAllowed


def _locked(client: ApiClient) -> ApiClient:
    """One after the other: of two that make a key at once, the second sees the first's."""
    return (
        ApiClient.objects.select_for_update(of=("self",)).select_related("user").get(pk=client.pk)
    )


def _note(client: ApiClient, kind: str, book: Book) -> None:
    book.note(client, kind=kind, number=_number(client))


def _number(client: ApiClient) -> str:
    """How the chain names it."""
    return f"program {client.pk}"
