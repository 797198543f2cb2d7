"""What a file in `operations/` defines: one operation, its floor, and how its answer is judged."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from tests.bench.ground import Ground
    from tests.bench.measuring import Measured, Sample


class WrongAnswer(Exception):
    """What an arm did or answered is not true; a fast wrong answer scores nothing."""


class Operation:
    """Subclasses are found by `all_operations`; their order is that of their ids.

    `better`: with "lower" the ratio is that of median times, with "higher" that of rates.
    `target` and `stretch` are bounds of the ratio, `k_limit` one of the growth exponent; all from
    the table of operations in the project's performance reference.
    """

    id: ClassVar[str]
    name: ClassVar[str]
    better: ClassVar[Literal["lower", "higher"]] = "lower"
    target: ClassVar[float | None] = None
    stretch: ClassVar[float | None] = None
    k_limit: ClassVar[float | None] = None
    # measured at every size; the others only at the largest
    grows: ClassVar[bool] = False

    def __init__(self, ground: "Ground") -> None:
        self.ground = ground
        self.extra: dict[str, object] = {}

    def ours(self) -> "Sample":
        raise NotImplementedError

    def floor(self) -> "Sample":
        raise NotImplementedError

    def check(self) -> None:
        """After every round, outside the timed part. Raises `WrongAnswer`."""
        raise NotImplementedError

    def finish(self, measured: "Measured") -> Iterator[str]:
        """After the last round: fills `extra`, and yields a sentence for every hard limit that
        was missed."""
        yield from ()


def all_operations() -> list[type[Operation]]:
    """Every operation of every file in `operations/`."""
    from tests.bench import operations  # because: its files import this one

    for module in pkgutil.iter_modules(operations.__path__):
        importlib.import_module(f"{operations.__name__}.{module.name}")
    named = [each for each in _descendants(Operation) if "id" in vars(each)]
    return sorted(named, key=lambda each: each.id)


def _descendants(of: type[Operation]) -> Iterator[type[Operation]]:
    for each in of.__subclasses__():
        yield each
        yield from _descendants(each)
