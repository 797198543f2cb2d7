"""One piece with all that a till shows of it, in one statement: a scan is what happens most.

Django would ask six times and compose each question anew, which takes five times as long as the
answers do. Who may see the piece is decided here, as in every getter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.contrib.auth.models import User
from django.utils import timezone

from inventory import counted
from inventory.counted import Veil
from inventory.ground import access, statements

# the columns of a piece by the names that Django gives them
COLUMNS: Final = {
    "number": "piece.number",
    "barcode": "piece.barcode",
    "epc": "piece.epc",
    "name": "piece.name",
    "category": "piece.category",
    "state": "piece.state",
    "metal": "piece.metal",
    "grade": "piece.grade",
    "content": "piece.content",
    "mark": "piece.mark",
    "units": "piece.units",
    "ring_size": "piece.ring_size",
    "made_to_order": "piece.made_to_order",
    "pricing": "piece.pricing",
    "labour_kind": "piece.labour_kind",
    "labour_value": "piece.labour_value",
    "price_cents": "piece.price_cents",
    "gross_mg": "piece.gross_mg",
    "net_mg": "piece.net_mg",
    "updated_at": "piece.updated_at",
    "store_id": "piece.store_id",
    "store__code": "store.code",
    "store__time_zone": "store.time_zone",
    "style__code": "style.code",
    "place_id": "piece.place_id",
    "place__code": "place.code",
    "place__parent_id": "place.parent_id",
}
STONE: Final = ("main", "kind", "count", "weight_mct", "color", "clarity", "cut")
REPORT: Final = ("lab", "number")

# more rows than one when a piece has more than one stone or report; the newest price is looked for
# in each of the two boards by its index, since a board grows every day
WHOLE = f"""
    SELECT {", ".join(COLUMNS.values())},
        EXISTS (SELECT 1 FROM inventory_place AS veiled
            WHERE (veiled.counted_in <> '' OR veiled.stocktaken_in <> '')
                AND veiled.store_id = piece.store_id
                AND COALESCE(veiled.parent_id, veiled.id) IN (place.id, place.parent_id)),
        CASE WHEN piece.pricing = 'weight' THEN (
            SELECT newest.cents_per_gram FROM (
                SELECT * FROM (SELECT valid_from, id, cents_per_gram FROM inventory_metalprice
                    WHERE store_id = piece.store_id AND metal = piece.metal AND kind = 'sell'
                        AND fineness = COALESCE(piece.content, piece.grade) AND valid_from <= %s
                    ORDER BY valid_from DESC, id DESC LIMIT 1) AS own
                UNION ALL
                SELECT * FROM (SELECT valid_from, id, cents_per_gram FROM inventory_metalprice
                    WHERE store_id = (SELECT id FROM inventory_store WHERE kind = 'head_office')
                        AND metal = piece.metal AND kind = 'sell'
                        AND fineness = COALESCE(piece.content, piece.grade) AND valid_from <= %s
                    ORDER BY valid_from DESC, id DESC LIMIT 1) AS house
            ) AS newest ORDER BY newest.valid_from DESC, newest.id DESC LIMIT 1
        ) END,
        stone.id, {", ".join(f"stone.{name}" for name in STONE)},
        report.id, {", ".join(f"report.{name}" for name in REPORT)}
    FROM inventory_piece AS piece
    JOIN inventory_style AS style ON style.id = piece.style_id
    JOIN inventory_store AS store ON store.id = piece.store_id
    LEFT JOIN inventory_place AS place ON place.id = piece.place_id
    LEFT JOIN inventory_stone AS stone ON stone.piece_id = piece.id
    LEFT JOIN inventory_certificate AS report ON report.piece_id = piece.id
    WHERE piece.number = %s
    ORDER BY stone.main DESC, stone.id, report.id
"""  # noqa: S608  because: the only things put in are the names of our own columns
_PIECE = len(COLUMNS)
_STONE = _PIECE + 2
_REPORT = _STONE + 1 + len(STONE)


@dataclass(frozen=True)
class WholePiece:
    """`row` has the `COLUMNS`, `stones` and `reports` theirs. `cents_per_gram` is the board's
    price at this moment: None for a fixed price, and where the board has none."""

    row: Mapping[str, Any]
    stones: Sequence[Mapping[str, Any]]
    reports: Sequence[Mapping[str, Any]]
    cents_per_gram: int | None
    veil: Veil


def find(*, user: User, number: str) -> WholePiece | None:
    """The piece of this number, if it is in a store that this person or program may see (1 query;
    a person's stores are read once)."""
    now = timezone.now()
    rows = statements.fetch(WHOLE, [now, now, number])
    reach = access.store_ids(user)
    if not rows:
        return None
    row = dict(zip(COLUMNS, rows[0], strict=False))
    if reach is not None and row["store_id"] not in reach:
        return None
    row["updated_at"] = _aware(row["updated_at"])
    row["made_to_order"] = bool(row["made_to_order"])  # SQLite says 0 or 1
    is_counted, cents_per_gram = rows[0][_PIECE:_STONE]
    # stones and reports multiply each other in the rows: each stands here once
    stones = {each[_STONE]: each[_STONE + 1 : _REPORT] for each in rows}
    reports = {each[_REPORT]: each[_REPORT + 1 :] for each in rows}
    return WholePiece(
        row=row,
        stones=[dict(zip(STONE, told, strict=True)) for key, told in stones.items() if key],
        reports=[dict(zip(REPORT, told, strict=True)) for key, told in reports.items() if key],
        cents_per_gram=cents_per_gram,
        veil=_veil(row) if is_counted and counted.is_blind(user) else Veil(),
    )


def _veil(row: Mapping[str, Any]) -> Veil:
    return Veil(frozenset({row["place_id"]}))


def _aware(moment: datetime) -> datetime:
    """SQLite's moments are UTC without saying so."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
