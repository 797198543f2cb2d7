"""Django's PostgreSQL backend with two savings for reads that are made at every scan.

A connection is looked at before its first use in a request without asking the server, and
`prepared_cursor` has a statement planned once for each connection instead of at every use: for a
statement of eight tables the plan takes longer than the rows.
"""

import select
from typing import Any

from django.db.backends.postgresql import base, operations
from django.db.backends.utils import CursorWrapper


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        """A prepared statement is told as it was written; the driver does not keep it."""
        return str(super().last_executed_query(cursor, sql, params) or sql)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

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
