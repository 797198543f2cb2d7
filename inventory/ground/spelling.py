"""How the statements of `statements.py` spell a model's table and the tables that come along.

Spelling a table costs more than the database needs for the statement, so each connection keeps
what it has spelled. Columns and their conversions are Django's own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

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


@dataclass(frozen=True)
class Table:
    """One model's columns: `readers` by their place, for those that the database keeps in another
    form; `writers` by attribute, without the primary key, None for what goes as it is."""

    name: str
    columns: list[str]
    attributes: list[str]
    readers: list[tuple[int, Callable[[Any], Any]]]
    new_columns: str
    writers: list[tuple[str, Callable[[Any], Any] | None]]


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
    """A table with those that come along, and SELECT … FROM … of all their columns."""

    table: Table
    relations: list[Relation]
    statement: str


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
        new_columns=", ".join(quote(str(field.column)) for field in new),
        writers=[(field.attname, _writer(field, database)) for field in new],
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
    statement = f"SELECT {', '.join(columns)} FROM {near.name} {' '.join(joins)}"  # noqa: S608  because: names of our own tables and columns
    return Joined(near, relations, statement)


def _columns_of(name: str, spelled: Table) -> str:
    return ", ".join(f"{name}.{column}" for column in spelled.columns)
