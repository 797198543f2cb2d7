"""Programs that read our books: keys shown once, kept as hashes, scoped, revocable at once."""

import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from counter.models import ApiClient, ApiKey
from inventory import places
from inventory.ground import access
from inventory.ground.errors import RuleBroken
from inventory.models import Store

SCOPES = (
    "stores:read",
    "pieces:read",
    "prices:read",
    "prices:write",
    "sales:read",
    "cards:read",
    "customers:read",
    "changes:read",
    "handovers:read",
    access.ALL_STORES,  # also the stores that open later
)
# what a program's key carries of the rights that people have by their roles
RIGHTS = {"prices:write": "set_prices"}
# a store's own program may be the one that counts there; only head office's looks into open counts
RIGHTS_IN_ALL_STORES = {"prices:write": "set_house_prices", "handovers:read": "see_open_counts"}
LIVE_KEYS = 2
USED_AGAIN_AFTER = timedelta(minutes=1)


class TooManyKeys(RuleBroken):
    code = "too_many_keys"
    sentence = _("Two keys are live already. Revoke one first.")


@transaction.atomic
def register(
    *,
    name: str,
    scopes: Iterable[str],
    stores: Iterable[Store] = (),
    expires_at: datetime | None = None,
) -> ApiClient:
    """A program with its own user. It sees the rows of `stores` and of those it is joined to
    later; with the scope `all_stores`, of every store."""
    if unknown := set(scopes) - set(SCOPES):
        raise ValueError(f"unknown scopes: {sorted(unknown)}")
    user = User.objects.create_user(username=f"api:{name}", first_name=name)
    for store in stores:
        places.join(store=store, user=user)
    return ApiClient.objects.create(
        user=user, name=name, scopes=sorted(scopes), expires_at=expires_at
    )


@transaction.atomic
def issue_key(client: ApiClient) -> str:
    """A new key `jw_<prefix>_<secret>`, told this once. Refused while two are live."""
    if client.keys.filter(revoked_at__isnull=True).count() >= LIVE_KEYS:
        raise TooManyKeys
    prefix, secret = secrets.token_hex(5), secrets.token_urlsafe(32)
    ApiKey.objects.create(client=client, prefix=prefix, secret_hash=_hash(secret))
    return f"jw_{prefix}_{secret}"


def revoke(key: ApiKey) -> None:
    """From this moment on the key opens nothing."""
    ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())


def user_behind(authorization: str) -> User | AnonymousUser:
    """The user of the program whose live key this is, else nobody (1 query)."""
    scheme, _space, token = authorization.partition(" ")
    mark, _line, rest = token.partition("_")
    prefix, _line, secret = rest.partition("_")
    if scheme.lower() != "bearer" or mark != "jw" or not secret or len(token) > 200:
        return AnonymousUser()
    rows = ApiKey.objects.filter(prefix=prefix, revoked_at__isnull=True)
    key = rows.select_related("client__user__clerk").first()
    if key is None or not hmac.compare_digest(key.secret_hash, _hash(secret)):
        return AnonymousUser()
    expires = key.client.expires_at
    if not key.client.user.is_active or (expires and expires <= timezone.now()):
        return AnonymousUser()
    _note_use(key)
    user = key.client.user
    user.api_client = key.client
    return user


def rights_of(user: User) -> frozenset[str]:
    """The scopes of a program as Django's permissions, with the shop's rights that follow from
    them; empty for a user that is no program."""
    client = getattr(user, "api_client", None)
    scopes = set(client.scopes) if client else set()
    rights = {RIGHTS[scope] for scope in scopes & RIGHTS.keys()}
    if access.ALL_STORES in scopes:
        rights |= {RIGHTS_IN_ALL_STORES[scope] for scope in scopes & RIGHTS_IN_ALL_STORES.keys()}
    return frozenset(scopes | rights)


def _note_use(key: ApiKey) -> None:
    """Not at every request: a write a minute is enough to see a forgotten key."""
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > USED_AGAIN_AFTER:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def _hash(secret: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), secret.encode(), sha256).hexdigest()
