"""Lists page by page: a cursor says behind which row to go on, never how many rows to skip.

Cursors are sealed: a program keeps them and gives them back, but cannot make one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.core import signing
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from inventory.ground import access
from inventory.ground.errors import BadField, RuleBroken
from inventory.ground.schemas import Asked, DocumentsAsked, FeedAsked
from inventory.models import Store

Row = dict[str, Any]
Rows = QuerySet[Any, Row]

MOST_STORES = 200


class BadCursor(BadField):
    code = "bad_cursor"
    sentence = _("This cursor does not belong to this list. Begin without one.")


class StoreNeeded(RuleBroken):
    code = "store_needed"
    status = 422
    sentence = _("This key sees more than 200 stores. Ask for one of them.")


@dataclass(frozen=True)
class Page:
    """Some rows of a list and the cursor behind the last of them, if something follows."""

    rows: list[Row]
    next_cursor: str | None


def store_or_404(user: User, code: str) -> Store:
    """A store this program may see; another one is not there at all (1 or 2 queries)."""
    found = access.visible(Store.objects.filter(code=code), user, store="pk").first()
    if found is None:
        raise Http404
    return found


def stores_of(user: User, code: str | None) -> list[int]:
    """The keys of the store asked for, else of all stores this program may see. Refused beyond
    200, as a cursor holds a position for each."""
    if code is not None:
        return [store_or_404(user, code).pk]
    mine = access.visible(Store.objects.all(), user, store="pk").order_by("pk")
    keys = list(mine.values_list("pk", flat=True)[: MOST_STORES + 1])
    if len(keys) > MOST_STORES:
        raise StoreNeeded(field="store")
    return keys


def by_key(rows: Rows, *, asked: Asked, of: str) -> Page:
    """A page in the order of the keys; `rows` are values with their "pk" (1 query)."""
    behind = _opened(asked.cursor, of=of) if asked.cursor else 0
    # one row more than asked for tells whether something follows
    found = list(rows.filter(pk__gt=behind).order_by("pk")[: asked.limit + 1])
    page = found[: asked.limit]
    return Page(page, _sealed(page[-1]["pk"], of=of) if len(found) > len(page) else None)


def in_commit_order(rows: Rows, *, stores: Collection[int], asked: FeedAsked, of: str) -> Page:
    """A page of rows of the chain, store by store as they were committed; `rows` are values with
    their "store_id" and "change_id" (1 query).

    A store's links get their keys while its head is locked. So within a store no lower key can
    appear later, and a row written meanwhile is on this page or on the next.
    """
    behind = positions(asked, stores=stores, of=of)
    fresh = Q(store__in=[store for store in stores if store not in behind])
    for store in behind.keys() & set(stores):
        fresh |= Q(store=store, change_id__gt=behind[store])
    page = list(rows.filter(fresh).order_by("store_id", "change_id")[: asked.limit])
    reached = {row["store_id"]: row["change_id"] for row in page}
    return Page(page, next_position(behind, reached, of=of))


def documents(
    rows: QuerySet[Any], *, user: User, asked: DocumentsAsked, columns: Sequence[str], of: str
) -> Page:
    """A page of documents in the order of the chain, each in its present state: of the store that
    is asked for, else of all that this program may see, by the day and the columns that are
    asked for besides (2 or 3 queries)."""
    stores = stores_of(user, asked.store)
    besides = type(asked).model_fields.keys() - FeedAsked.model_fields.keys() - {"store"}
    wanted = {name: getattr(asked, name) for name in besides}
    found = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return in_commit_order(found.values(*columns), stores=stores, asked=asked, of=of)


def document(rows: QuerySet[Any], *, user: User, number: str, columns: Sequence[str]) -> Row:
    """One document of a store that this program may see; another one is not there at all
    (1 query)."""
    found: Row | None = access.visible(rows, user).filter(number=number).values(*columns).first()
    if found is None:
        raise Http404
    return found


def positions(asked: FeedAsked, *, stores: Collection[int], of: str) -> dict[int, int]:
    """Behind which row to go on in each store; one that joined later begins at its beginning."""
    cursor = asked.after or asked.cursor
    if asked.after and asked.cursor not in {"", asked.after}:
        raise BadCursor(field="after")
    if not cursor:
        return {}
    behind = {int(store): last for store, last in _opened(cursor, of=of).items()}
    if not behind.keys() & set(stores):
        raise BadCursor(field="after" if asked.after else "cursor")
    return behind


def next_position(behind: Mapping[int, int], reached: Mapping[int, int], *, of: str) -> str | None:
    """The cursor behind a page of a list that grows, also behind its last page: there it waits
    for what comes. None for an empty page, whose reader keeps the cursor it has."""
    return _sealed({**behind, **reached}, of=of) if reached else None


def _sealed(position: object, *, of: str) -> str:
    return signing.dumps(position, salt=f"list of {of}", compress=True)


def _opened(cursor: str, *, of: str) -> Any:
    try:
        return signing.loads(cursor, salt=f"list of {of}")
    except signing.BadSignature as forged:
        raise BadCursor(field="cursor") from forged
