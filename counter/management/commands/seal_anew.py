"""Seals every identity under the first key of FIELD_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from appraisal import identities


class Command(BaseCommand):
    help = "Seals every identity under the first key of FIELD_KEYS, when a new key was put there."

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            done = identities.seal_anew()
        except identities.IdentityLocked as refusal:
            raise CommandError("FIELD_KEYS lacks a key that sealed what is here.") from refusal
        self.stdout.write(f"{done} identities sealed anew.")
