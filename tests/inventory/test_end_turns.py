"""No turn to write is left behind, whatever happens to the one who has it."""

import contextlib
import gc
import os
import signal
import sqlite3
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

import pytest
from django.db import IntegrityError, OperationalError, transaction

from inventory.ground.sqlite.base import DatabaseWrapper
from tests.writers import ALIAS, TOO_LONG, WELCOME, Counted, Line, add, found_by_models, in_child


def fill_disk(database: DatabaseWrapper) -> None:
    """Write until there is no room: SQLite then rolls the whole transaction back by itself."""
    with database.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count({pages + 3})")
        for _ in range(20):
            cursor.execute("INSERT INTO member (photo) VALUES (zeroblob(3000))")


def test_it_leaves_after_a_refused_write(line: Line, database: Counted) -> None:
    add(database, "ring")
    with pytest.raises(IntegrityError):
        add(database, "ring")
    assert line.answer() == WELCOME


def test_it_leaves_after_an_exception_in_the_block(line: Line, database: Counted) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic(using=ALIAS):
        add(database, "ring")
        raise ZeroDivisionError
    assert line.answer() == WELCOME
    assert line.names() == []


def test_it_leaves_after_a_begin_that_fails(line: Line) -> None:
    with (
        found_by_models(line.connect(timeout=0.1)) as database,
        contextlib.closing(sqlite3.connect(line.path)) as foreign,
    ):
        foreign.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"), transaction.atomic(using=ALIAS):
            add(database, "ring")
        assert not database.has_turn
    assert line.answer() == WELCOME


def test_it_leaves_after_a_commit_that_fails(line: Line, database: Counted) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(using=ALIAS):
        database.cursor().execute("INSERT INTO member (group_id) VALUES (404)")
    assert line.answer() == WELCOME


def test_it_leaves_when_a_commit_is_interrupted(line: Line) -> None:
    class Interrupted(Counted):
        def _commit(self) -> None:
            raise KeyboardInterrupt

    database = line.connect()
    database.__class__ = Interrupted
    with (
        pytest.raises(KeyboardInterrupt),
        found_by_models(database),
        transaction.atomic(using=ALIAS),
    ):
        add(database, "ring")
    assert line.answer() == WELCOME


@pytest.mark.parametrize("end", [transaction.commit, transaction.rollback])
def test_it_leaves_at_the_end_of_a_transaction_made_by_hand(
    line: Line, database: Counted, end: Callable[[str], None]
) -> None:
    transaction.set_autocommit(False, using=ALIAS)
    add(database, "ring")
    add(database, "chain")
    assert line.answer() == TOO_LONG
    end(ALIAS)
    assert line.answer() == WELCOME
    assert database.joins == 1


def test_it_leaves_when_it_is_closed_inside_the_block(line: Line, database: Counted) -> None:
    with transaction.atomic(using=ALIAS):
        add(database, "ring")
        database.close()
        assert line.answer() == WELCOME
    add(database, "chain")
    assert line.names() == ["chain"]


def test_it_leaves_when_it_is_forgotten(line: Line) -> None:
    database = line.connect()
    database.cursor().execute("BEGIN")
    assert line.answer() == TOO_LONG
    line.opened.remove(database)
    with pytest.warns(ResourceWarning, match="unclosed"):
        del database
        gc.collect()
    assert line.answer() == WELCOME


def test_it_bears_a_full_disk(line: Line, database: Counted) -> None:
    with pytest.raises(OperationalError, match="full"), transaction.atomic(using=ALIAS):
        add(database, "ring")
        fill_disk(database)
    assert line.answer() == WELCOME
    add(database, "chain")
    assert line.names() == ["chain"]


def test_it_refuses_to_commit_what_a_full_disk_has_undone(line: Line, database: Counted) -> None:
    with pytest.raises(OperationalError, match="ended"), transaction.atomic(using=ALIAS):
        add(database, "ring")
        with contextlib.suppress(OperationalError):
            fill_disk(database)
    assert line.answer() == WELCOME


def test_it_refuses_to_write_on_after_a_full_disk(line: Line, database: Counted) -> None:
    with pytest.raises(OperationalError, match="ended"), transaction.atomic(using=ALIAS):
        with contextlib.suppress(OperationalError):
            fill_disk(database)
        add(database, "ring")
    assert line.answer() == WELCOME
    assert line.names() == []


def test_it_leaves_no_stale_turn_when_a_process_is_killed(line: Line) -> None:
    def hold_for_ever(parent: Connection) -> None:
        database = line.connect()
        database.cursor().execute("BEGIN IMMEDIATE")
        add(database, "never")
        parent.send("holding")
        threading.Event().wait()

    child, ear = in_child(hold_for_ever)
    ear.recv()
    assert line.answer() == TOO_LONG
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert line.answer() == WELCOME
    assert line.names() == []


def test_it_leaves_the_turn_with_the_parent_of_a_fork(line: Line, database: Counted) -> None:
    def leave_and_live(parent: Connection) -> None:
        database.leave_queue()
        parent.send("left")
        parent.recv()

    with transaction.atomic(using=ALIAS):
        child, ear = in_child(leave_and_live)
        ear.recv()
        assert line.answer() == TOO_LONG
    assert line.answer() == WELCOME
    ear.send("enough")
    child.join()
