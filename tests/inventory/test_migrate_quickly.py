"""The tables are as the models say, although on the way to them few classes were made."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations import Migration
from django.db.migrations import operations as steps
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from inventory.ground.migrating import QuickExecutor

NOTE = models.CharField(max_length=9, default="")


def test_every_table_has_the_columns_and_the_rules_of_its_model(db: None) -> None:
    every = [each for each in apps.get_models(include_auto_created=True) if each._meta.managed]
    assert len(every) > 100
    assert [each._meta.label for each in every if _there(each) != _told(each)] == []


def _there(model: type[models.Model]) -> tuple[Any, ...]:
    table, look = model._meta.db_table, connection.introspection
    with connection.cursor() as cursor:
        columns = {each.name: each.null_ok for each in look.get_table_description(cursor, table)}
        pointing = {name: tuple(to[:2]) for name, to in look.get_relations(cursor, table).items()}
        rules = look.get_constraints(cursor, table)
    named = rules.keys() & _rules(model)
    # the key of the table is told of by one database and not by the other
    unique = {
        each["columns"][0]
        for name, each in rules.items()
        if name not in named
        and each["unique"]
        and not each["primary_key"]
        and len(each["columns"]) == 1
    }
    return columns, pointing, named, unique


def _told(model: type[models.Model]) -> tuple[Any, ...]:
    fields = model._meta.local_concrete_fields
    pointing = {
        field.column: (field.target_field.column, field.related_model._meta.db_table)
        for field in fields
        if isinstance(field, models.ForeignKey) and vars(field)["db_constraint"]
    }
    unique = {field.column for field in fields if field.unique and not field.primary_key}
    return {field.column: field.null for field in fields}, pointing, _rules(model), unique


def _rules(model: type[models.Model]) -> set[str]:
    return {each.name for each in (*model._meta.constraints, *model._meta.indexes) if each.name}


class Tables:
    """A store and a piece in it, with their classes, as migrations before left them."""

    def __init__(self) -> None:
        self.state, self._executor = ProjectState(), QuickExecutor(connection)
        self.migrate(
            steps.CreateModel("Store", [("code", models.CharField(max_length=9, primary_key=True))])
        )
        store = models.ForeignKey("warehouse.Store", models.CASCADE)
        self.migrate(
            steps.CreateModel(
                "Piece", [("id", models.AutoField(primary_key=True)), ("store", store)]
            )
        )

    def migrate(self, *made: Operation) -> None:
        migration = type("Again", (Migration,), {"operations": made})("again", "warehouse")
        self.state = self._executor.apply_migration(self.state, migration)

    def of(self, name: str) -> Any:
        return self.state.apps.get_model("warehouse", name)

    def clear(self) -> None:
        self.migrate(steps.DeleteModel("Piece"), steps.DeleteModel("Store"))
        self._executor.recorder.record_unapplied("warehouse", "again")


@pytest.fixture
def tables(transactional_db: None) -> Iterator[Tables]:
    made = Tables()
    yield made
    made.clear()


def test_a_new_column_leaves_the_classes_of_others_alone(tables: Tables) -> None:
    piece, store = tables.of("Piece"), tables.of("Store")
    tables.migrate(steps.AddField("Store", "note", NOTE))
    assert tables.of("Piece") is piece
    assert tables.of("Store") is not store


def test_a_step_that_runs_code_finds_classes_that_fit_each_other(tables: Tables) -> None:
    def fill(apps: Any, _editor: Any) -> None:
        store = apps.get_model("warehouse", "Store").objects.create(code="S01", note="new")
        apps.get_model("warehouse", "Piece").objects.create(store=store)

    tables.migrate(steps.AddField("Store", "note", NOTE))
    tables.migrate(steps.RunPython(fill))
    assert tables.of("Piece").objects.get().store.note == "new"


def test_a_column_that_others_point_to_changes_with_theirs(tables: Tables) -> None:
    tables.migrate(steps.AddField("Store", "note", NOTE))
    longer = models.CharField(max_length=30, primary_key=True)
    tables.migrate(steps.AlterField("Store", "code", longer))
    piece = tables.of("Piece")
    assert piece._meta.get_field("store").remote_field.model is tables.of("Store")
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, piece._meta.db_table)
    (size,) = [each.display_size for each in columns if each.name == "store_id"]
    assert size == 30
