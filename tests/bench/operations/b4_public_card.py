"""B4: the page that the whole world may ask for, with its counters flushed every few seconds."""

import itertools
import statistics
from collections.abc import Iterable, Iterator

from inventory.ground import codes
from tests.bench.ground import Ground
from tests.bench.measuring import Measured, Sample
from tests.bench.operation import Operation, WrongAnswer
from tests.bench.servers import Answer, Wire, all_at_once, one_by_one, request

CLIENTS = 8
# within the failures a minute that one process allows the whole site, whatever their networks are
MISSES_A_TURN = 16
NAME = "银925"  # of every piece of the past
EVEN = (0.8, 1.25)
THROTTLED_MOST = 0.5


class PublicCard(Operation):
    """A hit against a constant through the same server, as requests a second with eight clients.
    `extra` has miss, no longer valid and throttled, each against a hit in the same round."""

    id = "B4"
    name = "public card page, hit"
    better = "higher"
    target = 0.4
    stretch = 0.6
    k_limit = 0.05
    grows = True

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.wires = [ground.server.connect() for _ in range(CLIENTS)]
        self.void = _visits([f"/w/{ground.void_card()}"] * MISSES_A_TURN)
        count = ground.scale.requests
        numbers = ground.past_cards(count)
        self.hits = _visits(f"/w/{number}" for number in (numbers * count)[:count])
        self.plain = [request("GET", "/bench/plain/")] * (2 * count)
        self.answers: list[Answer] = []
        self.beside: dict[str, list[float]] = {"miss": [], "no_longer_valid": [], "throttled": []}

    def ours(self) -> Sample:
        sample, self.answers = all_at_once(self.wires, self.hits)
        return sample

    def floor(self) -> Sample:
        return all_at_once(self.wires, self.plain)[0]

    def check(self) -> None:
        if {answer.status for answer in self.answers} != {200}:
            raise WrongAnswer("a valid card did not answer 200")
        if not all(NAME.encode() in answer.body for answer in self.answers):
            raise WrongAnswer("a valid card does not tell its piece")
        self._look_beside()

    def _look_beside(self) -> None:
        """The other states, one client, by turns with as many hits."""
        wire, hits = self.wires[0], self.hits[:MISSES_A_TURN]
        miss = _visits(f"/w/{codes.new_card_number()}" for _ in range(MISSES_A_TURN))
        blocked = [_guess() for _ in range(MISSES_A_TURN)]
        one_by_one(wire, hits)
        for name, asked in (("miss", miss), ("no_longer_valid", self.void), ("throttled", blocked)):
            if name == "throttled":
                _use_up(wire)  # a new minute has begun, perhaps
            before, _hits = one_by_one(wire, hits)
            sample, answers = one_by_one(wire, asked)
            after, _hits = one_by_one(wire, hits)
            told = {answer.status for answer in answers}
            if told != ({429} if name == "throttled" else {200}):
                raise WrongAnswer(f"{name} answered {sorted(told)}")
            hit_us = statistics.median([*before.times_us, *after.times_us])
            self.beside[name].append(statistics.median(sample.times_us) / hit_us)

    def finish(self, measured: Measured) -> Iterator[str]:
        for wire in self.wires:
            wire.socket.close()
        to_hit = {name: round(statistics.median(of), 2) for name, of in self.beside.items()}
        hit_miss = round(1 / to_hit["miss"], 2)
        self.extra |= {"hit_miss": hit_miss, "to_hit": to_hit}
        if not EVEN[0] <= hit_miss <= EVEN[1]:
            yield f"hit : miss is {hit_miss}, not within {EVEN[0]} to {EVEN[1]}"
        if to_hit["throttled"] > THROTTLED_MOST:
            yield f"throttled takes {to_hit['throttled']} of a hit, more than {THROTTLED_MOST}"


_turn = itertools.count()


def _guess() -> bytes:
    """A number of no card, always from the same network."""
    return request("GET", f"/w/{codes.new_card_number()}", X_Forwarded_For="203.0.113.7")


def _use_up(wire: Wire) -> None:
    """That network guesses until the process behind this wire refuses it."""
    while wire.ask(_guess()).status != 429:
        pass


def _visits(paths: Iterable[str]) -> list[bytes]:
    """Each visitor comes from a network of its own."""
    networks = (f"10.{n // 256 % 256}.{n % 256}.1" for n in _turn)
    return [
        request("GET", path, X_Forwarded_For=address)
        for path, address in zip(paths, networks, strict=False)
    ]
