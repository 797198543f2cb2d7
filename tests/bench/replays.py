"""The floor of everything that writes: the same rows by raw SQL, with every value at hand.

A rule runs once inside a transaction that is taken back; what it wrote is kept. The replay writes
exactly those rows again: one statement for each table that got new ones, and the updates as they
were. It reads nothing, decides nothing and hashes nothing, so no code that keeps the rules can be
quicker; and since the rows are the rules' own, the oracle is as content with it as with them.
"""

import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any

import psycopg
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Max, Model

from tests.bench.measuring import Sample

Statement = tuple[str, Sequence[Any]]
INSERTED = re.compile(r'INSERT INTO "?(\w+)')


class _TakenBack(Exception):
    """Ends the transaction of a recording."""


def recorded(act: Callable[[], object]) -> list[Statement]:
    """What `act` writes, as few statements as the rows allow. The database is as before."""
    updates: list[Statement] = []
    inserts: list[Statement] = []
    inserted_into: set[str] = set()

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "ON CONFLICT" not in sql and (tables := INSERTED.findall(sql)):
            # a row and its link may be written by one statement
            inserted_into.update(tables)
        elif sql.lstrip().startswith(("UPDATE", "DELETE")) or "ON CONFLICT" in sql:
            updates.append((sql, list(params)))
        return execute(sql, params, many, context)

    try:
        with transaction.atomic():
            before = {model: _last_id(model) for model in apps.get_models() if _counts(model)}
            with connection.execute_wrapper(keep):
                act()
            inserts = [
                _insert(model, last)
                for model, last in before.items()
                if model._meta.db_table in inserted_into
            ]
            raise _TakenBack
    except _TakenBack:
        pass
    # what is closed or given free first makes room for what is new
    return [*updates, *inserts]


def replayed(
    recordings: Iterable[list[Statement]], *, reads: Sequence[Sequence[str]] = ()
) -> Sample:
    """Each recording is written in a transaction of its own; making it is not counted. `reads`:
    for each recording what has to be looked up before, one statement for each list."""
    times = []
    with raw() as database:
        for statements, looked_up in zip_longest(recordings, reads, fillvalue=()):
            plain = [(_own_marks(sql), params) for sql, params in statements]
            begun = time.perf_counter()
            cursor = database.cursor()
            cursor.execute("BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN")
            for sql in looked_up:
                cursor.execute(sql).fetchall()
            for sql, params in plain:
                cursor.execute(sql, params)
            cursor.execute("COMMIT")
            times.append(round((time.perf_counter() - begun) * 1e6))
            _catch_up(statements)
    return Sample(times, sum(times) / 1e6)


@contextmanager
def raw() -> Iterator[Any]:
    """A connection of the driver itself, set as those of the shop."""
    database: Any
    if connection.vendor == "sqlite":
        name = connection.settings_dict["NAME"]
        database = sqlite3.connect(name, isolation_level=None, timeout=5)
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
    else:
        params: Any = connection.get_connection_params()
        kept = {
            name: params[name]
            for name in ("dbname", "user", "password", "host", "port")
            if name in params
        }
        database = psycopg.connect(**kept, autocommit=True)
        database.execute("SET TIME ZONE 'UTC'")
    try:
        yield database
    finally:
        database.close()


def _own_marks(sql: str) -> str:
    return sql.replace("%s", "?") if connection.vendor == "sqlite" else sql


def _counts(model: type[Model]) -> bool:
    """Whether its rows have ids that count upward."""
    return model._meta.managed and model._meta.pk.get_internal_type() in {
        "BigAutoField",
        "AutoField",
    }


def _last_id(model: type[Model]) -> int:
    last: int | None = model._default_manager.aggregate(last=Max("pk"))["last"]
    return last or 0


def _insert(model: type[Model], after: int) -> Statement:
    """All new rows of a table in one statement, with their ids and as they are now: what was
    inserted and then updated is written once."""
    fields = list(model._meta.concrete_fields)
    rows = model._default_manager.filter(pk__gt=after).order_by("pk")
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    each = "(" + ", ".join(["%s"] * len(fields)) + ")"
    values = [
        field.get_db_prep_save(getattr(row, field.attname), connection)
        for row in rows
        for field in fields
    ]
    marks = ", ".join([each] * len(rows))
    return f"INSERT INTO {model._meta.db_table} ({columns}) VALUES {marks}", values  # noqa: S608  because: names of our own tables


def _catch_up(statements: Sequence[Statement]) -> None:
    """PostgreSQL's counters of ids do not see ids that were given by hand."""
    if connection.vendor == "sqlite":
        return
    written = {table for sql, _params in statements for table in INSERTED.findall(sql)}
    models = [model for model in apps.get_models() if model._meta.db_table in written]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
