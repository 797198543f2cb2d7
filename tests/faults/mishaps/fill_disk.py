"""The disk of the database is full for a moment."""

import time

from tests.faults.databases import Cluster
from tests.faults.mishaps import World

NAME = "disk full"


def why_not(world: World) -> str:
    if world.database.disk.limited:
        return ""
    return "a small file system needs root; the failpoint disk.full stands in on SQLite"


def happen(world: World) -> bool:
    with world.database.disk.full():
        time.sleep(0.5 + world.dice.random())
    if isinstance(world.database, Cluster):
        world.database.start()  # without room for its log it may have stopped itself
    return True
