"""System checks: the keys of sealed columns are given, and are the ones that sealed them."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.models import BinaryField, Model

from inventory.ground import sealing


def check_keys_given(app_configs: Sequence[AppConfig] | None, **_kw: Any) -> list[CheckMessage]:
    """In production the keys come from the environment: a key that every machine makes for itself
    opens nothing on the next one, and is lost with the disk."""
    if settings.ENVIRONMENT.FIELD_KEYS:
        return []
    return [
        Error(
            "FIELD_KEYS is not set: identities are sealed with a key that lies beside them.",
            hint="Put the key from var/field_keys into the environment, see docs/operations.md.",
            id="keys.E001",
        )
    ]


def check_keys_open(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_kw: Any
) -> list[CheckMessage]:
    """What was sealed last opens with the keys that are here. A warning: a shop that has lost its
    keys still has to open its door."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        present = set(connections[alias].introspection.table_names())
        for model, column in sealed_columns():
            if model._meta.db_table in present and not _opens(model, column, alias):
                told = f"FIELD_KEYS does not open {model._meta.db_table}.{column}."
                hint = "Put the key that sealed it into FIELD_KEYS too, behind the first one."
                found.append(checks.Warning(told, hint=hint, id="keys.W002"))
    return found


def sealed_columns() -> list[tuple[type[Model], str]]:
    """The columns whose name begins with `sealed`."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, BinaryField) and field.name.startswith("sealed")
    ]


def _opens(model: type[Model], column: str, alias: str) -> bool:
    rows = model._default_manager.using(alias).exclude(**{column: None}).order_by("-pk")
    newest = rows.values_list(column, flat=True).first()
    if newest is None:
        return True
    try:
        sealing.unseal(bytes(newest))
    except sealing.CannotUnseal:
        return False
    return True
