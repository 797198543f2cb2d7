"""migrate: Django's own, in a tenth of the time; see inventory/ground/migrating.py."""

from django.core.management.commands import migrate

from inventory.ground.migrating import QuickExecutor

# the name by which the command below makes its executor
migrate.MigrationExecutor = QuickExecutor  # type: ignore[attr-defined]  # because: a name of Django's that its stubs leave out


class Command(migrate.Command):
    """In place of Django's, because it has the same name."""
