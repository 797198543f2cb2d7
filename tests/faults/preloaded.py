"""The web server of `bin/serve`, with Django loaded before its workers are forked.

A worker that was killed is back at once, and the run's cores sell instead of importing the same
modules dozens of times. For rounds that kill at every point of a sale; the others start the server
as the shop does, and only their starts are told as how soon it is ready again.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.faults.settings")

import django
from django.urls import get_resolver
from granian.cli import entrypoint

if __name__ == "__main__":
    django.setup()
    len(get_resolver().url_patterns)  # loads every view; threads begin in the workers
    entrypoint()  # type: ignore[no-untyped-call]  # because: granian's command has no types
