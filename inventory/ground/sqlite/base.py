"""Django's SQLite backend with one fair queue in front of every write.

SQLite lets one connection write at a time. Whoever writes first takes a turn (`writer_queue`) at
the file `<database>.queue`: the outermost `atomic()`, a write in autocommit, a checkpoint, and
the closing connection, because the last one to close checkpoints. The turn ends when SQLite says
that no transaction is open. Reads never wait, and a database in memory has no queue.
"""

import contextlib
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from io import FileIO
from itertools import islice
from typing import Any

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3 import base

from inventory.ground.sqlite.writer_queue import end_turn, take_turn

# SQLite 3.7.0 to 3.51.2 can damage a WAL database when one connection commits while another one
# checkpoints; repaired in these releases (https://sqlite.org/wal.html#walresetbug)
RACE_SINCE = (3, 7, 0)
RACE_REPAIRED = ((3, 44, 6), (3, 50, 7), (3, 51, 3))

# what is not known to read only takes a turn: to wait in vain is cheaper than to push in
_READS = re.compile(
    r"""
    (?: \s | --[^\n]*\n | /\*.*?\*/ )*
    (?: SELECT | VALUES | EXPLAIN
      | WITH \b (?! .* \b (?: INSERT | UPDATE | DELETE | REPLACE ) \b )
      | PRAGMA \s+ (?! .*= | (?: \w+\. )?
            (?: wal_checkpoint | optimize | incremental_vacuum | journal_mode \s* \( ) )
    ) \b
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


@lru_cache(maxsize=256)
def _own_marks(query: str) -> str:
    """%s as SQLite spells it; most statements come again, word for word."""
    return str(base.FORMAT_QMARK_REGEX.sub("?", query)).replace("%%", "%")


def pragmas(connection: BaseDatabaseWrapper) -> dict[str, str | int]:
    """How this connection is set: durable is `wal`, 2 (FULL), 1 and 0, in this order."""
    found: dict[str, str | int] = {}
    with connection.cursor() as cursor:
        for name in ("journal_mode", "synchronous", "foreign_keys", "mmap_size"):
            row = cursor.execute(f"PRAGMA {name}").fetchone()
            found[name] = row[0] if row else 0  # a database in memory knows no mmap_size
    return found


def has_wal_reset_race(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> bool:
    """Whether this release of SQLite needs the queue to keep a WAL database whole."""
    repaired = any(version[:2] == fixed[:2] and version >= fixed for fixed in RACE_REPAIRED)
    return RACE_SINCE <= version < max(RACE_REPAIRED) and not repaired


class QueueingCursor(base.SQLiteCursorWrapper):
    """Takes a turn before a statement that may write, and ends it as soon as SQLite is done."""

    wrapper: "DatabaseWrapper"
    _kept: Iterator[Any] | None = None

    def execute(self, query: str, params: Any = None) -> "QueueingCursor":
        writes = not _READS.match(query)
        return self._run(partial(super().execute, query, params), writes=writes)

    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        if param_names is None:
            return _own_marks(query)
        return str(super().convert_query(query, param_names=param_names))

    def executemany(self, query: str, param_list: Iterable[Any]) -> "QueueingCursor":
        return self._run(partial(super().executemany, query, param_list), writes=True)

    def executescript(self, script: str) -> "QueueingCursor":
        return self._run(partial(super().executescript, script), writes=True)

    def _run(self, statement: Callable[[], object], *, writes: bool) -> "QueueingCursor":
        self._kept = None
        self.wrapper.expect_transaction()
        if writes:
            self.wrapper.join_queue()
        try:
            statement()
            if writes and self.description and not self.connection.in_transaction:
                # RETURNING in autocommit: SQLite commits when its last row is fetched, so they
                # are fetched here, and nobody waits for a cursor that is read late or never
                self._kept = iter(super().fetchall())
        finally:
            self.wrapper.leave_queue_if_done()
        return self

    def fetchone(self) -> Any:
        return super().fetchone() if self._kept is None else next(self._kept, None)

    def fetchmany(self, size: int | None = None) -> list[Any]:
        size = self.arraysize if size is None else size
        return super().fetchmany(size) if self._kept is None else list(islice(self._kept, size))

    def fetchall(self) -> list[Any]:
        return super().fetchall() if self._kept is None else list(self._kept)

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]  # because: as fast as Cursor's
        return iter(super().fetchone, None) if self._kept is None else self._kept

    def __next__(self) -> Any:
        return next(iter(self))


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection, durable (WAL, FULL, foreign keys), and polite to the other writers."""

    patience_seconds: float = 5
    transaction_mode: str | None
    _queue_path = ""
    _turn: FileIO | None = None
    _began = False

    @property
    def has_turn(self) -> bool:
        return self._turn is not None

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        # a transaction that begins with a read and then writes fails at once when deferred
        self.transaction_mode = self.transaction_mode or "IMMEDIATE"
        return {"timeout": 5, **params}

    def get_new_connection(self, conn_params: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        # SQLite knows the file's real name whatever the settings call it; it has none in memory
        path = connection.execute("PRAGMA database_list").fetchone()[2]
        self._queue_path = f"{path}.queue" if path else ""
        connection.execute("PRAGMA synchronous = FULL")
        if path and connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            self.join_queue()
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            finally:
                self.leave_queue()
        return connection

    def create_cursor(self, name: str | None = None) -> QueueingCursor:
        cursor: QueueingCursor = self.connection.cursor(factory=QueueingCursor)
        cursor.wrapper = self
        return cursor

    def join_queue(self) -> None:
        """Wait for the turn, unless this connection has it already."""
        if self._turn is None and self._queue_path:
            self._turn = take_turn(path=self._queue_path, patience_seconds=self.patience_seconds)

    def leave_queue(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            end_turn(turn)

    def leave_queue_if_done(self) -> None:
        """End the turn unless a transaction is open; SQLite's own word decides."""
        if self._turn is not None and not self.connection.in_transaction:
            self.leave_queue()

    def expect_transaction(self) -> None:
        """Refuse to go on in an `atomic()` block that SQLite rolled back by itself (disk full).

        Without this the rest of the block would be kept piece by piece, and the commit at its
        end would succeed with nothing to commit.
        """
        if self._began and not self.connection.in_transaction:
            raise sqlite3.OperationalError("the transaction has already ended")

    def _start_transaction_under_autocommit(self) -> None:
        super()._start_transaction_under_autocommit()  # type: ignore[misc]  # because: not in the stubs
        self._began = True

    def _commit(self) -> None:
        with self.wrap_database_errors:
            self.expect_transaction()
        try:
            super()._commit()  # type: ignore[misc]  # because: not in the stubs
        finally:
            self.leave_queue_if_done()

    def _rollback(self) -> None:
        try:
            # nothing to do, and no error, when SQLite has rolled back by itself
            super()._rollback()  # type: ignore[misc]  # because: not in the stubs
        finally:
            self.leave_queue_if_done()

    def _set_autocommit(self, autocommit: bool) -> None:
        # the end of every outermost atomic(); sqlite3 commits here what is still open
        try:
            super()._set_autocommit(autocommit)  # type: ignore[misc]  # because: not in the stubs
        finally:
            self._began = False
            self.leave_queue_if_done()

    def _close(self) -> None:
        # whoever has to give up waiting closes all the same: SQLite then locks out the others
        with contextlib.suppress(OperationalError, OSError):
            self.join_queue()
        try:
            super()._close()  # type: ignore[misc]  # because: not in the stubs
        finally:
            self.leave_queue()
