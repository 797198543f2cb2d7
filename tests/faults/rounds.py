"""One round: a new shop, clerks at work, mishaps between, and the oracle at the end.

A seed fixes every choice of clerks and mishaps; which of them meets which is up to the machine, so
a seed repeats the story of a round and not its instants.
"""

import os
import random
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping

from django.db import DatabaseError

from inventory.models import LedgerHead
from tests.faults import books, deeds, failpoints, mishaps, proxy
from tests.faults.clerk import Clerk, Place
from tests.faults.clock import Clock
from tests.faults.databases import Database
from tests.faults.deeds import bring_in, sell
from tests.faults.mishaps import Mishap, World, kill_at_point, kill_server, kill_worker, limit_file
from tests.faults.plan import FOLDER, Plan, Result
from tests.faults.proxy import Proxy
from tests.faults.servers import NeverReady, Server
from tests.faults.tablet import LAST, NeverAnswered, Tablet

QUIET_SECONDS = 150  # until everybody must have an answer
MOST_SWEEP_SECONDS = 60  # beyond the round
SWEPT_SHARE = 0.8  # of a round, in which the deaths of its sweep are due
KILLS = {kill_worker.NAME, kill_server.NAME, kill_at_point.NAME}
COUNTED_AT_TABLETS = {kill_at_point.NAME, limit_file.NAME}

Desks = tuple[list[Place], list[str]]


