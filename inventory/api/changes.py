"""The feed of everything that happened, for mirrors."""

from typing import Any

from django.http import HttpResponse
from ninja import Query, Router

from inventory import feed
from inventory.ground import answers, lists, scopes
from inventory.ground.schemas import FeedAsked, Listed, Moment, StoreCode, Strict
from inventory.ground.scopes import Admitted

router = Router(tags=["changes"])


class ChangeOut(Strict):
    """One link of a store's chain; `prev_hash` is the `hash` of the one before."""

    store: str
    seq: int
    at: Moment
    by: str
    kind: str
    number: str
    piece: str | None
    prev_hash: str
    hash: str


class ChangesAsked(FeedAsked):
    store: StoreCode | None = None


@router.get("/changes", response=Listed[ChangeOut], **scopes.needs("changes:read"))
def list_changes(request: Admitted, asked: Query[ChangesAsked]) -> HttpResponse:
    """Everything in commit order behind a cursor, which never skips a row: of one store, or of all
    stores this key may see, up to 200. An empty page has no `next_cursor`: keep the one you have
    and ask again later."""
    stores = lists.stores_of(request.user, asked.store)
    behind = lists.positions(asked, stores=stores, of="changes")
    rows = feed.read(stores=stores, behind=behind, limit=asked.limit)
    reached = {row["store_id"]: row["seq"] for row in rows}
    return answers.listed(map(_change, rows), lists.next_position(behind, reached, of="changes"))


def _change(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "store": row["store__code"],
        "seq": row["seq"],
        "at": answers.moment(row["at"], row["store__time_zone"]),
        "by": row["by__username"],
        "kind": row["kind"],
        "number": row["number"],
        "piece": row["piece__number"],
        "prev_hash": row["prev_hash"],
        "hash": row["hash"],
    }
