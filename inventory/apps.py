from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate


class InventoryConfig(AppConfig):
    name = "inventory"
    verbose_name = "The book of pieces"

    def ready(self) -> None:
        from inventory.ground import book_checks, changes, paper_checks, sealing_checks

        register(book_checks.check_books, Tags.database)
        register(book_checks.check_sqlite, Tags.database)
        register(paper_checks.check_paper)
        register(sealing_checks.check_keys_given, Tags.security, deploy=True)
        register(sealing_checks.check_keys_open, Tags.database)
        # the one signal: SQLite drops a trigger silently when Django rebuilds its table
        post_migrate.connect(changes.protect_after_migrate, dispatch_uid="protect_books")
