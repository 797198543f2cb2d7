"""Statements that are written out, for the moments when a whole store waits for one of its people.

Django builds each query anew from its parts, which takes 0.3 to 0.8 ms where the database needs
0.05. While a store's head is locked that time is everybody's; anywhere else a QuerySet reads
better.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Model

M = TypeVar("M", bound=Model)

MOST_AT_ONCE = 500  # rows; SQLite takes at most 32,766 values in one statement


def read(
    model: type[M], condition: str, values: Sequence[object], *, lock: bool = False
) -> list[M]:
    """The rows that fulfil a condition in SQL, with ORDER BY where order matters. `lock`: nobody
    else changes them before the end of the transaction; SQLite lets nobody write anyway."""
    statement = f"SELECT * FROM {model._meta.db_table} WHERE {condition}"  # noqa: S608  because: the condition is our own; what comes from outside is in `values`
    if lock and connection.features.has_select_for_update:
        statement += " FOR UPDATE"
    return list(model._default_manager.raw(statement, [_plain(value) for value in values]))


def read_among(
    model: type[M], column: str, values: Collection[object], *, lock: bool = False
) -> list[M]:
    """The rows whose column holds one of these values, in order of the column and then of age."""
    listed = list(values)
    if not listed:
        return []
    condition = f"{column} IN {marks(listed)} ORDER BY {column}, id"
    return read(model, condition, listed, lock=lock)


def insert(rows: Sequence[Model]) -> None:
    """New rows of one model, which have their ids afterwards. Every column must have its value
    already: nothing here fills in `auto_now`."""
    for first in range(0, len(rows), MOST_AT_ONCE):
        _insert(rows[first : first + MOST_AT_ONCE])


def update(model: type[Model], condition: str, values: Sequence[object], **columns: object) -> int:
    """New values in columns of the rows that fulfil a condition in SQL; returns how many did."""
    settings = ", ".join(f"{column} = %s" for column in columns)
    statement = f"UPDATE {model._meta.db_table} SET {settings} WHERE {condition}"  # noqa: S608  because: names of our own tables and columns, and a condition as in `read`
    with connection.cursor() as cursor:
        cursor.execute(statement, [_plain(value) for value in (*columns.values(), *values)])
        found: int = cursor.rowcount
    return found


def marks(values: Collection[object]) -> str:
    """The place of several values in a statement: (%s, %s)."""
    return "(" + ", ".join(["%s"] * len(values)) + ")"


def _plain(value: Any) -> Any:
    """A value as the database keeps it: SQLite knows neither moments nor days nor UUIDs."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value


def _insert(rows: Sequence[Model]) -> None:
    table = rows[0]._meta
    fields = [field for field in table.concrete_fields if not field.primary_key]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    each = ", ".join([marks(fields)] * len(rows))
    statement = f"INSERT INTO {table.db_table} ({columns}) VALUES {each} RETURNING id"  # noqa: S608  because: names of our own tables and columns
    database = connections[DEFAULT_DB_ALIAS]  # itself: it is asked for every value
    values = [
        field.get_db_prep_save(getattr(row, field.attname), database)
        for row in rows
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        ids = cursor.fetchall()
    for row, (row_id,) in zip(rows, ids, strict=True):
        row.pk, row._state.adding, row._state.db = row_id, False, connection.alias
