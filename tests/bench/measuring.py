"""How two arms are compared: interleaved rounds, the ratio of each, and what the ratios say."""

import math
import random
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tests.bench.operation import Operation, WrongAnswer

SEED = 20250101
RESAMPLES = 2_000
PACE_TURNS = 300  # about a millisecond of plain arithmetic


@dataclass(frozen=True)
class Sample:
    """One turn of one arm: each act in microseconds, and the seconds that the turn took."""

    times_us: list[int]
    seconds: float

    @property
    def per_s(self) -> float:
        return len(self.times_us) / self.seconds


@dataclass(frozen=True)
class Spread:
    """All acts of one arm over all rounds."""

    p50_us: int
    p95_us: int
    p99_us: int
    worst_us: int
    per_s: int

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> "Spread":
        times = sorted(time_us for sample in samples for time_us in sample.times_us)
        seconds = sum(sample.seconds for sample in samples)
        p50, p95, p99 = (_percentile(times, share) for share in (50, 95, 99))
        return cls(p50, p95, p99, times[-1], round(len(times) / seconds))


@dataclass(frozen=True)
class Measured:
    """One operation at one size; `failed` names the checks that found a wrong answer."""

    size: int
    ours: Spread
    floor: Spread
    ratio: float
    low: float
    high: float
    rounds: list[float]
    pace_us: float
    failed: list[str]


def timed(acts: Iterable[Callable[[], object]]) -> Sample:
    """Runs the acts one after the other; what lies between two of them is not counted."""
    times = []
    for act in acts:
        begun = time.perf_counter()
        act()
        times.append(time.perf_counter() - begun)
    return Sample([round(seconds * 1e6) for seconds in times], sum(times))


def compare(operation: Operation, *, size: int, rounds: int) -> Measured:
    """A B B A as often as asked, after a warm-up that is thrown away; each round ends with the
    operation's own check, outside the timed part."""
    operation.ours(), operation.floor()
    ours: list[Sample] = []
    floor: list[Sample] = []
    ratios, paces, failed = [], [], []
    for _round in range(rounds):
        try:
            turns = [operation.ours(), operation.floor(), operation.floor(), operation.ours()]
            paces.append(pace_us())
            operation.check()
        except WrongAnswer as wrong:
            failed.append(str(wrong))
            continue
        first, second = [turns[0], turns[3]], [turns[1], turns[2]]
        ratios.append(_ratio(first, second, operation.better))
        ours += first
        floor += second
    if not ratios:
        raise WrongAnswer(failed[0])
    low, high = bootstrap_95(ratios)
    return Measured(
        size=size,
        ours=Spread.of(ours),
        floor=Spread.of(floor),
        ratio=statistics.median(ratios),
        low=low,
        high=high,
        rounds=ratios,
        pace_us=statistics.median(paces),
        failed=failed,
    )


def _ratio(ours: Sequence[Sample], floor: Sequence[Sample], better: str) -> float:
    """Of median times; of rates where more is better."""
    if better == "higher":
        return _rate(ours) / _rate(floor)
    return _median_us(ours) / max(_median_us(floor), 1)


def _median_us(samples: Sequence[Sample]) -> float:
    return statistics.median(time_us for sample in samples for time_us in sample.times_us)


def _rate(samples: Sequence[Sample]) -> float:
    acts = sum(len(sample.times_us) for sample in samples)
    return acts / sum(sample.seconds for sample in samples)


def bootstrap_95(ratios: Sequence[float]) -> tuple[float, float]:
    """The middle 95 % of the medians of resampled rounds; the same every time."""
    dice = random.Random(SEED)  # noqa: S311  because: nothing secret hangs on it
    medians = sorted(
        statistics.median(dice.choices(ratios, k=len(ratios))) for _ in range(RESAMPLES)
    )
    return medians[RESAMPLES * 25 // 1000], medians[RESAMPLES * 975 // 1000 - 1]


def growth(measured: Sequence[Measured]) -> float | None:
    """k of `time = c · n^k`, fitted on log scales over the sizes, None for a single size.

    The sizes are measured minutes apart on a machine that others use too, so each median is put
    in units of a fixed piece of arithmetic that was timed in the same rounds.
    """
    if len(measured) < 2:
        return None
    x = [math.log(each.size) for each in measured]
    y = [math.log(max(each.ours.p50_us, 1) / each.pace_us) for each in measured]
    return statistics.linear_regression(x, y).slope


def pace_us() -> float:
    """How long a fixed piece of arithmetic takes at this moment: the quickest of five tries."""
    return min(_turns() for _ in range(5)) * 1e6


def _turns() -> float:
    begun = time.perf_counter()
    for n in range(PACE_TURNS):
        sum(range(n % 97))
    return time.perf_counter() - begun


def _percentile(ordered: Sequence[int], share: int) -> int:
    return ordered[min(len(ordered) * share // 100, len(ordered) - 1)]
