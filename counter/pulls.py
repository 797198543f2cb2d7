"""Who pulled what and when: every read of a stocktake and of a list over the API leaves a trace.

A row for each program, address, answer and minute. The first read of a minute is written at once;
those that follow, page by page, are added up in memory and written with the next read after
`WRITE_SECONDS`. So that something was pulled is never lost, and how much may lack the last seconds
before everybody fell silent.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Final, NamedTuple, cast

from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

logger = logging.getLogger(__name__)

Handler = Callable[[HttpRequest], HttpResponseBase]

API: Final = "/api/v1/"
STOCKTAKES: Final = "stocktakes"
WRITE_SECONDS: Final = 10.0
LONGEST_WHAT, LONGEST_DOCUMENT = 60, 40

# adds to what another process, or this one, has written of the same minute
ADD = """
    INSERT INTO counter_pull (client_id, minute, what, document, status, requests, bytes)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (client_id, minute, what, document, status) DO UPDATE SET
        requests = counter_pull.requests + excluded.requests,
        bytes = counter_pull.bytes + excluded.bytes
"""


class Pulled(NamedTuple):
    """What a row stands for."""

    client_id: int
    minute: datetime
    what: str
    document: str
    status: int


@dataclass
class _Tally:
    """What was pulled since it was written last."""

    requests: int = 0
    size: int = 0
    written_at: float = float("-inf")


# of this process; its threads take turns
_tallies: dict[Pulled, _Tally] = {}
_turn = Lock()


def middleware(get_response: Handler) -> Handler:
    """Notes each read of a program after it was answered, a stream when it ends or is cut."""

    def note_pull(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        client = getattr(request.user, "api_client", None)
        # an address that leads nowhere reads nothing, and there are any number of them
        reads = request.method == "GET" and client and request.resolver_match
        read = read_from(request.path) if reads else None
        if client is None or read is None:
            return response
        minute = timezone.now().replace(second=0, microsecond=0)
        pulled = Pulled(client.pk, minute, *read, response.status_code)
        if isinstance(response, StreamingHttpResponse):
            parts = cast(Iterable[bytes], response.streaming_content)
            response.streaming_content = _measured(parts, pulled)
        else:
            note(pulled, len(response.content))  # type: ignore[attr-defined]  # because: no stream
        return response

    return note_pull


def read_from(path: str) -> tuple[str, str] | None:
    """What an address reads, and the number of the stocktake if it is one; None for what leaves no
    trace: single documents of other kinds."""
    first, *rest = path.removeprefix(API).split("/")
    if first != STOCKTAKES:
        is_list = path.startswith(API) and bool(first) and not rest
        return (first[:LONGEST_WHAT], "") if is_list else None
    what = "/".join([first, *rest[1:]])
    return what[:LONGEST_WHAT], "".join(rest[:1])[:LONGEST_DOCUMENT]


def note(pulled: Pulled, size: int) -> None:
    """One read of so many bytes."""
    with _turn:
        tally = _tallies.setdefault(pulled, _Tally())
        tally.requests += 1
        tally.size += size
        due = list(_taken(pulled.minute, time.monotonic()))
    try:
        for each, requests, added in due:
            with connection.cursor() as cursor:
                cursor.execute(ADD, [*each, requests, added])
    except DatabaseError as wrong:
        # whoever reads is answered all the same; the log has what the table lacks
        logger.warning("pulls of program %s were not noted: %s", pulled.client_id, wrong)


def _taken(minute: datetime, now: float) -> Iterator[tuple[Pulled, int, int]]:
    """What is to be written now; what belongs to a minute that is over is kept no longer."""
    for each, tally in list(_tallies.items()):
        is_over = each.minute < minute
        if tally.requests and (is_over or now - tally.written_at >= WRITE_SECONDS):
            yield each, tally.requests, tally.size
            tally.requests, tally.size, tally.written_at = 0, 0, now
        if is_over:
            del _tallies[each]


def _measured(parts: Iterable[bytes], pulled: Pulled) -> Iterator[bytes]:
    size = 0
    try:
        for part in parts:
            size += len(part)
            yield part
    finally:
        note(pulled, size)
