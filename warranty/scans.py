"""How often a card was looked up: counted in memory, written down every few seconds.

One row per card and day, no address and no person. A crash may lose the last seconds, which is
accepted here and nowhere else.
"""

import atexit
import logging
from collections import Counter
from dataclasses import dataclass
from datetime import date
from threading import Event, Lock, Thread
from typing import Final

from django.db import OperationalError, close_old_connections, connection, transaction
from django.db.models import Min, Sum

from warranty.models import Card, CardScan

logger = logging.getLogger(__name__)

FLUSH_SECONDS: Final = 3

# two processes add to the same row of a day
ADD = f"""
    INSERT INTO {CardScan._meta.db_table} (card_id, day, count) VALUES (%s, %s, %s)
    ON CONFLICT (card_id, day) DO UPDATE
    SET count = {CardScan._meta.db_table}.count + excluded.count
"""  # noqa: S608  because: the only thing put in is our own table's name

_counted: Counter[tuple[int, date]] = Counter()
_lock = Lock()
_closing = Event()


@dataclass(frozen=True)
class LookUps:
    """All look-ups of a card; `first` is None before the first."""

    count: int
    first: date | None


def note(*, card_id: int, day: date) -> int:
    """Somebody looked this card up; returns the look-ups of the day not yet written down."""
    with _lock:
        _counted[card_id, day] += 1
        return _counted[card_id, day]


def of_card(card: Card) -> LookUps:
    """What was written down about a card (1 query)."""
    found = card.scans.aggregate(count=Sum("count"), first=Min("day"))
    return LookUps(count=found["count"] or 0, first=found["first"])


def flush() -> None:
    """Writes what was counted. When the database is busy, the counts wait for the next time."""
    with _lock:
        taken = dict(_counted)
        _counted.clear()
    if not taken:
        return
    rows = [(card_id, day, count) for (card_id, day), count in sorted(taken.items())]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(ADD, rows)
    except OperationalError:
        with _lock:
            _counted.update(taken)
        raise


def start_writer() -> Thread:
    """The one writer of a serving process; it writes a last time when the process ends."""
    _closing.clear()
    writer = Thread(target=_write_until_closing, name="card look-ups", daemon=True)
    writer.start()
    atexit.register(stop_writer, writer)
    return writer


def stop_writer(writer: Thread) -> None:
    """Waits for the last counts to be written."""
    _closing.set()
    writer.join(timeout=FLUSH_SECONDS)


def _write_until_closing() -> None:
    closing = False
    while not closing:
        closing = _closing.wait(FLUSH_SECONDS)
        close_old_connections()  # the database may have been away meanwhile
        try:
            flush()
        except Exception:  # because: a writer that stops would lose every count from then on
            logger.exception("card look-ups were not written")
    connection.close()
