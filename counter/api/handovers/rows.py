"""Rows as the database gives them, and what the parts of a sheet are told with."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from django.db.models import Model
from pydantic import Field

from inventory.ground import answers, measures

Row = Mapping[str, Any]
Told = dict[str, Any]

SHEET = "handover_id"

SignedGrams = Annotated[str, Field(pattern=r"^-?[0-9]{1,6}\.[0-9]{3}$")]
SignedMilligrams = Annotated[int, Field(ge=-(10**9), le=10**9)]


def of_sheets(
    model: type[Model], fields: Sequence[str], keys: Sequence[int]
) -> Mapping[int, list[Row]]:
    """The rows of one kind by the key of their sheet (1 query)."""
    rows = model._default_manager.filter(handover__in=keys).order_by("pk")
    return grouped(rows.values(*fields), SHEET)


def grouped(rows: Iterable[Row], key: str) -> Mapping[int, list[Row]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def weight(name: str, mg: int | None) -> Told:
    """A weight that may be unknown."""
    text = None if mg is None else measures.plain_grams(mg)
    return {name: text, f"{name}_mg": mg}


def moment(at: Any, zone: str) -> str | None:
    """A moment that may not have come yet."""
    return answers.moment(at, zone) if at else None
