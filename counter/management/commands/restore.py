"""restore FILE: the shop of a backup in place of the database, once all of it is proved."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from django.utils.translation import gettext as _

from counter import backups
from counter.backups import BooksDisagree
from inventory.ground.errors import RuleBroken


class Command(BaseCommand):
    help = "Puts a backup in place of the database. Close the shop first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="also when the database holds a shop; the old one is kept under another name",
        )
        parser.add_argument(
            "--accept-broken",
            action="store_true",
            help="also when books do not agree; the stores concerned may not write",
        )
        parser.add_argument(
            "--abandon",
            action="store_true",
            help="no restore: removes what one left that was cut off",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if (options["file"] is None) != options["abandon"]:
            raise CommandError(_("Name the file of a backup, or --abandon and no file."))
        try:
            if options["abandon"]:
                self.stdout.write(backups.abandon() or _("Nothing was left unfinished."))
                return
            restored = backups.restore(
                path=options["file"],
                replace=options["replace"],
                accept_broken=options["accept_broken"],
            )
        except BooksDisagree as disagree:
            self.stdout.write("\n".join(str(each) for each in disagree.broken))
            raise CommandError(str(disagree)) from disagree
        except (RuleBroken, OSError, Error) as refused:
            raise CommandError(_("Nothing was restored. %s") % refused) from refused
        self._tell(restored)

    def _tell(self, restored: backups.Restored) -> None:
        for head in restored.manifest.heads:
            self.stdout.write(f"{head.store} {head.seq} {head.hash}")
        for each in restored.broken:
            self.stdout.write(str(each))
        told = {"at": restored.manifest.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")}
        self.stdout.write(_("Restored as of %(at)s.") % told)
        if restored.kept:
            self.stdout.write(_("The database before is kept as %s.") % restored.kept)
        if not restored.same_key:
            self.stdout.write(
                _(
                    "SECRET_KEY is another one than in the shop of the backup: everybody signs in "
                    "again, and the keys of API clients open nothing until the old one is back."
                )
            )
