"""The clock of all processes of a run: the real one plus an offset that a small file holds.

Only the application's own clock (`django.utils.timezone.now`) is moved; the kernel's is not.
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils import timezone

VARIABLE = "FAULTS_CLOCK"
_WIDTH = 12  # characters, so that a reader never sees half a number


def install() -> None:
    """From now on this process reads the offset at every look at the clock. To be called before
    any model is loaded, as defaults of columns keep the function itself."""
    path = os.environ.get(VARIABLE)
    if path:
        timezone.now = _shifted(timezone.now, os.open(path, os.O_RDONLY | os.O_CLOEXEC))


def _shifted(real: Callable[[], datetime], file: int) -> Callable[[], datetime]:
    def now() -> datetime:
        return real() + timedelta(seconds=int(os.pread(file, _WIDTH, 0)))

    return now


class Clock:
    """Sets the offset for everybody who has installed the clock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.base = 0  # from where mishaps step
        self.step_to(0)

    def begin_at(self, hour: int) -> None:
        """The shop's clock goes on to that hour, so that no run meets midnight by chance."""
        local = datetime.now(ZoneInfo("Asia/Shanghai"))
        wanted = local.replace(hour=hour, minute=0, second=0)
        self.base = int((wanted - local).total_seconds()) % 86_400
        self.step_to(self.base)

    def step_to(self, seconds: int) -> None:
        text = f"{seconds:{_WIDTH}d}".encode("ascii")
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            os.pwrite(file, text, 0)
        finally:
            os.close(file)
