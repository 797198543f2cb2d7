"""What a program may do: every operation of the API names one scope, checked before all else.

A scope is a right like any other; Django's `has_perm` knows which ones the program's key carries.
"""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.ground.errors import RuleBroken

CUSTOMERS = "customers:read"
SCHEME = "key"  # as the OpenAPI document calls it


class NotAuthenticated(RuleBroken):
    code = "not_authenticated"
    status = 401
    sentence = gettext_lazy("Send a live key in the header Authorization: Bearer.")


class ScopeNeeded(RuleBroken):
    code = "scope_needed"
    status = 403

    def __init__(self, scope: str) -> None:
        super().__init__(_("This key lacks the scope %(scope)s.") % {"scope": scope})


class Admitted(HttpRequest):
    """A request that passed `Needs`: behind its key stands a user."""

    user: User


class Needs:
    """The check of one operation. Without a scope it lets nobody in."""

    def __init__(self, scope: str = "") -> None:
        self.scope = scope

    def __call__(self, request: HttpRequest) -> User:
        if not isinstance(request.user, User):
            raise NotAuthenticated
        if not request.user.has_perm(self.scope):
            raise ScopeNeeded(self.scope)
        return request.user


def needs(scope: str) -> dict[str, Any]:
    """Declares an operation's scope: `@router.get("/stores", **scopes.needs("stores:read"))`."""
    return {"auth": Needs(scope), "openapi_extra": {"security": [{SCHEME: [scope]}]}}
