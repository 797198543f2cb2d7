"""Builds the demo shop in an empty database; later it only says that it is there."""

from typing import Any

from django.core.management.base import BaseCommand

from counter import demo
from inventory.models import Store


class Command(BaseCommand):
    help = "Two shops, their people, 300 pieces, two weeks of sales. Safe to repeat."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if Store.objects.exists():
            self.stdout.write("There are stores already; nothing was changed.")
            return
        key = demo.load()
        for line in demo.table():
            self.stdout.write(line)
        self.stdout.write(f"API key of head-office (shown this once): {key}")
