"""B5: reads of a stocktake are taken in and held against the books."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, ClassVar

import orjson
from django.db import connection

from counter import api_clients
from inventory import stocktake_places, stocktake_reads, stocktake_results
from inventory.models import Stocktake, StocktakePlace, StocktakeRead
from inventory.stocktake_reads import Read
from tests.bench import stocks
from tests.bench.ground import Ground
from tests.bench.measuring import Measured, Sample, timed
from tests.bench.operation import Operation, WrongAnswer
from tests.bench.replays import raw
from tests.bench.servers import Answer, one_by_one, request

BATCH = 10_000  # reads
BATCHES = 2  # of one turn
TRAY = 100
TRAYS = 3  # of one turn
TRAY_US = 50_000

COLUMNS = "store_id, stocktake_id, place_id, round, code, key, piece_id, means, read_at, at, by_id"
# PostgreSQL hashes both sides; SQLite goes along an index, and needs one for either direction
JOIN = {
    "postgresql": """
        SELECT CASE WHEN seen.id IS NULL THEN 'missing' WHEN line.id IS NULL THEN 'loose'
                    ELSE 'found' END, COUNT(*)
        FROM (SELECT * FROM inventory_stocktakeline WHERE stocktake_id = {id}) line
        FULL JOIN (SELECT * FROM inventory_stocktakeread WHERE stocktake_id = {id}) seen
            ON seen.piece_id = line.piece_id AND seen.place_id = line.place_id
        GROUP BY 1
    """,
    "sqlite": """
        SELECT CASE WHEN seen.id IS NULL THEN 'missing' ELSE 'found' END AS class, COUNT(*)
        FROM inventory_stocktakeline line LEFT JOIN inventory_stocktakeread seen
            ON seen.store_id = line.store_id AND seen.stocktake_id = line.stocktake_id
            AND seen.place_id = line.place_id AND seen.round = 1 AND seen.key = line.number
        WHERE line.stocktake_id = {id} GROUP BY class
        UNION ALL
        SELECT 'loose', COUNT(*)
        FROM inventory_stocktakeread seen LEFT JOIN inventory_stocktakeline line
            ON line.store_id = seen.store_id AND line.stocktake_id = seen.stocktake_id
            AND line.piece_id = seen.piece_id AND line.place_id = seen.place_id
        WHERE seen.stocktake_id = {id} AND line.id IS NULL
    """,
}
Rows = Sequence[tuple[Any, ...]]


def rows_of(stocktake_id: int) -> Rows:
    """What is kept of the reads of a stocktake, without its key."""
    with raw() as database:
        found = database.execute(
            f"SELECT {COLUMNS} FROM inventory_stocktakeread WHERE stocktake_id = {stocktake_id}"  # noqa: S608  because: a key of our own
        )
        return [tuple(row) for row in found.fetchall()]


def write(database: Any, rows: Rows, stocktake_id: int) -> None:
    """The same rows for another stocktake, in one transaction."""
    same = ((store, stocktake_id, *row) for store, _other, *row in rows)
    into = f"inventory_stocktakeread ({COLUMNS})"
    if connection.vendor == "sqlite":
        database.execute("BEGIN IMMEDIATE")
        marks = ", ".join("?" * len(COLUMNS.split(",")))
        database.executemany(f"INSERT INTO {into} VALUES ({marks})", same)  # noqa: S608  because: names of our own
        database.execute("COMMIT")
        return
    with database.transaction(), database.cursor().copy(f"COPY {into} FROM STDIN") as copy:
        for row in same:
            copy.write_row(row)


class TakeIn(Operation):
    """Floor: the rows that this leaves, written by the driver in as many transactions."""

    id = "B5a"
    name = "take in 10,000 reads (call)"
    target: ClassVar[float | None] = 2.5
    stretch: ClassVar[float | None] = 1.5
    least_per_s = 50_000

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.stocktake: Stocktake | None = None
        self.batch = min(BATCH, max(ground.size, 100))
        reads, self.different = stocks.drawn(ground, self.batch * BATCHES)
        self.batches = [reads[n * self.batch : (n + 1) * self.batch] for n in range(BATCHES)]
        self.told: Counter[str] = Counter()
        self.rows: Rows = []

    def ours(self) -> Sample:
        stocktake = self._fresh()
        return timed([partial(self._take_in, stocktake, reads) for reads in self.batches])

    def floor(self) -> Sample:
        self.rows = self.rows or rows_of(self.stocktake.pk)  # type: ignore[union-attr]  # because: our arm came first
        stocktake = self._fresh()
        size = math.ceil(len(self.rows) / BATCHES)
        parts = [self.rows[first : first + size] for first in range(0, len(self.rows), size)]
        with raw() as database:
            return timed([partial(write, database, part, stocktake.pk) for part in parts])

    def check(self) -> None:
        kept = StocktakeRead.objects.filter(stocktake=self.stocktake).count()
        asked = self.batch * BATCHES
        told, new = self.told, self.told["read"] + self.told["unknown"]
        if (kept, new, told.total()) != (self.different, self.different, asked):
            raise WrongAnswer(f"{kept} of {self.different} reads are kept, {dict(told)} answered")

    def finish(self, measured: Measured) -> Iterator[str]:
        stocks.abandon(self.ground, self._fresh())
        self.ground.accept_written()
        per_s = round(self.batch * 1e6 / measured.ours.p50_us)
        self.extra["reads_per_s"] = per_s
        if self.batch == BATCH and per_s < self.least_per_s:
            yield f"{per_s:,} reads/s, less than {self.least_per_s:,}"

    def _take_in(self, stocktake: Stocktake, reads: Sequence[Read]) -> None:
        by = self.ground.shop.lin
        self.told.update(stocktake_reads.take_in(stocktake=stocktake, reads=reads, by=by))

    def _fresh(self) -> Stocktake:
        """Another stocktake of the same tray: there every read is the first."""
        if self.stocktake is not None:
            stocks.abandon(self.ground, self.stocktake)
        self.told.clear()
        self.stocktake = stocks.begun(self.ground, stocks.READ)
        self.ground.accept_written()
        return self.stocktake


def told_by(answer: Answer) -> Any:
    if answer.status != 200:
        raise WrongAnswer(f"answered {answer.status}: {answer.body[:200]!r}")
    return orjson.loads(answer.body)


class TakeInOverHttp(TakeIn):
    """Floor: a view that reads the same body and writes the same rows, asks nobody's rights and
    answers nothing."""

    id = "B5b"
    name = "take in 10,000 reads over HTTP"
    target = None
    stretch = None
    least_per_s = 15_000

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        scopes = ["stocktakes:read", "stocktakes:write"]
        client = api_clients.register(
            name=f"gate {ground.size}", scopes=scopes, stores=[ground.shop.s01]
        )
        self.key = api_clients.issue_key(client)
        self.wire = ground.server.connect()
        self.sent = 0
        self.bodies = [
            orjson.dumps({"reads": [{"code": read.code, "place": read.place} for read in batch]})
            for batch in self.batches
        ]

    def ours(self) -> Sample:
        path = f"/api/v1/stocktakes/{self._fresh().number}/reads"
        sample, answers = one_by_one(self.wire, [self._post(path, body) for body in self.bodies])
        for answer in answers:
            self.told.update(told_by(answer)["counts"])
        return sample

    def floor(self) -> Sample:
        stocktake = self._fresh()
        path = f"/bench/reads/{stocktake.pk}/{self.ground.shop.tray(stocks.READ).pk}/"
        sample, answers = one_by_one(self.wire, [self._post(path, body) for body in self.bodies])
        for answer in answers:
            told_by(answer)
        return sample

    def finish(self, measured: Measured) -> Iterator[str]:
        self.wire.socket.close()
        yield from super().finish(measured)

    def _post(self, path: str, body: bytes) -> bytes:
        self.sent += 1
        headers = {
            "Authorization": f"Bearer {self.key}",
            "Content_Type": "application/json",
            "Idempotency_Key": f"{self.ground.size}-{self.sent}",
        }
        return request("POST", path, body, **headers)


class Reconcile(Operation):
    """Every line and every read into its class. Floor: one bare full join of both."""

    id = "B5c"
    name = "hold all reads against the books"
    target = 2.0
    k_limit = 1.05
    grows = True

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.stock = stocks.counted(ground)
        self.found: dict[tuple[str, str], int] = {}
        self.joined: dict[str, int] = {}

    def ours(self) -> Sample:
        return timed([self._compare])

    def floor(self) -> Sample:
        with raw() as database:
            return timed([partial(self._join, database)])

    def check(self) -> None:
        known = self.stock.classes
        found = {name: many for name, many in self.found.items() if many}
        if found != {name: many for name, many in known.items() if many}:
            raise WrongAnswer(f"{found}, not {known}")
        if self.joined["found"] != known["line", "found"]:
            raise WrongAnswer(f"the floor found {self.joined}")

    def _compare(self) -> None:
        self.found = stocktake_results.compare(self.stock.stocktake)

    def _join(self, database: Any) -> None:
        rows = database.execute(
            JOIN[connection.vendor].format(id=self.stock.stocktake.pk)
        ).fetchall()
        self.joined = dict(rows)


class CountTray(Operation):
    """A tray of a hundred pieces from its reads to its result. Floor: its rows written and joined
    by the driver."""

    id = "B5d"
    name = "count a tray of 100"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.pieces = stocks.tray_of(ground, min(TRAY, ground.scale.requests))
        self.reads = [Read(piece.number, stocks.TILL) for piece in self.pieces]
        self.stocktake: Stocktake | None = None
        self.rows: Rows = []

    def ours(self) -> Sample:
        return self._timed(self._count)

    def floor(self) -> Sample:
        with raw() as database:
            return self._timed(partial(self._count_raw, database))

    def check(self) -> None:
        found = dict(stocktake_results.compare(self.stocktake))  # type: ignore[arg-type]  # because: as above
        found = {name: many for name, many in found.items() if many}
        if found != {("line", "found"): len(self.pieces)}:
            raise WrongAnswer(f"{found} of {len(self.pieces)} pieces")
        self.ground.check_written()

    def finish(self, measured: Measured) -> Iterator[str]:
        stocks.abandon(self.ground, self._fresh())
        self.ground.accept_written()
        if measured.ours.p50_us > TRAY_US:
            yield f"p50 {measured.ours.p50_us / 1000:.0f} ms, more than {TRAY_US / 1000:.0f}"

    def _timed(self, act: Callable[[StocktakePlace], None]) -> Sample:
        """A new stocktake each time; opening it is not counted."""
        samples = []
        for _turn in range(TRAYS):
            spot = stocks.in_hand(self.ground, self._fresh(), stocks.TILL)
            samples.append(timed([partial(act, spot)]))
        return Sample(
            [time for sample in samples for time in sample.times_us],
            sum(sample.seconds for sample in samples),
        )

    def _count(self, spot: StocktakePlace) -> None:
        by = self.ground.shop.lin
        stocktake_reads.take_in(stocktake=spot.stocktake, reads=self.reads, by=by)
        stocktake_places.hand_in(spot=spot, by=by)

    def _count_raw(self, database: Any, spot: StocktakePlace) -> None:
        self.rows = self.rows or rows_of(spot.stocktake_id - 1)
        write(database, self.rows, spot.stocktake_id)
        database.execute(JOIN[connection.vendor].format(id=spot.stocktake_id)).fetchall()

    def _fresh(self) -> Stocktake:
        if self.stocktake is not None:
            stocks.abandon(self.ground, self.stocktake)
        self.stocktake = stocks.begun(self.ground, stocks.TILL)
        return self.stocktake
