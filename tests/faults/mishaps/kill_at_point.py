"""A server dies in the middle of an act: at a statement, around COMMIT, before the answer."""

from tests.faults import failpoints
from tests.faults.mishaps import World

NAME = "killed at a failpoint"
MOST_STATEMENTS = 40


def why_not(_world: World) -> str:
    return ""


def happen(world: World) -> bool:
    """The next act of one tablet meets it."""
    number = world.dice.randint(1, MOST_STATEMENTS)
    point = world.dice.choice([failpoints.statement(number), *failpoints.ALONE])
    world.dice.choice(world.tablets).armed.append(point)
    return True
