"""B6: head office takes a whole stocktake away, and what has changed since."""

import hashlib
import http.client
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Thread
from typing import ClassVar

import orjson
from django.db import connection, connections

from counter import api_clients
from inventory import stocktake_csv, stocktake_rows
from inventory.ground import changes, lists
from inventory.models import Change, LedgerHead
from tests.bench import stocks
from tests.bench.ground import Ground
from tests.bench.measuring import Measured, Sample, timed
from tests.bench.operation import Operation, WrongAnswer
from tests.bench.replays import raw
from tests.bench.servers import one_by_one, request

FIRST_BYTE_US = 200_000
MOST_GROWTH = 32 * 1024 * 1024
PULLS = 4  # of one turn
PAGE = 100  # links of the feed
WRITERS, WRITES = 8, 10
BLOCK = 1_048_576

# no line of this stocktake came or left during the count, and the floor does not ask
COLUMNS = """
    line.number, line.name, place.code AS place, line.category, line.metal, line.grade,
    line.fineness, line.net_mg, line.gross_mg, line.cost_cents, line.retail_cents, line.state,
    line.excluded, line.result, NULL AS came_by, NULL AS gone_by
    FROM inventory_stocktakeline line
    JOIN inventory_place place ON place.id = line.place_id
    WHERE line.stocktake_id = {id} ORDER BY line.id
"""
NAMES = stocktake_rows.COLUMNS
JSON = {
    "sqlite": "SELECT json_object(" + ", ".join(f"'{name}', {name}" for name in NAMES) + ")",
    "postgresql": "COPY (SELECT row_to_json(told)",
}


class ExportJson(Operation):
    """Floor: the database's own export of the same rows, row by row into nothing."""

    id = "B6a"
    name = "all lines as NDJSON"
    target = 1.3
    stretch = 1.15
    k_limit = 1.05
    grows = True

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.stock = stocks.counted(ground)
        self.digest = ""
        self.rows = self.floor_rows = 0

    def ours(self) -> Sample:
        return timed([self.export])

    def floor(self) -> Sample:
        return timed([self.export_raw])

    def export(self) -> None:
        self.rows = sum(
            block.count(b"\n") for block in stocktake_rows.content(self.stock.stocktake)
        )

    def export_raw(self) -> None:
        told = f"(SELECT {COLUMNS.format(id=self.stock.stocktake.pk)}) told"
        with raw() as database:
            if connection.vendor == "sqlite":
                self.floor_rows = sum(
                    1 for _row in database.execute(f"{JSON['sqlite']} FROM {told}")
                )
                return
            with database.cursor().copy(f"{JSON['postgresql']} FROM {told}) TO STDOUT") as rows:
                self.floor_rows = sum(1 for _row in rows)

    def check(self) -> None:
        if (self.rows, self.floor_rows) != (self.stock.size, self.stock.size):
            raise WrongAnswer(f"{self.rows} and {self.floor_rows} of {self.stock.size} lines")


class ExportCsv(ExportJson):
    """Floor: the shell of SQLite, or `COPY CSV`; neither of them thinks of spreadsheets."""

    id = "B6b"
    name = "all lines as CSV"
    target = 1.5

    def export(self) -> None:
        blocks = stocktake_csv.content(self.stock.stocktake)
        self.rows = sum(block.count(b"\n") for block in blocks) - 1

    def export_raw(self) -> None:
        asked = f"SELECT {COLUMNS.format(id=self.stock.stocktake.pk)}"
        if connection.vendor == "sqlite":
            self.floor_rows = _shell(asked)
            return
        with (
            raw() as database,
            database.cursor().copy(f"COPY ({asked}) TO STDOUT (FORMAT csv, HEADER)") as rows,
        ):
            self.floor_rows = sum(1 for _row in rows) - 1


class PullStocktake(Operation):
    """An open stocktake over HTTP, streamed. What is measured is the first byte; the rest is read
    and counted. Floor: a constant through the same server."""

    id = "B6c"
    name = "first byte of all lines over HTTP"
    grows = True
    peaks: ClassVar[dict[int, int]] = {}

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.stock = stocks.counted(ground)
        self.path = f"/api/v1/stocktakes/{self.stock.stocktake.number}/export.ndjson"
        self.headers = {"Authorization": f"Bearer {_key(ground, 'stocktakes:read')}"}
        self.digests: set[str] = set()
        self.memory = _Memory(ground)

    def ours(self) -> Sample:
        return self._pulled(self.path)

    def floor(self) -> Sample:
        return self._pulled("/bench/plain/")

    def check(self) -> None:
        own = stocktake_rows.checksum(self.stock.stocktake)
        if own.rows != self.stock.size or own.sha256 not in self.digests:
            raise WrongAnswer("what came over HTTP is not what is in the books")

    def finish(self, measured: Measured) -> Iterator[str]:
        self.peaks[self.stock.size] = self.memory.peak()
        grown = self.peaks[self.stock.size] - self.peaks[min(self.peaks)]
        self.extra |= {"first_byte_us": measured.ours.p50_us, "rss_growth_bytes": grown}
        if measured.ours.p95_us > FIRST_BYTE_US:
            yield f"first byte p95 {measured.ours.p95_us / 1000:.0f} ms, more than 200"
        if grown > MOST_GROWTH:
            yield f"memory grew by {grown / 2**20:.0f} MB, more than 32"

    def _pulled(self, path: str) -> Sample:
        times = [self._pull(path) for _turn in range(PULLS)]
        return Sample(times, sum(times) / 1e6)

    def _pull(self, path: str) -> int:
        wire = http.client.HTTPConnection("127.0.0.1", self.ground.server.port, timeout=60)
        sent = time.perf_counter()
        wire.request("GET", path, headers=self.headers)
        answer = wire.getresponse()
        digest = hashlib.sha256(answer.read(1))
        first = time.perf_counter() - sent
        while block := answer.read(BLOCK):
            digest.update(block)
        wire.close()
        self.digests.add(digest.hexdigest())
        return round(first * 1e6)


