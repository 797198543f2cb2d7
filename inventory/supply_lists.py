"""What the page of supplies shows: how much of each lies where, and the last entries of the book.
A place that is counted blind at this moment shows no figure to who may be counting it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import User
from django.db.models import QuerySet

from inventory import counted, supplies
from inventory.counted import Veil
from inventory.ground import access, measures
from inventory.models import (
    CountedIn,
    Place,
    PlaceKind,
    Store,
    SupplyEntry,
    SupplyItem,
    SupplyKind,
    SupplyStock,
)

LAST: Final = 30


@dataclass(frozen=True)
class Lying:
    """A place where some of it lies; `words` say how much, or that it is being counted."""

    place: Place
    words: str


@dataclass(frozen=True)
class Shelf:
    """One item of the house with all that lies of it in a store; `total` is empty while some of it
    is being counted."""

    item: SupplyItem
    lying: Sequence[Lying]
    total: str


@dataclass(frozen=True)
class Entered:
    """An entry of the book with its quantity in words; signed, but for what only changed places."""

    row: SupplyEntry
    words: str


def shelves(user: User, store: Store) -> list[Shelf]:
    """The house's items, those without any in this store too (3 queries)."""
    veil = counted.veil_for(user)
    rows: dict[int, list[SupplyStock]] = {}
    here = access.visible(SupplyStock.objects.filter(store=store, quantity__gt=0), user)
    for row in here.select_related("item", "place__parent").order_by("place__code"):
        rows.setdefault(row.item_id, []).append(row)
    return [
        _shelf(item, rows.get(item.pk, []), veil)
        for item in SupplyItem.objects.all()
        if item.active or item.pk in rows
    ]


def entries(user: User, store: Store) -> list[Entered]:
    """The newest rows of the book of a store, a move once (2 queries)."""
    veil = counted.veil_for(user)
    rows = access.visible(SupplyEntry.objects.filter(store=store), user)
    once = rows.exclude(kind=SupplyKind.MOVED, quantity__gt=0)
    along = once.select_related(
        "item", "place__parent", "other_place__parent", "change__by", "approval__approved_by"
    )
    return [Entered(row, _words(row)) for row in along[:LAST] if not _is_veiled(row, veil)]


def places_for(store: Store) -> QuerySet[Place]:
    """Where supplies may lie in a store."""
    return Place.objects.filter(store=store).exclude(kind=PlaceKind.VIRTUAL)


def _shelf(item: SupplyItem, rows: Sequence[SupplyStock], veil: Veil) -> Shelf:
    hidden = any(veil.covers(row.place) for row in rows)
    lying = [
        Lying(
            row.place,
            counted.words(row.place)
            if veil.covers(row.place)
            else supplies.shown(item, row.quantity),
        )
        for row in rows
    ]
    total = sum(row.quantity for row in rows)
    return Shelf(item, lying, "" if hidden else supplies.shown(item, total))


def _is_veiled(row: SupplyEntry, veil: Veil) -> bool:
    other = row.other_place
    return veil.covers(row.place) or (other is not None and veil.covers(other))


def _words(row: SupplyEntry) -> str:
    if row.kind == SupplyKind.MOVED:
        return supplies.shown(row.item, -row.quantity)
    if row.item.counted_in == CountedIn.PIECES:
        return measures.difference(pieces=row.quantity)
    return measures.difference(mg=row.quantity)
