"""The empty tables, migrated once and copied for everybody who tests: for each worker, and for the
next run as long as no migration and no model changes."""

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.utils import setup_databases, teardown_databases

PREFIX = "test_blank_"
# what the tables, their triggers and the permissions are made from
SOURCES = (
    "*/migrations/*.py",
    "*/models/**/*.py",
    "*/apps.py",
    "inventory/ground/changes.py",
    "requirements/*",
)


@contextmanager
def lent() -> Iterator[None]:
    """A test database with every migration, until the tests are over."""
    with _alone():
        told, is_file = connection.settings_dict["TEST"], connection.vendor == "sqlite"
        if is_file:
            _copy(_sqlite(connection), Path(told["NAME"]))
        else:
            told["TEMPLATE"] = _postgres(connection)
        # migrates what the blank does not know, and looks whether each table has its triggers
        made = setup_databases(0, interactive=False, keepdb=is_file, serialized_aliases=[])
    yield
    teardown_databases(made, verbosity=0)


@contextmanager
def _alone() -> Iterator[None]:
    """One process makes the blank, and nobody reads it until it is whole."""
    with (settings.BASE_DIR / "build" / "blank.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sqlite(connection: BaseDatabaseWrapper) -> Path:
    build = Path(connection.settings_dict["TEST"]["NAME"]).parent
    blank = build / f"{PREFIX}{_key()}.sqlite3"
    if not blank.exists():
        for old in build.glob(f"{PREFIX}*"):
            old.unlink()
        begun = build / f"{PREFIX}begun.sqlite3"
        _migrate(connection, begun)
        begun.rename(blank)
    return blank


def _postgres(connection: BaseDatabaseWrapper) -> str:
    blank = PREFIX + _key()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
        there = {name for (name,) in cursor.fetchall()}
        for old in there - {blank}:
            cursor.execute(f'DROP DATABASE "{old}"')
    if blank not in there:
        begun = f"{PREFIX}begun"
        _migrate(connection, begun)
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{begun}" RENAME TO "{blank}"')
    return blank


def _copy(blank: Path, name: Path) -> None:
    # the log of a run that was killed would be read into the new file
    for log in ("-wal", "-shm"):
        Path(f"{name}{log}").unlink(missing_ok=True)
    shutil.copyfile(blank, name)


def _migrate(connection: BaseDatabaseWrapper, name: Path | str) -> None:
    told: dict[str, Any] = connection.settings_dict
    before = told["NAME"], told["TEST"]["NAME"]
    told["TEST"]["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connection.close()
    finally:
        told["NAME"], told["TEST"]["NAME"] = before
        settings.DATABASES[connection.alias]["NAME"] = told["NAME"]


def _key() -> str:
    found = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            found.update(path.read_bytes())
    return found.hexdigest()[:16]
