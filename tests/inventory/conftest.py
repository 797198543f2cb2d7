"""Books that agree afterwards; and the queue of writers, a database file with its queue, and one
connection to it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from tests.cast import Shop
from tests.writers import Counted, Line, found_by_models


@pytest.fixture
def line(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Line]:
    with django_db_blocker.unblock(), contextlib.closing(Line(tmp_path / "shop.sqlite3")) as line:
        yield line


@pytest.fixture
def database(line: Line) -> Iterator[Counted]:
    with found_by_models(line.connect()) as database:
        yield database


@pytest.fixture
def books_agree(shop: Shop) -> Iterator[None]:
    yield
    call_command("verify_books", "--full", verbosity=0)
