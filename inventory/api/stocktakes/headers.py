"""What a stocktake is and comes to, and that head office has it."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from inventory import stocktake_files, stocktake_queries, stocktake_sheets, stocktakes
from inventory.api.stocktakes import figures
from inventory.api.stocktakes.figures import (
    CategorySumOut,
    Count,
    CountedOut,
    DifferenceSumOut,
    PlaceSumOut,
    ResultOut,
    SupplySumOut,
)
from inventory.ground import answers, lists, scopes
from inventory.ground.schemas import Asked, Day, Listed, Moment, Number, StoreCode, Strict
from inventory.ground.scopes import Admitted
from inventory.models import Category, Stocktake, StocktakeKind, StocktakeSheet, StocktakeState
from inventory.stocktake_files import Format

router = Router(tags=["stocktakes"])

Told = dict[str, Any]

MonthAsked = Annotated[
    str, Field(strict=True, max_length=7, pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")
]
Sha256 = Annotated[str, Field(strict=True, max_length=64, pattern=r"^[0-9a-f]{64}$")]

FIELDS = (
    "pk",
    "number",
    "store__code",
    "store__time_zone",
    "kind",
    "month",
    "category",
    "state",
    "business_day",
    "opened_at",
    "opened_by__username",
    "approved_at",
    "approved_by__username",
    "published_at",
    "published_by__username",
    "sheet__rows",
    "sheet__bytes",
    "sheet__sha256",
    "sheet__sealed_seq",
    "sheet__sealed_hash",
    "sheet__figures",
    "acknowledgement__at",
)


class SealedOut(Strict):
    """The last link of the store's chain when the sheet was published."""

    seq: int
    hash: str


class StocktakeOut(Strict):
    """`month` only of a monthly count, `category` only of a count of one. `rows`, `bytes` and
    `sha256` are those of the published NDJSON file. `results` and `differences` are null until it
    is published; while it is open, ask for the one stocktake."""

    number: str
    store: str
    kind: StocktakeKind
    month: str | None
    category: Category | None
    state: StocktakeState
    business_day: Day
    opened_at: Moment
    opened_by: str
    approved_at: Moment | None
    approved_by: str | None
    published_at: Moment | None
    published_by: str | None
    acknowledged_at: Moment | None
    rows: Count | None
    bytes: int | None
    sha256: str | None
    sealed: SealedOut | None
    results: list[ResultOut] | None
    differences: list[DifferenceSumOut] | None


class FileOut(Strict):
    """A file that was written when the stocktake was published; its `sha256` is its `ETag`."""

    format: Format
    bytes: int
    sha256: str


class WholeStocktakeOut(StocktakeOut):
    """Figures are null for who counts it blind: `being_counted` then says to ask again later.
    Keys of head office (`all_stores`) read them all the time."""

    being_counted: bool
    places: list[PlaceSumOut] | None
    categories: list[CategorySumOut] | None
    supplies: list[SupplySumOut] | None
    counted: list[CountedOut] | None
    files: list[FileOut]


class StocktakesAsked(Asked):
    store: StoreCode | None = None
    month: MonthAsked | None = None
    state: StocktakeState | None = None
    kind: StocktakeKind | None = None


class AcknowledgeIn(Strict):
    """The hash of the NDJSON file that head office has."""

    sha256: Sha256


class AcknowledgementOut(Strict):
    number: str
    sha256: str
    at: Moment
    by: str


@router.get("/stocktakes", response=Listed[StocktakeOut], **scopes.needs("stocktakes:read"))
def list_stocktakes(request: Admitted, asked: Query[StocktakesAsked]) -> HttpResponse:
    """Stocktakes of one store or of all, oldest first, by month and state."""
    rows = stocktake_queries.stocktakes_for(request.user).select_related(None)
    if asked.store is not None:
        rows = rows.filter(store=lists.store_or_404(request.user, asked.store))
    wanted = {"month": asked.month, "state": asked.state, "kind": asked.kind}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    page = lists.by_key(rows.values(*FIELDS), asked=asked, of="stocktakes")
    return answers.listed(map(_header, page.rows), page.next_cursor)


