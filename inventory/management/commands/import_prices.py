"""import_prices FILE [--store CODE]: a price board from a file, of head office unless told."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory import places, price_lists
from inventory.ground import nobody
from inventory.ground.errors import RuleBroken
from inventory.models import Store


class Command(BaseCommand):
    help = "Puts up a price board from a CSV or .xlsx file: metal, fineness, kind, yuan_per_g."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--store", metavar="CODE", help="one store; without it all stores")

    def handle(self, *_args: Any, **options: Any) -> None:
        store = _store(options["store"])
        try:
            content = options["file"].read_bytes()
            rows = price_lists.put_up(store=store, content=content, by=nobody.system())
        except OSError as unread:
            raise CommandError(str(unread)) from unread
        except price_lists.PriceListWrong as wrong:
            self.stdout.write("\n".join(wrong.sentences))
            raise CommandError(str(wrong)) from wrong
        except RuleBroken as refusal:
            raise CommandError(str(refusal)) from refusal
        told = {"n": len(rows), "store": store.name}
        self.stdout.write(
            ngettext(
                "%(n)d new price on the board of %(store)s.",
                "%(n)d new prices on the board of %(store)s.",
                len(rows),
            )
            % told
        )


def _store(code: str | None) -> Store:
    store = Store.objects.filter(code=code).first() if code else places.head_office()
    if store is None:
        raise CommandError(_("There is no such store."))
    return store
