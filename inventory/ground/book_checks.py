"""System checks: the books are guarded and the database keeps what it acknowledges."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Info
from django.db import connections

from inventory.ground import changes
from inventory.ground.sqlite import base as queue
from inventory.models import Change

# full durability, and never memory-mapped: a wild pointer would write into the books
SAFE_PRAGMAS = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "mmap_size": "0"}


def check_books(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_kw: Any
) -> list[CheckMessage]:
    """A book without its triggers can be edited behind the system's back."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        if Change._meta.db_table not in connections[alias].introspection.table_names():
            continue
        if missing := changes.missing_triggers(alias):
            found.append(
                Error(
                    f"Triggers are missing: {', '.join(missing)}.",
                    hint="Run: manage.py migrate --skip-checks",
                    id="books.E001",
                )
            )
    return found


def check_sqlite(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_kw: Any
) -> list[CheckMessage]:
    """The settings under which SQLite does not take back what it acknowledged."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "sqlite":
            continue
        wrong = {
            name: value
            for name, value in queue.pragmas(connection).items()
            if str(value).lower() != SAFE_PRAGMAS[name]
        }
        if wrong:
            found.append(Error(f"SQLite runs with {wrong}.", id="books.E002"))
        if queue.has_wal_reset_race():
            found.append(
                Info(
                    "This SQLite has the WAL-reset race; the writers' queue keeps it away.",
                    hint="Everything that writes must go through manage.py, not the sqlite3 shell.",
                    id="books.I001",
                )
            )
    return found
