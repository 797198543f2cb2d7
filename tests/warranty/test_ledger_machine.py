"""Any order of uses, reversals, losses and replacements, on any day: nobody gets more than was
promised, nothing is lost, and every page says the same.

The model is a list of the uses that stand; what is left of each promise is counted anew from it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from counter import books
from inventory.ground import changes
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from tests.cast import Shop
from tests.service_desk import ServiceDesk, open_service_desk
from warranty import benefits, cards, jobs, public_cards, replacements
from warranty.models import (
    Basis,
    BenefitEntry,
    BenefitKind,
    Card,
    CardState,
    JobKind,
    Plan,
    PlanBenefit,
    Ticket,
    TicketJob,
)

EXAMPLES, STEPS = 6, 20
A_YEAR = 2  # cleanings that the plan promises
# a till's clock may go back a little, and the customer may come years later
MOVES = st.sampled_from((0, 1, 30, 150, 190, 370, -1, -20))
JOBS = (JobKind.CLEANING, JobKind.POLISH, JobKind.RESIZE, JobKind.INSPECTION, JobKind.SETTING)
LONGEST = 40  # years that a run may come to


@dataclass(frozen=True)
class Use:
    """A use as the model knows it."""

    kind: str  # of the benefit that bore it
    on: date
    job: TicketJob


class Ledger(RuleBasedStateMachine):
    """One card of a diamond ring, and the days after its sale."""

    desk: ServiceDesk  # laid down by the test
    sold: Card
    ticket: Ticket

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()  # each run begins with the same card
        self.card = Card.objects.get(pk=self.sold.pk)
        self.start = self.day = self.card.issued_on
        self.uses: list[Use] = []
        self.finished: list[Use] = []
        self.state = CardState.VALID

    # --- acts

    @rule(days=MOVES)
    def wait(self, days: int) -> None:
        self.day = max(self.start, self.day + timedelta(days=days))

    @rule(kind=st.sampled_from(JOBS), in_the_other_store=st.booleans())
    def use(self, kind: JobKind, in_the_other_store: bool) -> None:
        bearer = self._bearer(kind)
        shop = self.desk.shop
        store, by = (shop.s02, shop.sun) if in_the_other_store else (shop.s01, shop.lin)
        try:
            with changes.opened(store=store, by=by) as book:
                entry = self._work(kind, book)
        except RuleBroken as refusal:
            assert bearer is None, f"{kind} was refused: {refusal}"
        else:
            assert entry.benefit.kind == bearer
            assert entry.job is not None
            self.uses.append(Use(entry.benefit.kind, self.day, entry.job))

    def _work(self, kind: JobKind, book: Book) -> BenefitEntry:
        """A task of the ticket that the card bears, as `jobs` puts it down."""
        left = benefits.check(self.card, kind, on=self.day)
        job = TicketJob(
            ticket=self.ticket,
            position=self.ticket.jobs.count() + 1,
            kind=kind,
            basis=Basis.BENEFIT,
            benefit_id=left.benefit_id,
        )
        book.write([job], kind="ticket_job", number=self.ticket.number)
        return benefits.use(card=self.card, job=job, on=self.day, book=book)

    @precondition(lambda self: self.uses)
    @rule(index=st.integers(0, 50))
    def drop(self, index: int) -> None:
        """Work is not done after all; the second time there is nothing to take back."""
        use = self.uses.pop(index % len(self.uses))
        jobs.drop(job=use.job, reason="no time", by=self.by)
        with pytest.raises(RuleBroken):
            jobs.drop(job=use.job, reason="no time", by=self.by)

    @precondition(lambda self: any(use.kind == BenefitKind.INSPECTION for use in self.uses))
    @rule()
    def inspect(self) -> None:
        """The inspection that was written down last is done; it is not dropped any more."""
        use = [use for use in self.uses if use.kind == BenefitKind.INSPECTION][-1]
        self.uses.remove(use)
        self.finished.append(use)
        with changes.opened(store=self.desk.shop.s01, by=self.by) as book:
            jobs.end(use.job, self.ticket, book)

    @rule()
    def lose(self) -> None:
        self._try(
            allowed=self.state == CardState.VALID,
            leads_to=CardState.LOST,
            act=lambda: cards.report_lost(card=self.card, proof=self._proof, why="", by=self.by),
        )

    @rule()
    def find(self) -> None:
        self._try(
            allowed=self.state == CardState.LOST,
            leads_to=CardState.VALID,
            act=lambda: cards.find_again(card=self.card, why="", by=self.by),
        )

    @rule()
    def replace(self) -> None:
        """The uses that stand go along."""
        old = self.card
        self.card = replacements.replace(card=old, proof=self._proof, why="", by=self.by)
        self.state = CardState.VALID
        old.refresh_from_db()
        assert old.state == CardState.REPLACED

    # --- what must hold after each of them

    @invariant()
    def what_is_left_is_what_the_model_counts(self) -> None:
        found = {
            row.benefit.kind: (row.left, row.is_free, row.next_due) for row in self._remaining()
        }
        for kind in (BenefitKind.CLEANING, BenefitKind.RESIZE):
            assert found[kind][0] == self._left(kind), kind
        for promised, (_left, is_free, _due) in found.items():
            assert is_free == self._is_free(promised), promised
        due = self._due([*self.uses, *self.finished])
        assert found[BenefitKind.INSPECTION][2] == due

    @invariant()
    def the_owner_reads_the_same(self) -> None:
        told = public_cards.look_up(self.card.number, on=self.day).facts
        assert (told is not None) == (self.state == CardState.VALID)
        if told is not None:
            lines = public_cards.benefit_lines(told.promises, on=self.day)
            assert [answer for _title, _note, answer, _over in lines] == [
                row.answer for row in self._remaining()
            ]

    @invariant()
    def a_piece_has_one_card_that_holds(self) -> None:
        held = Card.objects.filter(piece=self.card.piece_id, state=CardState.VALID)
        assert [row.pk for row in held] == ([self.card.pk] * (self.state == CardState.VALID))

    def teardown(self) -> None:
        stores = (self.desk.shop.s01, self.desk.shop.s02)
        broken = [each for store in stores for each in books.verify(store, full=True)]
        transaction.savepoint_rollback(self.point)
        assert broken == []

    # --- the model

    @property
    def by(self) -> User:
        return self.desk.by

    @property
    def _proof(self) -> str:
        return self.card.piece.number

    def _remaining(self) -> list[benefits.Remainder]:
        return benefits.remaining(self.card, on=self.day)

    def _try(self, *, allowed: bool, leads_to: CardState, act: Callable[[], Card]) -> None:
        try:
            self.card = act()
        except RuleBroken as refusal:
            assert not allowed, refusal
        else:
            assert allowed
            self.state = leads_to

    def _bearer(self, kind: JobKind) -> str | None:
        """Which promise bears a job today; None where it is refused."""
        if self.state != CardState.VALID:
            return None
        if kind == JobKind.SETTING and self.day > self._due(self.finished):
            return None
        free = (each for each in benefits.COVERS[kind] if self._is_promised(each))
        return next((each for each in free if self._is_free(each)), None)

    def _is_promised(self, kind: str) -> bool:
        return any(row.benefit.kind == kind for row in self._remaining())

    def _left(self, kind: str) -> int | None:
        uses = [use for use in self.uses if use.kind == kind]  # finished are inspections alone
        if kind == BenefitKind.CLEANING:
            year = self._year(self.day)
            return A_YEAR - sum(self._year(use.on) == year for use in uses)
        return 1 - len(uses) if kind == BenefitKind.RESIZE else None

    def _is_free(self, kind: str) -> bool:
        if kind == BenefitKind.CARE:
            return self.day <= benefits.months_later(self.start, 12)
        if kind == BenefitKind.EXCHANGE:
            return self.day <= self.start + timedelta(days=10)
        if kind == BenefitKind.STONES:
            return self.day <= self._due([*self.uses, *self.finished])
        return self._left(kind) != 0

    def _due(self, uses: Sequence[Use]) -> date:
        """Half a year after the inspection that was entered last, else after the sale."""
        inspected = [use for use in uses if use.kind == BenefitKind.INSPECTION]
        last = max(inspected, key=lambda use: use.job.pk, default=None)
        return benefits.months_later(last.on if last else self.start, 6)

    def _year(self, day: date) -> int:
        begun = (benefits.months_later(self.start, 12 * n) <= day for n in range(1, LONGEST))
        return sum(begun)


@pytest.fixture
def sold(shop: Shop) -> Card:
    """A diamond ring with a yearly cleaning beside all that its plan promises, on a ticket."""
    desk = Ledger.desk = open_service_desk(shop)
    PlanBenefit.objects.create(
        plan=Plan.objects.get(code="set-ring"),
        kind=BenefitKind.CLEANING,
        position=90,
        uses=A_YEAR,
        is_yearly=True,
        title_zh="清洗",
        title_en="Cleaning",
    )
    card = Ledger.sold = desk.sold_ring()
    Ledger.ticket = desk.weigh_in(desk.receive(card), card.piece.gross_mg, stones=1)
    return card


@pytest.mark.usefixtures("sold")
def test_no_order_of_acts_and_no_clock_doubles_or_loses_a_promise() -> None:
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a run is short as it is
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
