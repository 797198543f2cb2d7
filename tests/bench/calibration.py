"""What this machine can do at this moment, measured before and after everything else."""

import multiprocessing
import time
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue

from django.db import connection, connections

from tests.bench.replays import raw
from tests.bench.servers import Server, all_at_once, request

CLIENTS = 8
DRIFT_MOST = 0.30
MOMENT_S = 0.4


@dataclass(frozen=True)
class Calibration:
    plain_per_s: float
    commit_per_s: float
    scaling_1_to_2: float

    def drift_to(self, later: "Calibration") -> float:
        """The larger change of the two rates, as a share."""
        pairs = (
            (self.plain_per_s, later.plain_per_s),
            (self.commit_per_s, later.commit_per_s),
        )
        return max(abs(after / before - 1) for before, after in pairs)


def measure(server: Server, *, requests: int) -> Calibration:
    return Calibration(_plain_per_s(server, requests), _commit_per_s(), _scaling())


def _plain_per_s(server: Server, requests: int) -> float:
    wires = [server.connect() for _ in range(CLIENTS)]
    asked = [request("GET", "/bench/plain/")] * requests
    all_at_once(wires, asked)
    sample, _answers = all_at_once(wires, asked)
    for wire in wires:
        wire.socket.close()
    return sample.per_s


def _commit_per_s() -> float:
    """Transactions of one row each, durable as the shop's."""
    with raw() as database:
        cursor = database.cursor()
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_commit (n bigint)")
        begun, count = time.perf_counter(), 0
        while time.perf_counter() - begun < MOMENT_S:
            cursor.execute("BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN")
            cursor.execute(f"INSERT INTO bench_commit VALUES ({count:d})")  # noqa: S608  because: a number
            cursor.execute("COMMIT")
            count += 1
        seconds = time.perf_counter() - begun
        cursor.execute("DROP TABLE bench_commit")
    return count / seconds


def _scaling() -> float:
    """How much more two processes get done than one."""
    alone = sum(_work_in(1))
    return sum(_work_in(2)) / alone


def _work_in(processes: int) -> list[int]:
    connections.close_all()
    context = multiprocessing.get_context("fork")
    done: SimpleQueue[int] = context.SimpleQueue()
    children = [context.Process(target=_work, args=(done,)) for _ in range(processes)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return [done.get() for _ in children]


def _work(done: "SimpleQueue[int]") -> None:
    begun, turns = time.perf_counter(), 0
    while time.perf_counter() - begun < MOMENT_S:
        sum(range(1_000))
        turns += 1
    done.put(turns)
