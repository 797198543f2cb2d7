"""The oracle: the books as they are stored, held against what the tablets were told."""

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.core.management import CommandError, call_command

from inventory.models import RequestKey
from tests.faults.clerk import Clerk, Sold


@dataclass(frozen=True)
class Books:
    """The journals of all clerks of a round; the stored side is read through the models."""

    clerks: Sequence[Clerk]

    def sales(self) -> Iterator[tuple[Clerk, Sold]]:
        for clerk in self.clerks:
            for sold in clerk.sales:
                yield clerk, sold


def proof() -> list[str]:
    """What `verify_books --full` says; nothing when the books agree."""
    said = io.StringIO()
    try:
        call_command("verify_books", "--full", stdout=said, no_color=True)
    except CommandError:
        lines = [line for line in said.getvalue().splitlines() if " links: agree" not in line]
        return [f"torn: {line}" for line in lines]
    return []


def keys_broken(books: Books) -> Iterator[str]:
    """Acknowledged ⊆ stored, and nothing besides: one row for each key that was answered with
    done, with that answer, and none for a key that was refused."""
    stored = {
        (row.principal.username, row.key): row
        for row in RequestKey.objects.select_related("principal").defer("body").iterator()
    }
    for clerk in books.clerks:
        for act in clerk.tablet.acts:
            row = stored.pop((act.user, act.key), None)
            if act.status >= 400:
                if row is not None:
                    yield f"doubled: refused and kept all the same: {act}"
            elif row is None:
                yield f"lost: acknowledged and not stored: {act}"
            elif (row.status, row.location) != (act.status, act.location):
                yield f"lost: stored with another answer {row.status} {row.location}: {act}"
    for user, key in stored:
        yield f"doubled: a key that nobody sent is stored: {user} {key}"


def differ(what: str, told: Sequence[object], stored: Sequence[object]) -> Iterator[str]:
    """What was told and is not stored; what is stored twice, or was never told."""
    missing, besides = Counter(told), Counter(stored)
    both = missing & besides
    for thing in (missing - both).elements():
        yield f"lost: {what} {thing}"
    for thing in (besides - both).elements():
        yield f"doubled: {what} {thing}"
