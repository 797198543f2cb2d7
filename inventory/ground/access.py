"""Who may open a page, and which stores' rows they may see. Each page declares both.

A row of another store is not there at all (404); a page that a role does not include is 403.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url

from inventory.ground import statements
from inventory.ground.errors import NotAllowed
from inventory.models import Store

M = TypeVar("M", bound=Model)
F = TypeVar("F", bound=Callable[..., object])
View = Callable[..., HttpResponseBase]

KILOBYTE = 1024
MAX_BODY = 256 * KILOBYTE  # where a page or an operation says nothing else
ALL_STORES = "all_stores"
KEPT = "_ids_of_stores"
STORES_OF = "SELECT store_id FROM inventory_store_people WHERE user_id = %s"


class Scope(Enum):
    """Whose rows a page shows; a test walks the URL map and wants one on every page."""

    PUBLIC = "public"  # no rows of a store, or one card by its secret number
    OWN = "own"  # the signed-in person's own things
    STORE = "store"  # rows of the stores this person belongs to
    HOUSE = "house"  # rows of all stores


@dataclass(frozen=True)
class Access:
    scope: Scope
    permission: str = ""
    keyed: bool = True  # a POST needs a request key
    max_body: int = MAX_BODY
    may_be_old: bool = True  # a public page that may come from a replica


def page(
    permission: str = "",
    *,
    scope: Scope = Scope.STORE,
    keyed: bool = True,
    max_body: int = MAX_BODY,
) -> Callable[[View], View]:
    """A page for people who are signed in; with `permission`, for roles that include it."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if permission and not request.user.has_perm(permission):
                raise NotAllowed
            return view(request, *args, **kwargs)

        guarded.access = Access(scope, permission, keyed, max_body)  # type: ignore[attr-defined]  # because: a view carries its declaration
        return guarded

    return declare


def public(*, max_body: int = MAX_BODY, may_be_old: bool = True) -> Callable[[View], View]:
    """A page without sign-in and without a key. `may_be_old`: unless somebody sees there what they
    have just written, it may come from a replica."""

    def declare(view: View) -> View:
        view.access = Access(Scope.PUBLIC, keyed=False, max_body=max_body, may_be_old=may_be_old)  # type: ignore[attr-defined]  # because: a view carries its declaration
        return view

    return declare


def body_up_to(max_body: int) -> Callable[[F], F]:
    """An operation of the API that takes a larger body than the others, in bytes."""

    def declare(operation: F) -> F:
        operation.max_body = max_body  # type: ignore[attr-defined]  # because: an operation carries its declaration
        return operation

    return declare


def most_body(operation: object) -> int:
    """How many bytes an operation of the API takes."""
    return int(getattr(operation, "max_body", MAX_BODY))


def declared(view: object) -> Access | None:
    found = getattr(view, "access", None)
    return found if isinstance(found, Access) else None


def store_ids(user: User | AnonymousUser) -> frozenset[int] | None:
    """Ids of the stores whose rows this person may see; None means all of them."""
    if user.has_perm(ALL_STORES):
        return None
    kept = vars(user).get(KEPT)
    if kept is None:
        # kept on the person, and so for one request
        ids = statements.fetch(STORES_OF, [user.pk])
        kept = vars(user)[KEPT] = frozenset(store_id for (store_id,) in ids)
    return frozenset(kept)


def keep_store_ids(user: User, ids: frozenset[int]) -> None:
    """Whoever has read them with the user keeps them there, so that nobody reads them again."""
    vars(user)[KEPT] = ids


def may_see(store_id: int, user: User | AnonymousUser) -> bool:
    """Whether rows of this store are there at all for this person."""
    ids = store_ids(user)
    return ids is None or store_id in ids


def refuse_unless(by: User, permission: str, *, store: Store) -> None:
    """Refused with `NotAllowed` to a role without this permission and to people of other stores."""
    if not by.has_perm(permission) or not may_see(store.pk, by):
        raise NotAllowed


def visible(rows: QuerySet[M], user: User | AnonymousUser, *, store: str = "store") -> QuerySet[M]:
    """Only rows of the stores this person may see; `store` is the path to the row's store."""
    ids = store_ids(user)
    return rows if ids is None else rows.filter(**{f"{store}__in": ids})


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": resolve_url(settings.LOGIN_URL)})
    address = resolve_url(settings.LOGIN_URL)
    if request.method != "GET":
        return redirect(address)
    return redirect(f"{address}?{urlencode({'next': request.get_full_path()})}")
