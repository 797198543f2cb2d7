"""Views that do the same work as an address of the shop in the least code: no rights, no rules, no
models. A floor is never made slower to look better; it is reviewed like a test."""

from datetime import UTC
from typing import Any

import orjson
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from inventory.ground import access, answers

PIECE = """
    SELECT piece.number, piece.barcode, piece.epc, piece.name, piece.category, piece.state,
        piece.metal, piece.grade, piece.content, piece.mark, piece.units, piece.ring_size,
        piece.pricing, piece.labour_kind, piece.labour_value, piece.price_cents, piece.gross_mg,
        piece.net_mg, piece.updated_at, piece.id, piece.store_id, style.code, store.code,
        store.time_zone, place.code, piece.made_to_order
    FROM inventory_piece piece
    JOIN inventory_style style ON style.id = piece.style_id
    JOIN inventory_store store ON store.id = piece.store_id
    LEFT JOIN inventory_place place ON place.id = piece.place_id
    WHERE piece.number = %s
"""
STONES = """
    SELECT main, kind, count, weight_mct, color, clarity, cut FROM inventory_stone
    WHERE piece_id = %s ORDER BY main DESC, id
"""
REPORTS = "SELECT lab, number FROM inventory_certificate WHERE piece_id = %s ORDER BY id"
PRICE = """
    SELECT cents_per_gram FROM inventory_metalprice
    WHERE metal = %s AND fineness = %s AND kind = 'sell' AND valid_from <= %s
      AND store_id IN (%s, (SELECT id FROM inventory_store WHERE kind = 'head_office'))
    ORDER BY valid_from DESC, id DESC LIMIT 1
"""
READER = "SELECT store_id, opened_by_id FROM inventory_stocktake WHERE id = %s"
READ = """
    INSERT INTO inventory_stocktakeread (store_id, by_id, stocktake_id, place_id, code, key,
        read_at, at, round, means)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 1, 'scanner') ON CONFLICT DO NOTHING
"""
AS_STORED = (
    "number", "barcode", "epc", "name", "category", "state", "metal", "grade", "content", "mark",
    "units", "ring_size", "pricing", "labour_kind",
)  # fmt: skip
OF_STONE = ("main", "kind", "count", "weight_mct", "color", "clarity", "cut")


@access.public()
def plain(_request: HttpRequest) -> HttpResponse:
    """A constant through the same server and middleware."""
    return HttpResponse(b'{"plain": true}', content_type="application/json")


@access.public()
def piece(_request: HttpRequest, number: str) -> HttpResponse:
    """One piece on sale: the same bytes that the API answers, from a cursor to orjson."""
    with connection.cursor() as cursor:
        cursor.execute(PIECE, [number])
        row = cursor.fetchone()
        labour, price, gross, net, at, piece_id, store_id, *named = row[14:]
        style, store, zone, place, ordered = named
        cursor.execute(STONES, [piece_id])
        stones = [dict(zip(OF_STONE, stone, strict=True)) for stone in cursor.fetchall()]
        cursor.execute(REPORTS, [piece_id])
        reports = [{"lab": lab, "number": of} for lab, of in cursor.fetchall()]
        metal_cents = 0
        if row[12] == "weight":
            now = connection.ops.adapt_datetimefield_value(timezone.now())
            cursor.execute(PRICE, [row[6], row[8] or row[7], now, store_id])
            metal_cents = (net * cursor.fetchone()[0] + 500) // 1000
    by_weight = row[12] == "weight"
    labour_cents = (net * labour + 500) // 1000 if by_weight else 0
    fixed = 0 if by_weight else price
    for stone in stones:
        stone["main"] = bool(stone["main"])
        stone["carat"] = f"{stone['weight_mct'] / 1000:.3f}"
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    told: dict[str, Any] = {
        **dict(zip(AS_STORED, row, strict=False)),
        "style": style,
        "store": store,
        "place": place,
        "being_counted": False,
        "made_to_order": bool(ordered),
        "fineness": row[8] or row[7],
        "gross": f"{gross / 1000:.3f}",
        "gross_mg": gross,
        "net": f"{net / 1000:.3f}",
        "net_mg": net,
        **_money("labour", labour if by_weight else None),
        "labour_bp": None,
        **_money("price", price),
        "updated_at": answers.moment(at, zone),
        "stones": stones,
        "certificates": reports,
        "today": {
            **_money("metal", metal_cents),
            **_money("labour", labour_cents),
            **_money("fixed", fixed),
            **_money("total", metal_cents + labour_cents + fixed),
        },
    }
    return HttpResponse(orjson.dumps(told), content_type="application/json")


def _money(name: str, cents: int | None) -> dict[str, Any]:
    return {name: None if cents is None else f"{cents / 100:.2f}", f"{name}_cents": cents}


@csrf_exempt  # because: the clients of a benchmark have no cookies
@access.public(max_body=4096 * access.KILOBYTE)
def reads(request: HttpRequest, stocktake: int, place: int) -> HttpResponse:
    """Ten thousand reads of a tray of S01, written down as they come: no key, no rights, no look
    whether anything is there."""
    at = connection.ops.adapt_datetimefield_value(timezone.now())
    codes = {read["code"] for read in orjson.loads(request.read())["reads"]}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(READER, [stocktake])
        same = cursor.fetchone()
        rows = [(*same, stocktake, place, code, code, at, at) for code in codes]
        cursor.executemany(READ, rows)
    return HttpResponse(b"{}", content_type="application/json")
