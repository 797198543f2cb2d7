"""Messages to people outside: written by the rule that causes them, in its own transaction, and
handed on afterwards. Whoever hands them on is behind a port; a file and the console are built in.

    waiting → sent · waiting → failed → waiting (again) · failed or waiting → dropped
"""

import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from inventory.ground import access
from inventory.ground.changes import Book
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.models import Notice, NoticeState, Store

logger = logging.getLogger(__name__)

OUTBOX: Final = "outbox.ndjson"
MOST_AT_ONCE: Final = 200
MOST_TRIES: Final = 6
# after 1, 2, 4, 8 and 16 minutes; whatever is down longer waits for a person
FIRST_WAIT: Final = timedelta(minutes=1)
# nobody is told days later that something was ready
TOO_OLD: Final = timedelta(days=3)


class NotSent(Exception):
    """The outlet could not hand a message on; the sentence stands in the outbox."""


class NoticeMoved(RuleBroken):
    code = "notice_moved"
    sentence = gettext_lazy("This message was sent or given up meanwhile.")


@dataclass(frozen=True)
class Message:
    """What is handed on. Whoever receives the same `uuid` twice knows that it is one message."""

    uuid: str
    kind: str
    address: str
    text: str
    language: str


class Outlet(Protocol):
    """Hands one message on, or raises `NotSent`."""

    def send(self, message: Message) -> None: ...


class ConsoleOutlet:
    """For a first look: every message is a line of the log, its secrets too."""

    def send(self, message: Message) -> None:
        logger.warning("notice %s to %s: %s", message.kind, message.address, message.text)


class FileOutlet:
    """A file of lines in JSON, from which another program sends. It holds telephone numbers:
    nobody but its owner may read it."""

    def send(self, message: Message) -> None:
        folder = Path(settings.NOTICE_DIR)
        line = json.dumps(asdict(message), ensure_ascii=False) + "\n"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            wanted = os.O_RDWR | os.O_CREAT | os.O_APPEND
            with os.fdopen(os.open(folder / OUTBOX, wanted, 0o600), "rb+") as file:
                file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as wrong:
            raise NotSent(str(wrong)) from wrong


OUTLETS: Final[Mapping[str, Callable[[], Outlet]]] = {
    "console": ConsoleOutlet,
    "file": FileOutlet,
}


def queue(
    *,
    kind: str,
    document: str,
    address: str,
    words: Callable[[], str],
    book: Book,
    store: Store | None = None,
) -> None:
    """One message about a document, inside the transaction of the rule that causes it; the same one
    a second time is nothing. `words`: the text, in the language of the customers. Without an
    address nobody can be told, and nothing is written."""
    if not address:
        return
    language = settings.NOTICE_LANGUAGE
    with translation.override(language):
        text = words()[:500]
    row = Notice(
        store=store or book.store,
        kind=kind,
        document=document,
        address=address,
        text=text,
        language=language,
        due_at=book.at,
        made_at=book.at,
        made_by=book.by,
    )
    Notice.objects.bulk_create([row], ignore_conflicts=True)


def send_due(*, now: datetime | None = None, outlet: Outlet | None = None) -> int:
    """Hands on what is due; returns how many were sent. Two at once send each message once: the
    claim is a compare-and-set, and moves the next try away before anything goes out."""
    at = now or timezone.now()
    port = outlet or OUTLETS[settings.NOTICE_OUTLET]()
    due = Notice.objects.filter(state=NoticeState.WAITING, due_at__lte=at).order_by("due_at", "pk")
    return sum(_send(row, port, at) for row in due[:MOST_AT_ONCE])


def notice_for(user: User, pk: int) -> Notice:
    """A message of a store that this person may see."""
    return get_object_or_404(access.visible(Notice.objects.all(), user), pk=pk)


def listed(user: User, *, state: str = "") -> QuerySet[Notice]:
    """The outbox of a person's stores, newest first."""
    rows = access.visible(Notice.objects.select_related("store"), user)
    return rows.filter(state=state) if state else rows


def retry(*, notice: Notice, by: User) -> None:
    """A message that failed or was given up goes out again. Refused to a role without the right,
    and for one that is sent or waits."""
    _set(notice, old={NoticeState.FAILED, NoticeState.DROPPED}, new=NoticeState.WAITING, by=by)


def drop(*, notice: Notice, by: User) -> None:
    """Nobody is told this way. Refused to a role without the right, and for one that is sent."""
    _set(notice, old={NoticeState.FAILED, NoticeState.WAITING}, new=NoticeState.DROPPED, by=by)


def _set(notice: Notice, *, old: set[NoticeState], new: NoticeState, by: User) -> None:
    if not by.has_perm("see_notices"):
        raise NotAllowed
    still = Notice.objects.filter(pk=notice.pk, state__in=old)
    # what is sent again is as new: neither too old nor tried too often
    if still.update(state=new, tries=0, due_at=timezone.now(), why="") != 1:
        raise NoticeMoved


def _send(row: Notice, outlet: Outlet, at: datetime) -> bool:
    waiting = Notice.objects.filter(pk=row.pk, state=NoticeState.WAITING, tries=row.tries)
    if not row.tries and at - row.due_at > TOO_OLD:
        waiting.update(state=NoticeState.DROPPED, why="too late")
        return False
    wait = FIRST_WAIT * 2**row.tries
    if waiting.update(tries=F("tries") + 1, due_at=at + wait) != 1:
        return False
    claimed = Notice.objects.filter(pk=row.pk, state=NoticeState.WAITING, tries=row.tries + 1)
    message = Message(str(row.uuid), row.kind, row.address, row.text, row.language)
    try:
        outlet.send(message)
    except NotSent as wrong:
        is_last = row.tries + 1 >= MOST_TRIES
        state = NoticeState.FAILED if is_last else NoticeState.WAITING
        claimed.update(state=state, why=str(wrong)[:200])
        return False
    sent = {"text": ""} if row.is_secret else {}
    claimed.update(state=NoticeState.SENT, sent_at=at, why="", **sent)
    return True
