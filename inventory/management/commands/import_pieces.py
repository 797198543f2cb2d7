"""import_pieces FILE --store CODE [--dry-run]: a list of pieces, whole or not at all."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from inventory import imports
from inventory.ground import measures, nobody
from inventory.ground.errors import RuleBroken
from inventory.imports import Outcome, Report
from inventory.models import Store


class Command(BaseCommand):
    help = "Brings a list of pieces (CSV or .xlsx) into a store. Exit 1 when a row is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--store", metavar="CODE", required=True)
        parser.add_argument("--dry-run", action="store_true", help="check only")

    def handle(self, *_args: Any, **options: Any) -> None:
        store = Store.objects.filter(code=options["store"]).first()
        if store is None:
            raise CommandError(_("There is no such store."))
        try:
            report = self._bring_in(store, options["file"], dry_run=options["dry_run"])
        except OSError as unread:
            raise CommandError(str(unread)) from unread
        except imports.ImportHasErrors as wrong:
            self._tell(wrong.report)
            raise CommandError(str(wrong)) from wrong
        except RuleBroken as refusal:
            raise CommandError(str(refusal)) from refusal
        self._tell(report)
        if not options["dry_run"]:
            self.stdout.write(_("Everything is in the books of %(store)s.") % {"store": store.name})

    def _bring_in(self, store: Store, file: Path, *, dry_run: bool) -> Report:
        self.stderr.write(_("Reading %(file)s") % {"file": file.name})
        content, system = file.read_bytes(), nobody.system()
        self.stderr.write(_("Checking every row"))
        if not dry_run:
            return imports.write(store=store, content=content, by=system, written=self._heard)
        report = imports.check(store=store, content=content, by=system)
        if report.wrong:
            raise imports.ImportHasErrors(report)
        return report

    def _heard(self, pieces: int) -> None:
        self.stderr.write(_("Written: %(pieces)s") % {"pieces": measures.count(pieces)})

    def _tell(self, report: Report) -> None:
        """The report in words, the wrong rows first."""
        for row in report.told:
            told = {"row": row.row, "number": row.number or "—"}
            self.stdout.write(_("Row %(row)d, %(number)s:") % told)
            for sentence in row.sentences:
                self.stdout.write(f"  {sentence}")
        if report.unused:
            told = {"columns": ", ".join(report.unused)}
            self.stdout.write(_("Columns that are not used: %(columns)s.") % told)
        told = {outcome.value: getattr(report, outcome) for outcome in Outcome}
        self.stdout.write(_("%(new)d new, %(known)d known, %(wrong)d wrong.") % told)
        self.stdout.write(_("New: %(tally)s") % {"tally": report.brought.line})
