"""Proves that the books agree: exit 0, or exit 1 and one line for each broken invariant."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from counter import books
from inventory.ground.books import Broken, let_write_again, verify_triggers
from inventory.models import Store


class Command(BaseCommand):
    help = "Checks chain, rows and invariants of all books, or of one store."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--store", help="code of one store")
        parser.add_argument("--full", action="store_true", help="from the first link on")
        parser.add_argument(
            "--resume",
            action="store_true",
            help="a store that was stopped may write again when the whole proof is clean",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        stores = Store.objects.select_related("ledger_head")
        if code := options["store"]:
            stores = stores.filter(code=code)
            if not stores:
                raise CommandError(f"There is no store {code}.")
        found: list[Broken] = list(verify_triggers())
        for store in stores:
            broken = list(books.verify(store, full=options["full"] or options["resume"]))
            if options["resume"] and not broken and not found:
                let_write_again(store)
            self.stdout.write(f"{store.code} {store.ledger_head.seq} links: {_verdict(broken)}")
            found += broken
        for each in found:
            self.stdout.write(self.style.ERROR(str(each)))
        if found:
            raise CommandError(f"{len(found)} broken.", returncode=1)


def _verdict(broken: list[Broken]) -> str:
    return f"{len(broken)} broken" if broken else "agree"
