"""Where a server dies: at the k-th statement of a request, around COMMIT, before the answer.

A request asks for its own death with the header `X-Failpoint`, so that nothing has to be restarted
to arm a point, and nothing of this is in the application: statements and commits are met in
Django's own connection. `X-Failpoint: count` dies nowhere and tells how many statements it took.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

HEADER = "X-Failpoint"
COUNTED = "X-Statements"
COUNT, BEFORE_COMMIT, AFTER_COMMIT = "count", "commit.before", "commit.after"
BEFORE_ANSWER, DISK_FULL, STATEMENT = "answer.before", "disk.full", "statement."
ALONE = (BEFORE_COMMIT, AFTER_COMMIT, BEFORE_ANSWER)

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _Asked(threading.local):
    """What the request of this thread asked for."""

    point = ""
    statements = 0
    limited: Any = None


_asked = _Asked()


def statement(number: int) -> str:
    """Before the statement of that number, counted from 1."""
    return f"{STATEMENT}{number}"


def around(application: WSGI) -> WSGI:
    """The application, dying where a request asks for it."""
    connection_created.connect(_watch)
    _watch_commits()

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        _asked.point, _asked.statements = environ.get("HTTP_X_FAILPOINT", ""), 0
        if not _asked.point:
            return application(environ, start_response)
        try:
            body = application(environ, _telling(start_response))
        finally:
            point, _asked.point = _asked.point, ""
            _give_pages_back()
        if point == BEFORE_ANSWER:
            _die()
        return body

    return answer


def _telling(start_response: Callable[..., Any]) -> Callable[..., Any]:
    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        return start_response(status, [*headers, (COUNTED, str(_asked.statements))], *more)

    return start


def _watch(*, connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    connection.execute_wrappers.append(_at_statement)


def _at_statement(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
    if _asked.point:
        _asked.statements += 1
        if _asked.point == statement(_asked.statements):
            _die()
        if _asked.point == DISK_FULL and _asked.limited is None:
            _take_pages_away(args[-1]["connection"])
    return execute(sql, *args)


def _watch_commits() -> None:
    commit = BaseDatabaseWrapper.commit

    def dying(self: BaseDatabaseWrapper) -> None:
        if _asked.point == BEFORE_COMMIT:
            _die()
        commit(self)
        if _asked.point == AFTER_COMMIT:
            _die()

    BaseDatabaseWrapper.commit = dying  # type: ignore[method-assign]  # because: the point itself


def _take_pages_away(connection: BaseDatabaseWrapper) -> None:
    """The file of SQLite may not grow: as on a full disk, SQLite answers SQLITE_FULL."""
    if connection.vendor == "sqlite":
        raw = _asked.limited = connection.connection
        (pages,) = raw.execute("PRAGMA page_count").fetchone()
        raw.execute(f"PRAGMA max_page_count = {pages}")


def _give_pages_back() -> None:
    raw, _asked.limited = _asked.limited, None
    if raw is not None:
        raw.execute("PRAGMA max_page_count = 1073741823")


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody survives this")
