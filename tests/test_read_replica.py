"""Public pages and head office may read from a streaming replica; nobody else, nothing else."""

import contextlib
import copy
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import InternalError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from counter import replicas
from counter.models import Sale
from inventory.models import Piece
from tests import programs
from tests.cast import Shop
from tests.faults.databases import Cluster
from warranty.models import Card

ROUTER = replicas.Router()


@pytest.fixture
def routed(settings: Any) -> Iterator[Any]:
    """The settings as REPLICA_URL makes them."""
    settings.DATABASE_ROUTERS = ["counter.replicas.Router"]
    others = [each for each in project.MIDDLEWARE if each != "warranty.middleware.answer_card"]
    settings.MIDDLEWARE = [*others, "counter.replicas.middleware"]
    replicas._last.at = float("-inf")
    yield settings
    replicas._last.at = float("-inf")


class Standby:
    """A real replica of the database of the tests: its own server, following the first one."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self._programs = folder, programs
        self._as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as_owner:
            shutil.chown(folder, "postgres")
        told = connection.settings_dict
        where = ["-h", told["HOST"], *(["-p", told["PORT"]] if told["PORT"] else [])]
        self._run("pg_basebackup", *where, "-U", told["USER"], "-D", f"{folder}/data", "-R", "-X",
                  "stream", "-c", "fast", "--no-sync")  # fmt: skip
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}'"
        log = f"{folder}/log"
        self._run("pg_ctl", "-D", f"{folder}/data", "-o", options, "-l", log, "-w", "start")

    def settings(self) -> dict[str, Any]:
        told = copy.deepcopy(connection.settings_dict)
        options = {"options": "-c default_transaction_read_only=on"}
        return told | {"HOST": str(self.folder), "PORT": "", "OPTIONS": options}

    def catch_up(self) -> None:
        """Returns when everything that was committed until now is there too."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_wal_lsn()")
            (written,) = cursor.fetchone()
        latest = time.monotonic() + 30
        with connections[replicas.ALIAS].cursor() as cursor:
            while True:
                cursor.execute("SELECT pg_last_wal_replay_lsn() >= %s", [written])
                if cursor.fetchone()[0]:
                    return
                assert time.monotonic() < latest
                time.sleep(0.02)

    def stop(self) -> None:
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop")

    def _run(self, program: str, *words: str) -> None:
        command = [*self._as_owner, str(self._programs / program), *words]
        subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # because: our own command


@pytest.fixture
def standby(transactional_db: None, routed: Any) -> Iterator[Standby]:
    found = Cluster.programs()
    if connection.vendor != "postgresql" or found is None:
        pytest.skip("a streaming replica needs PostgreSQL's own programs")
    with tempfile.TemporaryDirectory(
        prefix="standby.", dir="/tmp"
    ) as folder:  # because: the path of a socket is short
        replica = Standby(Path(folder), found)
        with following(replica.settings()):
            yield replica
        with contextlib.suppress(subprocess.CalledProcessError):
            replica.stop()


@contextlib.contextmanager
def following(told: dict[str, Any]) -> Iterator[None]:
    """While this lasts, this database is the replica."""
    connections[replicas.ALIAS] = type(connections["default"])(told, replicas.ALIAS)
    try:
        yield
    finally:
        connections[replicas.ALIAS].close()
        del connections[replicas.ALIAS]


def test_it_reads_the_books_there_only_while_it_is_told_to() -> None:
    assert ROUTER.db_for_read(Sale) == "default"
    with replicas.reading():
        assert {ROUTER.db_for_read(model) for model in (Sale, Piece, Card)} == {"replica"}
        assert {ROUTER.db_for_read(model) for model in (User, Session)} == {"default"}
        assert ROUTER.db_for_write(Sale) == "default"
    assert ROUTER.db_for_read(Sale) == "default"


def test_it_makes_no_tables_there() -> None:
    assert ROUTER.allow_migrate("default", "counter")
    assert not ROUTER.allow_migrate("replica", "counter")


def test_it_is_off_unless_it_is_asked_for() -> None:
    assert "counter.replicas.middleware" not in project.MIDDLEWARE
    assert not project.DATABASE_ROUTERS
    code = "from django.conf import settings; print(settings.DATABASE_ROUTERS, "
    code += "settings.MIDDLEWARE[-1], settings.DATABASES['replica']['NAME'])"
    urls = {"DATABASE_URL": "postgres://a@/shop", "REPLICA_URL": "postgres://a@127.0.0.1/copy"}
    done = subprocess.run(  # noqa: S603  # because: our own command
        [sys.executable, "-c", code],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "counter.settings"} | urls,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "['counter.replicas.Router'] counter.replicas.middleware copy\n"


def asked(client: Client, path: str) -> int:
    """How many statements the replica answered for one page."""
    with CaptureQueriesContext(connections[replicas.ALIAS]) as seen:
        assert client.get(path).status_code == 200
    return sum("pg_last_wal" not in each["sql"] for each in seen)


def test_the_customer_and_head_office_read_from_a_real_replica(
    standby: Standby, trading_shop: Shop
) -> None:
    trading_shop.sell(trading_shop.piece())
    number = Card.objects.get().number
    standby.catch_up()
    office = programs.register("sales:read", "pieces:read", "all_stores").client
    store = programs.register("sales:read", "pieces:read", stores=[trading_shop.s01]).client
    standby.catch_up()
    assert asked(Client(), f"/w/{number}") > 0
    assert asked(office, "/api/v1/sales?store=S01") > 0
    assert asked(store, "/api/v1/sales?store=S01") == 0
    clerk = trading_shop.client(trading_shop.lin)
    assert asked(clerk, "/sales/") == 0


def test_what_is_written_is_not_read_there(standby: Standby, trading_shop: Shop) -> None:
    standby.catch_up()
    office = programs.register("prices:read", "prices:write", "all_stores")
    with CaptureQueriesContext(connections[replicas.ALIAS]) as seen:
        assert office.post("/metal-prices", {"prices": []}).status_code == 422
    assert len(seen) == 0
    message = "read-only transaction"
    with pytest.raises(InternalError, match=message), transaction.atomic(replicas.ALIAS):
        Sale.objects.using(replicas.ALIAS).update(total_cents=1)


def test_a_silent_replica_costs_nobody_a_page(standby: Standby, trading_shop: Shop) -> None:
    trading_shop.sell(trading_shop.piece())
    number = Card.objects.get().number
    standby.catch_up()
    assert replicas.is_fresh()
    standby.stop()
    told = Client().get(f"/w/{number}")  # it was fresh at the last look
    assert told.status_code == 200
    assert number[:4] in told.content.decode()
    assert not replicas.is_fresh()
    assert Client().get(f"/w/{number}").status_code == 200


def test_a_replica_that_is_behind_is_left_alone(standby: Standby, trading_shop: Shop) -> None:
    standby.catch_up()
    with connections[replicas.ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_wal_replay_pause()")
    trading_shop.sell(trading_shop.piece())
    number = Card.objects.get().number
    time.sleep(replicas.MOST_BEHIND + 0.5)
    assert not replicas.is_fresh()
    assert number[:4] in Client().get(f"/w/{number}").content.decode()


def test_a_database_that_is_no_replica_is_not_used(routed: Any, trading_shop: Shop) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("REPLICA_URL is refused on SQLite")
    with following(copy.deepcopy(connection.settings_dict)):
        assert not replicas.is_fresh()
