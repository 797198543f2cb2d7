"""Revokes an API key by its prefix; from that moment on it opens nothing."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from counter import api_clients
from counter.models import ApiKey


class Command(BaseCommand):
    help = "Revokes the key jw_<prefix>_…"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("prefix")

    def handle(self, *_args: Any, **options: Any) -> None:
        key = ApiKey.objects.filter(prefix=options["prefix"], revoked_at__isnull=True).first()
        if key is None:
            raise CommandError("No live key has this prefix.")
        api_clients.revoke(key)
        self.stdout.write(f"The key {key.prefix} of {key.client} is revoked.")
