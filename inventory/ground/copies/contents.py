"""What both kinds of database are asked in the same words, and how both refuse."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.ground.archives import Head
from inventory.ground.errors import RuleBroken
from inventory.models import Store

HEADS = """
    SELECT store.code, head.seq, head.hash
    FROM inventory_ledgerhead head JOIN inventory_store store ON store.id = head.store_id
    ORDER BY store.code
"""
MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"


class ShopIsOpen(RuleBroken):
    code = "shop_is_open"
    sentence = gettext_lazy(
        "Somebody still works with this database. Close the shop, then try again."
    )


class CopyFailed(RuleBroken):
    code = "copy_failed"
    status = 503

    @classmethod
    def because(cls, reason: object) -> "CopyFailed":
        told = _("The database could not be copied: %(reason)s")
        return cls(told % {"reason": str(reason).strip()})


@dataclass(frozen=True)
class Taken:
    """A copy, and what stood in the database at that very moment."""

    path: Path
    heads: list[Head]
    migrations: list[str]


def heads(cursor: Any) -> list[Head]:
    """Where the chain of each store ends, asked through a cursor of either database."""
    cursor.execute(HEADS)
    return [Head(store=code, seq=seq, hash=link) for code, seq, link in cursor.fetchall()]


def migrations(cursor: Any) -> list[str]:
    """The version of the tables: every migration that was applied, as `app.name`."""
    cursor.execute(MIGRATIONS)
    return [f"{app}.{name}" for app, name in cursor.fetchall()]


def holds_something() -> bool:
    """A store, or tables that are not ours."""
    tables = set(connection.introspection.table_names())
    ours = set(connection.introspection.django_table_names()) | {"django_migrations"}
    if tables - ours:
        return True
    return Store._meta.db_table in tables and Store.objects.exists()


@contextmanager
def looking_at(name: str) -> Iterator[None]:
    """While this lasts, the connection of this thread leads to the database `name`."""
    live = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = live
