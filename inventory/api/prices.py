"""The price board: what a gram costs, and who may change it."""

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from inventory import places, prices
from inventory.ground import answers, lists, scopes
from inventory.ground.measures import Metal
from inventory.ground.schemas import (
    Asked,
    Cents,
    Fineness,
    Listed,
    Moment,
    SignedCents,
    StoreCode,
    Strict,
    Yuan,
)
from inventory.ground.scopes import Admitted
from inventory.models import MetalPrice, PriceKind, Store

router = Router(tags=["metal prices"])

MOST_QUOTES = 100
FIELDS = (
    "pk",
    "store__code",
    "store__time_zone",
    "metal",
    "fineness",
    "kind",
    "cents_per_gram",
    "valid_from",
    "change__by__username",
)


class PriceOut(Strict):
    """A row of the board. One of head office holds for every store from its moment on."""

    store: str
    metal: Metal
    fineness: Fineness
    kind: PriceKind
    per_gram: Yuan
    per_gram_cents: SignedCents
    valid_from: Moment
    by: str


class QuoteIn(Strict):
    metal: Metal
    fineness: Annotated[
        int, Field(strict=True, ge=1, le=10_000, description="tenths of a permille: 9990 = 999.0")
    ]
    kind: PriceKind
    per_gram_cents: Annotated[Cents, Field(ge=1, le=prices.MOST_CENTS)]


class BoardIn(Strict):
    """New rows for the board of a store, or of head office; without `valid_from` from now on."""

    store: StoreCode
    valid_from: Moment | None = None
    prices: Annotated[list[QuoteIn], Field(min_length=1, max_length=MOST_QUOTES)]


class PricesAsked(Asked):
    """Without a store, head office's own board; without a moment, the board as it is now."""

    store: StoreCode | None = None
    at: Moment | None = None


@router.get("/metal-prices", response=Listed[PriceOut], **scopes.needs("prices:read"))
def list_metal_prices(request: Admitted, asked: Query[PricesAsked]) -> HttpResponse:
    """The board in force at a moment (now) in a store, or head office's own without `store`:
    selling, exchange and buy-back."""
    if asked.store is not None:
        store: Store | None = lists.store_or_404(request.user, asked.store)
    else:
        store = places.head_office()
    rows = MetalPrice.objects.filter(pk__in=_in_force(store, asked)).values(*FIELDS)
    page = lists.by_key(rows, asked=asked, of="metal-prices")
    return answers.listed(map(_price, page.rows), page.next_cursor)


@router.post("/metal-prices", response={201: Listed[PriceOut]}, **scopes.needs("prices:write"))
def put_up_metal_prices(request: Admitted, body: BoardIn) -> HttpResponse:
    """New rows, all or none. A store's own must lie within the band around head office's."""
    store = lists.store_or_404(request.user, body.store)
    quotes = [
        prices.Quote(each.metal, each.fineness, each.kind, each.per_gram_cents)
        for each in body.prices
    ]
    written = prices.put_up(store=store, quotes=quotes, by=request.user, valid_from=body.valid_from)
    rows = MetalPrice.objects.filter(pk__in=[row.pk for row in written]).order_by("pk")
    return answers.listed(map(_price, rows.values(*FIELDS)), status=201)


def _in_force(store: Store | None, asked: PricesAsked) -> list[int]:
    """Keys of the rows in force; none for a house without a head office (3 queries)."""
    if store is None:
        return []
    boards = [prices.current(store=store, kind=kind, at=asked.at) for kind in PriceKind]
    return [row.pk for board in boards for row in board.values()]


def _price(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "store": row["store__code"],
        "metal": row["metal"],
        "fineness": row["fineness"],
        "kind": row["kind"],
        **answers.money("per_gram", row["cents_per_gram"]),
        "valid_from": answers.moment(row["valid_from"], row["store__time_zone"]),
        "by": row["change__by__username"],
    }
