"""The lines of a stocktake, page by page: the same that its files hold."""

from collections.abc import Mapping
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Path, Query, Router

from inventory import stocktake_queries
from inventory.counted import CountOpen
from inventory.ground import answers, lists, scopes
from inventory.ground.measures import Metal
from inventory.ground.schemas import (
    Asked,
    Fineness,
    Grams,
    Listed,
    Milligrams,
    Number,
    SignedCents,
    Strict,
    Yuan,
)
from inventory.ground.scopes import Admitted
from inventory.models import Category, Excluded, LineResult, State

router = Router(tags=["stocktakes"])

AS_STORED = (
    "number",
    "name",
    "category",
    "metal",
    "grade",
    "fineness",
    "state",
    "excluded",
    "result",
)
FIELDS = (
    *AS_STORED,
    "pk",
    "place__code",
    "net_mg",
    "gross_mg",
    "cost_cents",
    "retail_cents",
    "came_by__change__number",
    "gone_by__change__number",
)


class StocktakeLineOut(Strict):
    """A piece as the books had it when the stocktake was opened, or when it came in during the
    count. `came_by` and `gone_by` are the documents with which it came and left since; `excluded`
    says why it is not counted where it was not."""

    number: str
    name: str
    place: str
    category: Category
    metal: Metal
    grade: Fineness
    fineness: Fineness
    net: Grams
    net_mg: Milligrams
    gross: Grams
    gross_mg: Milligrams
    cost: Yuan | None
    cost_cents: SignedCents | None
    retail: Yuan | None
    retail_cents: SignedCents | None
    state: State
    excluded: Excluded | Literal[""]
    result: LineResult
    came_by: str | None
    gone_by: str | None


class LinesAsked(Asked):
    result: LineResult | None = None


@router.get(
    "/stocktakes/{number}/lines",
    response=Listed[StocktakeLineOut],
    **scopes.needs("stocktakes:read"),
)
def list_stocktake_lines(
    request: Admitted, number: Path[Number], asked: Query[LinesAsked]
) -> HttpResponse:
    """The lines in the order of the files, all or those of one result. While it is being counted:
    `count_open`, but for keys of head office (`all_stores`)."""
    stocktake = stocktake_queries.stocktake_for(request.user, number)
    if stocktake_queries.is_hidden(stocktake, request.user):
        raise CountOpen
    rows = stocktake_queries.lines_of(stocktake, result=asked.result or "").select_related(None)
    page = lists.by_key(rows.values(*FIELDS), asked=asked, of=f"lines of {number}")
    return answers.listed(map(_line, page.rows), page.next_cursor)


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in AS_STORED},
        "place": row["place__code"],
        **answers.weight("net", row["net_mg"]),
        **answers.weight("gross", row["gross_mg"]),
        **answers.money("cost", row["cost_cents"]),
        **answers.money("retail", row["retail_cents"]),
        "came_by": row["came_by__change__number"],
        "gone_by": row["gone_by__change__number"],
    }
