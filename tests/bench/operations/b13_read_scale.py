"""B13: a load comes to rest on a scale that speaks over TCP; how late the tablet's read-out is."""

import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from appraisal import scales
from appraisal.models import Scale, ScaleReading
from appraisal.simulated_scale import HOST, SimulatedScale
from tests.bench.ground import Ground
from tests.bench.measuring import Measured, Sample
from tests.bench.operation import Operation, WrongAnswer

TURNS = 1  # a load takes its time to come to rest
MOVES_S = 0.5  # longer than the port of the question before takes to close
LATEST_US = 300_000
LOAD_MG = 8_720


class ReadScale(Operation):
    """From the scale's rest to the kept reading. Floor: the same two questions on a bare socket."""

    id = "B13"
    name = "scale reading after rest"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.balance = SimulatedScale(settle_s=MOVES_S).__enter__()
        self.scale = Scale.objects.create(
            store=ground.shop.s01,
            code="B13",
            name="simulated",
            accuracy="II",
            e_mg=10,
            d_mg=10,
            max_mg=200_000,
            min_mg=200,
            verified_on=ground.today,
            verified_until=ground.today + timedelta(days=365),
            certificate="B13",
            serial=self.balance.serial,
            connection=self.balance.address,
        )
        self.load_mg = LOAD_MG
        self.shown_mg: list[int | None] = []

    def ours(self) -> Sample:
        self.shown_mg = []
        return self._late(self._look)

    def floor(self) -> Sample:
        return self._late(self._ask)

    def _late(self, read: Callable[[], None]) -> Sample:
        """How long after the rest of each load it was read."""
        times = []
        for _turn in range(TURNS):
            self.load_mg += 10  # another load is another reading
            self.balance.put(self.load_mg)
            read()
            times.append(time.monotonic() - self.balance.stable_at)
        return Sample([round(late * 1e6) for late in times], sum(times))

    def _look(self) -> None:
        reading = scales.look(scale=self.scale, by=self.ground.shop.lin).reading
        self.shown_mg.append(reading.mg if reading else None)

    def _ask(self) -> None:
        with socket.create_connection((HOST, self.balance.port)) as wire:
            for question in (b"I4\r\n", b"S\r\n"):
                wire.sendall(question)
                while not wire.recv(64).endswith(b"\r\n"):
                    pass

    def check(self) -> None:
        loads = [self.load_mg - 10 * (TURNS - 1 - turn) for turn in range(TURNS)]
        if self.shown_mg != loads:
            raise WrongAnswer(f"{loads} lay on the scale, {self.shown_mg} was shown")
        if ScaleReading.objects.filter(scale=self.scale).latest("pk").mg != self.load_mg:
            raise WrongAnswer("what was shown was not kept")

    def finish(self, measured: Measured) -> Iterator[str]:
        self.balance.__exit__()
        if measured.ours.worst_us > LATEST_US:
            yield f"{measured.ours.worst_us / 1000:.0f} ms after rest, more than 300"
