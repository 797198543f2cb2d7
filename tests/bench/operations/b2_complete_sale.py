"""B2: two pieces, two tenders, cards, changes, key: the whole house in one act."""

import secrets
from collections.abc import Iterator
from urllib.parse import urlencode

from django.db import connection
from django.test.utils import CaptureQueriesContext

from counter import sales
from counter.models import Sale, SaleState
from tests.bench.ground import Ground
from tests.bench.measuring import Measured, Sample, timed
from tests.bench.operation import Operation, WrongAnswer
from tests.bench.replays import Statement, recorded, replayed
from tests.bench.servers import Answer, all_at_once, request
from warranty.models import Card

CLIENTS = 8
MOST_STATEMENTS = 40
P95_US, P99_US = 80_000, 150_000
CSRF = "a" * 32


class CompleteSale(Operation):
    """The rule as a function. Floor: the same rows by raw SQL on one connection (`replays`)."""

    id = "B2"
    name = "complete a sale (call)"
    target = 6.0
    stretch = 3.0
    k_limit = 0.05
    grows = True

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.total = ground.total_cents()
        self.sold: list[Sale] = []

    def ours(self) -> Sample:
        rows = self.ground.open_bills(self.ground.scale.sales)
        self.sold += rows
        return timed([lambda row=row: self._complete(row) for row in rows])  # type: ignore[misc]  # because: mypy cannot infer a lambda with a default

    def floor(self) -> Sample:
        rows = self.ground.open_bills(self.ground.scale.sales)
        self.sold += rows
        return replayed(self._record(row) for row in rows)

    def _complete(self, sale: Sale) -> Sale:
        return sales.complete(sale=sale, shown_cents=self.total, by=self.ground.shop.lin)

    def _record(self, sale: Sale) -> list[Statement]:
        copy = Sale.objects.select_related("store", "counter").get(pk=sale.pk)
        return recorded(lambda: self._complete(copy))

    def check(self) -> None:
        check_sold(self.sold)
        self.ground.check_written()

    def finish(self, measured: Measured) -> Iterator[str]:
        (row,) = self.ground.open_bills(1)
        with CaptureQueriesContext(connection) as asked:
            self._complete(row)
        self.extra["statements"] = len(asked)
        if len(asked) > MOST_STATEMENTS:
            yield f"{len(asked)} statements, more than {MOST_STATEMENTS}"


class CompleteSaleOverHttp(Operation):
    """The same over HTTP with its request key, eight clients at once. The ratio to a plain request
    judges nothing; p95, p99 and the number of statements do."""

    id = "B2h"
    name = "complete a sale (HTTP, 8 clients)"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.total = ground.total_cents()
        self.cookie = ground.session(ground.shop.lin)
        self.wires = [ground.server.connect() for _ in range(CLIENTS)]
        self.sold: list[Sale] = []
        self.answers: list[Answer] = []

    def ours(self) -> Sample:
        rows = self.ground.open_bills(self.ground.scale.sales * CLIENTS // 2)
        self.sold += rows
        asked = [
            completion(row, self.total, self.cookie, secrets.token_urlsafe(18)) for row in rows
        ]
        sample, answers = all_at_once(self.wires, asked)
        self.answers += answers
        return sample

    def floor(self) -> Sample:
        asked = [request("GET", "/bench/plain/")] * (self.ground.scale.sales * CLIENTS // 2)
        return all_at_once(self.wires, asked)[0]

    def check(self) -> None:
        for answer in self.answers:
            if answer.status != 303 or "/sales/" not in answer.header("Location"):
                raise WrongAnswer(f"a completion answered {answer.status}")
        self.answers = []
        check_sold(self.sold)
        self.ground.check_written()

    def finish(self, measured: Measured) -> Iterator[str]:
        for wire in self.wires:
            wire.socket.close()
        self.ground.check_books()
        if measured.ours.p95_us > P95_US:
            yield f"p95 {measured.ours.p95_us / 1000:.0f} ms, more than {P95_US / 1000:.0f}"
        if measured.ours.p99_us > P99_US:
            yield f"p99 {measured.ours.p99_us / 1000:.0f} ms, more than {P99_US / 1000:.0f}"


def completion(sale: Sale, total_cents: int, cookie: str, key: str) -> bytes:
    """The form that completes a bill, as the clerk's browser sends it."""
    form = {"_key": key, "shown_cents": total_cents, "csrfmiddlewaretoken": CSRF}
    return request(
        "POST",
        f"/sell/{sale.uuid}/complete/",
        urlencode(form).encode(),
        Content_Type="application/x-www-form-urlencoded",
        Cookie=f"counter_session={cookie}; csrftoken={CSRF}",
    )


def check_sold(rows: list[Sale]) -> None:
    """Every one of these bills is completed, paid and has its two cards; forgets them then."""
    ids = [row.pk for row in rows]
    done = Sale.objects.filter(pk__in=ids, state=SaleState.COMPLETED).count()
    issued = Card.objects.filter(sale_line__sale__in=ids).count()
    if (done, issued) != (len(ids), 2 * len(ids)):
        raise WrongAnswer(f"{done} of {len(ids)} sales completed with {issued} cards")
    rows.clear()
