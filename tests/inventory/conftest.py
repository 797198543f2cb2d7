"""The queue of writers: a database file with its queue, and one connection to it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from tests.writers import Counted, Line, found_by_models


@pytest.fixture
def line(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Line]:
    with django_db_blocker.unblock(), contextlib.closing(Line(tmp_path / "shop.sqlite3")) as line:
        yield line


@pytest.fixture
def database(line: Line) -> Iterator[Counted]:
    with found_by_models(line.connect()) as database:
        yield database
