"""Every write to SQLite takes one turn; the others wait for theirs, and nobody starves."""

import contextlib
import multiprocessing
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ctypes import Array, c_int
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import RawArray
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.db import OperationalError, connections, transaction

from inventory.ground.sqlite.base import has_wal_reset_race, pragmas
from inventory.ground.sqlite.writer_queue import MOST_FILES
from tests.writers import ALIAS, TOO_LONG, WELCOME, Counted, Line, add, in_child


def save_group(_: Counted) -> None:
    Group(name="ring").save(using=ALIAS)


def update_groups(_: Counted) -> None:
    Group.objects.using(ALIAS).update(name="ring")


def create_many(_: Counted) -> None:
    Group.objects.using(ALIAS).bulk_create([Group(name="ring"), Group(name="chain")])


def write_in_nested_atomic(database: Counted) -> None:
    with transaction.atomic(using=ALIAS):
        add(database, "ring")
        with transaction.atomic(using=ALIAS):
            add(database, "chain")


def execute_many(database: Counted) -> None:
    with database.cursor() as cursor:
        cursor.executemany("INSERT INTO auth_group (name) VALUES (%s)", [["ring"], ["chain"]])


def execute_script(database: Counted) -> None:
    with database.cursor() as cursor:
        cursor.executescript("SELECT name FROM auth_group; DELETE FROM auth_group")


WAYS = [
    save_group,
    update_groups,
    create_many,
    write_in_nested_atomic,
    execute_many,
    execute_script,
    Counted.close,
]
WRITES = [
    "INSERT INTO auth_group (name) VALUES ('ring')",
    "  -- why\n insert into auth_group (name) values ('ring') returning id",
    "/* why */ REPLACE INTO auth_group (id, name) VALUES (1, 'ring')",
    "UPDATE auth_group SET name = 'ring'",
    "DELETE FROM auth_group",
    "WITH new (name) AS (VALUES ('ring')) INSERT INTO auth_group (name) SELECT name FROM new",
    "CREATE TABLE tray (id integer)",
    "ALTER TABLE member ADD COLUMN age integer",
    "DROP TABLE member",
    "VACUUM",
    "ANALYZE",
    "REINDEX",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "PRAGMA user_version = 7",
    "PRAGMA optimize",
]
READS = [
    "SELECT name FROM auth_group",
    "-- the update of yesterday\nSELECT replace(name, 'a', 'b') FROM auth_group",
    "WITH all_of_them AS (SELECT name FROM auth_group) SELECT * FROM all_of_them",
    "VALUES (1)",
    "EXPLAIN QUERY PLAN DELETE FROM auth_group",
    "PRAGMA table_info(auth_group)",
    "PRAGMA journal_mode",
]


@pytest.mark.parametrize("write", WAYS)
def test_it_takes_one_turn_for_every_way_to_write(
    line: Line, database: Counted, write: Callable[[Counted], None]
) -> None:
    write(database)
    assert database.joins == 1
    assert line.answer() == WELCOME


@pytest.mark.parametrize("statement", WRITES)
def test_it_takes_one_turn_for_a_statement_that_writes(database: Counted, statement: str) -> None:
    database.cursor().execute(statement)
    assert database.joins == 1
    assert not database.has_turn


@pytest.mark.parametrize("statement", READS)
def test_it_reads_while_somebody_else_writes(line: Line, database: Counted, statement: str) -> None:
    other = line.connect()
    other.cursor().execute("BEGIN IMMEDIATE")
    database.cursor().execute(statement).fetchall()
    assert other.has_turn
    assert database.joins == 0


def test_it_keeps_the_turn_until_the_outermost_commit(line: Line, database: Counted) -> None:
    with transaction.atomic(using=ALIAS):
        add(database, "ring")
        with transaction.atomic(using=ALIAS):
            add(database, "chain")
        assert line.answer() == TOO_LONG
    assert line.answer() == WELCOME
    assert line.names() == ["ring", "chain"]


def test_it_gives_returned_rows_without_holding_the_others_up(
    line: Line, database: Counted
) -> None:
    with database.cursor() as cursor:
        cursor.execute("INSERT INTO auth_group (id) VALUES (1), (2), (3), (4) RETURNING id")
        assert line.answer() == WELCOME
        assert cursor.fetchone() == (1,)
        assert cursor.fetchmany(1) == [(2,)]
        assert next(iter(cursor)) == (3,)
        assert cursor.fetchall() == [(4,)]
        assert cursor.fetchone() is None


