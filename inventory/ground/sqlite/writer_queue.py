"""The line in front of a SQLite database: who wants to write takes a turn, one at a time.

SQLite's own waiters poll, so a few of them win all the time. Here the kernel lines everybody up,
threads and processes alike, at the lock of one file, and drops that lock when its holder dies.
`flock` is fair in practice, not by contract, and it needs a local file system.
"""

import fcntl
import os
import threading
import time
import weakref
from io import FileIO

from django.db import OperationalError

# a process may open 1,024 files as a rule; the line takes one for each turn, two for each waiter
# and one for each who gave up behind a stuck writer, who must not cost the process its sockets
MOST_FILES = 200

_files: weakref.WeakSet[FileIO] = weakref.WeakSet()


def take_turn(*, path: str, patience_seconds: float) -> FileIO:
    """Wait in the line of the file at `path`; what comes back is the turn, for `end_turn`.

    Refused with OperationalError when the turn has not come after `patience_seconds`, and at once
    when this process already has MOST_FILES in lines. A turn that is lost from sight ends itself.
    """
    if len(_files) >= MOST_FILES:
        raise OperationalError("writer queue too long")
    place = _file(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644))
    try:
        if not _is_free(place):
            _wait(place, patience_seconds)
            if not _is_free(place):
                raise OperationalError("writer queue too long")
    except BaseException:
        place.close()
        raise
    return place


def end_turn(turn: FileIO) -> None:
    """Let the next one write."""
    if not turn.closed:  # it is closed in a forked child: the turn stays with the parent
        with turn:
            fcntl.flock(turn, fcntl.LOCK_UN)
        # whoever comes straight back would overtake those who are only just waking up
        time.sleep(0)


def _file(descriptor: int) -> FileIO:
    file = FileIO(descriptor)
    _files.add(file)
    return file


def _is_free(place: FileIO) -> bool:
    """Take the lock if nobody has it; also true when this place has it already."""
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(place: FileIO, seconds: float) -> None:
    """Sleep in the kernel's line until the lock is ours, or until `seconds` have passed.

    `flock` knows no time-out, hence the thread. The lock belongs to the opened file and not to
    one of its descriptors: if we are still here when it comes, closing the thread's own
    descriptor leaves it to us; if we gave up and closed ours, the same closing drops it.
    """
    waiter = threading.Thread(
        target=_lock_and_close, args=(_file(os.dup(place.fileno())),), daemon=True
    )
    waiter.start()
    waiter.join(seconds)


def _lock_and_close(file: FileIO) -> None:
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)


def _leave_in_child() -> None:
    """A forked child inherits the files, and with them would hold its parent's place and turn."""
    for file in list(_files):
        file.close()
    _files.clear()


os.register_at_fork(after_in_child=_leave_in_child)
