"""What clerks do. Each module is one capability and has

- `WEIGHT`: how often it is drawn, against the others;
- `do(clerk)`: the deed, through real requests; what it was told goes into the clerk's memory, or
  is held against it;
- `broken(books)`: what the stored rows of this capability say against what was told.
"""

import importlib
import pkgutil
import random
from collections.abc import Iterator
from functools import cache
from typing import Protocol, cast

from tests.faults.books import Books
from tests.faults.clerk import Clerk


class Deed(Protocol):
    __name__: str
    WEIGHT: int

    def do(self, clerk: Clerk) -> None: ...

    def broken(self, books: Books) -> Iterator[str]: ...


@cache
def all_deeds() -> list[Deed]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [cast("Deed", importlib.import_module(f"{__name__}.{name}")) for name in names]


def drawn(dice: random.Random) -> Deed:
    """What a clerk does next."""
    return dice.choices(all_deeds(), [deed.WEIGHT for deed in all_deeds()])[0]