def test_it_reads_rows_in_every_way(database: Counted) -> None:
    with database.cursor() as cursor:
        rows = cursor.execute("VALUES (1), (2), (3), (4), (5)")
        assert next(rows) == (1,)
        assert rows.fetchone() == (2,)
        assert rows.fetchmany() == [(3,)]
        assert list(rows) == [(4,), (5,)]


def test_it_sends_everybody_away_who_waits_past_their_patience(
    line: Line, database: Counted
) -> None:
    refused: list[str] = []

    def wait() -> None:
        with pytest.raises(OperationalError) as error:
            add(line.connect(patience=0.3), "ring")
        refused.append(str(error.value))

    waiters = [threading.Thread(target=wait) for _ in range(5)]
    with transaction.atomic(using=ALIAS):
        for waiter in waiters:
            waiter.start()
        for waiter in waiters:
            waiter.join()
        assert database.has_turn
    assert refused == [TOO_LONG] * 5
    assert line.answer() == WELCOME


def test_it_limits_the_waiters_that_a_stuck_writer_costs(line: Line, database: Counted) -> None:
    other = line.connect(patience=0.001)
    before = threading.active_count()  # other tests of this process have threads of their own
    with transaction.atomic(using=ALIAS):
        for _ in range(MOST_FILES + 50):
            with pytest.raises(OperationalError, match=TOO_LONG):
                add(other, "ring")
        assert threading.active_count() - before <= MOST_FILES
    assert line.answer() == WELCOME


def test_it_closes_even_behind_a_stuck_writer(line: Line, database: Counted) -> None:
    other = line.connect(patience=0.1)
    with transaction.atomic(using=ALIAS):
        other.close()
    assert other.connection is None


def test_it_waits_for_a_foreign_process(line: Line, database: Counted) -> None:
    def hold_for_a_moment(parent: Connection) -> None:
        with contextlib.closing(sqlite3.connect(line.path)) as foreign, foreign:
            foreign.execute("BEGIN IMMEDIATE")
            foreign.execute("INSERT INTO auth_group (name) VALUES ('foreign')")
            parent.send("holding")
            time.sleep(0.3)

    child, ear = in_child(hold_for_a_moment)
    ear.recv()
    add(database, "ours")
    child.join()
    assert line.names() == ["foreign", "ours"]


def _write_in_turn(line: Line, place: int, counts: "Array[c_int]", start: Barrier) -> None:
    """Write so long that the start does not count, and so often that chance does not."""
    with contextlib.closing(line.connect()) as database:
        start.wait(timeout=60)
        begin = time.monotonic()
        while (past := time.monotonic() - begin) < 2 or (min(counts) < 60 and past < 30):
            with database.cursor() as cursor:
                cursor.execute("BEGIN IMMEDIATE")
                cursor.executemany("INSERT INTO member (group_id) VALUES (%s)", [[None]] * 5)
                cursor.execute("COMMIT")
            counts[place] += 1


def test_it_lets_fifty_writers_write_evenly(line: Line) -> None:
    counts, start = RawArray("i", 50), multiprocessing.Barrier(50)

    def ten_threads(first: int, parent: Connection) -> None:
        with ThreadPoolExecutor(max_workers=10) as threads:
            places = range(first, 50, 5)
            done = [threads.submit(_write_in_turn, line, each, counts, start) for each in places]
        parent.send([repr(each.exception()) for each in done if each.exception()])

    ears = [in_child(partial(ten_threads, first))[1] for first in range(5)]
    assert [ear.recv() for ear in ears] == [[]] * 5
    assert min(counts) >= 20
    assert max(counts) <= 3 * min(counts)


def test_it_opens_every_connection_durably(line: Line) -> None:
    database = line.connect()
    durable = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "mmap_size": 0}
    assert pragmas(database) == durable
    assert database.transaction_mode == "IMMEDIATE"


def test_it_has_no_queue_in_memory(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(line.path.parent)
    settings = {**connections["default"].settings_dict, "NAME": ":memory:", "OPTIONS": {}}
    database = Counted(settings, alias=ALIAS)
    database.cursor().execute("CREATE TABLE tray (id integer)")
    assert database.joins == 0
    assert sorted(path.name for path in Path().glob("*.queue")) == ["shop.sqlite3.queue"]
    assert pragmas(database)["foreign_keys"] == 1


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 52, 0), False),
    ],
)
def test_it_knows_the_releases_with_the_reset_race(
    version: tuple[int, int, int], affected: bool
) -> None:
    assert has_wal_reset_race(version) is affected