class PullChanges(Operation):
    """What has happened since the last pull, however long the history is. Floor: a constant
    through the same server. At the end eight people write while somebody pulls."""

    id = "B6d"
    name = "the last 100 changes"
    k_limit = 0.1
    grows = True

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.head = LedgerHead.objects.get(store=ground.shop.s01)
        self.size = min(PAGE, self.head.seq - 1)
        self.key = _key(ground, "changes:read")
        self.wire = ground.server.connect()
        turns = ground.scale.requests
        self.asked = [self._after(self.head.seq - self.size)] * turns
        self.plain = [request("GET", "/bench/plain/")] * turns
        self.told: list[int] = []

    def ours(self) -> Sample:
        sample, answers = one_by_one(self.wire, self.asked)
        self.told = [row["seq"] for row in orjson.loads(answers[-1].body)["items"]]
        return sample

    def floor(self) -> Sample:
        return one_by_one(self.wire, self.plain)[0]

    def check(self) -> None:
        newest = self.head.seq
        if self.told != list(range(newest - self.size + 1, newest + 1)):
            raise WrongAnswer(f"{len(self.told)} of {self.size} links")

    def finish(self, measured: Measured) -> Iterator[str]:
        missed = self._pull_while_others_write()
        self.wire.socket.close()
        self.ground.accept_written()
        self.extra["missed_rows"] = missed
        if missed:
            yield f"{missed} rows missed"

    def _pull_while_others_write(self) -> int:
        """How many of the links that eight people wrote the one who pulled has not got."""
        begun = LedgerHead.objects.get(pk=self.head.pk).seq
        writers = [Thread(target=self._write) for _writer in range(WRITERS)]
        for writer in writers:
            writer.start()
        got, behind = list[int](), begun
        while True:
            writing = any(writer.is_alive() for writer in writers)
            body = orjson.loads(self.wire.ask(self._after(behind)).body)
            got += [row["seq"] for row in body["items"]]
            behind = got[-1] if got else begun
            if not body["items"] and not writing:
                break
        written = Change.objects.filter(store=self.ground.shop.s01, seq__gt=begun)
        links = list(written.values_list("seq", flat=True))
        if len(links) != WRITERS * WRITES or len(got) != len(set(got)):
            raise WrongAnswer(f"{len(links)} links were written, {len(got)} came")
        return len(set(links) - set(got))

    def _write(self) -> None:
        shop = self.ground.shop
        try:
            for _write in range(WRITES):
                with changes.opened(store=shop.s01, by=shop.lin) as book:
                    book.note(shop.a, kind="stocktake_counted", number="B6d")
        finally:
            connections.close_all()

    def _after(self, seq: int) -> bytes:
        store = self.ground.shop.s01
        cursor = lists.next_position({}, {store.pk: seq}, of="changes")
        path = f"/api/v1/changes?store={store.code}&limit={PAGE}&after={cursor}"
        return request("GET", path, Authorization=f"Bearer {self.key}")


class _Memory:
    """The most that any process of the server held at once since the measurement began."""

    def __init__(self, ground: Ground) -> None:
        assert ground.server.process is not None
        self.processes = list(_family(ground.server.process.pid))
        for process in self.processes:
            Path(f"/proc/{process}/clear_refs").write_text("5", encoding="ascii")

    def peak(self) -> int:
        return max(_kilobytes(process, "VmHWM") for process in self.processes) * 1024


def _family(process: int) -> Iterator[int]:
    yield process
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text(encoding="ascii").split():
            yield from _family(int(child))


def _kilobytes(process: int, name: str) -> int:
    told = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in told.splitlines() if line.startswith(name))


def _shell(asked: str) -> int:
    """How many lines the shell of SQLite writes."""
    command = ["sqlite3", "-readonly", "-csv", str(connection.settings_dict["NAME"]), asked]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as shell:  # noqa: S603  because: our own
        assert shell.stdout is not None
        blocks = iter(partial(shell.stdout.read, BLOCK), b"")
        return sum(block.count(b"\n") for block in blocks)


def _key(ground: Ground, scope: str) -> str:
    client = api_clients.register(name=f"{scope} {ground.size}", scopes=[scope, "all_stores"])
    return api_clients.issue_key(client)
