"""Statements that PostgreSQL plans once for each connection, and a server that went away."""

from typing import Any

import psycopg
import pytest
from django.db import DataError, connection

from inventory.ground import changes, statements
from inventory.models import Movement, Reason, State
from tests.cast import Shop

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


def test_it_adds_any_number_of_rows_with_the_same_statement(shop: Shop) -> None:
    for how_many in (1, 3):
        rows = [_step(shop) for _turn in range(how_many)]
        with changes.opened(store=shop.s01, by=shop.lin) as book:
            book.write(rows, kind="piece_moved")
    with connection.cursor() as cursor:
        cursor.execute(f"{PREPARED} WHERE statement LIKE '%INSERT INTO inventory_movement%'")
        assert len(cursor.fetchall()) == 1


def test_it_cuts_no_text_that_is_too_long(shop: Shop) -> None:
    row = _step(shop)
    with pytest.raises(DataError), changes.opened(store=shop.s01, by=shop.lin) as book:
        book.write([row], kind="piece_moved", number="9" * 500)


def _step(shop: Shop) -> Movement:
    piece = shop.piece()
    return Movement(
        piece=piece,
        old=State.ON_SALE,
        new=State.ON_SALE,
        from_place_id=piece.place_id,
        to_place_id=piece.place_id,
        reason=Reason.MOVED,
        net_mg=piece.net_mg,
    )


def _not_expected(*_asked: object) -> None:
    raise AssertionError("the server was asked")


def _end_from_elsewhere(ours: Any) -> None:
    with psycopg.connect(ours.info.dsn, autocommit=True) as other:
        ended = other.execute("SELECT pg_terminate_backend(%s, 5000)", [ours.info.backend_pid])
        assert ended.fetchone() == (True,)
