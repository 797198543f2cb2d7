"""Evidence of every hand-in: who counted what part of a sheet, when, and with which result."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count

from counter.models import CountAttempt, Handover
from inventory.ground.changes import Book


def keep(
    *,
    handover: Handover,
    part: str,
    figures: dict[str, Any],
    agreed: bool,
    book: Book,
    by: User | None = None,
) -> None:
    """One part: the code of a place or tender, or an item of the list."""
    row = CountAttempt(
        handover=handover,
        part=part,
        by=by or book.by,
        at=book.at,
        figures=figures,
        agreed=agreed,
    )
    keep_all(handover=handover, rows=[row], book=book)


def keep_all(*, handover: Handover, rows: Sequence[CountAttempt], book: Book) -> None:
    """Attempts of different parts, each numbered after those that it had before (3 queries)."""
    before = CountAttempt.objects.filter(handover=handover, part__in=[row.part for row in rows])
    had = dict(before.order_by().values_list("part").annotate(Count("pk")))
    for row in rows:
        row.n = had.get(row.part, 0) + 1
    book.write(rows, kind="part_counted", number=handover.number)
