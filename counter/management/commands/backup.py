"""backup FILE: the whole shop in one sealed file, while it goes on selling."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from counter import backups
from inventory.ground.errors import RuleBroken


class Command(BaseCommand):
    help = "Writes a backup of the whole database to a new file; never replaces one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            manifest = backups.make(path=path)
        except (RuleBroken, OSError) as refused:
            raise CommandError(_("No backup was made. %s") % refused) from refused
        for head in manifest.heads:
            self.stdout.write(f"{head.store} {head.seq} {head.hash}")
        self.stdout.write(f"{path} {path.stat().st_size:,} bytes")
