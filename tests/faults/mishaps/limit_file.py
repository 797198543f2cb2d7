"""The file of SQLite may not grow during one act (`max_page_count`): SQLITE_FULL in its middle."""

from tests.faults import failpoints
from tests.faults.databases import SQLITE
from tests.faults.mishaps import World

NAME = "file may not grow"


def why_not(world: World) -> str:
    return "" if world.database.vendor == SQLITE else "PostgreSQL has no such limit"


def happen(world: World) -> bool:
    world.dice.choice(world.tablets).armed.append(failpoints.DISK_FULL)
    return True
