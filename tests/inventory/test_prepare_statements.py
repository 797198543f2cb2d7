"""Statements that PostgreSQL plans once for each connection, and a server that went away."""

from typing import Any

import psycopg
import pytest
from django.db import connection

from inventory.ground import statements

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite's driver keeps its plans by itself"
)
PREPARED = "SELECT statement FROM pg_prepared_statements"


def test_it_prepares_a_statement_at_its_first_use_and_no_other(db: None) -> None:
    statements.fetch("SELECT %s::text", ["one"])
    assert statements.fetch("SELECT %s::text", ["two"]) == [("two",)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text || ''", ["three"])
        cursor.execute(PREPARED)
        assert cursor.fetchall() == [("SELECT $1::text",)]


def test_it_notices_before_the_next_statement_that_the_server_is_gone(
    transactional_db: None,
) -> None:
    connection.ensure_connection()
    assert connection.is_usable()
    _end_from_elsewhere(connection.connection)
    assert not connection.is_usable()
    connection.close()
    assert statements.fetch("SELECT 1", []) == [(1,)]


def test_it_asks_the_server_only_when_there_is_something_to_hear(transactional_db: None) -> None:
    connection.ensure_connection()
    real: Any = connection.connection
    real.execute = _not_expected
    try:
        assert connection.is_usable()
    finally:
        del real.execute


def _not_expected(*_asked: object) -> None:
    raise AssertionError("the server was asked")


def _end_from_elsewhere(ours: Any) -> None:
    with psycopg.connect(ours.info.dsn, autocommit=True) as other:
        ended = other.execute("SELECT pg_terminate_backend(%s, 5000)", [ours.info.backend_pid])
        assert ended.fetchone() == (True,)
