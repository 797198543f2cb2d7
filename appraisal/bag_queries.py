"""Reads of bags, bars and samples. Who may see a row is decided here, in the getter."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from appraisal.models import BagState, Melt, OldPiece, ScrapBag
from appraisal.queries import Who
from inventory.ground import access
from inventory.ground.measures import ClassTotal, Tally
from inventory.models import Store, StoreKind

RECENT = 100


def bag_for(user: Who, number: str) -> ScrapBag:
    """A bag that was sealed in a store this person may see, else 404."""
    rows = access.visible(ScrapBag.objects.all(), user, store="origin")
    return get_object_or_404(_along(rows), number=number)


def bags_numbered(user: Who, numbers: Iterable[str]) -> list[ScrapBag]:
    """The chosen bags, in the order of their sealing; one that is not there for this person is
    none."""
    rows = access.visible(ScrapBag.objects.filter(number__in=list(numbers)), user, store="origin")
    return list(_along(rows).order_by("pk"))


def bags_of(user: Who, *, store: Store) -> QuerySet[ScrapBag]:
    """Bags of a store, for head office of all stores, newest first."""
    rows = shown_to(user)
    if store.kind != StoreKind.HEAD_OFFICE:
        rows = rows.filter(origin=store.pk)
    return _along(rows).order_by("-pk")


def shown_to(user: Who) -> QuerySet[ScrapBag]:
    """Bags of the stores this person or program may see, but none of a counter that is being
    counted blind."""
    rows = access.visible(ScrapBag.objects.all(), user, store="origin")
    if user.has_perm("see_open_counts"):
        return rows
    return rows.exclude(pk__in=_being_counted())


def is_being_counted(user: Who, *, store: Store) -> bool:
    """Whether bags are left out of this person's list."""
    if user.has_perm("see_open_counts"):
        return False
    return _being_counted().filter(origin=store.pk).exists()


def melts() -> QuerySet[Melt]:
    """Bars, newest first, each with its paper where one came."""
    return Melt.objects.select_related("refiner_assay").order_by("-pk")


def melt_numbered(number: str) -> Melt:
    return get_object_or_404(Melt.objects.select_related("store"), number=number)


def classes_of(bags: Iterable[ScrapBag]) -> list[ClassTotal]:
    """Bags and grams of each metal class; grams of two classes are never added."""
    tally = Tally()
    for bag in bags:
        tally.add(metal=bag.metal, fineness=bag.grade, net_mg=bag.mg)
    return tally.classes


def _along(rows: QuerySet[ScrapBag]) -> QuerySet[ScrapBag]:
    return rows.select_related("store", "origin", "place", "sealed_by", "weighed_by", "melt")


def _being_counted() -> QuerySet[ScrapBag]:
    counted = OldPiece.objects.filter(~Q(trade_in__counter__counted_in=""), bag__isnull=False)
    return ScrapBag.objects.filter(state=BagState.SEALED, pk__in=counted.values("bag"))
