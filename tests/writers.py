"""One SQLite file and everybody who writes to it, for the tests of the writer queue."""

import contextlib
import gc
import multiprocessing
import sqlite3
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from django.db import OperationalError, connections

from inventory.ground.sqlite.base import DatabaseWrapper

ALIAS = "queue"
WELCOME, TOO_LONG = "welcome", "writer queue too long"
TABLES = """
    CREATE TABLE auth_group (id integer PRIMARY KEY AUTOINCREMENT, name varchar(150) UNIQUE);
    CREATE TABLE member (
        group_id integer REFERENCES auth_group (id) DEFERRABLE INITIALLY DEFERRED, photo blob
    );
"""


class Counted(DatabaseWrapper):
    """The backend as it is; it counts the turns it takes."""

    joins = 0

    def join_queue(self) -> None:
        had_turn = self.has_turn
        super().join_queue()
        self.joins += self.has_turn and not had_turn


class Line:
    """A database with the table of Django's groups, whatever database the other tests use."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.opened: list[Counted] = []
        with contextlib.closing(self.connect()) as database:
            database.cursor().executescript(TABLES)

    def connect(self, *, patience: float = 5, timeout: float = 5) -> Counted:
        """Open the database once more; who waits longer than `patience` seconds is refused."""
        settings = connections["default"].settings_dict
        options = {"NAME": self.path, "OPTIONS": {"timeout": timeout}, "CONN_HEALTH_CHECKS": False}
        database = Counted({**settings, **options}, alias=ALIAS)
        database.patience_seconds = patience
        database.inc_thread_sharing()  # whoever has opened it, `close` closes it
        database.connect()
        self.opened.append(database)
        return database

    def answer(self) -> str:
        """What somebody else is told who wants to write now."""
        other = self.connect(patience=0.2, timeout=0.2)
        try:
            add(other, None)
        except OperationalError as refused:
            return str(refused)
        finally:
            other.patience_seconds = 0
            other.close()
        return WELCOME

    def names(self) -> list[str]:
        with contextlib.closing(sqlite3.connect(self.path)) as plain:
            named = plain.execute("SELECT name FROM auth_group WHERE name NOT NULL ORDER BY id")
            return [name for (name,) in named]

    def close(self) -> None:
        for database in self.opened:
            database.patience_seconds = 0
            database.close()


@contextlib.contextmanager
def found_by_models(database: Counted) -> Iterator[Counted]:
    """Django's models and `atomic()` find this connection under the alias `queue`."""
    connections[ALIAS] = database
    try:
        yield database
    finally:
        del connections[ALIAS]


def add(database: DatabaseWrapper, name: str | None) -> None:
    """Write one row in a statement of its own."""
    with database.cursor() as cursor:
        cursor.execute("INSERT INTO auth_group (name) VALUES (%s)", [name])


def in_child(work: Callable[[Connection], None]) -> tuple[BaseProcess, Connection]:
    """Start `work` in a forked process; both sides talk through a connection."""
    ours, theirs = multiprocessing.Pipe()

    def alone() -> None:
        # what thousands of tests left in the parent is not looked through here: a child that
        # copies all of it stands still for seconds, and its writers with it
        gc.freeze()
        work(theirs)

    child = multiprocessing.get_context("fork").Process(target=alone, daemon=True)
    child.start()
    return child, ours
