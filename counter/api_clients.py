"""Programs that read our books: keys shown once, kept as hashes, scoped, revocable at once."""

import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counter.models import ApiClient, ApiKey
from inventory import places
from inventory.ground import access, statements
from inventory.ground.errors import RuleBroken
from inventory.models import Store

# what a program may be allowed, in words for whoever allows it
SCOPE_WORDS: Final[Mapping[str, Promise]] = {
    "stores:read": _("stores and places"),
    "pieces:read": _("pieces and their movements, without what they cost"),
    "prices:read": _("metal prices"),
    "prices:write": _("set metal prices"),
    "sales:read": _("sales and payments"),
    "cards:read": _("warranty cards and what is left of their benefits"),
    "customers:read": _("names and telephone numbers of customers, where they stand in a row"),
    "changes:read": _("everything that happens, in order, for a mirror"),
    "handovers:read": _("handovers"),
    "trade_ins:read": _("trade-ins and bags of old gold"),
    "tickets:read": _("tickets of the service desk"),
    "returns:read": _("returns"),
    "deposits:read": _("deposits: what is owed for goods that are not handed over"),
    "orders:read": _("styles of the network showroom, and the orders this program has placed"),
    "orders:write": _("place and cancel orders in the network showroom"),
    "stocktakes:read": _("stocktakes, their lines and files"),
    "stocktakes:write": _("send reads to a stocktake, and say that head office has it"),
    access.ALL_STORES: _("all stores, also those that open later"),
}
SCOPES = tuple(SCOPE_WORDS)
# what a program's key carries of the rights that people have by their roles
RIGHTS = {
    "prices:write": "set_prices",
    "stocktakes:write": "count_pieces",
    "orders:write": "place_orders",
}
# a store's own program may be the one that counts there; only head office's looks into open counts
RIGHTS_IN_ALL_STORES = {
    "prices:write": "set_house_prices",
    "handovers:read": "see_open_counts",
    "stocktakes:read": "see_open_counts",
    "stocktakes:write": "acknowledge_stocktakes",
}
LIVE_KEYS = 2
USED_AGAIN_AFTER = timedelta(minutes=1)

# asked at every request, so that a key that is revoked opens nothing from that moment on, in
# whatever process; a row for each store of the program
KNOWN = """
    SELECT key.id, key.secret_hash, key.last_used_at, client.id, client.scopes, client.expires_at,
        clerk.id, store.store_id,
        account.id, account.is_superuser, account.username, account.is_staff, account.is_active
    FROM counter_apikey AS key
    JOIN counter_apiclient AS client ON client.id = key.client_id
    JOIN auth_user AS account ON account.id = client.user_id
    LEFT JOIN counter_clerk AS clerk ON clerk.user_id = account.id
    LEFT JOIN inventory_store_people AS store ON store.user_id = account.id
    WHERE key.prefix = %s AND key.revoked_at IS NULL AND account.is_active
"""
# `from_db` takes columns in the order in which their model has them
USER = ("id", "is_superuser", "username", "is_staff", "is_active")
CLIENT = ("id", "user_id", "scopes")


class Known(NamedTuple):
    """The columns of `KNOWN`; those of the user stand last."""

    key_id: int
    secret_hash: str
    last_used_at: datetime | None
    client_id: int
    scopes: list[str] | str  # as the driver has JSON
    expires_at: datetime | None
    clerk_id: int | None
    store_id: int | None
    user_id: int
    is_superuser: bool
    username: str
    is_staff: bool
    is_active: bool


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
    rows = [Known._make(row) for row in statements.fetch(KNOWN, [prefix])]
    if not rows or not hmac.compare_digest(rows[0].secret_hash, _hash(secret)):
        return AnonymousUser()
    known = rows[0]
    if known.expires_at and _aware(known.expires_at) <= timezone.now():
        return AnonymousUser()
    _note_use(known)
    return _user(known, stores=frozenset(row.store_id for row in rows if row.store_id))


def _user(known: "Known", *, stores: frozenset[int]) -> User:
    """The user with what decides about rights at hand; the rest is read when somebody asks."""
    user = User.from_db(DEFAULT_DB_ALIAS, USER, known[-len(USER) :])
    if known.clerk_id is None:
        user._state.fields_cache["clerk"] = None  # a program has no role
    scopes = known.scopes if isinstance(known.scopes, list) else json.loads(known.scopes)
    client = (known.client_id, known.user_id, scopes)
    user.api_client = ApiClient.from_db(DEFAULT_DB_ALIAS, CLIENT, client)
    access.keep_store_ids(user, stores)
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


def _note_use(known: "Known") -> None:
    """Not at every request: a write a minute is enough to see a forgotten key."""
    now = timezone.now()
    if known.last_used_at is None or now - _aware(known.last_used_at) > USED_AGAIN_AFTER:
        ApiKey.objects.filter(pk=known.key_id).update(last_used_at=now)


def _aware(moment: datetime) -> datetime:
    """SQLite's moments are UTC without saying so."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _hash(secret: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), secret.encode(), sha256).hexdigest()
