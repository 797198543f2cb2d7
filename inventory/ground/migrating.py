"""Migrations without making half of all models anew at every step.

Django keeps a class of each model as it was at each step. After every change it makes again the
class of that model and of all that lead to it or from it; here that is nearly every model, since
each row knows its person and its store. A new shop waited ten times as long for these classes as
for its tables, and a shop that is brought up to date waited as long.

The statements for a column, an index, a constraint or a table read that one class, and of others
only the primary keys. So a migration that does nothing else has only the class it changes made
anew. Before any other migration, and before a step that runs code, all of them are.
"""

from typing import Any

from django.db.migrations import Migration
from django.db.migrations import operations as steps
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

OF_ONE_TABLE = (
    steps.CreateModel,
    steps.AddField,
    steps.AddIndex,
    steps.AddConstraint,
    steps.RemoveConstraint,
)


class QuickExecutor(MigrationExecutor):
    def apply_migration(
        self, state: ProjectState, migration: Migration, *args: Any, **options: Any
    ) -> ProjectState:
        if not all(_is_of_one_table(step) for step in migration.operations):
            state.clear_delayed_apps_cache()
            return super().apply_migration(state, migration, *args, **options)
        state.is_delayed = True  # whoever needs all classes has them made
        state._find_reload_model = _only_itself  # type: ignore[attr-defined]  # because: Django's own, of this state alone
        try:
            return super().apply_migration(state, migration, *args, **options)
        finally:
            del state._find_reload_model  # type: ignore[attr-defined]  # because: as above


def _is_of_one_table(step: Operation) -> bool:
    """A column that others may point to is theirs too: its type is that of their columns."""
    if isinstance(step, steps.AlterField):
        return not (step.field.primary_key or step.field.unique)
    return isinstance(step, OF_ONE_TABLE)


def _only_itself(app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:
    return {(app_label, model_name)}
