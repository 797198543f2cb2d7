"""Copies of a SQLite file."""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from django.db import DatabaseError, connection
from django.utils import timezone

from inventory.ground.archives import DamagedBackup, reach_disk
from inventory.ground.copies.contents import (
    CopyFailed,
    ShopIsOpen,
    Taken,
    heads,
    holds_something,
    looking_at,
    migrations,
)

LOG_FILES = ("-wal", "-shm")
PATIENCE = 2  # seconds until somebody else counts as connected


class SqliteFile:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._beside = path.with_name(f"{path.name}.restoring")

    def take(self, folder: Path) -> Taken:
        """In one step under one read lock: in WAL mode writers go on meanwhile."""
        target = folder / "database.sqlite3"
        connection.ensure_connection()
        try:
            with contextlib.closing(sqlite3.connect(target)) as copy:
                connection.connection.backup(copy, pages=-1)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, complete without a log
                _refuse_damaged(copy)
                return Taken(target, heads(copy.cursor()), migrations(copy.cursor()))
        except sqlite3.Error as failed:
            raise CopyFailed.because(failed) from failed

    def holds_something(self) -> bool:
        if not self.path.exists():
            return False
        try:
            return holds_something()
        except DatabaseError:
            return True

    def refuse_in_use(self) -> None:
        connection.close()
        _stand_alone(self.path)

    def read_in(self, unpack: Callable[[Path], None]) -> None:
        self.remove_unfinished()
        unpack(self._beside)
        try:
            with contextlib.closing(sqlite3.connect(self._beside)) as copy:
                _refuse_damaged(copy)
        except sqlite3.DatabaseError as damaged:
            raise DamagedBackup from damaged

    @contextlib.contextmanager
    def beside(self) -> Iterator[None]:
        with looking_at(str(self._beside)):
            yield

    def change_places(self) -> str:
        """A log that belongs to the old file goes with it: the new one must never meet it."""
        connection.close()
        _stand_alone(self._beside)
        reach_disk(self._beside)
        kept = self._keep_old()
        os.replace(self._beside, self.path)  # noqa: PTH105  because: one step, over what is there
        reach_disk(self.path.parent)
        self.remove_unfinished()  # its queue
        return kept

    def unfinished(self) -> str:
        return str(self._beside) if self._beside.exists() else ""

    def remove_unfinished(self) -> None:
        for path in self.path.parent.glob(f"{self._beside.name}*"):
            path.unlink()

    def _keep_old(self) -> str:
        something = self.holds_something()
        connection.close()
        _stand_alone(self.path)
        kept = f"{self.path}.before-{timezone.localtime():%Y%m%d-%H%M%S}"
        if something:
            os.link(self.path, kept)
        for log in LOG_FILES:  # also one whose file somebody has deleted
            with contextlib.suppress(FileNotFoundError):
                Path(f"{self.path}{log}").rename(f"{kept}{log}")
        return kept if something else ""


def _stand_alone(path: Path) -> None:
    """Puts everything into the one file; refused while anybody else has it open. A file that is
    too damaged for that stays as it is, with its log."""
    if not path.exists():
        return
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=PATIENCE)) as file:
            file.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as locked:
        if locked.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise ShopIsOpen from locked
    except sqlite3.DatabaseError:
        return


def _refuse_damaged(copy: sqlite3.Connection) -> None:
    (told,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    if told != "ok":
        raise DamagedBackup(f"SQLite: {told}")
