"""Opens a store: places, manager, and with the first one head office. For DEMO=0."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from counter import openings
from inventory.ground.errors import RuleBroken
from inventory.ground.settings_rows import BUNDLES


def counters(text: str) -> dict[str, int]:
    """A=16,B=15 as counters and their numbers of trays."""
    try:
        pairs = [each.split("=") for each in text.split(",")]
        return {code: int(trays) for code, trays in pairs}
    except ValueError:
        raise ArgumentTypeError("write counters and trays as A=16,B=15") from None


class Command(BaseCommand):
    help = "Opens a store with its counters and a manager; prints password and PIN this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="such as S01")
        parser.add_argument("name", help="such as 国贸店")
        parser.add_argument("--counters", type=counters, default={"A": 10}, help="A=16,B=15")
        parser.add_argument("--kind", choices=tuple(BUNDLES), default="small")
        parser.add_argument("--manager", default="manager", help="user name of the manager")
        parser.add_argument("--head", default="head", help="user name at head office")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            entrances = openings.open_shop(
                code=options["code"],
                name=options["name"],
                counters=options["counters"],
                bundle=options["kind"],
                manager=options["manager"],
                head=options["head"],
            )
        except (RuleBroken, IntegrityError) as refused:
            raise CommandError(f"Nothing was opened: {refused}") from refused
        for each in entrances:
            self.stdout.write(f"{each.username}  password {each.password}  PIN {each.pin}")
