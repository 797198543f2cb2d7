"""Worlds that stand before a test begins: built once in a transaction that is never committed, and
rolled back to after every test, instead of being built again for each.

A fixture that asks for a floor by its name works in a savepoint above it:

    @pytest.fixture
    def shop(standing_shop: Shop, db: None) -> Shop: ...
"""

import copy
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from tests.abuse.world import stocked
from tests.cast import Shop, open_shop
from tests.day_files import NOON
from tests.old_gold import open_desk
from tests.traded import sales_and_sheets, something_of_everything

# tests between two sweeps of PostgreSQL's tables, which take about a second each
MOST_VISITS = 150


@dataclass(frozen=True)
class Floor:
    """How a world is built, and the name of the one it is built upon."""

    build: Callable[..., Any]
    upon: str = ""


def open_shop_before_noon() -> Shop:
    """As it stands when a test goes to noon: what was put up is older than what the test does."""
    with time_machine.travel(NOON - timedelta(minutes=1), tick=True):
        return open_shop()


FLOORS = {
    "standing_shop": Floor(open_shop),
    "standing_desk": Floor(open_desk, upon="standing_shop"),
    "standing_rows": Floor(stocked, upon="standing_shop"),
    "standing_noon": Floor(open_shop_before_noon),
    "standing_trade": Floor(something_of_everything, upon="standing_shop"),
    "standing_lists": Floor(sales_and_sheets, upon="standing_shop"),
}


def asked(names: Sequence[str]) -> list[str]:
    """The floors among the fixtures of a test, the lowest first, with those they are built upon.
    ValueError when they do not stand upon each other."""
    wanted = [name for name in FLOORS if name in names]
    tower = wanted[-1:]
    while tower and (below := FLOORS[tower[0]].upon):
        tower.insert(0, below)
    if not set(wanted) <= set(tower):
        raise ValueError(f"{wanted} do not stand upon each other")
    return tower


def built(tower: Sequence[str]) -> dict[str, Any]:
    """The same worlds, built here and now."""
    worlds: dict[str, Any] = {}
    for name in tower:
        _build(name, worlds)
    return worlds


def _build(name: str, worlds: dict[str, Any]) -> None:
    floor = FLOORS[name]
    worlds[name] = floor.build(*[worlds[floor.upon]] if floor.upon else [])


@dataclass(frozen=True)
class Raised:
    """A floor that stands: its savepoint, and the worlds up to it by their names."""

    name: str
    block: transaction.Atomic
    worlds: dict[str, Any]


class House:
    """The floors that stand now, on the one connection of this worker."""

    def __init__(self, media: Path) -> None:
        self._media = media
        self._raised: list[Raised] = []
        self._visits = 0
        self._hour: datetime | None = None

    def raise_to(self, tower: Sequence[str]) -> dict[str, Any]:
        """Builds what is missing and takes away what is too much. Fresh copies of the worlds by
        their names, which the test may change as it likes."""
        # the day of a shop begins at a full hour, and a shop of yesterday is another one
        hour = timezone.now().replace(minute=0, second=0, microsecond=0)
        if hour != self._hour or self._visits == MOST_VISITS:
            self.clear()
            self._hour = hour
            self._sweep()
        self._visits += 1
        standing = [each.name for each in self._raised]
        while standing != list(tower[: len(standing)]):
            self._take_off()
            standing.pop()
        for name in tower[len(standing) :]:
            self._put_on(name)
        return self._copies()

    def _sweep(self) -> None:
        """Takes away what the savepoints of earlier tests left in PostgreSQL's tables: rows that
        nobody sees and every scan steps over."""
        self._visits = 0
        if connection.vendor == "postgresql" and not connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM (ANALYZE)")

    def clear(self) -> None:
        """Nothing stands; the database is as empty as before."""
        while self._raised:
            self._take_off()

    def lay_out_pictures(self, folder: Path) -> None:
        """What the floors keep beside the database, each in a file of the test's own."""
        for each in self._raised:
            if (kept := self._media / each.name).exists():
                shutil.copytree(kept, folder, dirs_exist_ok=True)

    def _put_on(self, name: str) -> None:
        worlds = self._copies()
        block = transaction.atomic()
        # as that of Django's own TestCase: whoever asks for a transaction is not told of this one
        block._from_testcase = True  # type: ignore[attr-defined]  # because: not in the stubs
        block.__enter__()
        self._raised.append(Raised(name, block, worlds))
        with override_settings(MEDIA_ROOT=self._media / name):
            _build(name, worlds)

    def _take_off(self) -> None:
        raised = self._raised.pop()
        transaction.set_rollback(True)
        raised.block.__exit__(None, None, None)
        shutil.rmtree(self._media / raised.name, ignore_errors=True)

    def _copies(self) -> dict[str, Any]:
        return copy.deepcopy(self._raised[-1].worlds) if self._raised else {}
