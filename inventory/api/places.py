"""Stores and the places in them."""

from typing import Any

from django.http import HttpResponse
from ninja import Query, Router

from inventory.ground import access, answers, lists, scopes
from inventory.ground.schemas import Asked, Listed, StoreCode, Strict
from inventory.ground.scopes import Admitted
from inventory.models import Place, PlaceKind, Store, StoreKind

router = Router(tags=["stores"])


class StoreOut(Strict):
    code: str
    name: str
    kind: StoreKind
    phone: str
    address: str
    time_zone: str
    day_starts_at: str


class PlaceOut(Strict):
    store: str
    code: str
    name: str
    kind: PlaceKind
    parent: str | None


class PlacesAsked(Asked):
    store: StoreCode | None = None


@router.get("/stores", response=Listed[StoreOut], **scopes.needs("stores:read"))
def list_stores(request: Admitted, asked: Query[Asked]) -> HttpResponse:
    """The stores this key may see."""
    mine = access.visible(Store.objects.all(), request.user, store="pk")
    fields = ("pk", "code", "name", "kind", "phone", "address", "time_zone", "day_starts_at")
    page = lists.by_key(mine.values(*fields), asked=asked, of="stores")
    return answers.listed(map(_store, page.rows), page.next_cursor)


@router.get("/places", response=Listed[PlaceOut], **scopes.needs("stores:read"))
def list_places(request: Admitted, asked: Query[PlacesAsked]) -> HttpResponse:
    """Counters, trays, windows, safes and benches, of one store or of all."""
    mine = access.visible(Place.objects.all(), request.user)
    if asked.store is not None:
        mine = mine.filter(store=lists.store_or_404(request.user, asked.store))
    fields = ("pk", "store__code", "code", "name", "kind", "parent__code")
    page = lists.by_key(mine.values(*fields), asked=asked, of="places")
    return answers.listed(map(_place, page.rows), page.next_cursor)


def _store(row: dict[str, Any]) -> dict[str, Any]:
    starts_at = row["day_starts_at"].isoformat("minutes")
    shown = ("code", "name", "kind", "phone", "address", "time_zone")
    return {**{name: row[name] for name in shown}, "day_starts_at": starts_at}


def _place(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "store": row["store__code"],
        "code": row["code"],
        "name": row["name"],
        "kind": row["kind"],
        "parent": row["parent__code"],
    }
