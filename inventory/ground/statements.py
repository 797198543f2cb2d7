"""Statements that are written out, for the moments when a whole store waits for one of its people.

Django builds each query anew from its parts, which takes 0.3 to 0.8 ms where the database needs
0.05. While a store's head is locked that time is everybody's, and what is read at every request
adds up; anywhere else a QuerySet reads better.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from inventory.ground import spelling
from inventory.ground.spelling import Joined, Table

M = TypeVar("M", bound=Model)

MOST_AT_ONCE = 500  # rows; SQLite takes at most 32,766 values in one statement
PLAIN_VALUES = {bool, int, str, type(None)}  # the same in both databases


def read(
    model: type[M], condition: str, values: Sequence[object], *, lock: bool = False
) -> list[M]:
    """The rows that fulfil a condition in SQL, with ORDER BY where order matters. `lock`: nobody
    else changes them before the end of the transaction; SQLite lets nobody write anyway."""
    database = _database()
    table = spelling.table(model, database)
    statement = f"SELECT {', '.join(table.columns)} FROM {table.name} WHERE {condition}"  # noqa: S608  because: the condition is our own; what comes from outside is in `values`
    if lock and database.features.has_select_for_update:
        statement += " FOR UPDATE"
    return [_row(model, table, columns) for columns in fetch(statement, values)]


def read_among(
    model: type[M], column: str, values: Collection[object], *, lock: bool = False
) -> list[M]:
    """The rows whose column holds one of these values, in order of the column and then of age."""
    listed = list(values)
    if not listed:
        return []
    condition = f"{column} IN {marks(listed)} ORDER BY {column}, id"
    return read(model, condition, listed, lock=lock)


def read_with(
    model: type[M], condition: str, values: Sequence[object], *, along: Sequence[str]
) -> list[M]:
    """As `read`, in one statement with the rows at the end of these relations: ("clerk",
    "clerk__store"). The condition names a column with its table: counter_sale.uuid = %s."""
    joined = spelling.joined(model, along, _database())
    found = fetch(f"{joined.statement} WHERE {condition}", values)
    return [_row_with(model, joined, columns) for columns in found]


def fetch(
    statement: str, values: Sequence[object], *, using: str = DEFAULT_DB_ALIAS
) -> list[tuple[Any, ...]]:
    """All rows of a statement that is asked at every scan, as the driver gives them. It stays word
    for word the same, so that the database plans it once for each connection (1 query)."""
    database = _database(using)
    with _prepared(database) as cursor:
        cursor.execute(statement, [_plain(value, database) for value in values])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def insert(rows: Sequence[Model]) -> None:
    """New rows of one model, which have their ids afterwards. Every column must have its value
    already: nothing here fills in `auto_now`."""
    for first in range(0, len(rows), MOST_AT_ONCE):
        _insert(rows[first : first + MOST_AT_ONCE])


def update(model: type[Model], condition: str, values: Sequence[object], **columns: object) -> int:
    """New values in columns of the rows that fulfil a condition in SQL; returns how many did."""
    database = _database()
    settings = ", ".join(f"{column} = %s" for column in columns)
    statement = f"UPDATE {model._meta.db_table} SET {settings} WHERE {condition}"  # noqa: S608  because: names of our own tables and columns, and a condition as in `read`
    asked = [_plain(value, database) for value in (*columns.values(), *values)]
    with _prepared(database) as cursor:
        cursor.execute(statement, asked)
        found: int = cursor.rowcount
    return found


def marks(values: Collection[object]) -> str:
    """The place of several values in a statement: (%s, %s)."""
    return "(" + ", ".join(["%s"] * len(values)) + ")"


def _database(alias: str = DEFAULT_DB_ALIAS) -> BaseDatabaseWrapper:
    """The connection itself: its proxy is looked up anew for each word that is asked of it."""
    return connections[alias]


def _prepared(database: BaseDatabaseWrapper) -> CursorWrapper:
    """A cursor whose statements are planned once; SQLite's driver keeps its plans by itself."""
    cursor: Callable[[], CursorWrapper] = getattr(database, "prepared_cursor", database.cursor)
    return cursor()


def _plain(value: Any, database: BaseDatabaseWrapper) -> Any:
    """A value as the database keeps it: SQLite knows neither moments nor days nor UUIDs."""
    if type(value) in PLAIN_VALUES:
        return value
    if isinstance(value, datetime):
        return database.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return database.ops.adapt_datefield_value(value)
    if isinstance(value, UUID) and not database.features.has_native_uuid_field:
        return value.hex
    return value


def _row(model: type[M], table: Table, columns: Sequence[Any]) -> M:
    ours = list(columns)
    for place, reader in table.readers:
        ours[place] = reader(ours[place])
    return model.from_db(DEFAULT_DB_ALIAS, table.attributes, ours)


def _row_with(model: type[M], joined: Joined, columns: Sequence[Any]) -> M:
    taken = len(joined.table.attributes)
    row = _row(model, joined.table, columns[:taken])
    rows: dict[str, Model | None] = {"": row}
    for each in joined.relations:
        first, taken = taken, taken + len(each.table.attributes)
        near, far = rows[each.of], None
        if columns[first] is not None:  # every row has an id: this relation leads somewhere
            far = _row(each.model, each.table, columns[first:taken])
        rows[each.path] = far
        if near is not None:
            each.field.set_cached_value(near, far)
        if far is not None and each.field.one_to_one:
            each.field.remote_field.set_cached_value(far, near)
    return row


def _insert(rows: Sequence[Model]) -> None:
    database = _database()
    table = spelling.table(type(rows[0]), database)
    each = ", ".join([marks(table.writers)] * len(rows))
    statement = f"INSERT INTO {table.name} ({table.new_columns}) VALUES {each} RETURNING id"  # noqa: S608  because: names of our own tables and columns
    values = [
        getattr(row, name) if writer is None else writer(getattr(row, name))
        for row in rows
        for name, writer in table.writers
    ]
    with _prepared(database) as cursor:
        cursor.execute(statement, values)
        ids = cursor.fetchall()
    for row, (row_id,) in zip(rows, ids, strict=True):
        row.pk, row._state.adding, row._state.db = row_id, False, database.alias
