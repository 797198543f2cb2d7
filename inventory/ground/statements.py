"""Statements that are written out, for the moments when a whole store waits for one of its people.

Django builds each query anew from its parts, which takes 0.3 to 0.8 ms where the database needs
0.05. While a store's head is locked that time is everybody's, and what is read at every request
adds up; anywhere else a QuerySet reads better.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from types import MappingProxyType
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from inventory.ground import spelling
from inventory.ground.spelling import Joined, Table

M = TypeVar("M", bound=Model)

Columns = tuple[Any, ...]

MOST_AT_ONCE = 500  # rows; SQLite takes at most 32,766 values in one statement
NOTHING: Mapping[str, str] = MappingProxyType({})
PLAIN_VALUES = {bool, int, str, type(None)}  # the same in both databases


@dataclass(frozen=True)
class Asked(Generic[M]):
    """Rows that were asked for; whoever wants them waits for them here."""

    fetch: Callable[[], list[Columns]]
    as_row: Callable[[Columns], M]

    def rows(self) -> list[M]:
        return [self.as_row(columns) for columns in self.fetch()]


def without_waiting() -> AbstractContextManager[None]:
    """In here a statement goes to the server before it has answered the one before; SQLite, which
    is in the same process, answers at once. Rows that are `ask`ed for and the ids of new rows are
    there when somebody wants them: `Asked.rows`, `hear`, or the end."""
    begin: Callable[[], AbstractContextManager[None]]
    begin = getattr(_database(), "without_waiting", nullcontext)
    return begin()


def hear() -> None:
    """Waits until everything that was sent is answered: new rows have their ids then."""
    getattr(_database(), "hear", _nothing)()


def ask(
    model: type[M], condition: str, values: Sequence[object], *, lock: bool = False
) -> Asked[M]:
    """As `read`, and the rows may be fetched later."""
    database = _database()
    table = spelling.table(model, database)
    statement = f"SELECT {', '.join(table.columns)} FROM {table.name} WHERE {condition}"  # noqa: S608  because: the condition is our own; what comes from outside is in `values`
    if lock and database.features.has_select_for_update:
        statement += " FOR UPDATE"
    return Asked(_asked(statement, values, database), partial(_row, model, table))


def ask_with(
    model: type[M],
    condition: str,
    values: Sequence[object],
    *,
    along: Sequence[str],
    beside: Mapping[str, str] = NOTHING,
) -> Asked[M]:
    """As `read_with`, and the rows may be fetched later."""
    database = _database()
    joined = spelling.joined(model, along, database)
    told = ", ".join([joined.columns, *beside.values()])
    statement = f"SELECT {told} FROM {joined.source} WHERE {condition}"  # noqa: S608  because: as in `ask`
    as_row = partial(_row_with, model, joined, tuple(beside))
    return Asked(_asked(statement, values, database), as_row)


def read(
    model: type[M], condition: str, values: Sequence[object], *, lock: bool = False
) -> list[M]:
    """The rows that fulfil a condition in SQL, with ORDER BY where order matters. `lock`: nobody
    else changes them before the end of the transaction; SQLite lets nobody write anyway."""
    return ask(model, condition, values, lock=lock).rows()


def read_among(
    model: type[M], column: str, values: Collection[object], *, lock: bool = False
) -> list[M]:
    """The rows whose column holds one of these values, in order of the column and then of age."""
    listed = list(values)
    if not listed:
        return []
    return ask(model, _among(column, listed), listed, lock=lock).rows()


def ask_among(model: type[M], column: str, values: Collection[object]) -> Asked[M]:
    """As `read_among`, and the rows may be fetched later. There is at least one value."""
    listed = list(values)
    return ask(model, _among(column, listed), listed)


def read_with(
    model: type[M],
    condition: str,
    values: Sequence[object],
    *,
    along: Sequence[str],
    beside: Mapping[str, str] = NOTHING,
) -> list[M]:
    """As `read`, in one statement with the rows at the end of these relations: ("clerk",
    "clerk__store"). The condition names a column with its table: counter_sale.uuid = %s. `beside`:
    attributes that each row gets as well, and the expression in SQL of each, without values."""
    return ask_with(model, condition, values, along=along, beside=beside).rows()


def keep(row: Model, name: str, rows: list[Any]) -> None:
    """`row.name.all()` is these rows from now on, as after Django's own `prefetch_related`."""
    relation: Any = row._meta.get_field(name)
    kept = relation.related_model._default_manager.all()
    kept._result_cache, kept._prefetch_done = rows, True
    for each in rows:
        relation.field.set_cached_value(each, row)
    vars(row).setdefault("_prefetched_objects_cache", {})[name] = kept


def fetch(
    statement: str, values: Sequence[object], *, using: str = DEFAULT_DB_ALIAS
) -> list[tuple[Any, ...]]:
    """All rows of a statement that is asked at every scan, as the driver gives them. It stays word
    for word the same, so that the database plans it once for each connection (1 query)."""
    return _asked(statement, values, _database(using))()


def ask_columns(statement: str, values: Sequence[object]) -> Callable[[], list[Columns]]:
    """As `fetch`; what comes back fetches the rows, perhaps later."""
    return _asked(statement, values, _database())


def insert(rows: Sequence[Model]) -> None:
    """New rows of one model, which have their ids afterwards. Every column must have its value
    already: nothing here fills in `auto_now`."""
    for first in range(0, len(rows), MOST_AT_ONCE):
        _insert(rows[first : first + MOST_AT_ONCE])


