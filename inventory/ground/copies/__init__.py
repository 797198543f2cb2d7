"""Copies of the whole database: taken while the shop sells, and put in place of the live one.

Both databases go the same way. A copy is read into a place of its own *beside* the live one,
where it can be proved at leisure; then the two change places in one step, and the old one stays
under another name. Whoever is killed on the way leaves the live database as it was, and beside it
something whose name says that it is not finished.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from django.db import connection

from inventory.ground.copies.contents import Taken


class LiveDatabase(Protocol):
    """The database of the settings, and the place beside it."""

    def take(self, folder: Path) -> Taken:
        """One consistent copy as a file in `folder`; nobody who writes waits for it."""

    def holds_something(self) -> bool:
        """Whether anything would be lost if it were gone; also when it cannot be read."""

    def refuse_in_use(self) -> None:
        """Refused while any other process is connected."""

    def read_in(self, unpack: Callable[[Path], None]) -> None:
        """The copy, which `unpack` writes to a path, into the place beside; what was left there is
        removed first."""

    def beside(self) -> AbstractContextManager[None]:
        """While this lasts, everything this process asks goes to the place beside."""

    def change_places(self) -> str:
        """The place beside becomes the live database in one step; the name of the old one, or
        nothing when it was empty. Refused while any other process is connected."""

    def unfinished(self) -> str:
        """The name of what stands beside, or nothing."""

    def remove_unfinished(self) -> None:
        """Removes what stands beside, if anything."""


def live() -> LiveDatabase:
    """The one of the settings."""
    if connection.vendor == "sqlite":
        from inventory.ground.copies.sqlite_copies import SqliteFile

        return SqliteFile(Path(connection.settings_dict["NAME"]))
    # because: a shop on SQLite never loads the client of PostgreSQL
    from inventory.ground.copies.postgres_copies import PostgresDatabase

    return PostgresDatabase(connection.settings_dict["NAME"])
