"""盘点表: an approved stocktake is published once and for ever, with the hashes of what it says.

The hashes are made before the store's chain is locked: nothing of an approved stocktake changes any
more, and nobody at a till waits for a million lines.
"""

import hashlib
from collections.abc import Iterator
from typing import Any, Final

import orjson
from django.contrib.auth.models import User
from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from inventory import stocktake_rows, stocktake_states
from inventory.ground import access, changes
from inventory.ground.errors import RuleBroken
from inventory.models import (
    LineResult,
    Stocktake,
    StocktakeDifference,
    StocktakeHandIn,
    StocktakeLine,
    StocktakeRead,
    StocktakeSheet,
    StocktakeState,
)

CHUNK: Final = 5_000

Figures = dict[str, Any]


class NotApproved(RuleBroken):
    code = "not_approved"
    sentence = _("A second person must approve this stocktake before it is published.")


class PublishedAlready(RuleBroken):
    code = "published_already"
    sentence = _("This stocktake has been published already.")


def publish(*, stocktake: Stocktake, by: User) -> StocktakeSheet:
    """The sheet of an approved stocktake: figures, hashes, and the store's chain as it stands. Of
    two who publish at once the second is told. Refused to a role without the right, and before it
    is approved."""
    access.refuse_unless(by, "run_stocktakes", store=stocktake.store)
    stocktake.refresh_from_db(fields=["state"])
    _check_approved(stocktake)
    content = stocktake_rows.checksum(stocktake)
    reads, differences = seal_of_reads(stocktake), seal_of_differences(stocktake)
    told = figures(stocktake)
    with changes.opened(store=stocktake.store, by=by) as book:
        found = stocktake_states.lock(stocktake)
        _check_approved(found)
        stocktake_states.become(
            found, StocktakeState.PUBLISHED, published_at=book.at, published_by=by
        )
        sheet = StocktakeSheet(
            stocktake=found,
            store=found.store,
            number=found.number,
            kind=found.kind,
            month=found.month,
            at=book.at,
            by=by,
            figures=told,
            rows=content.rows,
            bytes=content.bytes,
            sha256=content.sha256,
            reads=reads[0],
            reads_sha256=reads[1],
            differences=differences[0],
            differences_sha256=differences[1],
            sealed_seq=book.head.seq,
            sealed_hash=book.head.hash,
        )
        book.write([sheet], kind="stocktake_published")
    return sheet


def figures(stocktake: Stocktake) -> Figures:
    """Pieces, grams by metal class, cost and retail of every result: of the whole, by place and by
    category; differences and their outcomes, supplies, and who counted what. Grams of two classes
    are never added (6 queries)."""
    lines = StocktakeLine.objects.filter(store=stocktake.store_id, stocktake=stocktake).order_by()
    keys = ("place__code", "category", "result", "metal", "grade")
    sums = (Count("pk"), Sum("net_mg"), Sum("cost_cents"), Sum("retail_cents"))
    whole: Figures = {}
    by_place: dict[str, Figures] = {}
    by_category: dict[str, Figures] = {}
    rows = lines.values_list(*keys).annotate(*sums).order_by("place__code", "metal", "-grade")
    for place, category, result, *row in rows:
        for part in (whole, by_place.setdefault(place, {}), by_category.setdefault(category, {})):
            _add(part, result, row)
    return {
        "results": _in_order(whole),
        "places": {code: _in_order(part) for code, part in sorted(by_place.items())},
        "categories": {name: _in_order(part) for name, part in sorted(by_category.items())},
        "differences": _differences(stocktake),
        "supplies": _supplies(stocktake),
        "counted": _counted(stocktake),
    }


def seal_of_reads(stocktake: Stocktake) -> tuple[int, str]:
    """How many reads there are, and the hash of all of them."""
    rows = StocktakeRead.objects.filter(store=stocktake.store_id, stocktake=stocktake)
    names = ("pk", "place", "round", "code", "key", "piece", "means", "read_at", "at", "by")
    return _sealed(rows.order_by("pk").values_list(*names))


def seal_of_differences(stocktake: Stocktake) -> tuple[int, str]:
    """The same of the differences with their outcomes."""
    rows = StocktakeDifference.objects.filter(stocktake=stocktake)
    names = [field.attname for field in StocktakeDifference._meta.concrete_fields]
    return _sealed(rows.order_by("pk").values_list(*names))


def _check_approved(stocktake: Stocktake) -> None:
    if stocktake.state == StocktakeState.PUBLISHED:
        raise PublishedAlready
    if stocktake.state != StocktakeState.APPROVED:
        raise NotApproved


def _add(part: Figures, result: str, row: list[Any]) -> None:
    metal, grade, pieces, mg, cost, retail = row
    told = part.setdefault(result, {"pieces": 0, "cost_cents": 0, "retail_cents": 0, "classes": []})
    told["pieces"] += pieces
    told["cost_cents"] += cost or 0
    told["retail_cents"] += retail or 0
    for known in told["classes"]:
        if (known["metal"], known["grade"]) == (metal, grade):
            known["pieces"] += pieces
            known["mg"] += mg
            return
    told["classes"].append({"metal": metal, "grade": grade, "pieces": pieces, "mg": mg})


def _in_order(part: Figures) -> Figures:
    return {str(result): part[result] for result in LineResult if result in part}


def _differences(stocktake: Stocktake) -> list[Figures]:
    """Each kind with each outcome."""
    rows = stocktake.differences.order_by("kind", "outcome").values("kind", "outcome")
    sums = rows.annotate(
        n=Count("pk"), cost_cents=Sum("cost_cents"), retail_cents=Sum("retail_cents")
    )
    return [
        {**row, "cost_cents": row["cost_cents"] or 0, "retail_cents": row["retail_cents"] or 0}
        for row in sums
    ]


def _supplies(stocktake: Stocktake) -> list[Figures]:
    rows = stocktake.supplies.order_by("spot__place__code", "item__code")
    return [
        {"place": place, "item": item, "name": name, "expected": expected, "counted": counted}
        for place, item, name, expected, counted in rows.values_list(
            "spot__place__code", "item__code", "item__name", "expected", "counted"
        )
    ]


def _counted(stocktake: Stocktake) -> list[Figures]:
    """Who handed in which round of which place."""
    rows = StocktakeHandIn.objects.filter(stocktake=stocktake).order_by("pk")
    return [
        {"place": place, "round": nth, "by": first_name or username}
        for place, nth, first_name, username in rows.values_list(
            "place__code", "round", "by__first_name", "by__username"
        )
    ]


def _sealed(rows: QuerySet[Any, tuple[Any, ...]]) -> tuple[int, str]:
    digest, many = hashlib.sha256(), 0
    for row in _each(rows):
        digest.update(orjson.dumps(row) + b"\n")
        many += 1
    return many, digest.hexdigest()


def _each(rows: QuerySet[Any, tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    return iter(rows.iterator(chunk_size=CHUNK))
