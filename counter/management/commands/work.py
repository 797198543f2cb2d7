"""Works beside the server: every minute what is due, every night the whole proof."""

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from counter import due

logger = logging.getLogger(__name__)

EVERY_SECONDS = 60
NIGHT_HOUR = 3


class Command(BaseCommand):
    help = "Runs until it is told to stop."

    def handle(self, *_args: Any, **_options: Any) -> None:
        stop = threading.Event()
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, lambda *_: stop.set())
        verified_on = timezone.localdate()
        while not stop.wait(EVERY_SECONDS):
            now = timezone.localtime()
            nightly = now.hour >= NIGHT_HOUR and now.date() != verified_on
            if nightly:
                verified_on = now.date()
            _once(nightly=nightly)


def _once(*, nightly: bool) -> None:
    """A database that is away for a moment does not end the worker."""
    close_old_connections()
    try:
        done = due.run() + (due.verify_all() if nightly else [])
    except DatabaseError:
        logger.exception("what is due could not be done; tried again in a minute")
        return
    for line in done:
        logger.info(line)
