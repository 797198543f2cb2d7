"""The lines of a stocktake as a file: kept since it was published, made on the way while it is not.

A file that was cut off is fetched on from where it ended: `Range` with the `ETag` in `If-Range`.
"""

from typing import Any

from django.http import HttpResponseBase
from ninja import Path, Router

from inventory import stocktake_files, stocktake_queries
from inventory.counted import CountOpen
from inventory.ground import file_answers, scopes
from inventory.ground.schemas import Number
from inventory.ground.scopes import Admitted
from inventory.models import StocktakeSheet
from inventory.stocktake_files import TYPES, Format

router = Router(tags=["stocktakes"])

_TEXT: dict[str, Any] = {"schema": {"type": "string"}}
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_FILES = {
    kind.partition(";")[0]: _BINARY if shape == Format.PARQUET else _TEXT
    for shape, kind in TYPES.items()
}


def needs(scope: str) -> dict[str, Any]:
    """As `scopes.needs`, of an operation that answers with a file or a part of one."""
    declared = scopes.needs(scope)
    declared["openapi_extra"] |= {
        "responses": {
            200: {"description": "The whole file", "content": _FILES},
            206: {"description": "The part that `Range` asks for", "content": _FILES},
            304: {"description": "The file that the reader has already"},
        }
    }
    return declared


@router.get("/stocktakes/{number}/export.{shape}", **needs("stocktakes:read"))
def export_stocktake(
    request: Admitted, number: Path[Number], shape: Path[Format]
) -> HttpResponseBase:
    """All lines as NDJSON, CSV or Parquet. Published: a file with `ETag` that can be fetched in
    parts. Not yet: the lines of this moment, streamed; `count_open` to who counts them blind."""
    stocktake = stocktake_queries.stocktake_for(request.user, number)
    sheets = StocktakeSheet.objects.filter(stocktake=stocktake).select_related("store", "stocktake")
    if (sheet := sheets.defer("figures").first()) is not None:
        return file_answers.answer(request, stocktake_files.kept(sheet, shape))
    if stocktake_queries.is_hidden(stocktake, request.user):
        raise CountOpen
    blocks = stocktake_files.CONTENTS[shape](stocktake)
    name = stocktake_files.saved_as(number, shape)
    return file_answers.streamed(request, blocks, content_type=TYPES[shape], name=name)


@router.api_operation(
    ["HEAD"],
    "/stocktakes/{number}/export.{shape}",
    include_in_schema=False,
    **needs("stocktakes:read"),
)
def look_at_stocktake_export(
    request: Admitted, number: Path[Number], shape: Path[Format]
) -> HttpResponseBase:
    """What `export_stocktake` would answer, without the file."""
    return export_stocktake(request, number, shape)
