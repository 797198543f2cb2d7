"""B14: a return is as quick as a sale: the page of a card that was scanned, and the act in which
money goes out, the pieces come in and the cards are closed."""

from collections.abc import Iterator

from appraisal.weighings import Shown
from counter import refund_shares, refunds, returns, sales
from counter.models import LeadsTo, Return, ReturnState, Sale
from counter.returned_pieces import InHand
from counter.returns import Wish
from inventory.ground import approvals
from tests.bench.ground import Ground
from tests.bench.measuring import Measured, Sample, timed
from tests.bench.operation import Operation, WrongAnswer
from tests.bench.operations.b12_service_desk import DeskPage
from tests.bench.replays import Statement, recorded, replayed
from tests.service_desk import ServiceDesk
from warranty.models import Fault

P95_US = 80_000  # as a sale's


class SeeWindows(DeskPage):
    id = "B14a"
    name = "a scanned card: its piece, its price, its windows"
    limit_us = 30_000

    def laid_out(self, desk: ServiceDesk) -> tuple[str, list[str]]:
        card = desk.sold_ring()
        return f"/returns/new/?code={card.number}", [card.piece.name, "without end"]


class SettleReturn(Operation):
    """Two pieces, two tenders, a second person's yes. Floor: the same rows by raw SQL."""

    id = "B14b"
    name = "settle a return (call)"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.total = ground.total_cents()
        self.settled: list[Return] = []

    def ours(self) -> Sample:
        rows = self._agreed(self.ground.scale.sales)
        return timed([lambda row=row: self._settle(row) for row in rows])  # type: ignore[misc]  # because: mypy cannot infer a lambda with a default

    def floor(self) -> Sample:
        rows = self._agreed(self.ground.scale.sales)
        return replayed(self._record(row) for row in rows)

    def check(self) -> None:
        ids = [row.pk for row in self.settled]
        done = Return.objects.filter(pk__in=ids, state=ReturnState.SETTLED)
        wrong = [row.number for row in done if refunds.refunded_cents(row) != self.total]
        if len(done) != len(ids) or wrong:
            raise WrongAnswer(f"{len(done)} of {len(ids)} returns settled, {len(wrong)} wrongly")
        self.settled.clear()
        self.ground.check_written()

    def finish(self, measured: Measured) -> Iterator[str]:
        if measured.ours.p95_us > P95_US:
            yield f"p95 {measured.ours.p95_us / 1000:.0f} ms, more than {P95_US / 1000:.0f}"

    def _settle(self, back: Return) -> Return:
        return refunds.settle(back=back, by=self.ground.shop.lin)

    def _record(self, back: Return) -> list[Statement]:
        return recorded(lambda: self._settle(back))

    def _agreed(self, count: int) -> list[Return]:
        """Sold, checked and agreed to; only the settling is measured."""
        rows = [self._agree(self._taken(sale)) for sale in self.ground.open_bills(count)]
        self.ground.accept_written()
        self.settled += rows
        return rows

    def _taken(self, sale: Sale) -> Return:
        lin = self.ground.shop.lin
        sold = sales.complete(sale=sale, shown_cents=self.total, by=lin)
        lines = sold.lines.select_related("piece", "sale")
        return returns.take_back(
            sale=sold,
            wish=Wish(fault=Fault.CRACK, leads_to=LeadsTo.REFUND),
            brought=[
                InHand(line=line, shown=Shown(typed_mg=line.piece.gross_mg)) for line in lines
            ],
            counter=self.ground.shop.a,
            customer_id=None,
            by=lin,
        )

    def _agree(self, back: Return) -> Return:
        shop = self.ground.shop
        ask = refunds.ask(back, refund_shares.reckon(back, as_pieces=False))
        approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.chen)
        return back
