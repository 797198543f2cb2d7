"""Does once what is due; safe to run twice."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from counter import due


class Command(BaseCommand):
    help = "Ends holds, forgets, seals chains, lists goods, tells events; --nightly verifies all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--nightly", action="store_true", help="verify from the first link on")

    def handle(self, *_args: Any, **options: Any) -> None:
        done = due.run()
        if options["nightly"]:
            done += due.verify_all()
        done += due.tell_outside()
        for line in done:
            self.stdout.write(line)