@router.get("/stocktakes/{number}", response=WholeStocktakeOut, **scopes.needs("stocktakes:read"))
def get_stocktake(request: Admitted, number: Path[Number]) -> HttpResponse:
    """One stocktake with all that it comes to; of an open one, as it stands now."""
    stocktake = stocktake_queries.stocktake_for(request.user, number)
    (row,) = Stocktake.objects.filter(pk=stocktake.pk).values(*FIELDS)
    hidden = stocktake_queries.is_hidden(stocktake, request.user)
    told = row["sheet__figures"] or (None if hidden else stocktake_sheets.figures(stocktake))
    whole = _header(row) | _figures(told) | {"being_counted": hidden}
    return answers.reply(whole | {"files": _files(stocktake)})


@router.post(
    "/stocktakes/{number}/acknowledge",
    response=AcknowledgementOut,
    **scopes.needs("stocktakes:write"),
)
def acknowledge_stocktake(
    request: Admitted, number: Path[Number], body: AcknowledgeIn
) -> HttpResponse:
    """Head office has the published content with this hash. Said once more, the first receipt is
    answered again; another hash is refused."""
    stocktake = stocktake_queries.stocktake_for(request.user, number)
    row = stocktakes.acknowledge(stocktake=stocktake, sha256=body.sha256, by=request.user)
    told = {"number": stocktake.number, "sha256": row.sha256, "by": row.by.username}
    return answers.reply({**told, "at": answers.moment(row.at, stocktake.store.time_zone)})


def _header(row: Mapping[str, Any]) -> Told:
    sealed = {"seq": row["sheet__sealed_seq"], "hash": row["sheet__sealed_hash"]}
    return {
        "number": row["number"],
        "store": row["store__code"],
        "kind": row["kind"],
        "month": row["month"] or None,
        "category": row["category"] or None,
        "state": row["state"],
        "business_day": row["business_day"],
        "opened_at": _moment(row, "opened_at"),
        "opened_by": row["opened_by__username"],
        "approved_at": _moment(row, "approved_at"),
        "approved_by": row["approved_by__username"],
        "published_at": _moment(row, "published_at"),
        "published_by": row["published_by__username"],
        "acknowledged_at": _moment(row, "acknowledgement__at"),
        "rows": row["sheet__rows"],
        "bytes": row["sheet__bytes"],
        "sha256": row["sheet__sha256"],
        "sealed": None if row["sheet__sha256"] is None else sealed,
        **_sums(row["sheet__figures"]),
    }


def _moment(row: Mapping[str, Any], name: str) -> str | None:
    return None if row[name] is None else answers.moment(row[name], row["store__time_zone"])


def _sums(told: Mapping[str, Any] | None) -> Told:
    """What the whole comes to."""
    return {
        "results": told and figures.results(told["results"]),
        "differences": told and figures.differences(told["differences"]),
    }


def _figures(told: Mapping[str, Any] | None) -> Told:
    """The same with its parts."""
    if told is None:
        return dict.fromkeys(
            ("results", "differences", "places", "categories", "supplies", "counted")
        )
    return _sums(told) | {
        "places": _parts(told["places"], "place"),
        "categories": _parts(told["categories"], "category"),
        "supplies": told["supplies"],
        "counted": told["counted"],
    }


def _parts(told: Mapping[str, Mapping[str, Any]], of: Literal["place", "category"]) -> list[Told]:
    return [{of: name, "results": figures.results(part)} for name, part in told.items()]


def _files(stocktake: Stocktake) -> list[Told]:
    """What lies ready to be taken away; nothing as long as it is being written."""
    sheets = StocktakeSheet.objects.filter(stocktake=stocktake).select_related("store")
    sheet = sheets.defer("figures").first()
    manifest = stocktake_files.manifest_of(sheet) if sheet else None
    if manifest is None:
        return []
    parts = {each: manifest.part(each) for each in Format}
    return [
        {"format": each, "bytes": part.bytes, "sha256": part.sha256} for each, part in parts.items()
    ]