class Round:
    def __init__(
        self, *, plan: Plan, seed: str, sweep: bool, database: Database, clock: Clock, desks: Desks
    ) -> None:
        self.plan, self.seed, self.sweep = plan, seed, sweep
        self.database, self.clock, self.desks = database, clock, desks
        self.name = f"round_{seed.rpartition('.')[2]}"
        self.dice = random.Random(seed)  # noqa: S311  # because: seeded on purpose
        self.clerks: list[Clerk] = []
        self.happened: Counter[str] = Counter()
        self.violations: list[str] = []
        self.story: list[str] = []  # what went wrong, and when
        self.opened_at = 0.0
        self.closing, self.over = threading.Event(), threading.Event()
        self.sweeping, self.swept, self.points = sweep, 0, 0

    def run(self, result: Result) -> None:
        self.database.copy(self.name)
        environment = dict(os.environ) | {"DATABASE_URL": self.database.url(self.name)}
        log = FOLDER / f"{self.plan.vendor}.log"
        self.server = Server(environment, log, preloaded=self.sweep)
        line = Proxy(self.server.port)
        ports = (self.server.port, line.port)
        self.tablets = [
            Tablet(name=place.counter, seed=self.seed, ports=ports, faulty=self.plan.faulty)
            for place in self.desks[0]
        ]
        # not the thread of the mishaps: some take long, and the shop must come back meanwhile
        keeper = threading.Thread(target=self._keep_up, daemon=True)
        keeper.start()
        try:
            self._work(result)
        except NeverReady as never:
            self.violations.append(f"fault: {never}")
        finally:
            for tablet in self.tablets:
                tablet.close()  # an open line would hold up the end
            self.server.stop()
            self.over.set()
            keeper.join()
            line.close()
        self._prove(result)
        self._sum_up(result)
        self.database.drop(self.name)

    # --- the day

    def _work(self, result: Result) -> None:
        threads = [
            threading.Thread(target=self._guarded, args=(tablet, place), daemon=True)
            for tablet, place in zip(self.tablets, self.desks[0], strict=True)
        ]
        for thread in threads:
            thread.start()
        self.opened_at = time.monotonic()
        deadline = self.opened_at + self.plan.round_seconds
        latest = deadline + MOST_SWEEP_SECONDS
        planned = self._plan_mishaps(result)
        due = time.monotonic() + 1
        while time.monotonic() < (latest if self.sweeping else deadline):
            if time.monotonic() >= due:
                self._let_happen(next(planned))
                due = time.monotonic() + self.dice.random() * self.plan.every
            if self.over.wait(0.05):
                break
        self.clock.step_to(self.clock.base)
        self.closing.set()
        end = time.monotonic() + QUIET_SECONDS
        while any(thread.is_alive() for thread in threads) and time.monotonic() < end:
            time.sleep(0.05)
        result.open_seconds += round(time.monotonic() - self.opened_at, 1)
        if any(thread.is_alive() for thread in threads):
            self.violations.append("fault: a tablet was still without an answer at the end")

    def _keep_up(self) -> None:
        try:
            while not self.over.wait(0.05):
                self.server.keep_up()
        except NeverReady as never:
            self.violations.append(f"fault: {never}")
            self.over.set()

    def _plan_mishaps(self, result: Result) -> Iterator[Mishap]:
        """All kinds in turn, each time in another order."""
        kinds = []
        for kind in mishaps.all_mishaps():
            if self.plan.kinds and kind.NAME not in self.plan.kinds:
                continue
            if reason := kind.why_not(self._world()):
                result.not_run[kind.NAME] = reason
            else:
                kinds.append(kind)
        while True:
            self.dice.shuffle(kinds)
            yield from kinds

    def _let_happen(self, mishap: Mishap) -> None:
        began = time.monotonic() - self.opened_at
        if not mishap.happen(self._world()):
            return
        ended = time.monotonic() - self.opened_at
        self.story.append(f"{began:.1f} s to {ended:.1f} s: {mishap.NAME}")
        if mishap.NAME not in COUNTED_AT_TABLETS:
            self.happened[mishap.NAME] += 1  # those two are counted where they are met

    def _world(self) -> World:
        return World(
            server=self.server,
            database=self.database,
            name=self.name,
            clock=self.clock,
            tablets=self.tablets,
            dice=self.dice,
        )

    # --- the clerks

    def _guarded(self, tablet: Tablet, place: Place) -> None:
        try:
            clerk = Clerk(tablet, place, self.desks[1])
            self.clerks.append(clerk)
            if self.sweep and tablet is self.tablets[0]:
                try:
                    self._sweep(clerk)
                finally:
                    self.sweeping = False
            self._serve(clerk)
        except NeverAnswered as never:
            tablet.broken.append(f"fault: never answered: {never}")
        except Exception:  # because: a thread tells nobody else
            tablet.broken.append(f"fault: {traceback.format_exc()}")

    def _serve(self, clerk: Clerk) -> None:
        clerk.tablet.calm = False
        while not self._is_over_for(clerk):
            deeds.drawn(clerk.dice).do(clerk)

    def _is_over_for(self, clerk: Clerk) -> bool:
        return self.closing.is_set() or bool(clerk.tablet.broken)

    def _sweep(self, clerk: Clerk) -> None:
        """A sale, over and over: each time the server dies one statement later, then around
        COMMIT and before the answer. Each of these sales must come to its end all the same. They
        are spread over the round, so that everybody sells on between two deaths."""
        self._sell_one(clerk, failpoints.COUNT)
        statements = clerk.tablet.statements
        points = [failpoints.statement(number) for number in range(1, statements + 1)]
        points += failpoints.ALONE
        self.points = len(points)
        between = SWEPT_SHARE * self.plan.round_seconds / len(points)
        due = time.monotonic()
        for point in points:
            while time.monotonic() < due and not self._is_over_for(clerk):
                deeds.drawn(clerk.dice).do(clerk)
            if self._is_over_for(clerk):
                return
            self._sell_one(clerk, point)
            self.swept += 1
            due += between

    def _sell_one(self, clerk: Clerk, point: str) -> None:
        plain = [piece for piece in clerk.free() if piece.cents]
        if not plain:
            bring_in.write(clerk)
            plain = [piece for piece in clerk.free() if piece.cents]
        bill = sell.begin(clerk, plain[0])
        if bill is None or sell.complete(clerk, bill, point=point) is None:
            clerk.tablet.broken.append(f"lost: the sale that met {point} did not come to its end")

    # --- the evening

    def _prove(self, result: Result) -> None:
        self.database.look_at(self.name)
        told = books.Books(self.clerks)
        self.violations += [line for tablet in self.tablets for line in tablet.broken]
        try:
            self.violations += books.proof()
            for deed in deeds.all_deeds():
                self.violations += deed.broken(told)
            result.links += sum(LedgerHead.objects.values_list("seq", flat=True))
        except DatabaseError as gone:
            self.violations.append(f"lost: the books cannot be read: {gone}")
        result.proofs += 1

    def _sum_up(self, result: Result) -> None:
        result.seeds.append(self.seed)
        for tablet in self.tablets:
            tally = tablet.tally
            result.acknowledged += tally.written.total() + tally.looked_up.total()
            _add(result.written, tally.written)
            _add(result.looked_up, tally.looked_up)
            result.read += tally.read
            result.refused += tally.refused
            result.lost_answers += tally.lost_answers
            result.resolved += tally.resolved
            result.asked_again += tally.asked_again
            result.replayed += tally.replayed
            slowest = max(result.slowest_act_seconds, round(tally.slowest_seconds, 1))
            result.slowest_act_seconds = slowest
            _add(result.refusals, tally.refusals)
            _add(result.errors, tally.errors)
            for fault, times in tally.faults.items():
                self.happened[_kind_of(fault)] += times
        result.sales += sum(len(clerk.sales) for clerk in self.clerks)
        result.sheets += sum(len(clerk.sheets) for clerk in self.clerks)
        result.swept += self.swept
        if self.swept < self.points:
            left = f"{self.points - self.swept} of {self.points} points of a sale"
            result.not_run[left] = "the round was over before"
        result.starts += self.server.starts
        result.ready_seconds = max(result.ready_seconds, round(self.server.slowest_start, 1))
        result.kills += sum(self.happened[name] for name in KILLS)
        _add(result.mishaps, self.happened)
        if self.violations:
            result.violations += [f"seed {self.seed}: {line}" for line in self.violations]
            result.last_acts += self.story[-LAST:]
            for tablet in self.tablets:
                result.last_acts += tablet.last


def _kind_of(fault: str) -> str:
    """How the table names what an act met."""
    if fault in proxy.FAULTS:
        return fault
    return limit_file.NAME if fault == failpoints.DISK_FULL else kill_at_point.NAME


def _add(sums: dict[str, int], more: Mapping[str, int]) -> None:
    for name, times in more.items():
        sums[name] = sums.get(name, 0) + times
