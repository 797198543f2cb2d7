"""The whole web server is killed at once and started again."""

from tests.faults.mishaps import World

NAME = "server killed"


def why_not(_world: World) -> str:
    return ""


def happen(world: World) -> bool:
    world.server.kill()
    world.server.keep_up()
    return True
