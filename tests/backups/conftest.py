"""A shop with one sale in a backup, and a bare machine for it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.sql import SQL, Identifier

from counter import backups
from inventory.ground import archives
from inventory.ground.archives import Manifest
from tests.backups.hands import ON_SQLITE, cluster
from tests.cast import Shop


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[str]:
    """The name of a database that holds nothing, as on a new machine."""
    if ON_SQLITE:
        yield str(tmp_path / "bare.sqlite3")
        return
    name = f"bare_{os.getpid()}"
    with cluster() as postgres:
        postgres.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        yield name
        found = "SELECT datname FROM pg_database WHERE datname LIKE %s"
        for (each,) in postgres.execute(found, [f"{name}%"]).fetchall():
            postgres.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(each)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "shop.backup"


@pytest.fixture
def made(trading_shop: Shop, file: Path) -> Manifest:
    """A backup after one sale."""
    trading_shop.sell(trading_shop.piece())
    return backups.make(path=file)


@pytest.fixture(scope="session")
def _shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shelf") / "shop.backup"


@pytest.fixture
def found(
    transactional_db: None, file: Path, _shelf: Path, request: pytest.FixtureRequest
) -> Manifest:
    """The same backup, whose shop is not here: made once, for those who only read it."""
    if not _shelf.exists():
        request.getfixturevalue("made")
        shutil.copyfile(file, _shelf)
    shutil.copyfile(_shelf, file)
    return archives.read(file)
