"""Works beside the server: every minute what is due, every night the whole proof, and all the time
whoever outside waits to be told."""

import logging
import signal
import threading
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from counter import due

logger = logging.getLogger(__name__)

EVERY_SECONDS = 60
TELL_EVERY_SECONDS = 5
NIGHT_HOUR = 3


class Command(BaseCommand):
    help = "Runs until it is told to stop."

    def handle(self, *_args: Any, **_options: Any) -> None:
        stop = threading.Event()
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, lambda *_: stop.set())
        # a receiver that hangs holds up no hold, seal or message; what is on its way when this
        # process ends is tried again by the next one
        threading.Thread(target=_tell, args=(stop,), daemon=True).start()
        verified_on = timezone.localdate()
        while not stop.wait(EVERY_SECONDS):
            now = timezone.localtime()
            nightly = now.hour >= NIGHT_HOUR and now.date() != verified_on
            if nightly:
                verified_on = now.date()
            _once(due.run)
            if nightly:
                _once(due.verify_all)


def _tell(stop: threading.Event) -> None:
    while not stop.wait(TELL_EVERY_SECONDS):
        _once(due.tell_outside)


def _once(work: Callable[[], list[str]]) -> None:
    """Neither a database that is away for a moment nor a fault ends the worker or its thread."""
    close_old_connections()
    try:
        done = work()
    except Exception:
        logger.exception("what is due could not be done; tried again later")
        return
    for line in done:
        logger.info(line)
