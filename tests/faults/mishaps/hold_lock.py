"""A stranger holds the lock that every writer needs: a backup, a forgotten console."""

import contextlib
import sqlite3
import time

import psycopg

from tests.faults.databases import SQLITE
from tests.faults.mishaps import World

NAME = "foreign lock held"
LONGEST = 7  # seconds, longer than a writer waits


def why_not(_world: World) -> str:
    return ""


def happen(world: World) -> bool:
    seconds = world.dice.choice([0.5, 1, 3, LONGEST])
    address = world.database.url(world.name)
    if world.database.vendor == SQLITE:
        path = address.removeprefix("sqlite:///")
        with contextlib.closing(
            sqlite3.connect(path, timeout=10, isolation_level=None)
        ) as stranger:
            stranger.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            stranger.execute("ROLLBACK")
        return True
    with psycopg.connect(address) as stranger:
        stranger.execute("SELECT id FROM inventory_ledgerhead FOR UPDATE")
        time.sleep(seconds)
        stranger.rollback()
    return True