def insert_linked(links: Sequence[Model], rows: Sequence[Model]) -> None:
    """New rows of one model, each with its `change`, which is new too: PostgreSQL writes both in
    one statement. The links belong to one store."""
    if _database().vendor == "postgresql":
        for first in range(0, len(rows), MOST_AT_ONCE):
            part = slice(first, first + MOST_AT_ONCE)
            _insert_linked(links[part], rows[part])
        return
    insert(links)
    for row, link in zip(rows, links, strict=True):
        row.change = link  # type: ignore[attr-defined]  # because: every row that is written has one
    insert(rows)


def update(model: type[Model], condition: str, values: Sequence[object], **columns: object) -> int:
    """New values in columns of the rows that fulfil a condition in SQL; returns how many did."""
    with _updated(model, condition, values, columns) as cursor:
        found: int = cursor.rowcount
    return found


def save_numbers(rows: Sequence[Model], *columns: str) -> None:
    """Saves whole numbers of rows that exist, all rows in one statement: Django's `bulk_update`
    builds an expression for each number of each row."""
    if not rows:
        return
    database, names = _database(), ("id", *columns)
    each = ", ".join([marks(names)] * len(rows))
    settings = ", ".join(f"{name} = new.column{place}" for place, name in enumerate(columns, 2))
    table = rows[0]._meta.db_table
    statement = (
        f"UPDATE {table} SET {settings} FROM (VALUES {each}) AS new WHERE {table}.id = new.column1"  # noqa: S608  because: names of our own tables and columns
    )
    with database.cursor() as cursor:
        cursor.execute(statement, [getattr(row, name) for row in rows for name in names])


def put(model: type[Model], condition: str, values: Sequence[object], **columns: object) -> None:
    """As `update`, where it is known which rows there are and nobody has to wait."""
    _updated(model, condition, values, columns).close()


def _updated(
    model: type[Model],
    condition: str,
    values: Sequence[object],
    columns: Mapping[str, object],
) -> CursorWrapper:
    database = _database()
    settings = ", ".join(f"{column} = %s" for column in columns)
    statement = f"UPDATE {model._meta.db_table} SET {settings} WHERE {condition}"  # noqa: S608  because: names of our own tables and columns, and a condition as in `read`
    asked = [_plain(value, database) for value in (*columns.values(), *values)]
    cursor = _prepared(database)
    cursor.execute(statement, asked)
    return cursor


def marks(values: Collection[object]) -> str:
    """The place of several values in a statement: (%s, %s)."""
    return "(" + ", ".join(["%s"] * len(values)) + ")"


def _among(column: str, values: Collection[object]) -> str:
    return f"{column} IN {marks(values)} ORDER BY {column}, id"


def _nothing() -> None:
    """What there is to hear from a database that answers at once."""


def _asked(
    statement: str, values: Sequence[object], database: BaseDatabaseWrapper
) -> Callable[[], list[Columns]]:
    """Sends a statement; what comes back fetches its rows."""
    plain = [_plain(value, database) for value in values]
    cursor = _prepared(database)
    cursor.execute(statement, plain)
    if not hasattr(database, "hear"):
        with cursor:
            rows = cursor.fetchall()
        return lambda: rows
    return partial(_fetched, cursor)


def _fetched(cursor: CursorWrapper) -> list[Columns]:
    with cursor:
        found: list[Columns] = cursor.fetchall()
    return found


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


def _row_with(model: type[M], joined: Joined, beside: Sequence[str], columns: Sequence[Any]) -> M:
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
    for name, value in zip(beside, columns[taken:], strict=True):
        setattr(row, name, value)
    return row


def _insert(rows: Sequence[Model]) -> None:
    database = _database()
    statement, values = spelling.new_rows(rows, database)
    cursor = _prepared(database)
    cursor.execute(statement, values)
    _later(database, partial(_take_ids, rows, cursor, database.alias))


def _insert_linked(links: Sequence[Model], rows: Sequence[Model]) -> None:
    database = _database()
    statement, values = spelling.linked_rows(links, rows, database)
    cursor = _prepared(database)
    cursor.execute(statement, values)
    _later(database, partial(_take_both_ids, links, rows, cursor, database.alias))


def _later(database: BaseDatabaseWrapper, take: Callable[[], None]) -> None:
    """Takes the answer as soon as there is one: on SQLite now."""
    later: Callable[[Callable[[], None]], None] | None = getattr(database, "hear_later", None)
    if later is None:
        take()
    else:
        later(take)


def _take_ids(rows: Iterable[Model], cursor: CursorWrapper, alias: str) -> None:
    for row, (row_id,) in zip(rows, _fetched(cursor), strict=True):
        _is_kept(row, row_id, alias)


def _take_both_ids(
    links: Iterable[Model], rows: Iterable[Model], cursor: CursorWrapper, alias: str
) -> None:
    for link, row, (row_id, link_id) in zip(links, rows, _fetched(cursor), strict=True):
        _is_kept(link, link_id, alias)
        _is_kept(row, row_id, alias)
        row.change = link  # type: ignore[attr-defined]  # because: every row that is written has one


def _is_kept(row: Model, row_id: int, alias: str) -> None:
    row.pk, row._state.adding, row._state.db = row_id, False, alias
