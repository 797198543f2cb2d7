"""The line to a scale: opened for one question, whole lines out of whatever comes, closed again.

One question is in flight for each connection, over all processes of this machine. `/dev/ttyUSB0`
is a cable at 9600 baud, 8N1; `socket://192.0.2.7:4001` a serial server in the network.
"""

import fcntl
import hashlib
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import serial
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from appraisal.scale_lines import MOST_LETTERS
from inventory.ground.errors import RuleBroken

SLICE_S: Final = 0.05  # how long one look at the line takes
QUEUE_S: Final = 0.02  # between two tries to be the one who asks
QUIET_S: Final = 0.3  # a line that stops for so long in its middle has broken off
BAUD: Final = 9600
END: Final = b"\r\n"
# pyserial knows more kinds of addresses; some of them write files
ADDRESS: Final = re.compile(r"/dev/[A-Za-z0-9_-]+(?:/[A-Za-z0-9_:-]+)*|socket://[^/?#@\s]+:[0-9]+")
Port = serial.SerialBase


class ScaleSilent(RuleBroken):
    code = "scale_silent"
    status = 503
    retryable = True
    sentence = _("The scale does not answer. Check that it is on, and its cable.")


class ScaleCutOff(RuleBroken):
    code = "scale_cut_off"
    status = 503
    retryable = True
    sentence = _("The scale broke off in the middle of its answer. Check the cable.")


class ScaleInUse(RuleBroken):
    code = "scale_in_use"
    retryable = True
    sentence = _("Another tablet is reading this scale. Try again in a moment.")


class ScaleMoving(RuleBroken):
    code = "scale_moving"
    retryable = True
    sentence = _("The scale has not come to rest. Wait until it stands still.")


class Unreadable(RuleBroken):
    code = "scale_unreadable"
    status = 422
    sentence = _("What the scale says cannot be understood. Check how it is set up.")


class Talk:
    """A conversation that is over at a moment; a scale that still moves then has not settled."""

    def __init__(self, port: Port, patience_s: float) -> None:
        self._port, self._kept, self._said = port, b"", False
        self._last = time.monotonic() + patience_s
        self._heard_at = time.monotonic()

    def say(self, words: bytes) -> None:
        """Refused when the cable is gone."""
        try:
            self._port.write(words + END)
        except (serial.SerialException, OSError) as gone:
            raise ScaleSilent from gone

    def hear(self) -> str:
        """The next whole line. Refused when none comes in time, when one stops in its middle, and
        when one has no end."""
        while END not in self._kept:
            self._give_up_in_time()
            self._take()
        self._said = True
        line, self._kept = self._kept.split(END, 1)
        return line.decode("ascii", "replace")

    def _take(self) -> None:
        try:
            more = self._port.read(1)
        except (serial.SerialException, OSError) as gone:
            raise (ScaleCutOff if self._kept else ScaleSilent) from gone
        if more:
            self._kept += more
            self._heard_at = time.monotonic()

    def _give_up_in_time(self) -> None:
        now = time.monotonic()
        if len(self._kept) > MOST_LETTERS:
            raise Unreadable
        if self._kept and now - self._heard_at > QUIET_S:
            raise ScaleCutOff
        if now > self._last:
            raise ScaleMoving if self._said else ScaleSilent


@contextmanager
def talk(connection: str, *, patience_s: float) -> Iterator[Talk]:
    """A line for one question of so many seconds at the most. Refused: somebody else is asking, an
    address that is none, nobody at its other end."""
    turn = _turn(connection, patience_s)
    try:
        port = _opened(connection)
    except BaseException:
        turn.close()
        raise
    try:
        yield Talk(port, patience_s)
    finally:
        # a socket's port takes 0.3 s to close; the figure does not wait, the next question does
        threading.Thread(target=_hang_up, args=(port, turn), daemon=True).start()


def _opened(connection: str) -> Port:
    """The port, empty of what was said to somebody else."""
    if not ADDRESS.fullmatch(connection):
        raise ScaleSilent
    try:
        port = serial.serial_for_url(connection, BAUD, timeout=SLICE_S, write_timeout=1)
        port.reset_input_buffer()
    except (serial.SerialException, OSError, ValueError) as away:
        raise ScaleSilent from away
    return port


def _hang_up(port: Port, turn: IO[str]) -> None:
    try:
        port.close()
    finally:
        turn.close()  # lets go of the lock


def _turn(connection: str, patience_s: float) -> IO[str]:
    """A locked file; whoever holds it is the one who asks."""
    folder = Path(settings.BASE_DIR) / "var" / "scales"
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(connection.encode()).hexdigest()[:20]
    file = (folder / f"{name}.lock").open("w", encoding="ascii")
    last = time.monotonic() + patience_s
    while not _locked(file):
        if time.monotonic() > last:
            file.close()
            raise ScaleInUse
        time.sleep(QUEUE_S)
    return file


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
