"""Reads that may be a moment old go to a streaming replica; everything else to the one database.

Off unless REPLICA_URL is set. What may be old: the public pages, and what programs of head office
pull over the API. Who somebody is, and what a key opens, is always asked of the database itself.

A replica that does not answer, or is more than `MOST_BEHIND` seconds behind, is left alone until
it has caught up. So a card opens on the customer's telephone before it can be in a hand: looked at
every `LOOK_SECONDS`, the replica is at most as old as both together.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

from inventory.ground import access

logger = logging.getLogger(__name__)

ALIAS = "replica"
MOST_BEHIND = 2.0  # seconds
LOOK_SECONDS = 5.0
BOOKS = {"inventory", "appraisal", "warranty", "counter"}

# a replica that has replayed all it received is not behind, however long nothing was written
BEHIND = """
    SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
        ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END
    WHERE pg_is_in_recovery()
"""

Handler = Callable[[HttpRequest], HttpResponseBase]
_reading: ContextVar[bool] = ContextVar("reading_from_replica", default=False)


@dataclass
class Look:
    """What this process knows of the replica, and since when."""

    at: float = float("-inf")
    fresh: bool = False


_last = Look()


class Router:
    """Django asks it where to read and where to write."""

    def db_for_read(self, model: type[Model], **_hints: Any) -> str | None:
        in_books = model._meta.app_label in BOOKS
        return ALIAS if in_books and _reading.get() else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[Model], **_hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Model, other: Model, **_hints: Any) -> bool:
        return True  # they are the same rows

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool:
        return db != ALIAS


@contextmanager
def reading() -> Iterator[None]:
    """While this lasts, rows of the books are read from the replica."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def middleware(get_response: Handler) -> Handler:
    """Stands innermost. What the replica cannot answer, the database itself is asked again."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if not (_may_be_old(request) and is_fresh()):
            return get_response(request)
        with reading():
            response = get_response(request)
        if response.status_code < 500:
            return response
        _last.at, _last.fresh = time.monotonic(), False
        return get_response(request)

    return answer


def is_fresh() -> bool:
    """Whether the replica answers and is not too far behind; as of the last look."""
    if time.monotonic() - _last.at >= LOOK_SECONDS:
        _last.at = time.monotonic()  # first: one request looks, the others go on
        _last.fresh = _look()
    return _last.fresh


def _look() -> bool:
    try:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(BEHIND)
            row = cursor.fetchone()
    except DatabaseError as silent:
        logger.warning("the replica does not answer: %s", silent)
        return False
    if row is None:
        logger.warning("REPLICA_URL names a database that is no replica; it is not used")
        return False
    return float(row[0]) <= MOST_BEHIND


def _may_be_old(request: HttpRequest) -> bool:
    if request.method not in {"GET", "HEAD"}:
        return False
    if request.path.startswith("/api/"):
        return request.user.is_authenticated and request.user.has_perm(access.ALL_STORES)
    try:
        found = access.declared(resolve(request.path_info).func)
    except Resolver404:
        return False
    return found is not None and found.scope is access.Scope.PUBLIC and found.may_be_old
