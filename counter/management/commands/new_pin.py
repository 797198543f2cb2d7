"""Gives somebody a new PIN and prints it this once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from counter import openings
from counter.models import Clerk


class Command(BaseCommand):
    help = "A new PIN for somebody who has forgotten theirs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *_args: Any, **options: Any) -> None:
        clerk = Clerk.objects.filter(user__username=options["username"]).first()
        if clerk is None:
            raise CommandError("Nobody here has this user name.")
        self.stdout.write(f"{options['username']}  PIN {openings.new_pin(clerk)}")
