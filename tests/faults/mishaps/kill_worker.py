"""One process of the web server is killed at any moment; the server makes a new one."""

from tests.faults.mishaps import World

NAME = "worker killed"


def why_not(_world: World) -> str:
    return ""


def happen(world: World) -> bool:
    workers = world.server.workers()
    return bool(workers) and world.server.kill_worker(world.dice.choice(workers))
