"""An old act is sent once more with its key: minutes later, on another connection."""

from collections.abc import Iterator

from tests.faults.books import Books, keys_broken
from tests.faults.clerk import Clerk

WEIGHT = 6


def do(clerk: Clerk) -> None:
    """Any act of this tablet that was done; acts with a file are left to their own deed."""
    done = [act for act in clerk.tablet.acts[-300:] if act.status < 400]
    if done:
        act = clerk.dice.choice(done)
        people = {each.user: each for each in (clerk.session, clerk.office, clerk.chief)}
        clerk.tablet.repeat(people[act.user], act)


def broken(books: Books) -> Iterator[str]:
    yield from keys_broken(books)
