"""A whole run: the ground, every operation at every size, the report."""

import sys
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime

from django.core.management import call_command
from django.db import connection, connections

from tests.bench import calibration, ground, reports
from tests.bench.ground import Ground, Scale
from tests.bench.measuring import Measured, compare
from tests.bench.operation import Operation, WrongAnswer, all_operations
from tests.bench.reports import Judged, Report
from tests.bench.servers import Server

SCALES = {"smoke": ground.SMOKE, "quick": ground.QUICK, "full": ground.FULL}
ROUNDS_OF_GROWTH = 3  # at the sizes that only show how an operation grows
PASSED, GATE_FAILED, WRONG = 0, 1, 2
MOST_IN_FULL = 1_000  # sales of a history that is proved from its first link on
WIDTH = 24


def run(*, scale: str, only: str = "", sizes: str = "") -> int:
    """Measures, prints the table and writes it; returns the exit status."""
    chosen = SCALES[scale]
    wanted = [each for each in all_operations() if not only or each.id in only.split(",")]
    at = tuple(int(size) for size in sizes.split(",")) if sizes else chosen.sizes
    begun, started = time.monotonic(), datetime.now(UTC).isoformat(timespec="seconds")
    call_command("migrate", run_syncdb=scale == "smoke", verbosity=0)
    if scale != "smoke":
        call_command("collectstatic", interactive=False, verbosity=0)
    server = Server()
    try:
        server.start()
        steps = _Steps(len(at) * len(wanted))
        steps.say("the shop and its goods")
        basis = Ground(chosen, server)
        before = calibration.measure(server, requests=10 * chosen.requests)
        judged, void = _measure(basis, wanted, chosen, at, steps)
        after = calibration.measure(server, requests=10 * chosen.requests)
    finally:
        server.stop()
    durability = ground.durability()
    if not ground.is_durable(durability):
        void.append("durability: what was written here does not reach the disk")
    report = Report(
        database=connection.vendor,
        durability=durability,
        before=before,
        after=after,
        judged=judged,
        started=started,
        seconds=round(time.monotonic() - begun),
        skipped=reports.SKIPPED,
        void=void,
    )
    for each in judged:
        each.judge(steady=report.steady)
    steps.end()
    sys.stdout.write("\n".join(report.lines()) + "\n")
    reports.keep(report)
    connections.close_all()
    return _status(report)


def _status(report: Report) -> int:
    gates = {each.gate for each in report.judged}
    if "void" in gates or report.void:
        return WRONG
    return GATE_FAILED if "fail" in gates else PASSED


def _measure(
    basis: Ground,
    wanted: Sequence[type[Operation]],
    scale: Scale,
    sizes: Sequence[int],
    steps: "_Steps",
) -> tuple[list[Judged], list[str]]:
    judged: dict[str, Judged] = {}
    void: list[str] = []
    for size in sizes:
        is_last = size == sizes[-1]
        steps.say(f"a history of {size:,} sales")
        basis.grow(size)
        for operation in wanted:
            steps.next(f"{operation.id} {operation.name}")
            if operation.grows or is_last:
                rounds = scale.rounds if is_last else min(ROUNDS_OF_GROWTH, scale.rounds)
                try:
                    _add(judged, operation, basis, rounds)
                except Exception as error:  # because: the others are measured all the same
                    traceback.print_exc()
                    void.append(f"{operation.id} {type(error).__name__}: {error}")
    try:
        basis.check_books(full=basis.size <= MOST_IN_FULL)
    except WrongAnswer as wrong:
        void.append(f"books {wrong}")
    return sorted(judged.values(), key=lambda each: each.operation.id), void


def _add(judged: dict[str, Judged], operation: type[Operation], basis: Ground, rounds: int) -> None:
    """One operation at one size. A wrong answer outside of the rounds voids it too."""
    this = operation(basis)
    measured: Measured = compare(this, size=basis.size, rounds=rounds)
    try:
        limits = list(this.finish(measured))
    except WrongAnswer as wrong:
        measured.failed.append(str(wrong))
        limits = []
    known = judged.get(operation.id)
    earlier = known.measured if known else []
    high = reports.baseline_of(connection.vendor, operation.id)
    judged[operation.id] = Judged(operation, [*earlier, measured], this.extra, limits, high)


class _Steps:
    """One line that says what is going on: a bar on a screen, a line each in a log."""

    def __init__(self, total: int) -> None:
        self.total, self.done = total, 0
        self.is_screen = sys.stderr.isatty()
        self.begun = time.monotonic()

    def next(self, what: str) -> None:
        self.done += 1
        self.say(what)

    def say(self, what: str) -> None:
        full = WIDTH * self.done // self.total
        bar = "█" * full + "·" * (WIDTH - full)
        minutes, seconds = divmod(int(time.monotonic() - self.begun), 60)
        line = f"{bar} {self.done}/{self.total} {minutes}:{seconds:02} {what}"
        sys.stderr.write(f"\r\033[K{line}" if self.is_screen else f"{line}\n")
        sys.stderr.flush()

    def end(self) -> None:
        if self.is_screen:
            sys.stderr.write("\r\033[K")
