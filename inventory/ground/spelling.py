"""How the statements of `statements.py` spell a model's table and the tables that come along.

Spelling a table costs more than the database needs for the statement, so each connection keeps
what it has spelled. Columns and their conversions are Django's own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model

KEPT = "_spelled_for_statements"

# what these fields hold goes to both databases as it is; any other field prepares its values
PLAIN_FIELDS = {
    models.BigAutoField,
    models.BigIntegerField,
    models.BooleanField,
    models.CharField,
    models.ForeignKey,
    models.IntegerField,
    models.OneToOneField,
    models.PositiveBigIntegerField,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
    models.SmallIntegerField,
    models.TextField,
}


# the columns of new rows by name
INSERT_JSON = """
    INSERT INTO {table.name} ({table.new}) SELECT {table.new}
    FROM json_to_recordset(%s::json) AS new ({table.typed}) RETURNING id
"""
INSERT_LINKED = """
    WITH link AS (
        INSERT INTO {link.name} ({link.new}) SELECT {link.new}
        FROM json_to_recordset(%s::json) AS new ({link.typed}) RETURNING id, seq
    )
    INSERT INTO {row.name} ({row.new}) SELECT {columns}
    FROM json_to_recordset(%s::json) AS new ({row.typed})
    JOIN link ON link.seq = new.change_id ORDER BY link.seq RETURNING id, change_id
"""


@dataclass(frozen=True)
class Table:
    """One model's columns: `readers` by their place, for those that the database keeps in another
    form; `writers` by attribute, without the primary key, None for what goes as it is; `keys` and
    `types` of the columns that these fill, without a length: a text would be cut to it."""

    name: str
    columns: list[str]
    attributes: list[str]
    readers: list[tuple[int, Callable[[Any], Any]]]
    writers: list[tuple[str, Callable[[Any], Any] | None]]
    keys: list[str]
    new_columns: list[str]
    types: list[str]

    @property
    def new(self) -> str:
        return ", ".join(self.new_columns)

    @property
    def typed(self) -> str:
        """The columns of new rows that come as JSON."""
        both = zip(self.new_columns, self.types, strict=True)
        return ", ".join(f"{column} {kind}" for column, kind in both)


@dataclass(frozen=True)
class Relation:
    """A relation that a statement follows: `path` leads to its far row, `of` to the near one."""

    path: str
    of: str
    field: Any  # a foreign key, or the other end of a one-to-one
    model: type[Model]
    table: Table


@dataclass(frozen=True)
class Joined:
    """A table with those that come along: all their columns, and what they are selected from."""

    table: Table
    relations: list[Relation]
    columns: str
    source: str


def table(model: type[Model], database: BaseDatabaseWrapper) -> Table:
    """The table of a model as this connection's database spells it."""
    kept = _kept(database)
    if model not in kept:
        kept[model] = _table(model, database)
    spelled: Table = kept[model]
    return spelled


def joined(model: type[Model], along: Sequence[str], database: BaseDatabaseWrapper) -> Joined:
    """The table of a model with those at the end of some relations: ("clerk", "clerk__store"),
    each path after the one that it goes on from."""
    kept, key = _kept(database), (model, tuple(along))
    if key not in kept:
        kept[key] = _joined(model, along, database)
    spelled: Joined = kept[key]
    return spelled


