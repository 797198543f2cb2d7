"""The application's clock jumps: an hour back, three hours on, and right again at the end."""

from tests.faults.mishaps import World

NAME = "clock stepped"
STEPS = (-3600, 0, 600, 10_800)


def why_not(_world: World) -> str:
    return ""


def happen(world: World) -> bool:
    """Within the business day, which begins at ten in the morning."""
    world.clock.step_to(world.clock.base + world.dice.choice(STEPS))
    return True
