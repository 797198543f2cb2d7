"""A mirror pulls the chain of the store, page by page, while everybody writes to it (N9)."""

import json
from collections.abc import Iterator
from itertools import zip_longest
from urllib.parse import urlencode

from inventory.models import Change
from tests.faults.books import Books
from tests.faults.clerk import Clerk

WEIGHT = 4
PAGE = 100


def do(clerk: Clerk) -> None:
    """The page behind the cursor: it goes on where the one before ended, link by link."""
    asked = {"store": clerk.place.store, "limit": PAGE}
    if clerk.cursor:
        asked["after"] = clerk.cursor
    path = f"/api/v1/changes?{urlencode(asked)}"
    said = json.loads(clerk.scanner.get(path).raw)
    links = said["items"]
    if not links:
        return
    last = clerk.feed[-1] if clerk.feed else None
    told = [(row["seq"] - 1, row["prev_hash"]) for row in links]
    known = [last or told[0], *((row["seq"], row["hash"]) for row in links[:-1])]
    clerk.tablet.agree(path, told=told, known=known)
    clerk.feed += [(row["seq"], row["hash"]) for row in links]
    clerk.cursor = said["next_cursor"]


def broken(books: Books) -> Iterator[str]:
    """What was pulled is the beginning of the chain as it is stored: nothing missing, nothing that
    went away again."""
    for clerk in books.clerks:
        rows = Change.objects.filter(store__code=clerk.place.store).order_by("seq")
        stored = list(rows.values_list("seq", "hash")[: len(clerk.feed)])
        for pulled, link in zip_longest(clerk.feed, stored):
            if pulled != link:
                yield f"lost: the mirror of {clerk.place.counter} has {pulled}, the chain {link}"
                break
