"""Copies of a PostgreSQL database, by PostgreSQL's own programs.

Who restores must own the database and may create databases (`createuser --createdb`); two
databases of one cluster change their names in one transaction.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.sql import SQL, Identifier, Literal

from inventory.ground.copies.contents import (
    CopyFailed,
    ShopIsOpen,
    Taken,
    heads,
    holds_something,
    looking_at,
    migrations,
)

MAINTENANCE = "postgres"  # every cluster has it; nobody may rename the database he stands in
LOCK_SECONDS = 30  # how long a copy waits for a migration that is just running
OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
# the new database sorts and compares as the old one did
LIKE_THE_LIVE_ONE = """
    SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database WHERE datname = %s
"""


class PostgresDatabase:
    def __init__(self, name: str) -> None:
        self.name = name
        self._beside = f"{name}_restoring"

    def take(self, folder: Path) -> Taken:
        """The copy and the chain heads come from one snapshot."""
        target = folder / "database.pgdump"
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
            taken = Taken(target, heads(cursor), migrations(cursor))
            _run(
                "pg_dump",
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                f"--lock-wait-timeout={LOCK_SECONDS * 1000}",
                f"--snapshot={snapshot}",
                f"--file={target}",
                f"--dbname={self.name}",
            )
        return taken

    def holds_something(self) -> bool:
        return holds_something()

    def refuse_in_use(self) -> None:
        connection.close()
        with _maintenance() as cluster:
            _refuse_in_use(cluster, self.name)

    def read_in(self, unpack: Callable[[Path], None]) -> None:
        self.remove_unfinished()
        self._make_beside()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "database.pgdump"
            unpack(path)
            _run(
                "pg_restore",
                "--exit-on-error",
                "--no-owner",
                "--no-privileges",
                f"--dbname={self._beside}",
                str(path),
            )

    def _make_beside(self) -> None:
        with _maintenance() as cluster:
            (like,) = cluster.execute(LIKE_THE_LIVE_ONE, [self.name]).fetchall()
            encoding, collate, ctype = map(Literal, like)
            cluster.execute(
                SQL(
                    "CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}"
                ).format(Identifier(self._beside), encoding, collate, ctype)
            )

    @contextmanager
    def beside(self) -> Iterator[None]:
        with looking_at(self._beside):
            yield

    def change_places(self) -> str:
        something = self.holds_something()
        connection.close()
        kept = f"{self.name}_before_{timezone.localtime():%Y%m%d_%H%M%S}"
        rename = SQL("ALTER DATABASE {} RENAME TO {}")
        with _maintenance() as cluster:
            try:
                with cluster.transaction():
                    cluster.execute(rename.format(Identifier(self.name), Identifier(kept)))
                    cluster.execute(rename.format(Identifier(self._beside), Identifier(self.name)))
            except psycopg.errors.ObjectInUse as used:
                raise ShopIsOpen from used
            if not something:
                cluster.execute(SQL("DROP DATABASE {}").format(Identifier(kept)))
        return kept if something else ""

    def unfinished(self) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self._beside])
            return self._beside if cursor.fetchone() else ""

    def remove_unfinished(self) -> None:
        with _maintenance() as cluster:
            drop = SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            cluster.execute(drop.format(Identifier(self._beside)))


def _refuse_in_use(cluster: "psycopg.Connection[Any]", name: str) -> None:
    row = cluster.execute(OTHERS, [name]).fetchone()
    if row and row[0]:
        raise ShopIsOpen


@contextmanager
def _maintenance() -> Iterator["psycopg.Connection[Any]"]:
    """A connection to the same cluster that stands in neither of the two databases. What
    PostgreSQL refuses, such as the right to create databases, is refused in its own words."""
    settings = connection.settings_dict
    try:
        with psycopg.connect(
            dbname=MAINTENANCE,
            host=settings["HOST"] or None,
            port=settings["PORT"] or None,
            user=settings["USER"] or None,
            password=settings["PASSWORD"] or None,
            autocommit=True,
        ) as cluster:
            yield cluster
    except psycopg.Error as failed:
        raise CopyFailed.because(failed) from failed


def _run(program: str, *words: str) -> None:
    """A program of PostgreSQL's; the password goes by the environment, where nobody else sees it.
    Refused when it is missing or fails, with the last line it said."""
    if shutil.which(program) is None:
        raise CopyFailed(_("The program %(name)s is not installed.") % {"name": program})
    settings = connection.settings_dict
    told = {
        "PGHOST": settings["HOST"],
        "PGPORT": settings["PORT"],
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
    }
    said = subprocess.run(  # noqa: S603  # because: our own command
        [program, "--no-password", *words],
        env=os.environ | {name: value for name, value in told.items() if value},
        capture_output=True,
        text=True,
        check=False,
    )
    if said.returncode:
        raise CopyFailed.because((said.stderr.strip().splitlines() or [""])[-1])
