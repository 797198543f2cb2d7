"""The counter is opened once more: a tap that was made already changes nothing."""

from collections.abc import Iterator

from counter.models import Shift
from tests.faults.books import Books
from tests.faults.clerk import Clerk

WEIGHT = 2


def do(clerk: Clerk) -> None:
    clerk.session.post(f"/shifts/{clerk.place.counter}/open/")


def broken(books: Books) -> Iterator[str]:
    """One shift for each sheet that was signed, and the first one."""
    for clerk in books.clerks:
        told = len(clerk.sheets) + 1
        stored = Shift.objects.filter(counter__code=clerk.place.counter).count()
        if told != stored:
            yield f"doubled: {stored} shifts at {clerk.place.counter} in place of {told}"
