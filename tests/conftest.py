"""What every test stands on: the open books around Django's flush, quick hashing, the shop."""

import gc
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.core.management.commands import flush
from django.db import connections, transaction
from django.utils import translation
from pytest_django import DjangoDbBlocker

from counter import pulls
from inventory.ground import changes
from tests import blank_books, standing
from tests.abuse.world import Rows
from tests.cast import Shop, open_shop
from tests.old_gold import Desk
from tests.showroom import Showroom, open_showroom
from tests.standing import House

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
    """On SQLite in one transaction: else each of hundreds of triggers waits for the disk, twice."""
    using = options["database"]
    is_sqlite = connections[using].vendor == "sqlite"
    with transaction.atomic(using=using) if is_sqlite else nullcontext():
        unprotect(using)
        try:
            return _flush(self, **options)
        finally:
            changes.protect(using)


flush.Command.handle = flush_with_open_books  # type: ignore[method-assign]  # because: only tests flush


def pytest_configure(config: pytest.Config) -> None:
    """Static files straight from the apps, looked up when they are asked for."""
    project.WHITENOISE_USE_FINDERS = project.WHITENOISE_AUTOREFRESH = True


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: "long" not in item.keywords)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Thousands of tests and their modules stay to the end: nobody looks through them for garbage
    again and again, nor through what each statement leaves."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


@pytest.fixture(autouse=True)
def _quick(settings: Any, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """Hashing that takes no time, plain static names, pictures and lists of their own; tests of
    PINs mark `slow_hashing`."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.INSURANCE_DIR = tmp_path / "insurance"
    settings.NOTICE_DIR = tmp_path / "notices"
    pulls._tallies.clear()  # of the programs of another test
    if "slow_hashing" not in request.keywords:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.SECURE_SSL_REDIRECT = False
    # the language of the last request stays with the thread
    translation.activate(project.LANGUAGE_CODE)
    yield


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Instead of pytest-django's, which would migrate in every worker."""
    with django_db_blocker.unblock(), blank_books.lent(), django_db_blocker.block():
        yield


@pytest.fixture(scope="session")
def _house(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("standing"))
    yield house
    with django_db_blocker.unblock():
        house.clear()


@pytest.fixture
def _ground(
    _house: House, _quick: None, django_db_blocker: DjangoDbBlocker, request: pytest.FixtureRequest
) -> dict[str, Any]:
    """What stands under the savepoint that this test works in: nothing when it really commits, or
    when its PINs are to be hashed as in the shop."""
    tower = standing.asked(request.fixturenames)
    if "slow_hashing" in request.keywords or _commits(request):
        tower = []
    with django_db_blocker.unblock():
        worlds = _house.raise_to(tower)
    _house.lay_out_pictures(Path(project.MEDIA_ROOT))
    return worlds


def _commits(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or not {
        "transactional_db",
        "live_server",
    }.isdisjoint(request.fixturenames)


@pytest.fixture
def _django_db_helper(_ground: dict[str, Any], _django_db_helper: None) -> None:
    """Every way to the database leads through here."""


@pytest.fixture
def _worlds(_ground: dict[str, Any], db: None, request: pytest.FixtureRequest) -> dict[str, Any]:
    return _ground or standing.built(standing.asked(request.fixturenames))


@pytest.fixture
def standing_shop(_worlds: dict[str, Any]) -> Any:
    return _worlds["standing_shop"]


@pytest.fixture
def standing_desk(_worlds: dict[str, Any]) -> Any:
    return _worlds["standing_desk"]


@pytest.fixture
def standing_rows(_worlds: dict[str, Any]) -> Any:
    return _worlds["standing_rows"]


@pytest.fixture
def standing_noon(_worlds: dict[str, Any]) -> Any:
    return _worlds["standing_noon"]


@pytest.fixture
def standing_trade(_worlds: dict[str, Any]) -> None:
    """For a test that reads what was traded; nothing of it is handed to the test."""


@pytest.fixture
def standing_lists(_worlds: dict[str, Any]) -> None:
    """As above."""


@pytest.fixture
def shop(standing_shop: Shop) -> Shop:
    return standing_shop


@pytest.fixture
def showroom(shop: Shop) -> Showroom:
    """The shop with a network showroom that offers styles."""
    return open_showroom(shop)


@pytest.fixture
def desk(standing_desk: Desk) -> Desk:
    return standing_desk


@pytest.fixture
def rows(shop: Shop, standing_rows: Rows) -> Rows:
    return standing_rows


@pytest.fixture
def trading_shop(transactional_db: None) -> Shop:
    """The same shop with real commits, for threads and for the browser."""
    return open_shop()
