"""Many processes that want the same thing at the same moment, and the fairest queue there can be.

The floor's queue is a ring: whoever has the token writes, then hands it to the next process. So
each gets exactly its share, and nobody ever looks for a free lock.
"""

import multiprocessing
import os
import select
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from django.db import OperationalError, connections

from inventory.ground.errors import RuleBroken
from tests.bench.measuring import Sample
from tests.bench.replays import raw

PATIENCE = 120  # seconds for one turn of the whole crowd
TOKEN = b"x"

# what one process does for one thing, on its own place in the crowd: True when it got it
Act = Callable[[int, Any], bool]
RawAct = Callable[[Any, int, Any], bool]


@dataclass
class Told:
    """What became of one process in one turn."""

    wins: int = 0
    refusals: int = 0
    lock_errors: int = 0
    times_us: list[int] = field(default_factory=list)
    begun: float = 0.0
    ended: float = 0.0


@dataclass
class Turn:
    """What became of all of them."""

    told: list[Told]

    @property
    def sample(self) -> Sample:
        """Every wait, and the time from the first wish to the last answer."""
        times = [time_us for each in self.told for time_us in each.times_us]
        begun = min(each.begun for each in self.told)
        return Sample(times, max(each.ended for each in self.told) - begun)

    @property
    def worst(self) -> Sample:
        """Only the longest wait."""
        longest = max(max(each.times_us) for each in self.told)
        return Sample([longest], longest / 1e6)

    @property
    def wins(self) -> int:
        return sum(each.wins for each in self.told)

    @property
    def lock_errors(self) -> int:
        return sum(each.lock_errors for each in self.told)


class Crowd:
    """So many processes, started once. `ours` runs on Django's connection and takes its turn as
    the shop does; `floor` on one of the driver, in its turn of the ring."""

    def __init__(self, clients: int, *, ours: Act, floor: RawAct) -> None:
        connections.close_all()  # a connection does not survive a fork
        context = multiprocessing.get_context("fork")
        self.acts = ours, floor
        self.ring = [os.pipe() for _ in range(clients)]
        self.barrier = context.Barrier(clients)
        self.taken = context.Value("q", 0)
        self.wires: list[Connection] = []
        self.children = []
        for place in range(clients):
            mine, theirs = context.Pipe()
            child = context.Process(target=self._serve, args=(place, theirs), daemon=True)
            child.start()
            self.wires.append(mine)
            self.children.append(child)

    def race(self, things: Sequence[Any], *, raw_queue: bool, each: bool = False) -> Turn:
        """All go at once. `each`: everybody tries every thing, else each thing is for one."""
        self.taken.value = 0
        if raw_queue:
            os.write(self.ring[0][1], TOKEN)
        for wire in self.wires:
            wire.send((list(things), raw_queue, each))
        told = []
        for wire in self.wires:
            if not wire.poll(PATIENCE):
                raise RuntimeError("a process of the crowd does not answer")
            told.append(wire.recv())
        if raw_queue:
            readable, _w, _x = select.select([read for read, _write in self.ring], [], [], 1)
            os.read(readable[0], 1)
        return Turn(told)

    def close(self) -> None:
        for wire in self.wires:
            wire.send(None)
        for child in self.children:
            child.join(PATIENCE)
        for read, write in self.ring:
            os.close(read)
            os.close(write)

    # --- in the children

    def _serve(self, place: int, wire: Connection) -> None:
        while (job := wire.recv()) is not None:
            things, raw_queue, each = job
            run = self._in_ring if raw_queue else self._in_shop
            wire.send(run(place, things, each))
            connections.close_all()

    def _in_shop(self, place: int, things: Sequence[Any], each: bool) -> Told:
        told, mine = Told(), iter(things)
        connections["default"].ensure_connection()
        self.barrier.wait(PATIENCE)
        told.begun = time.perf_counter()
        while (thing := next(mine, None) if each else self._next(things)) is not None:
            wished = time.perf_counter()
            self._get(told, place, thing)
            told.times_us.append(round((time.perf_counter() - wished) * 1e6))
        told.ended = time.perf_counter()
        return told

    def _get(self, told: Told, place: int, thing: Any) -> None:
        try:
            told.wins += self.acts[0](place, thing)
        except RuleBroken:
            told.refusals += 1
        except OperationalError:
            told.lock_errors += 1

    def _in_ring(self, place: int, things: Sequence[Any], each: bool) -> Told:
        told, mine = Told(), iter(things)
        read, write = self.ring[place][0], self.ring[(place + 1) % len(self.ring)][1]
        with raw() as database:
            self.barrier.wait(PATIENCE)
            told.begun = wished = time.perf_counter()
            while True:
                os.read(read, 1)
                thing = next(mine, None) if each else self._next(things)
                if thing is not None:
                    got = self.acts[1](database, place, thing)
                    told.wins += got
                    told.refusals += not got
                os.write(write, TOKEN)
                told.ended = time.perf_counter()
                if thing is None:
                    return told
                told.times_us.append(round((told.ended - wished) * 1e6))
                wished = time.perf_counter()

    def _next(self, things: Sequence[Any]) -> Any:
        with self.taken.get_lock():
            turn = self.taken.value
            self.taken.value += 1
        return things[turn] if turn < len(things) else None
