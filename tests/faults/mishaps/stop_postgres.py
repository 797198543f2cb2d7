"""PostgreSQL stops at once, without a checkpoint, and comes back."""

import time

from tests.faults.databases import Cluster
from tests.faults.mishaps import World

NAME = "database stopped at once"


def why_not(world: World) -> str:
    return "" if isinstance(world.database, Cluster) else "SQLite has no server"


def happen(world: World) -> bool:
    assert isinstance(world.database, Cluster)
    world.database.stop_at_once()
    time.sleep(world.dice.random() * 0.5)
    world.database.start()
    return True