def new_rows(rows: Sequence[Model], database: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
    """INSERT … RETURNING id of new rows of one model, and its values. PostgreSQL takes them as one
    JSON text: so the statement is the same for any number of rows, and is planned once."""
    kept, key = _kept(database), (type(rows[0]), "new")
    new = table(type(rows[0]), database)
    values = _values(rows, new)
    if database.vendor == "postgresql":
        if key not in kept:
            kept[key] = INSERT_JSON.format(table=new)
        return kept[key], [_json(values, new)]
    each = f"({', '.join(['%s'] * len(new.writers))})"
    marks = ", ".join([each] * len(rows))
    statement = f"INSERT INTO {new.name} ({new.new}) VALUES {marks} RETURNING id"  # noqa: S608  because: names of our own tables and columns
    return statement, [value for row in values for value in row]


def linked_rows(
    links: Sequence[Model], rows: Sequence[Model], database: BaseDatabaseWrapper
) -> tuple[str, list[Any]]:
    """For PostgreSQL: new rows and their new links in one statement, which returns the ids of row
    and link. A row finds its link by the `seq` that stands in the place of its `change_id`."""
    kept, key = _kept(database), (type(rows[0]), "linked")
    link, row = table(type(links[0]), database), table(type(rows[0]), database)
    place = [name for name, _writer in row.writers].index("change_id")
    if key not in kept:
        columns = [f"new.{column}" for column in row.new_columns]
        columns[place] = "link.id"
        kept[key] = INSERT_LINKED.format(link=link, row=row, columns=", ".join(columns))
    values = _values(rows, row)
    for of_row, each in zip(values, links, strict=True):
        of_row[place] = each.seq  # type: ignore[attr-defined]  # because: links
    return kept[key], [_json(_values(links, link), link), _json(values, row)]


def _values(rows: Sequence[Model], new: Table) -> list[list[Any]]:
    return [
        [
            getattr(row, name) if writer is None else writer(getattr(row, name))
            for name, writer in new.writers
        ]
        for row in rows
    ]


def _json(values: Sequence[Sequence[Any]], new: Table) -> str:
    told = [dict(zip(new.keys, each, strict=True)) for each in values]
    return orjson.dumps(told, default=_told).decode()


def _told(value: Any) -> Any:
    """What JSON has no word for: bytes, and what was put in for a column of JSON."""
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    return value.obj


def _kept(database: BaseDatabaseWrapper) -> dict[Any, Any]:
    kept: dict[Any, Any] = vars(database).setdefault(KEPT, {})
    return kept


def _table(model: type[Model], database: BaseDatabaseWrapper) -> Table:
    fields, quote = model._meta.concrete_fields, database.ops.quote_name
    new = [field for field in fields if not field.primary_key]
    return Table(
        name=model._meta.db_table,
        columns=[quote(str(field.column)) for field in fields],
        attributes=[field.attname for field in fields],
        readers=[
            (place, reader)
            for place, field in enumerate(fields)
            for reader in _readers(field, database)
        ],
        writers=[(field.attname, _writer(field, database)) for field in new],
        keys=[str(field.column) for field in new],
        new_columns=[quote(str(field.column)) for field in new],
        types=[str(field.db_type(database)).partition("(")[0] for field in new],
    )


def _readers(field: "Field[Any, Any]", database: BaseDatabaseWrapper) -> list[Callable[[Any], Any]]:
    column = field.cached_col
    converters = database.ops.get_db_converters(column) + column.get_db_converters(database)
    return [partial(_convert, each, column, database) for each in converters]


def _convert(converter: Any, column: object, database: BaseDatabaseWrapper, value: Any) -> Any:
    return converter(value, column, database)


def _writer(field: "Field[Any, Any]", database: BaseDatabaseWrapper) -> Callable[[Any], Any] | None:
    # exactly these classes: one derived from them may encrypt what it writes
    if type(field) in PLAIN_FIELDS:
        return None
    return partial(field.get_db_prep_save, connection=database)


def _joined(model: type[Model], along: Sequence[str], database: BaseDatabaseWrapper) -> Joined:
    near = table(model, database)
    models_at, names = {"": model}, {"": near.name}
    relations: list[Relation] = []
    columns, joins = [_columns_of(near.name, near)], []
    for path in along:
        of, _line, name = path.rpartition("__")
        field: Any = models_at[of]._meta.get_field(name)
        models_at[path], names[path] = field.related_model, f"the_{path}"
        far = table(field.related_model, database)
        # a column here points at the far row, or a column there points at this one
        here, there = (field.column, "id") if field.concrete else ("id", field.field.column)
        join = f"{names[path]}.{there} = {names[of]}.{here}"
        joins.append(f"LEFT JOIN {far.name} {names[path]} ON {join}")
        columns.append(_columns_of(names[path], far))
        relations.append(Relation(path, of, field, field.related_model, far))
    return Joined(near, relations, ", ".join(columns), f"{near.name} {' '.join(joins)}")


def _columns_of(name: str, spelled: Table) -> str:
    return ", ".join(f"{name}.{column}" for column in spelled.columns)
