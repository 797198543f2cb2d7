"""B1: a till scans a piece and gets it as JSON, with its rights checked by a device key."""

from collections.abc import Iterator

import orjson

from tests.bench.ground import Ground
from tests.bench.measuring import Measured, Sample
from tests.bench.operation import Operation, WrongAnswer
from tests.bench.servers import Answer, one_by_one, request


class ScanPiece(Operation):
    """Floor: the same bytes out of a raw cursor, no rights checked. `extra` has the second floor,
    a constant through the same server."""

    id = "B1"
    name = "scan a piece"
    target = 2.0
    stretch = 1.35
    k_limit = 0.05
    grows = True

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.wire = ground.server.connect()
        self.numbers = ground.stock_numbers(ground.scale.requests)
        key = f"Bearer {ground.api_key}"
        self.asked = [
            request("GET", f"/api/v1/pieces/{number}", Authorization=key) for number in self.numbers
        ]
        self.raw = [request("GET", f"/bench/pieces/{number}") for number in self.numbers]
        self.plain = [request("GET", "/bench/plain/")] * len(self.numbers)
        self.answers: list[list[Answer]] = [[], []]
        self.plain_us: list[int] = []

    def ours(self) -> Sample:
        sample, self.answers[0] = one_by_one(self.wire, self.asked)
        return sample

    def floor(self) -> Sample:
        sample, self.answers[1] = one_by_one(self.wire, self.raw)
        return sample

    def check(self) -> None:
        plain, _answers = one_by_one(self.wire, self.plain)
        self.plain_us += plain.times_us
        for number, ours, floor in zip(self.numbers, *self.answers, strict=True):
            if (ours.status, floor.status) != (200, 200):
                raise WrongAnswer(f"{number} answered {ours.status}, its floor {floor.status}")
            told, rows = orjson.loads(ours.body), orjson.loads(floor.body)
            differing = [name for name in told if told[name] != rows.get(name)]
            if differing or told.keys() != rows.keys() or told["number"] != number:
                raise WrongAnswer(f"{number} is not told as the database has it: {differing}")
        stranger = self.wire.ask(request("GET", f"/api/v1/pieces/{self.numbers[0]}"))
        if stranger.status != 401:
            raise WrongAnswer(f"without a key: {stranger.status}")

    def finish(self, measured: Measured) -> Iterator[str]:
        self.wire.socket.close()
        plain = sorted(self.plain_us)[len(self.plain_us) // 2]
        self.extra["plain_p50_us"] = plain
        self.extra["ratio_to_plain"] = round(measured.ours.p50_us / plain, 2)
        yield from ()
