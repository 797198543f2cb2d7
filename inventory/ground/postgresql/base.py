"""Django's PostgreSQL backend with three savings for what happens at every scan and every sale.

A connection is looked at before its first use in a request without asking the server.
`prepared_cursor` has a statement planned once for each connection instead of at every use: for a
statement of eight tables the plan takes longer than the rows. And `without_waiting` sends one
statement after the other, so that a server that is busy is waited for once and not thirty times.
"""

import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from django.db import DatabaseError
from django.db.backends.postgresql import base, operations
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        """A prepared statement is told as it was written; the driver does not keep it."""
        return str(super().last_executed_query(cursor, sql, params) or sql)


class _Counting(CursorWrapper):
    """How many rows a statement changed is known only when the server has answered."""

    db: "DatabaseWrapper"

    @property
    def rowcount(self) -> int:
        self.db.hear()
        found: int = self.cursor.rowcount
        return found


class _CountingDebug(_Counting, CursorDebugWrapper):
    """The same while somebody captures queries."""


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
    # while statements are sent without waiting: where their answers come in, and who wants them
    _pipeline: psycopg.Pipeline | None = None
    _unheard: list[Callable[[], None]]

    def get_connection_params(self) -> dict[str, Any]:
        # at its first use; Django's other cursors put the values into the statement, and so have
        # nothing that could be planned for the next time
        return {**super().get_connection_params(), "prepare_threshold": 0}

    def prepared_cursor(self) -> CursorWrapper:
        """A cursor for a statement that stays word for word the same, with its values apart."""
        self.ensure_connection()
        with self.wrap_database_errors:
            cursor = base.ServerBindingCursor(self.connection)  # type: ignore[call-arg]  # because: psycopg's own
        return self._prepare_cursor(cursor)  # type: ignore[attr-defined, no-any-return]  # because: not in the stubs

    def make_cursor(self, cursor: Any) -> CursorWrapper:
        return _Counting(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> CursorDebugWrapper:
        return _CountingDebug(cursor, self)

    @contextmanager
    def without_waiting(self) -> Iterator[None]:
        """In here a statement is sent without waiting for the answer to the one before. Whoever
        fetches rows or asks for a row count waits for it then; an error that nobody has waited
        for comes at the end of the savepoint or the transaction, or here at the latest."""
        if self._pipeline is not None:
            yield
            return
        self.ensure_connection()
        self._unheard = []
        try:
            with self.wrap_database_errors, self.connection.pipeline() as self._pipeline:
                yield
        finally:
            self._pipeline = None
        self._take_heard()  # the end of the pipeline has waited for everything

    def hear_later(self, take: Callable[[], None]) -> None:
        """`take` fetches an answer: at once, or when it has come."""
        if self._pipeline is None:
            take()
        else:
            self._unheard.append(take)

    def hear(self) -> None:
        """Waits for everything that was sent, and hands the answers to those who want them."""
        if self._pipeline is None:
            return
        with self.wrap_database_errors:
            self._pipeline.sync()
        self._take_heard()

    def _take_heard(self) -> None:
        unheard, self._unheard = self._unheard, []
        for take in unheard:
            take()

    def _savepoint_commit(self, sid: str) -> None:
        super()._savepoint_commit(sid)  # type: ignore[misc]  # because: not in the stubs
        self.hear()  # what went wrong since the savepoint is still taken back to it

    def _savepoint_rollback(self, sid: str) -> None:
        self._forget()
        super()._savepoint_rollback(sid)  # type: ignore[misc]  # because: not in the stubs

    def _rollback(self) -> None:
        self._forget()
        super()._rollback()  # type: ignore[misc]  # because: not in the stubs

    def _forget(self) -> None:
        """What is taken back interests nobody; but after an error the server passes over all that
        comes before this point."""
        if self._pipeline is not None:
            with suppress(DatabaseError):
                self.hear()
            self._unheard = []

    def is_usable(self) -> bool:
        """Whether the server is still there. It says nothing between two statements unless it
        closes; only when there is something to hear it is asked, which costs a way there and
        back."""
        if self.connection is None or self.connection.closed:
            return False
        if self.connection.pgconn.socket >= 0 and not self._has_something_to_say():
            return True
        return super().is_usable()

    def _has_something_to_say(self) -> bool:
        listening = select.poll()
        listening.register(self.connection.pgconn.socket, select.POLLIN)
        return bool(listening.poll(0))
