"""A tray is counted in a stocktake: opened by the manager, read by the clerk in two ways, handed
in, agreed to by two, published."""

from collections.abc import Iterator

from inventory.models import Stocktake, StocktakeRead
from tests.faults.books import Books, differ
from tests.faults.clerk import MANAGER, Clerk, Counted
from tests.faults.journal import Answer
from tests.faults.tablet import Session, hidden

WEIGHT = 2
BY_HAND = 3  # so many labels one by one, the others as the list of a reader


def do(clerk: Clerk) -> None:
    """Everything that lies there is found, so nothing is to be settled."""
    if not clerk.lying:
        return
    tray, numbers = clerk.place.tray, list(clerk.lying)
    scope = [("kind", "cycle"), ("places", tray)]
    opened = clerk.manager.post("/stocktakes/new/", scope)
    if not _done(clerk, opened, "/stocktakes/new/"):
        return
    count = Counted(opened.location.partition("?")[0], numbers)
    clerk.counted.append(count)
    at, spot = count.at, f"{count.at}places/{tray}/"
    for number in numbers[:BY_HAND]:
        if not _go(clerk, clerk.session, f"{spot}scan/", code=number, means="typed"):
            return
    if not _go(clerk, clerk.session, f"{spot}tags/", tags="\n".join(numbers)):
        return
    count.is_published = (
        _go(clerk, clerk.session, f"{spot}hand-in/", seen_seq="0")
        and _approve(clerk, f"{at}approve/")
        and _go(clerk, clerk.manager, f"{at}publish/")
    )


def broken(books: Books) -> Iterator[str]:
    """Each count once and published, each label in it once, and nothing that differs."""
    counts = [count for clerk in books.clerks for count in clerk.counted]
    told = [count.number for count in counts if count.is_published]
    rows = Stocktake.objects.filter(kind="cycle")
    yield from differ("stocktake", told, list(rows.values_list("number", flat=True)))
    yield from (
        f"lost: stocktake {row.number} is {row.state}" for row in rows.exclude(state="published")
    )
    read = [(count.number, label) for count in counts for label in count.labels]
    stored = StocktakeRead.objects.filter(stocktake__in=rows)
    yield from differ("label", read, list(stored.values_list("stocktake__number", "code")))
    for row in rows.filter(differences__isnull=False):
        yield f"lost: stocktake {row.number} differs, and nothing was missing"


def _approve(clerk: Clerk, path: str) -> bool:
    asked = clerk.chief.post(path)
    if asked.refusal == "approval_needed":
        agreed = {"ask": hidden(asked, "ask"), "approver": MANAGER, "again_path": path}
        agreed |= {"pin": clerk.place.pins[MANAGER]}
        clerk.chief.post("/approvals/", agreed, keyed=False)
        asked = clerk.chief.post(path)
    return _done(clerk, asked, path)


def _go(clerk: Clerk, session: Session, path: str, **fields: str) -> bool:
    return _done(clerk, session.post(path, fields), path)


def _done(clerk: Clerk, told: Answer, path: str) -> bool:
    if not told.done:
        clerk.tablet.broken.append(f"fault: {path} was refused: {told.refusal}")
    return told.done
