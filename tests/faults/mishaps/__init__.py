"""What goes wrong. Each module is one kind and has

- `NAME`: how the table names it;
- `why_not(world)`: why it cannot be done here, else nothing;
- `happen(world)`: does it, and mends it again where a person would; whether it happened.
"""

import importlib
import pkgutil
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from tests.faults.clock import Clock
from tests.faults.databases import Database
from tests.faults.servers import Server
from tests.faults.tablet import Tablet


@dataclass
class World:
    """Everything that can break in a round. `name` of the round's database."""

    server: Server
    database: Database
    name: str
    clock: Clock
    tablets: Sequence[Tablet]
    dice: random.Random


class Mishap(Protocol):
    NAME: str

    def why_not(self, world: World) -> str: ...

    def happen(self, world: World) -> bool: ...


def all_mishaps() -> list[Mishap]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [cast("Mishap", importlib.import_module(f"{__name__}.{name}")) for name in names]
