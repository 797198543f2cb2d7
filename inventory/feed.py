"""The feed: every link of the chains in commit order, for mirrors and webhooks."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q

from inventory.models import Change, LedgerHead

FIELDS = (
    "store_id",
    "store__code",
    "store__time_zone",
    "seq",
    "at",
    "by__username",
    "kind",
    "number",
    "piece__number",
    "prev_hash",
    "hash",
)


def read(*, stores: Collection[int], behind: Mapping[int, int], limit: int) -> list[dict[str, Any]]:
    """Up to `limit` links, store by store, behind the given `seq` of each store (2 queries).

    Numbers have no gaps, so the heads tell exactly which links make the page: however long the
    history, only these are read.
    """
    heads = LedgerHead.objects.filter(store__in=stores).order_by("store_id")
    page, left = Q(pk__in=[]), limit
    for store, newest in heads.values_list("store_id", "seq"):
        first = behind.get(store, 0)
        last = min(newest, first + left)
        if last > first:
            page |= Q(store=store, seq__gt=first, seq__lte=last)
            left -= last - first
    return list(Change.objects.filter(page).order_by("store_id", "seq").values(*FIELDS))
