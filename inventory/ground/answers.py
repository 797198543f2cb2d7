"""How figures reach a program: money and weights both as text and as integers, times with the
offset of their store. Rows go from the database to bytes without a model in between."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.http import HttpResponse

from inventory.ground import measures


def money(name: str, cents: int | None) -> dict[str, Any]:
    """An amount as `name` in yuan, "12345.60", and as `name_cents`."""
    text = None if cents is None else measures.plain_yuan(cents)
    return {name: text, f"{name}_cents": cents}


def weight(name: str, mg: int) -> dict[str, Any]:
    """A weight as `name` in grams, "12.345", and as `name_mg`."""
    return {name: measures.plain_grams(mg), f"{name}_mg": mg}


def moment(at: datetime, zone: str) -> str:
    """RFC 3339 with the offset that the store's clock had then."""
    return at.astimezone(ZoneInfo(zone)).isoformat()


def reply(data: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The bytes of one answer; the schema of its operation is kept by the tests."""
    return HttpResponse(orjson.dumps(data), status=status, content_type="application/json")


def listed(
    items: Iterable[dict[str, Any]], next_cursor: str | None = None, *, status: int = 200
) -> HttpResponse:
    """One page of a list."""
    return reply({"items": list(items), "next_cursor": next_cursor}, status=status)
