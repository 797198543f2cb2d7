"""HTML in, PDF out: the door to a process of its own in which WeasyPrint works.

Whatever a customer's name may contain, the process behind the door has no network, no secrets in
its environment, no leave to write files, little memory and little time (`press_room.py`). It is
started when the first paper is printed, serves one paper after the other, is replaced when it
dies, and ends with the process that started it.
"""

import atexit
import json
import logging
import os
import sys
import time
from collections.abc import Mapping, Sequence
from multiprocessing import Pipe
from pathlib import Path
from subprocess import DEVNULL, Popen
from threading import Lock, Timer
from typing import Any

WORK_LIMIT_S = 30  # of processor time for one document; 200 cards take a fifth of it
CLOCK_LIMIT_S = 90.0  # for one document, however busy the machine is
WAIT_LIMIT_S = 90.0  # for the papers of others that are printed first
MEMORY_LIMIT_BYTES = 1024**3  # of address space; 200 cards take less than half of it
PAGE_LIMIT = 500

ROOM = Path(__file__).with_name("press_room.py")
# what finding fonts and libraries needs, and no keys or database addresses
ENVIRONMENT = ("HOME", "PATH", "LANG", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH")

logger = logging.getLogger(__name__)


class PressFailed(Exception):
    """The document was not made: over a limit, reaching outside, or the process ended."""


class GlyphMissing(Exception):
    """No font of this machine can draw these characters; nothing was printed."""

    def __init__(self, characters: str) -> None:
        self.characters = characters
        super().__init__(", ".join(f"U+{ord(character):04X}" for character in characters))


def press(html: str, css: tuple[str, ...]) -> bytes:
    """The PDF of a page of HTML under these style sheets; the same input gives the same bytes.

    Pictures are `data:` addresses of PNG or SVG, nothing else is ever fetched: a document that
    asks for more is refused with PressFailed, as is one of over 500 pages or 30 seconds of work.
    A document whose page holds an element with the id `cut` ends there: its page becomes as high
    as the text above that element, like paper from a roll. Raises GlyphMissing before a character
    would be printed as an empty box.
    """
    return _printed({"html": html, "css": css})


def press_filled(
    blanks: Sequence[str], css: tuple[str, ...], papers: Sequence[tuple[int, Mapping[str, str]]]
) -> bytes:
    """The PDF of papers that differ in texts and codes only: the number of a blank and what is
    filled in there.

    A blank is a page as `press` takes it, with a sign of one character in place of each text and
    the address of a sample in place of each code; a paper says what comes for which sign or
    address. The press lays a blank out once and keeps it. Raises as `press` does.
    """
    return _printed({"blanks": blanks, "css": css, "papers": papers})


def _printed(job: Mapping[str, object]) -> bytes:
    header, pdf = _press.make(json.dumps(job).encode())
    for warning in header["warnings"]:
        logger.warning("%s", warning)
    if header["missing"]:
        raise GlyphMissing(header["missing"])
    if header["refusal"]:
        raise PressFailed(header["refusal"])
    return pdf


class _Worker:
    """One process in the closed room and the wire to it."""

    def __init__(self) -> None:
        self.wire, theirs = Pipe()
        limits = [theirs.fileno(), MEMORY_LIMIT_BYTES, WORK_LIMIT_S, PAGE_LIMIT]
        # isolated (-I): neither this project nor the caller's Python settings can be imported
        self.process = Popen(  # noqa: S603  # because: our own interpreter and our own file
            [sys.executable, "-I", str(ROOM), *map(str, limits)],
            pass_fds=(theirs.fileno(),),
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
            stdin=DEVNULL,
            stdout=DEVNULL,
        )
        theirs.close()

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def make(self, job: bytes) -> tuple[dict[str, Any], bytes]:
        """Header and PDF; EOFError or OSError when the process ends before it has answered."""
        # killing it is the one way that also ends a wait for a stuck wire
        clock = Timer(CLOCK_LIMIT_S, self.process.kill)
        clock.daemon = True
        clock.start()
        try:
            self.wire.send_bytes(job)
            return json.loads(self.wire.recv_bytes()), self.wire.recv_bytes()
        finally:
            clock.cancel()

    def end(self) -> int:
        """The end of the process; answers its exit code."""
        self.wire.close()
        self.process.kill()
        return self.process.wait()

    def forget(self) -> None:
        """In a forked child: lets go of a process that is the parent's, without a word to it."""
        self.wire.close()
        self.process.returncode = 0


class _Press:
    """The one worker of this process; threads stand in line for it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._worker: _Worker | None = None

    def make(self, job: bytes) -> tuple[dict[str, Any], bytes]:
        if not self._lock.acquire(timeout=WAIT_LIMIT_S):
            raise PressFailed("too many papers are waiting to be printed")
        try:
            return self._make(job)
        finally:
            self._lock.release()

    def _make(self, job: bytes) -> tuple[dict[str, Any], bytes]:
        worker = self._living_worker()
        begun = time.monotonic()
        try:
            return worker.make(job)
        except (EOFError, OSError) as error:
            self._worker = None
            code, seconds = worker.end(), time.monotonic() - begun
            raise PressFailed(f"the press ended with {code} after {seconds:.1f} s") from error

    def _living_worker(self) -> _Worker:
        if self._worker is not None and not self._worker.is_alive():
            self._worker.end()
            self._worker = None
        if self._worker is None:
            self._worker = _Worker()
        return self._worker

    def close(self) -> None:
        """Sends the worker home when this process ends."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def start_afresh(self) -> None:
        """After a fork: the worker is the parent's, and so may be the lock."""
        if self._worker is not None:
            self._worker.forget()
        self._lock, self._worker = Lock(), None


_press = _Press()
atexit.register(_press.close)
os.register_at_fork(after_in_child=_press.start_afresh)
