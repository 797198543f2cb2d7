"""What every test stands on: the open books around Django's flush, quick hashing, the shop."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.core.management.commands import flush
from django.db import connections
from django.utils import translation

from inventory.ground import changes
from tests.cast import Shop, open_shop

_flush = flush.Command.handle


def unprotect(using: str) -> None:
    """Opens the books. Lives here only: no application code drops a trigger."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for table in changes.protected_tables():
            for act in ("update", "delete", "truncate"):
                trigger = f'DROP TRIGGER IF EXISTS "{table}_no_{act}"'
                cursor.execute(
                    trigger if connection.vendor == "sqlite" else f'{trigger} ON "{table}"'
                )


def flush_with_open_books(self: flush.Command, **options: Any) -> Any:
    unprotect(options["database"])
    try:
        return _flush(self, **options)
    finally:
        changes.protect(options["database"])


flush.Command.handle = flush_with_open_books  # type: ignore[method-assign]  # because: only tests flush


def pytest_configure(config: pytest.Config) -> None:
    """Static files straight from the apps, looked up when they are asked for."""
    project.WHITENOISE_USE_FINDERS = project.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def _quick(settings: Any, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """Hashing that takes no time, plain static names, pictures of their own; tests of PINs mark
    `slow_hashing`."""
    settings.MEDIA_ROOT = tmp_path / "media"
    if "slow_hashing" not in request.keywords:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.SECURE_SSL_REDIRECT = False
    # the language of the last request stays with the thread
    translation.activate(project.LANGUAGE_CODE)
    yield


@pytest.fixture
def shop(db: None) -> Shop:
    return open_shop()


@pytest.fixture
def trading_shop(transactional_db: None) -> Shop:
    """The same shop with real commits, for threads and for the browser."""
    return open_shop()
